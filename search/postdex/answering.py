"""How is a query answered from one snapshot of an index?

One straight line: read the query (`parse`), join what is misspelt (`typos`). From there it is `results`: let the
engine match and score (`search`), re-rank the first fifty by closeness (`rerank`), make hits of the page that was asked
for (`hits`). Which snapshot that is, is for `snapshots`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from postdex_index import forks, schema
from postdex_index.document import Outlined
from postdex_index.engine.api import Answer, AsTyped, Reader, Search
from postdex_index.errors import NotFoundError
from postdex_index.logs import DEBUG, log
from postdex_index.query import Everything, Keyword, Query, Term
from postdex_index.text.questions import asks

from .query import argument_filters, parse, typos
from .query.lexer import LINKS
from .query.typos import CorrectedQuery, Correction
from .request import ALL_POSTS, FACETS, LINE_FILTERS, SORTS, SearchRequest, check_text, unexpected
from .results import search
from .results.left_nothing import left_nothing
from .results.search import ParsedQuery, all_of, nothing
from .results.values import FieldCounts, HitList
from .snapshots import SearchView

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today
    from postdex_index.settings import Settings

    from .links.ends import Expanded
    from .query.synonyms import CountedSynonyms
    from .request import LineArguments
    from .results.lines import Lines

#: So many values of a field are named.
MOST_VALUES = 100
_FACETS = frozenset(FACETS)


def answer(request: SearchRequest, view: SearchView, settings: Settings, today: Today, started: float) -> HitList:
    """The results of a request by the settings in force; `started` is the `time.perf_counter()` from which they took
    their time."""
    reader = view.reader
    _insist_on_meaning(request)
    request, narrowing = _narrowed(request, reader, today)
    all_words = request.sort != "score"
    parsed = _parsed(
        request.query,
        reader,
        settings,
        today,
        drafts=request.drafts,
        all_words=all_words,
        prefix_last=request.prefix_last,
    )
    if parsed.empty:
        return nothing(request, parsed.warnings, view.state, started)
    meant = typos.correct_typos(parsed, reader) if request.typo else typos.as_it_is(parsed)
    if parsed.listing and not all_words:
        request = request._replace(sort="date")
    if narrowing:
        meant = meant._replace(tree=all_of(meant.tree, *narrowing))
    asked = _parsed_query(request.query, parsed, meant)
    asked = _ranked_by_owner(asked, settings, reader, today, request.recency)
    if parsed.only_words:
        asked = _ranked_by_meaning(asked, request, settings, reader)
    results = search.answer(asked, request, reader, view.state, started)
    log("search", DEBUG, "%r: %d posts in %.1f ms", request.query, results.total, results.took_ms)
    return results if results.hits else _with_suggestions(results, parsed, reader)


def like(path: str, request: SearchRequest, view: SearchView, started: float) -> HitList:
    """The posts that are most like one. Raises NotFoundError."""
    with forks.barred:
        from .query import similar

    asked = ParsedQuery("", similar.like(view.reader, post(view.reader, path)))
    return search.answer(asked, request, view.reader, view.state, started)


def lines(
    pattern: str,
    any_case: bool,
    query: str,
    arguments: LineArguments,
    view: SearchView,
    settings: Settings,
    today: Today,
) -> Lines:
    """The lines that a regular expression matches, in the posts that have all words of a query. Raises QueryError."""
    with forks.barred:
        from .query.line_patterns import posts_with
        from .results.lines import Lines

    reader = view.reader
    names = ("query", "ignore_case", *LINE_FILTERS, "deadline_ms")
    for name in arguments:
        if name not in names:
            raise unexpected("lines", name, names)
    arguments.setdefault("deadline_ms", None)
    request, narrowing = _narrowed(SearchRequest.of(query, **arguments), reader, today)
    deadline = None if request.deadline_ms is None else time.monotonic() + request.deadline_ms / 1000
    parsed = _parsed(request.query, reader, settings, today, drafts=request.drafts, all_words=True)
    filtered = all_of(parsed.tree, *narrowing)

    def posts() -> Answer:
        searched = Search(filtered, limit=ALL_POSTS, drafts=request.drafts, deadline=deadline)
        if telling := posts_with(pattern):
            answer = reader.search(searched._replace(query=all_of(filtered, telling)))
            if not any(leaf.cut for leaf in answer.leaves if leaf.leaf in telling.optional):
                return answer
        return reader.search(searched)

    warnings = parsed.warnings
    if not reader.totals([filtered], drafts=request.drafts)[0]:
        warnings += tuple(left_nothing(filtered, reader, request.drafts))
    return Lines(check_text("pattern", pattern), any_case, posts, deadline=deadline, warnings=warnings)


def _narrowed(request: SearchRequest, reader: Reader, today: Today) -> tuple[SearchRequest, list[Query]]:
    """A request whose orders and facets are those of the index, and the filters among its arguments."""
    narrowing = argument_filters.queries(request, reader.analyzer, today)
    if request.where or request.sort not in SORTS or not _FACETS.issuperset(request.facets):
        with forks.barred:
            from .query import named_fields, own_fields  # most searches name none

        own = own_fields.OwnFields(reader, today)
        request = named_fields.checked(request, own)
        for text, query in zip(request.where, named_fields.filters(request, reader.analyzer, today, own), strict=True):
            named = _names_posts(text)
            narrowing.append(_linked(query, reader, request.drafts).query if named else query)
    return request, narrowing


def question(request: SearchRequest, reader: Reader, settings: Settings, today: Today) -> tuple[ParsedQuery, bool]:
    """A query as it is searched for in the order by score, by the settings in force, and whether it holds nothing to
    search for. Of the request are its query, `recency` and `meaning`."""
    _insist_on_meaning(request)
    parsed = _parsed(request.query, reader, settings, today)
    asked = _parsed_query(request.query, parsed, typos.correct_typos(parsed, reader))
    asked = _ranked_by_owner(asked, settings, reader, today, request.recency)
    return _ranked_by_meaning(asked, request, settings, reader) if parsed.only_words else asked, parsed.empty


def post(reader: Reader, path: str) -> Outlined:
    """The stored post of a path. Raises NotFoundError."""
    (document,) = reader.documents([check_text("path", path)])
    if document is None:
        raise NotFoundError("no post of the index has this path", "paths are relative to the folder", path=path)
    return document


def in_order(facets: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Facets as a search counted them, the most frequent value first, but years the last one first.

    >>> in_order({"tags": {"linux": 2, "c": 1}, "year": {"2022": 5, "2024": 2}})
    {'tags': {'linux': 2, 'c': 1}, 'year': {'2024': 2, '2022': 5}}
    """
    by_time = [name for name in facets if name in schema.FACETS and schema.FACETS[name].type == "date"]
    return {**facets, **{name: dict(sorted(facets[name].items(), reverse=True)) for name in by_time}}


