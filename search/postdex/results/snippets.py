"""Which words of a section show best why it was found?

The engine gives a passage, about 900 characters around the best match, with the words
of the query marked in it. Four steps, each a function: the passage is cut into sentences;
each sentence, or each window of a long one, is scored by the words it holds; the best is
chosen, and a second only if it brings a word of the query that the first has not; they
are cut or grown to the room there is and joined to one text with spans.

Spans come first, markup last: `wire` makes HTML of them, `terminal` escape sequences.
All functions are pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import starmap
from math import log
from operator import itemgetter
from typing import TypeAlias

from postdex_index import native
from postdex_index.document import Mark, Passage
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Span
from postdex_index.named_tuple import NamedTuple
from postdex_index.text.analyzer import Analyzer, term_places
from postdex_index.text.characters import compiled

from ..text_safety import printable
from .mark_groups import heaviest
from .values import Snippet

# BM25 over sentences: 87 characters is the average sentence of the English sites the formula was tried on.
_K1, _B, _AVERAGE = 1.2, 0.75, 87
# A sentence with two words of the query is worth half as much again, with three twice as much; and a little for
# words side by side.
_GROUP, _ADJACENT, _MAX_ADJACENT = 0.5, 0.15, 4
# Marks that are looked at: a passage of nothing but marks must not cost more than one of prose.
_MAX_MARKS = 200
# The share of the room that the marks of a window may take: the rest is for the words around them.
_REACH = 0.8
# What was typed and stands there as a whole is shown so, even if it takes half as much room again.
_GROWN = 1.5
# How far from the ideal place a cut may go to find a blank or a punctuation mark.
_SNAP = 30

# Passages whose sentences are remembered, and titles whose terms are: the same posts are found again and again.
_REMEMBERED = 8192

_ELLIPSIS, _GAP = "…", " … "
_ENDS = (".", "!", "?", "…", "。", "！", "？")
# "e.g. this" goes on, "end. This" ends; a newline always ends, a soft break is a blank like any other.
# All ways begin with one class of characters: so `re` passes over the others three times as fast. The others are made
# of classes of at most two ranges, as far as they are not ASCII: any more costs a cold search .2 ms of compiling.
_SENTENCE_END = (
    r"""[.!?…。！？；\n\u2028](?:(?:(?<=[.!?])|(?<=…))(?:[.!?]++|…)*+(?:["')\]]++|[”’])*+\s++(?![a-z])"""
    r"""|(?<![.!?\n])(?<!\u2028)(?:[。…]++|[！？]++|；)*+(?:[」』]++|[”’]++|）)*+\s*+|(?<=[\n\u2028])\s*+)"""
)
_BREAK = r"\s+|[，、；：。！？」』）】]+"
_BLANKS = "  +"
_NOISE = r"[\s|]+"
_BY_SCORE = itemgetter(0)


#: Code points text[start:stop] of a passage or a title: (start, stop).
Range: TypeAlias = tuple[int, int]


class _Fragment(NamedTuple):
    """Marks that could be shown together, in the sentence text[start:stop] (or the long one they are part of)."""

    score: float
    start: int
    stop: int
    marks: Sequence[Mark]


def snippet(
    passage: Passage,
    leaf_weights: Sequence[float],
    *,
    width: int = 160,
    fragments: int = 2,
    around: Range | None = None,
) -> Snippet:
    """The best one or more fragments of a passage in about `width` characters, the query's words as spans.

    `leaf_weights` has each leaf's weight x idf. Without marks: the beginning of the passage. With `around` it is known
    what has to be shown, text[start:stop] of the passage, and the line is that of its beginning.

    >>> text = "A long day. The SMC socket fell back to TCP."
    >>> snippet(Passage(text, 0, 7, (Mark(16, 19, 0),), False, False), [2.0], width=40)
    Snippet(text='The SMC socket fell back to TCP.', spans=(Span(start=4, length=3),), line=7)
    """
    shown, spans, line = best_fragments(passage, leaf_weights, width, fragments, around)
    return Snippet(shown, tuple(starmap(Span, spans)), line)


@native.twin
def best_fragments(
    passage: Passage, leaf_weights: Sequence[float], width: int, fragments: int, around: Range | None, /
) -> tuple[str, Sequence[Range], int]:
    """What a snippet is made of: its text, where its marks stand as (start, length), and its line."""
    # A passage cut out of a section may begin inside a word: it is left out, but no mark.
    text = passage.text
    marks = sorted(passage.marks)
    if len(marks) > _MAX_MARKS:
        marks = sorted(sorted(marks, key=lambda mark: -leaf_weights[mark.leaf])[:_MAX_MARKS])
    begun = compiled(_BREAK).search(text, 0, min(marks[0].start if marks else 0, _SNAP)) if passage.cut_start else None
    bounds = _sentences(text, begun.end() if begun else 0)
    if not marks:
        return _joined(
            passage, bounds, [_fitted(text, bounds, (bounds[0], bounds[1]), (0, 0), width)], (), leaf_weights
        )
    if around:
        room = max(width, min(around[1] - around[0], int(width * _GROWN)))
        return _joined(passage, bounds, [_around(text, bounds, around, room)], marks, leaf_weights, first=around[0])
    candidates = _candidates(passage, bounds, marks, leaf_weights, width)
    best = max(candidates, key=_BY_SCORE)
    shown = [_place(text, bounds, best, leaf_weights, width)]
    if fragments > 1 and len(candidates) > 1:
        leaves_shown = _leaves(shown, marks)
        if len({leaf for _, _, leaf in marks}) > len(leaves_shown):
            candidates.sort(key=_BY_SCORE, reverse=True)
            chosen = _chosen(candidates, leaves_shown, fragments)
            if len(chosen) > 1:
                several = _places(text, bounds, chosen, leaf_weights, width)
                shown = several if len(_leaves(several, marks)) > len(leaves_shown) else shown
    return _joined(passage, bounds, shown, marks, leaf_weights)


def title_spans(title: str, is_wanted: Callable[[str], bool], analyzer: Analyzer) -> tuple[Span, ...]:
    """The stretches of a title that hold a wanted term; touching ones are one.

    >>> title_spans("A refcount bug", {"refcount"}.__contains__, Analyzer(True, ("en",)))
    (Span(start=2, length=8),)
    """
    ranges = {place for term, place in _title_terms(title, analyzer) if is_wanted(term)}
    return tuple(merged(sorted(ranges))) if ranges else ()


@lru_cache(_REMEMBERED)
def _title_terms(title: str, analyzer: Analyzer) -> Sequence[tuple[str, Range]]:
    """The terms of a title, each with where it stands; those of a compound stand where the whole does."""
    places = term_places(analyzer.simplified(title), False, 0)
    return [(term, (start, stop)) for term, _, start, stop in places]


@lru_cache(_REMEMBERED)
def _sentences(text: str, start: int) -> Sequence[int]:
    """Where the sentences of a text begin, the first at `start`, and its end: at least two numbers."""
    bounds = [start, *[match.end() for match in compiled(_SENTENCE_END).finditer(text, start)]]
    if bounds[-1] < len(text) or len(bounds) < 2:
        bounds.append(len(text))
    return tuple(bounds)


def _candidates(
    passage: Passage, bounds: Sequence[int], marks: Sequence[Mark], leaf_weights: Sequence[float], width: int
) -> list[_Fragment]:
    """Each sentence with marks, scored; of one with marks too far apart, each fullest window."""
    candidates: list[_Fragment] = []
    reach = int(width * _REACH)
    first, count, last = 0, len(marks), len(bounds) - 1
    while first < count:
        sentence = bisect_right(bounds, marks[first].start)
        start, stop = bounds[sentence - 1], bounds[min(sentence, last)]
        after = first + 1
        while after < count and marks[after].start < stop:
            after += 1
        early = 1 + 1 / log(_AVERAGE + passage.offset + start)
        for window in _windows(marks[first:after], reach):
            candidates.append(_Fragment(_score(window, stop - start, leaf_weights) * early, start, stop, window))
        first = after
    return candidates


def _windows(marks: Sequence[Mark], reach: int) -> list[Sequence[Mark]]:
    """The runs of marks that fit into `reach` characters and could take in no further mark."""
    if marks[-1].stop - marks[0].start <= reach:  # nearly always
        return [marks]
    windows: list[Sequence[Mark]] = []
    stop = 0
    for start, mark in enumerate(marks):
        stop_before = stop
        while stop < len(marks) and (stop <= start or marks[stop].stop - mark.start <= reach):
            stop += 1
        if stop > stop_before:
            windows.append(marks[start:stop])
    return windows


def _score(marks: Sequence[Mark], length: int, leaf_weights: Sequence[float]) -> float:
    """BM25 of the marks in a sentence of `length` characters, raised by different words and by neighbours."""
    norm = _K1 * (1 - _B + _B * min(max(length, 20), 400) / _AVERAGE)
    if len(marks) == 1:  # nearly always
        return leaf_weights[marks[0].leaf] / (1 + norm)
    counts: dict[int, int] = {}
    adjacent, before = 0, marks[0]
    for mark in marks:
        counts[mark.leaf] = counts.get(mark.leaf, 0) + 1
        adjacent += mark.leaf != before.leaf and mark.start - before.stop <= 1
        before = mark
    score = 0.0  # not `sum`, which adds otherwise from Python 3.12 on
    for leaf, count in counts.items():
        score += leaf_weights[leaf] * count / (count + norm)
    return score * (1 + _GROUP * (len(counts) - 1)) * (1 + _ADJACENT * min(adjacent, _MAX_ADJACENT))


def _chosen(candidates: Sequence[_Fragment], leaves_shown: set[int], fragments: int) -> list[_Fragment]:
    """The best candidate, which shows the words `leaves_shown`, and those of the next that bring another."""
    chosen = [candidates[0]]
    leaves = set(leaves_shown)
    for candidate in candidates[1:]:
        brings = {mark.leaf for mark in candidate.marks}
        if brings - leaves:
            chosen.append(candidate)
            leaves |= brings
            if len(chosen) == fragments:
                break
    return chosen


def _leaves(places: Sequence[Range], marks: Sequence[Mark]) -> set[int]:
    return {leaf for begin, end, leaf in marks for start, stop in places if start <= begin and end <= stop}


def _places(
    text: str, bounds: Sequence[int], chosen: Sequence[_Fragment], leaf_weights: Sequence[float], width: int
) -> list[Range]:
    """Where each chosen candidate is shown, in the order of the text; those that meet become one.

    Every fragment has an equal share of the width, and what the others do not need.
    """
    room = width - len(_GAP) * (len(chosen) - 1)
    places = []
    for number, candidate in enumerate(chosen):
        needed = sum(other.stop - other.start for other in chosen[number + 1 :])
        start, stop = _place(text, bounds, candidate, leaf_weights, max(room // (len(chosen) - number), room - needed))
        places.append((start, stop))
        room -= stop - start
    places.sort()
    apart = [places[0]]
    for start, stop in places[1:]:
        if start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(stop, apart[-1][1]))
        else:
            apart.append((start, stop))
    return apart


def _place(text: str, bounds: Sequence[int], candidate: _Fragment, leaf_weights: Sequence[float], room: int) -> Range:
    """Where a candidate is shown in `room` characters; if its marks are further apart, the best of them."""
    start, stop, marks = candidate.start, candidate.stop, candidate.marks
    if stop - start > room and len(marks) > 1:
        marks = max(_windows(marks, int(room * _REACH)), key=lambda window: _score(window, stop - start, leaf_weights))
    first = marks[0].start
    last = min(max([stop for _, stop, _ in marks]), first + room)
    return _fitted(text, bounds, (start, stop), (first, last), room)


def _around(text: str, bounds: Sequence[int], marked: Range, room: int) -> Range:
    """Where a stretch is shown that may run over the ends of sentences."""
    start = bounds[max(0, bisect_right(bounds, marked[0]) - 1)]
    stop = bounds[min(bisect_left(bounds, marked[1]), len(bounds) - 1)]
    return _fitted(text, bounds, (start, stop), (marked[0], min(marked[1], marked[0] + room)), room)


def _fitted(text: str, bounds: Sequence[int], sentence: Range, marked: Range, room: int) -> Range:
    """The stretch of the text to show: the sentence with its neighbours, or its part around the marks."""
    start, stop = sentence
    if stop - start > room:
        return _cut(text, sentence, marked, room)
    here = bisect_right(bounds, start, 0, len(bounds) - 1) - 1
    after = here + 1
    while after + 1 < len(bounds) and bounds[after + 1] - start <= room:
        after += 1
    stop = bounds[after]
    if after + 1 < len(bounds) and stop - start < room // 2:
        return start, _cut_after(text, stop, start + room)
    while here and stop - bounds[here - 1] <= room:
        here -= 1
    return bounds[here], stop


def _cut(text: str, sentence: Range, marked: Range, room: int) -> Range:
    """The part of a long sentence around its marks, a quarter of the room before them, cut between words."""
    first, last = marked
    earliest = max(sentence[0], last - room)
    start = max(earliest, min(first - room // 4, sentence[1] - room))
    near = max(earliest, start - _SNAP // 3)
    if near == sentence[0]:
        start = near
    elif break_ := compiled(_BREAK).search(text, near, min(start + _SNAP, first)):
        start = break_.end()
    if start + room >= sentence[1]:
        return start, sentence[1]
    return start, _cut_after(text, last, start + room)


def _cut_after(text: str, least: int, most: int) -> int:
    """The last place between words in [least, most], near `most`; without one, whatever cuts off less of a word."""
    nearest = max(least, most - _SNAP)
    stop = nearest if nearest == least else most
    for break_ in compiled(_BREAK).finditer(text, nearest, most + 1):
        stop = min(break_.start() if break_[0].isspace() else break_.end(), most)
    return stop


def _joined(
    passage: Passage,
    bounds: Sequence[int],
    places: Sequence[Range],
    marks: Sequence[Mark],
    leaf_weights: Sequence[float],
    first: int = -1,
) -> tuple[str, Sequence[Range], int]:
    """The places as one clean text with the spans of their marks, and the file's line of what stands at `first`,
    otherwise of the heaviest."""
    shown, begin = "", places[0][0]
    shown_marks: list[Mark] = []
    spans: list[Span] = []
    for start, stop in places:
        inside = [mark for mark in marks if start <= mark[0] and mark[1] <= stop]
        if not inside:  # a word longer than the room
            inside = [Mark(mark[0], stop, mark[2]) for mark in marks if start <= mark[0] < stop]
        shown_marks += inside
        spaced = merged([mark[:2] for mark in inside])
        begin = noise.end() if (noise := compiled(_NOISE).match(passage.text, start, stop)) else start
        begun = start in bounds and not (passage.cut_start and start == bounds[0])
        shown += _GAP if shown else "" if begun else _ELLIPSIS
        cleaned, marked = _cleaned(passage.text, begin, stop, spaced, len(shown))
        spans += marked
        shown += cleaned
    if first < 0:
        first = shown_marks[0].start if spans else begin
        if spans and _lines(passage.text, first, shown_marks[-1].start):
            first = heaviest(passage.text, shown_marks, leaf_weights)
    line = passage.line + _lines(passage.text, 0, first)
    goes_on = passage.cut_stop if places[-1][1] == len(passage.text) else places[-1][1] not in bounds
    return shown + (_ELLIPSIS if goes_on and not shown.endswith(_ENDS) else ""), spans, line


def _lines(text: str, start: int, stop: int) -> int:
    """The lines of the file that end in text[start:stop]."""
    return text.count("\n", start, stop) + text.count(SOFT_BREAK, start, stop)


def _cleaned(text: str, start: int, stop: int, inside: Sequence[Span], offset: int) -> tuple[str, list[Span]]:
    """text[start:stop] without control characters, every run of blanks one blank, and where its marks are if it
    is shown `offset` characters into a text."""
    plain = text[start:stop].replace(SOFT_BREAK, " ").replace("\n", " ").replace(INCLUDED_BREAK, " ")
    clean = plain.isprintable()
    if clean and "  " not in plain:
        shown = plain.lstrip()
        start += len(plain) - len(shown) - offset
        return shown.rstrip(), [Span(at - start, length) for at, length in inside]
    shown, done = "", 0
    spans: list[Span] = []
    for at, length in (*inside, Span(stop, 0)):
        at -= start
        between, marked = plain[done:at], plain[at : at + length]
        done = at + length
        if not clean:
            between, marked = printable(between), printable(marked)
        between = compiled(_BLANKS).sub(" ", between) if "  " in between else between
        shown += between.lstrip() if not shown or shown[-1] == " " else between
        marked = compiled(_BLANKS).sub(" ", marked) if "  " in marked else marked
        if marked and spans and sum(spans[-1]) == len(shown):  # what stood between is not shown
            spans[-1] = Span(spans[-1].start, spans[-1].length + len(marked))
        elif marked:
            spans.append(Span(len(shown), len(marked)))
        shown += marked
    return shown.rstrip(), [Span(offset + at, length) for at, length in spans]


def merged(ranges: Iterable[Range]) -> list[Span]:
    """Sorted (start, stop) ranges as spans; those that overlap or touch are one."""
    spans: list[Span] = []
    for start, stop in ranges:
        if spans and start <= spans[-1].start + spans[-1].length:
            spans[-1] = Span(spans[-1].start, max(spans[-1].length, stop - spans[-1].start))
        else:
            spans.append(Span(start, stop - start))
    return spans
