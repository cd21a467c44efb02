"""How does a candidate become a hit that people can open: its best sections, a snippet, links and lines?

The engine says which posts and how well, `rerank` in what order and which sections, `snippets`
which words of them to show. Here this is put together for the few posts of a page; only
the sections that are shown have their text read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from operator import attrgetter
from typing import TypeAlias

from postdex_index import forks, schema
from postdex_index.document import Outlined, Passage
from postdex_index.engine.api import Answer, Reader, Search
from postdex_index.model import Explanation
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Fuzzy, Leaf, Phrase, Prefix, Regex, Synonyms, Term, Wildcard
from postdex_index.text import globs
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.edit_distance import edit_distance

from ..request import SearchRequest
from .exact_spelling import SPELLED
from .marking import Marking, best_snippet, headings_spans, marking
from .rerank import Ranked, ScoredSection, best_sections, holding, neighbours, proximity_factor
from .snippets import snippet, title_spans
from .values import Hit, SectionHit, Snippet, Translation

#: Sections shown of one post.
SECTIONS = 3
#: Translations listed with one post.
TRANSLATIONS = 100
#: Characters shown of a description: fewer than stand for one that is missing, so that its end is cut between words.
_DESCRIPTION = 240
#: What a hit has of its post's fields as they are stored.
_FIELDS = tuple(field.attribute for field in schema.HIT)
_fields_of = attrgetter(*_FIELDS)


#: What one leaf looks for, or one spelling of it.
Spelling: TypeAlias = Term | Phrase | Prefix | Wildcard | Regex | Fuzzy


class HitContext(NamedTuple):
    """What the hits of one search have in common: the leaves and what each is worth (weight x idf), which terms of
    a title are marked and how it is read, what `request` wants shown, and whether any is `pinned`."""

    search: Search
    request: SearchRequest
    leaves: Sequence[Leaf]
    leaf_weights: Sequence[float]
    is_wanted: Callable[[str], bool]
    analyzer: Analyzer
    marking: Marking
    pinned: bool


def hit_context(
    search: Search, answer: Answer, analyzer: Analyzer, request: SearchRequest, *, text: str = ""
) -> HitContext:
    """The leaves of a query, typed as `text`, together with what the engine said of them."""
    leaf_stats = answer.leaves[: len(answer.leaves) - len(search.as_typed.leaves)]
    query_leaves = [stats.leaf for stats in leaf_stats]
    leaf_weights = [stats.idf * stats.leaf.weight for stats in leaf_stats]
    return HitContext(
        search,
        request,
        query_leaves,
        leaf_weights,
        is_wanted=wanted(query_leaves, analyzer),
        analyzer=analyzer,
        marking=marking(search.query, query_leaves, leaf_weights, search.as_typed.key, text=text, analyzer=analyzer),
        pinned=bool(answer.candidates) and answer.candidates[0].pinned,
    )


class _PostMatch(NamedTuple):
    """A ranked post and, for each leaf, the positions in it where its words stand, ascending."""

    ranked: Ranked
    document: Outlined
    positions: Sequence[Sequence[int]]


class SectionMatch(NamedTuple):
    """A section of a post that holds words of the query; `section` is None for a post that has no sections. `pinned`
    is the best one of a post that comes first."""

    post: _PostMatch
    section: ScoredSection | None
    pinned: bool = False

    @property
    def score(self) -> float:
        """Score of the section among the sections of all posts."""
        return self.section.score if self.section else self.post.ranked.score


def of_post(reader: Reader, ranked: Ranked, context: HitContext) -> Hit:
    """The hit of a post: its three best sections, the best one's snippet."""
    post = _post_match(ranked, context)
    return _hit(reader, post, context, _best(post, context, SECTIONS, bool(context.search.as_typed.leaves)))


def best_section(ranked: Ranked, context: HitContext) -> int:
    """The number of the section that words say a post is about; it has one at least."""
    return _best(_post_match(ranked, context), context, 1, wholes_first=False)[0].index


def section_matches(ranked: Ranked, context: HitContext) -> list[SectionMatch]:
    """Each section of a post that holds words of the query, best first."""
    post = _post_match(ranked, context)
    # Among the sections of all posts what is only likely to be meant would put them in the order of their posts.
    certain = bool(context.search.as_typed.leaves) and context.search.as_typed.certain
    sections = _best(post, context, len(post.document.outline.levels), certain)
    return [SectionMatch(post, section) for section in sections] or [SectionMatch(post, None)]


