"""How near in meaning is each of the best posts to what was asked?

Looked at are two of a post's sections: the first, which says what it is about, and the one that words say is its best;
the nearer one counts. Of each the first hundred words or so are read, after the title and the heading. Nothing is kept
for that in an index: the vectors are those of a table that is installed (`meaning.installed`), and what a text means is
the sum of its words.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from postdex_index.document import Outlined
from postdex_index.text.characters import is_spaceless, raw_tokens
from postdex_index.text.questions import asking_words
from postdex_index.text.tokenizer import whole_term

from ..meaning import installed
from ..meaning.vectors import Vectors, cosines
from . import hits
from .rerank import Ranked

# nDCG@10 of questions in plain words of two sites: both sections .431 .249, the first alone .314 .226, the best alone
# .409 .245, the three best and the first .426 .213; the mean of both .396 .237; without the description .406 .258; of
# each 50 pieces .395 .216, 150 .410 .234. With the words that only ask .410 .262, without them .430 .274 (.345 .142 by
# words alone, when these weigh less there, too).
#: Characters that are read of a section at most: more than a table wants, but for titles that nobody wrote.
_CHARACTERS = 2_000
#: Of what is asked so much is known in one piece, or it is in another language, or of names, and its pieces say little.
#: Of 115 questions in English it is .85 and more, of the same in eight other languages .6 and less.
KNOWN = 0.7
#: The language of a text of which nobody says it, if it is in a script without blanks, and in another.
_UNSAID = ("zh", "en")


def nearness(
    text: str, ranked: Sequence[Ranked], context: hits.HitContext, deadline: float | None = None
) -> list[float | None] | None:
    """The cosines between what was asked and each of the posts, None for one in a language that the table doesn't know.
    Empty where no table knows the language of any, or too few words of the text; None if the `deadline`, a
    `time.monotonic()`, came first."""
    languages = _languages(text, ranked)
    table = _table(languages)
    if table is None or table.pieces.known(text) < KNOWN:
        return []
    asked = table.of(asked_for(text, context.analyzer.languages))
    vectors, counts = [], []
    for post, language in zip(ranked, languages, strict=True):
        if deadline is not None and time.monotonic() > deadline:
            return None
        texts = _texts(post, context) if language in table.languages else ()
        vectors += [table.of_known(it) for it in texts]
        counts.append(len(texts))
    found = iter(cosines(asked, vectors))
    return [max(islice(found, count)) if count else None for count in counts]


def what_is_unknown(text: str, ranked: Sequence[Ranked]) -> str:
    """Of what the tables know too little for cosines, in words; "" if they know enough, or nothing was found."""
    languages = _languages(text, ranked)
    table = _table(languages)
    if table and table.pieces.known(text) < KNOWN:
        return "enough of the words"
    return f"the language of the posts ({', '.join(sorted({*languages}))})" if languages and not table else ""


def _languages(text: str, posts: Sequence[Ranked]) -> list[str]:
    """The language of each of the posts that were found with a text."""
    unsaid = _UNSAID[not any(map(is_spaceless, raw_tokens(text)))]
    return [installed.language_of(post.candidate.document.lang) or unsaid for post in posts]


def asked_for(text: str, languages: Sequence[str]) -> str:
    """What a text asks for, without the words that only ask.

    >>> asked_for("How do I make my photos of cats smaller?", ["en"])
    'make photos cats smaller'
    """
    raws = [(raw, word) for raw in raw_tokens(text) if (word := whole_term(raw))]
    asking = asking_words([word for _, word in raws], languages)
    return " ".join([raw for (raw, _), only_asks in zip(raws, asking, strict=True) if not only_asks])


def _table(languages: Sequence[str]) -> Vectors | None:
    """The table that knows the language of most posts: the cosines of two say nothing of each other."""
    counts = Counter(languages)
    best = max(
        installed.installed().tables,
        key=lambda table: sum([counts[language] for language in table.languages]),
        default=None,
    )
    return best if best and any(map(counts.get, best.languages)) else None


def _texts(post: Ranked, context: hits.HitContext) -> list[str]:
    """What is read of a post."""
    document = post.candidate.document
    if not document.outline.levels:
        return [f"{document.title}\n{document.description}"]
    best = hits.best_section(post, context) if len(document.outline.levels) > 1 else 0
    first = _text(document, 0, document.description)
    return [first, _text(document, best)] if best else [first]


def _text(document: Outlined, number: int, description: str = "") -> str:
    """The beginning of a section, with the title of its post and its heading before it."""
    section = document.section(number)
    text = document.passage(number, section.body, ()).text if section.body < section.stop else ""
    return "\n".join((document.title, section.heading, description, text))[:_CHARACTERS]