def fields(reader: Reader) -> list[FieldCounts]:
    """The fields of the site's own, those first that the settings name, then by the number of their posts."""
    own = sorted(reader.fields(), key=lambda field: (not field.named, -field.posts, field.name))
    facets = reader.search(Search(Everything(), facets=[field.name for field in own], limit=0)).facets
    return [FieldCounts(*field, _some(in_order_of(field.kind, facets[field.name]), field.kind)) for field in own]


def _some(counts: dict[str, int], kind: str) -> dict[str, int]:
    """So many values as are named: of those that stand in an order of their own the first and the last ones."""
    rows = list(counts.items())
    if len(rows) <= MOST_VALUES:
        return counts
    half = MOST_VALUES // 2
    return dict(rows[:half] + rows[-half:] if kind in ("number", "date") else rows[:MOST_VALUES])


def in_order_of(kind: str, counts: dict[str, int]) -> dict[str, int]:
    """The values of a field with their posts, as one reads them: numbers ascending, years the last one first, others
    the most frequent first.

    >>> in_order_of("number", {"10": 3, "9.5": 1})
    {'9.5': 1, '10': 3}
    """
    if kind == "number":
        return dict(sorted(counts.items(), key=lambda pair: float(pair[0])))
    return dict(sorted(counts.items(), reverse=True)) if kind == "date" else counts


def paths(reader: Reader) -> Iterator[str]:
    """The paths of all published posts, in their order, each read when it is its turn."""
    for candidate in reader.search(Search(Everything(), limit=ALL_POSTS)).candidates:
        yield candidate.document.path


def about(reader: Reader) -> tuple[list[str], dict[str, int]]:
    """Facts about an index, in words, and its tags with the numbers of their posts."""
    stats = reader.stats()
    facts = [f"{stats.posts:,} post{'s' * (stats.posts != 1)}"]
    facts += [f"{stats.unpublished:,} unpublished"] if stats.unpublished else []
    facts += [f"{stats.terms:,} words", f"{stats.bytes / 1e6:,.1f} MB"]
    return facts, reader.search(Search(Everything(), facets=("tags",), limit=0)).facets["tags"]