def of_section(reader: Reader, match: SectionMatch, context: HitContext) -> Hit:
    """The hit of a section: that section alone, with its own score."""
    hit = _hit(reader, match.post, context, [match.section] if match.section else [])
    return hit._replace(score=match.score, pinned=match.pinned)


def _post_match(ranked: Ranked, context: HitContext) -> _PostMatch:
    positions = [ranked.candidate.positions(leaf) for leaf in range(len(context.leaves))]
    return _PostMatch(ranked, ranked.candidate.document, positions)


def _best(post: _PostMatch, context: HitContext, limit: int, wholes_first: bool) -> list[ScoredSection]:
    """The best sections of a post; with `wholes_first` those first that hold what was typed as a whole."""
    ranked, document, positions = post
    levels: dict[int, int] = {}
    if wholes_first:
        count = len(context.leaves)
        wholes = [ranked.candidate.positions(count + number) for number in range(len(context.search.as_typed.leaves))]
        levels = holding(document.outline, wholes, ranked.spelled or ())
    return best_sections(document.outline, positions, context.leaf_weights, ranked, limit, wholes=levels)


def _hit(reader: Reader, post: _PostMatch, context: HitContext, sections_shown: Sequence[ScoredSection]) -> Hit:
    ranked, document, _ = post
    request = context.request
    snippets = len(sections_shown) if request.section_snippets else int(request.snippets)
    found = [_snippet(post, scored, context) for scored in sections_shown[:snippets]]
    sections = [_section(post, scored, shown, context) for scored, shown in zip_longest(sections_shown, found)]
    best = sections[0] if sections else SectionHit("", (), "", document.url, 1, match_line=1, score=ranked.score)
    shown = found[0] if found else None
    if request.snippets and not (context.leaves and shown and shown.text):
        # Where no word was asked for, or none stands in the text, the post says best itself what it is about.
        described = snippet(Passage(document.description, 0, best.line, (), False, False), (), width=_DESCRIPTION)
        shown = described if described.text or not shown else shown
    return Hit(
        path=document.path,
        line=best.match_line,
        url=best.url,
        anchor=best.anchor,
        title=document.title,
        title_spans=title_spans(document.title, context.is_wanted, context.analyzer) if context.leaves else (),
        headings=best.headings,
        headings_spans=best.headings_spans,
        score=ranked.score,
        snippet=shown or Snippet("", (), best.line),
        sections=tuple(sections),
        explain=explanation(reader, ranked, context) if request.explain else None,
        translations=tuple(
            [Translation(it.lang, it.path, it.url) for it in ranked.candidate.translations(TRANSLATIONS)]
        ),
        pinned=context.pinned and ranked.candidate.pinned,
        **dict(zip(_FIELDS, _fields_of(document), strict=True)),
    )


def _snippet(post: _PostMatch, scored: ScoredSection, context: HitContext) -> Snippet:
    """The snippet of a section."""
    ranked, document, positions = post
    body, spelled = document.section(scored.index).body, scored.index in (ranked.spelled or ())
    return best_snippet(document, scored, positions, body, context.marking, spelled=spelled)


def _section(post: _PostMatch, scored: ScoredSection, shown: Snippet | None, context: HitContext) -> SectionHit:
    """A section as it is shown: on the line of its snippet, which it has itself only where each has one."""
    document = post.document
    _, heading, headings, anchor, line, _, _, _ = document.section(scored.index)
    url = f"{document.url}#{anchor}" if document.url and anchor else document.url
    match_line = shown.line if shown and (shown.spans or not heading) else line
    return SectionHit(
        heading,
        headings,
        anchor,
        url,
        line,
        match_line=match_line,
        score=scored.score,
        snippet=shown if context.request.section_snippets else None,
        headings_spans=headings_spans(document, scored, post.positions, headings, context.marking)
        if scored.in_headings
        else (),
    )


