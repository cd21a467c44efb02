"""How near in meaning is each of the best posts to what was asked?

Looked at are two of a post's sections: the first, which says what it is about, and the one that words say is its best;
the nearer one counts. Of each the first PIECES pieces are read, after the title and the heading. Nothing is kept for
that in an index: the vectors are those of a table that is installed (`meaning.installed`), and what a text means is the
sum of its words.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from postdex_index.document import Outlined
from postdex_index.text.characters import is_spaceless, raw_tokens

from ..meaning import installed
from ..meaning.vectors import Vectors, cosines
from . import hits
from .rerank import LOOKED_AT, Ranked

# nDCG@10 of questions in plain words on two sites: both sections .358 .226, the first alone .290 .195, the best alone
# .318 .170, the three best and the first .351 .213; the mean of both .332 .209; 50 pieces .344 .212, 150 .320 .219;
# without the description .350 .196.
#: Pieces of words that are read of a section, and of what was asked.
PIECES = 100
#: The language of a text of which nobody says it, if it is in a script without blanks, and in another.
_UNSAID = ("zh", "en")


def nearness(
    text: str, ranked: Sequence[Ranked], context: hits.HitContext, deadline: float | None = None
) -> list[float | None]:
    """The cosines between what was asked and the first LOOKED_AT of the posts, None for one in a language that the
    table doesn't know. Empty where no table knows the language of any, the text has no word that one knows, or at the
    `deadline`, a `time.monotonic()`."""
    looked_at = ranked[:LOOKED_AT]
    languages = _languages(text, looked_at)
    table = _table(languages)
    if table is None or not (asked := table.of(text, PIECES)).any():
        return []
    found: list[float | None] = []
    for post, language in zip(looked_at, languages, strict=True):
        if deadline is not None and time.monotonic() > deadline:
            return []
        if language in table.languages:
            found.append(max(cosines(asked, [table.of(it, PIECES) for it in _texts(post, context)])))
        else:
            found.append(None)
    return found


def unknown_languages(text: str, ranked: Sequence[Ranked]) -> str:
    """The codes of the languages of the first LOOKED_AT posts, if no table knows one of them."""
    languages = _languages(text, ranked[:LOOKED_AT])
    return "" if _table(languages) else ", ".join(sorted({*languages}))


def _languages(text: str, posts: Sequence[Ranked]) -> list[str]:
    """The language of each of the posts that were found with a text."""
    unsaid = _UNSAID[not any(map(is_spaceless, raw_tokens(text)))]
    return [language_of(post.candidate.document.lang) or unsaid for post in posts]


def language_of(tag: str) -> str:
    """The code of a language, without a region: of `zh-Hans-CN` `zh`."""
    return tag.replace("_", "-").partition("-")[0].lower()


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
    best = hits.best_section(post, context)
    first = _text(document, 0, document.description)
    return [first, _text(document, best)] if best else [first]


def _text(document: Outlined, number: int, description: str = "") -> str:
    """The beginning of a section, with the title of its post and its heading before it."""
    section = document.section(number)
    text = document.passage(number, section.body, ()).text if section.body < section.stop else ""
    return "\n".join((document.title, section.heading, description, text))
