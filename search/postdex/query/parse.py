"""What does a typed query ask for? Its text -> a tree for the engine, and what had to be repaired.

People type whatever they type: nothing but a limit raises. What cannot be meant is read as
text, closed or left out, and said in `warnings`.

Here is the order of work: `lexer` finds the signs, `parser` puts clauses together, `pasted` leaves out what is too
much, `planner` decides what is required and what only scores, with `terms` and `filters` for one clause each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Everything, Query, leaves

from .as_typed import Whole, whole
from .filters import Fits, typed_text
from .lexer import clean, is_filter, lex
from .parser import group
from .pasted import beginning, telling
from .plain_words import only_words
from .planner import QuerySettings, StandIns, TypedWord, read
from .terms import WordContext

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today
    from postdex_index.text.analyzer import Analyzer

    from .own_fields import OwnFields
    from .synonyms import CountedSynonyms
    from .terms import PostCounts


class QueryReading(NamedTuple):
    """A query, read.

    `words` stand in the order typed, for rescue; stop words, scripts without blanks and phrases are not
    among them. `listing`: nothing scores, so the posts come newest first. `empty`: the text holds
    no token, so nothing is found. `title_key` is what a title or heading must equal to rank higher, "" if
    none can, `whole` what the query is as a whole, `synonyms` what is searched for with which words. `steps` counts the
    work, which is linear in the text. `stand_ins` are choices of which nobody typed just that, by the leaves that each
    stands for. `only_words` says that it is nothing but words, and all of them are searched for.
    """

    tree: Query
    warnings: tuple[str, ...]
    words: tuple[TypedWord, ...]
    listing: bool
    empty: bool
    title_key: str
    steps: int
    whole: Whole
    stand_ins: StandIns
    synonyms: Mapping[str, Sequence[str]]
    only_words: bool = False


def parse(
    text: str,
    analyzer: Analyzer,
    *,
    today: Today | None = None,
    all_words: bool = False,
    prefix_last: bool = False,
    post_counts: PostCounts | None = None,
    fits: Fits | None = None,
    own: OwnFields | None = None,
    synonyms: CountedSynonyms | None = None,
) -> QueryReading:
    """Read a query by the analyzer of the index that answers, whose languages decide which words are stop words.

    `after:30d` counts back from what `today` gives (default: this machine's day). With `all_words` every word is
    required (for orders other than by score); with `prefix_last` the last word may be the beginning of one.
    `post_counts` counts the posts of the index with each of some terms: with it, neighbours are looked for in one
    (`git hub` as github) only if there is such a word, and of a Chinese run only what is telling finds posts. `fits`
    tells whether any post has what a filter asks for: with it, one that fits none is text where it stands beside words.
    `own` knows the fields of the site's own; without it there are none.
    `synonyms` are searched for as far as any post has them.
    Raises only `QueryError`, for a query over one of `parser`'s limits.

    >>> from postdex_index.text.analyzer import Analyzer
    >>> from postdex_index.query import show
    >>> english = Analyzer(True, ("en",))
    >>> show(parse("+refcount bug -psock", english).tree), parse('"root', english).warnings
    ('(+refcount bug -psock)', ('a " was not closed; it was closed at the end',))
    """
    text, cut = beginning(text)
    text = clean(text)
    lexed = lex(text, own)
    grouped = group(lexed.tokens)
    typed, unfit = grouped.root, list[str]()
    if fits and ":" in text and any(is_filter(token.field) for token in lexed.tokens):
        typed, unfit = typed_text(grouped.root, fits, analyzer, own)
    root, thinned = telling(typed, post_counts, analyzer)
    reading = WordContext(analyzer, stop_words=analyzer.stop_words, post_counts=post_counts)
    settings = QuerySettings(reading, today, own, all_words, prefix_last and not cut, synonyms)
    tree, repairs, words, plain, steps, stand_ins, also = read(root, settings)
    warnings = [*filter(None, (cut, thinned)), *lexed.warnings, *grouped.warnings, *unfit, *repairs]
    empty = tree is None and bool(text.strip())
    if empty:
        tree = Clauses(excluded=(Everything(),))
        warnings.append("there is no word to search for")
    elif tree is None:
        tree = Everything()
    return QueryReading(
        tree,
        tuple(dict.fromkeys(warnings)),
        words,
        listing=not empty and not leaves(tree),
        empty=empty,
        title_key=analyzer.key(plain),
        steps=lexed.steps + grouped.steps + steps,
        whole=whole(typed, reading, settings.prefix_last),
        stand_ins=stand_ins,
        synonyms=also,
        only_words=not (cut or thinned) and only_words(typed),
    )