def wanted(query_leaves: Sequence[Leaf], analyzer: Analyzer) -> Callable[[str], bool]:
    """Whether a term of a title is a word of the query, or of the same stem as one of its words.

    >>> is_wanted = wanted([Term("leaks"), Prefix("soc"), Term("bug", field="body")], Analyzer(True, ("en",)))
    >>> [is_wanted(term) for term in ("leak", "socket", "bug")]
    [True, True, False]
    """
    names: set[str] = set()
    stems: set[str] = set()
    tests: list[Callable[[str], bool]] = []
    waiting = [spelling for spelling in _spellings(query_leaves) if spelling.field in ("", "title")]
    while waiting:
        match waiting.pop():
            case Term(text, _, _, exact):
                names.add(text)
                stems.update(() if exact else analyzer.stems(text))
            case Phrase(terms, _, _, exact, _, prefix):
                waiting += [Term(text, exact=exact) for text in (terms[:-1] if prefix else terms)]
                waiting += [Prefix(terms[-1])] if prefix else []
            case Prefix(text):
                tests.append(_begins(text))
            case Wildcard(pattern):
                tests.append(_covers(re.compile(globs.wildcard(pattern)).fullmatch))
            case Regex(pattern):
                tests.append(_covers(_of_words(pattern[1:-1])))
            case Fuzzy(text, most):
                tests.append(_near(text, most))

    def is_wanted(term: str) -> bool:
        if term in names or (tests and any(test(term) for test in tests)):
            return True
        return not stems.isdisjoint(analyzer.stems(term))

    return is_wanted


def _spellings(query_leaves: Sequence[Leaf]) -> list[Spelling]:
    """What is looked for, each spelling of a word by itself."""
    return [
        spelling for leaf in query_leaves for spelling in (leaf.spellings if isinstance(leaf, Synonyms) else (leaf,))
    ]


def _begins(text: str) -> Callable[[str], bool]:
    return lambda term: term.startswith(text)


def _covers(matches: Callable[[bytes], object]) -> Callable[[str], bool]:
    return lambda term: matches(term.encode("utf-8", "replace")) is not None


def _of_words(pattern: str) -> Callable[[bytes], object]:
    with forks.barred:
        from postdex_index.text.regexes import of_words

    return of_words(pattern).fullmatch


def _near(text: str, most: int) -> Callable[[str], bool]:
    return lambda term: term[:1] == text[:1] and edit_distance(text, term, most) <= most


def explanation(reader: Reader, ranked: Ranked, context: HitContext) -> Explanation:
    """The engine's score and, where words stand close together or a name is spelled just so, what that made of it."""
    path, search = ranked.candidate.document.path, context.search
    by_words = _explained(reader.explain(search, path), ranked, context)
    if not ranked.candidate.pinned:
        return by_words
    where = "the settings" if search.pinned and path in search.pinned.posts else "its front matter"
    return Explanation(by_words.value, f"first whatever it scores, pinned by {where}: sum", (by_words,))


def _explained(engine_score: Explanation, ranked: Ranked, context: HitContext) -> Explanation:
    if ranked.by_meaning is None:
        return _by_words(engine_score, ranked, context)
    _, near, weight = ranked.by_meaning
    by_words = _by_words(engine_score, ranked, context)
    parts = (
        _weighed("by words", by_words, 1 - weight),
        _weighed(
            "by meaning",
            Explanation(near, "nearness: from 0, the farthest of the best posts, to the best score by words"),
            weight,
        ),
    )
    return Explanation(sum([part.value for part in parts]), "words and meaning: sum", parts)


def _weighed(by: str, score: Explanation, weight: float) -> Explanation:
    return Explanation(score.value * weight, f"{by}: product", (score, Explanation(weight, "weight")))


def _by_words(engine_score: Explanation, ranked: Ranked, context: HitContext) -> Explanation:
    if ranked.word_score == ranked.candidate.score:
        return engine_score
    if ranked.spelled is not None:  # one name has no words that could be close
        return Explanation(
            engine_score.value * SPELLED, "score x spelling", (engine_score, Explanation(SPELLED, "spelled as typed"))
        )
    factor = proximity_factor(ranked.candidate, neighbours(context.leaves))
    close = Explanation(factor, "closeness of the query's words")
    return Explanation(engine_score.value * factor, "score x closeness", (engine_score, close))
