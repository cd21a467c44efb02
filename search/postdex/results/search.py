"""Which page of hits answers a query tree in one snapshot of an index?

The engine matches and scores, `rerank` re-ranks the first fifty, and `rerank_by_meaning` does once more where meaning
has a say; `hits` makes what is shown of those on the page; which required word or filter left nothing says
`left_nothing`. Text, files and freshness are left to `index`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import takewhile
from types import MappingProxyType

from postdex_index import forks
from postdex_index.engine.api import UNTYPED, Answer, AsTyped, Pinned, Reader, Recency, Search
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Keyword, Query, leaves, show
from postdex_index.schema import SITES

from ..query.planner import StandIns
from ..query.typos import Correction
from ..request import ALL_POSTS, SearchRequest
from . import hits, rerank, strength
from .exact_spelling import spelled_first
from .left_nothing import left_nothing
from .values import HitList, IndexState

#: What comes first where neither settings nor filters have a say.
_PINNED_BY_POSTS = Pinned()


class ParsedQuery(NamedTuple):
    """A query as it was read: its text, its tree, what it is as a whole and the name that it is, if it is one, what was
    noticed on the way, and the choices of which nobody typed just that, by the leaves that each stands for; `pins` are
    the paths of the posts that the settings put first for it, `recency` is how much age counts, and `by_meaning` what
    meaning is worth, 0 where it has no say."""

    text: str
    tree: Query
    as_typed: AsTyped = UNTYPED
    name: str = ""
    corrections: tuple[Correction, ...] = ()
    warnings: tuple[str, ...] = ()
    stand_ins: StandIns = MappingProxyType({})
    pins: tuple[str, ...] = ()
    recency: Recency | None = None
    by_meaning: float = 0.0

    @property
    def pinned(self) -> Pinned | None:
        """What comes first for it; None where nothing can."""
        if not self.as_typed.key:
            return None
        if not self.pins and not (isinstance(self.tree, Clauses) and self.tree.required):
            return _PINNED_BY_POSTS
        return Pinned(self.pins, tuple(_filters(self.tree)))


def answer(question: ParsedQuery, request: SearchRequest, reader: Reader, state: IndexState, started: float) -> HitList:
    """The page of hits; `started` is the `time.perf_counter()` from which `took_ms` counts."""
    deadline = None if request.deadline_ms is None else time.monotonic() + request.deadline_ms / 1000
    by_section, by_score = request.units == "sections", request.sort == "score"
    search = Search(
        question.tree,
        question.as_typed,
        request.sort,
        _counted(request, state),
        offset=0 if by_section else request.offset,
        limit=ALL_POSTS if by_section else request.limit,
        drafts=request.drafts,
        deadline=deadline,
        grouped=request.translations == "group" and not names_language(question.tree),
        pinned=question.pinned if by_score else None,
        recency=question.recency,
    )
    matched = reader.search(search)
    context = hits.hit_context(search, matched, reader.analyzer, request, text=question.name or question.text)
    page, in_time = slice(request.offset, request.offset + request.limit), True
    if goes_by_meaning(question, matched, state.posts):
        ranked = best(matched, question, by_score, max(page.stop, rerank.LOOKED_AT))
        ranked, in_time = by_meaning(ranked, question, context, deadline)
    else:
        ranked = best(matched, question, by_score, None if by_section else page.stop)
    if by_section:
        matches, in_time = _sections(ranked, context, deadline)
        total = len(matches)
        shown = [hits.of_section(reader, match, context) for match in matches[page]]
    else:
        total = matched.total
        shown = [hits.of_post(reader, post, context) for post in ranked[page]]
    complete, meaning = matched.complete and in_time, any(post.by_meaning for post in ranked)
    if state.sites:
        shown = [hit._replace(site=hit.path.partition("/")[0]) for hit in shown]
    warnings = question.warnings + tuple(_cut(matched))
    if question.by_meaning and request.meaning and in_time and not meaning:
        warnings += tuple(_without_a_say(question, ranked))
    if not matched.total and complete:
        warnings += tuple(left_nothing(question.tree, reader, request.drafts))
    return HitList(
        query=question.text,
        parsed=show(question.tree),
        total=total,
        limit=request.limit,
        offset=request.offset,
        took_ms=(time.perf_counter() - started) * 1000,
        hits=tuple(shown),
        facets=matched.facets,
        corrections=question.corrections,
        warnings=warnings,
        complete=complete,
        index=state,
        grouped=matched.grouped,
        strength=_strength(question, matched, state.posts, reader.analyzer.languages) if by_score else "",
        meaning=meaning,
    )


def _filters(tree: Query) -> list[Query]:
    """The filters beside words that every post must fit that matches.

    >>> from postdex_index.query import Term
    >>> _filters(all_of(all_of(Term("smc"), Keyword("tag", "a")), Keyword("lang", "en")))
    [Keyword(field='tag', value='a'), Keyword(field='lang', value='en')]
    """
    if not isinstance(tree, Clauses):
        return []
    return [clause for part in tree.required for clause in (_filters(part) if leaves(part) else [part])]


def _strength(question: ParsedQuery, matched: Answer, posts: int, languages: Sequence[str]) -> str:
    wholes = len(question.as_typed.leaves)
    return strength.of_answer(question.text, matched, wholes, question.stand_ins, posts, languages)


def names_language(tree: Query) -> bool:
    """Whether posts of a language are asked for, or the translations of a post: then each of them is a hit. A synonym
    in posts of a language asks for none.

    >>> from postdex_index.query import Everything
    >>> names_language(all_of(Everything(), Keyword("lang", "zh"))), names_language(Keyword("tag", "zh"))
    (True, False)
    """
    if isinstance(tree, Clauses):
        return not tree.typed and any(map(names_language, (*tree.required, *tree.optional)))
    return isinstance(tree, Keyword) and tree.field in ("lang", "translation")


def best(
    matched: Answer, question: ParsedQuery, by_score: bool = True, count: int | None = None
) -> list[rerank.Ranked]:
    """The candidates as they are shown: if they are to be `by_score`, by closeness, and names as they were typed first.
    With `count` only so many at the top need be right."""
    words, candidates = leaves(question.tree), matched.candidates
    pairs = rerank.neighbours(words) if by_score and not question.name else ()
    first = rerank.pinned_first(candidates, pairs)
    if first:
        candidates, count = candidates[len(first) :], count and max(0, count - len(first))
    reach = max(0, rerank.LOOKED_AT - len(first))  # no engine need give more, and a page is the same with those that do
    if by_score and question.name:
        ranked = spelled_first(candidates, question.name, len(words), count, reach)
    else:
        ranked = rerank.rerank_by_proximity(candidates, pairs, count, reach)
    return first + ranked if first else ranked


def goes_by_meaning(question: ParsedQuery, matched: Answer, posts: int) -> bool:
    """Whether meaning is to have a say in the order of what matched, of so many posts of the index."""
    return question.by_meaning > 0 and not strength.is_wholly_answered(matched, len(question.as_typed.leaves), posts)


def by_meaning(
    ranked: list[rerank.Ranked], question: ParsedQuery, context: hits.HitContext, deadline: float | None = None
) -> tuple[list[rerank.Ranked], bool]:
    """The candidates, best first by words, the first LOOKED_AT of them right, as they are shown where meaning has a
    say: of those in the order in which it puts them, but for those that come first whatever they score. And whether
    time was enough for that: else the order is that of words."""
    with forks.barred:
        from .nearness import nearness
        from .rerank_by_meaning import rerank_by_meaning  # of 100 searches 95 have no use for them

    pinned = [*takewhile(lambda post: post.candidate.pinned, ranked)]
    others = ranked[len(pinned) :]
    near = nearness(question.text, others[: max(0, rerank.LOOKED_AT - len(pinned))], context, deadline)
    if near is None:
        return ranked, False
    words, wholes = len(context.leaves), len(question.as_typed.leaves) if question.as_typed.certain else 0
    return pinned + rerank_by_meaning(others, near, question.by_meaning, range(words, words + wholes)), True


def _without_a_say(question: ParsedQuery, ranked: Sequence[rerank.Ranked]) -> list[str]:
    """A warning where the vectors know too little for an order, though meaning was asked for."""
    with forks.barred:
        from .nearness import what_is_unknown

    unknown = what_is_unknown(question.text, ranked[: rerank.LOOKED_AT])
    return [f"meaning has no say: the vectors do not know {unknown}"] if unknown else []


def nothing(request: SearchRequest, warnings: tuple[str, ...], state: IndexState, started: float) -> HitList:
    """The answer to a text that holds nothing to search for."""
    return HitList(
        query=request.query,
        parsed="",
        total=0,
        limit=request.limit,
        offset=request.offset,
        took_ms=(time.perf_counter() - started) * 1000,
        hits=(),
        facets={name: {} for name in _counted(request, state)},
        corrections=(),
        warnings=warnings,
        complete=True,
        index=state,
    )


def _counted(request: SearchRequest, state: IndexState) -> tuple[str, ...]:
    """By what the posts are counted: by sites where they are of several."""
    return tuple([name for name in request.facets if name != SITES or state.sites]) if request.facets else ()


def all_of(tree: Query, *filters: Query) -> Query:
    """The tree with filters that must hold besides.

    >>> show(all_of(Clauses(optional=(Keyword("tag", "a"),), minimum=1), Keyword("lang", "en")))
    '(+(tag=a) +lang=en)'
    """
    return Clauses(required=(tree, *filters)) if filters else tree


def _sections(
    ranked: Sequence[rerank.Ranked], context: hits.HitContext, deadline: float | None
) -> tuple[list[hits.SectionMatch], bool]:
    """All sections of these posts, best first (in the order of the posts if these are sorted), and whether time was
    enough for all posts."""
    pinned: list[hits.SectionMatch] = []
    matches: list[hits.SectionMatch] = []
    in_time = True
    for post in ranked:
        if deadline is not None and time.monotonic() > deadline:
            in_time = False
            break
        of_post = hits.section_matches(post, context)
        if post.candidate.pinned:  # its best one comes first, and the others where their scores put them
            pinned.append(of_post[0]._replace(pinned=True))
            of_post = of_post[1:]
        matches += of_post
    if context.request.sort == "score":
        matches.sort(key=lambda match: -match.score)
    return pinned + matches, in_time


def _cut(answer: Answer) -> list[str]:
    """A warning for each pattern of which only the most frequent words were searched for."""
    return [
        f"{show(stats.leaf)} stands for too many words; only the most frequent were searched for"
        for stats in answer.leaves
        if stats.cut
    ]