def _parsed(
    query: str,
    reader: Reader,
    settings: Settings,
    today: Today,
    *,
    drafts: bool = False,
    all_words: bool = False,
    prefix_last: bool = False,
) -> parse.QueryReading:
    """A query as the index that answers reads it, whatever the settings say by now."""
    own = None
    if ":" in check_text("query", query):
        with forks.barred:
            from .query.own_fields import OwnFields  # most queries name no field

        own = OwnFields(reader, today)
    has_synonyms = settings.synonyms or settings.synonym_lists or settings.glossary
    parsed = parse.parse(
        query,
        reader.analyzer,
        today=today,
        all_words=all_words,
        prefix_last=prefix_last,
        post_counts=lambda words: reader.totals([Term(word) for word in words]),
        fits=lambda asked: (
            (isinstance(asked, Keyword) and asked.field in LINKS) or reader.totals([asked], drafts=drafts)[0] > 0
        ),
        own=own,
        synonyms=_synonyms(settings, reader, drafts) if has_synonyms else None,
    )
    if own is None or not _names_posts(query):
        return parsed
    tree, messages = _linked(parsed.tree, reader, drafts)
    return parsed._replace(tree=tree, warnings=(*parsed.warnings, *messages))


def _names_posts(typed: str) -> bool:
    """Whether a text may have filters `links:` or `linked:`."""
    return "links:" in typed or "linked:" in typed


def _linked(tree: Query, reader: Reader, drafts: bool) -> Expanded:
    """A query with its filters `links:` and `linked:` as what finds the posts that are meant."""
    with forks.barred:
        from .links import ends

    return ends.expanded(tree, reader, drafts=drafts)


def _synonyms(settings: Settings, reader: Reader, drafts: bool) -> CountedSynonyms:
    """Those of the site as the words of this reader are looked up."""
    with forks.barred:
        from . import site_synonyms
        from .query.synonyms import CountedSynonyms

    return CountedSynonyms(site_synonyms.table(settings, reader), partial(reader.totals, drafts=drafts))


def _parsed_query(query: str, parsed: parse.QueryReading, meant: CorrectedQuery) -> ParsedQuery:
    tree, title_key, corrections, stand_ins = meant
    whole_leaves, certain, name = parsed.whole
    as_typed = AsTyped(title_key, whole_leaves, certain)
    if parsed.synonyms:
        synonyms = [Correction(word, tuple(others), synonym=True) for word, others in parsed.synonyms.items()]
        corrections = (*synonyms, *corrections)
    return ParsedQuery(query, tree, as_typed, name, corrections, parsed.warnings, stand_ins)


def _ranked_by_owner(
    asked: ParsedQuery, settings: Settings, reader: Reader, today: Today, recency: str | None = None
) -> ParsedQuery:
    """A query with the posts that the settings put first for it, and with what age is worth by them or by a request."""
    half_life = settings.recency if recency is None else recency
    if not (settings.pins or half_life):
        return asked
    with forks.barred:
        from .query import by_owner

    pins = by_owner.pinned(asked.as_typed.key, settings.pins, reader.analyzer)
    return asked._replace(pins=pins, recency=by_owner.recency(half_life, today))


def _insist_on_meaning(request: SearchRequest) -> None:
    """Raise MissingExtraError where somebody asks for an order by meaning, and it cannot be had."""
    if request.meaning:
        with forks.barred:
            from .meaning import installed

        installed.require()


def _ranked_by_meaning(asked: ParsedQuery, request: SearchRequest, settings: Settings, reader: Reader) -> ParsedQuery:
    """A query that is nothing but words, with what meaning is worth in the order of what it finds."""
    wanted = settings.meaning if request.meaning is None else "always" if request.meaning else "off"
    if wanted == "off" or asked.name or request.sort != "score" or request.units != "posts" or not request.limit:
        return asked
    is_question = asks(asked.text, reader.analyzer.languages)
    if not is_question and wanted != "always":
        return asked
    with forks.barred:
        from .meaning import installed

    if not installed.usable():
        installed.log_refusal()
        return asked
    with forks.barred:
        from .results.rerank_by_meaning import OF_QUESTION, OF_WORDS

    return asked._replace(by_meaning=OF_QUESTION if is_question else OF_WORDS)


def _with_suggestions(results: HitList, parsed: parse.QueryReading, reader: Reader) -> HitList:
    """Nothing was found: say which known words are near to those that were not to be corrected."""
    corrections = typos.suggest_corrections(parsed, reader)
    warnings = tuple(
        f"no post has {correction.word}; did you mean {' or '.join(correction.known)}?" for correction in corrections
    )
    return results.replaced(warnings=results.warnings + warnings)
