"""How do the occurrences of words become posting lists with impacts?

One list per stem, however many fields and surfaces it has. A list's postings carry the post,
its impact in one byte, and its positions; where a stem has several surfaces, also which
one stands there. Merging writes lists with the same `ListWriter`, so that a merged segment has the
very columns that a fresh build has.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, compress, count, islice, pairwise
from operator import ne, sub

from ....named_tuple import NamedTuple
from ....schema import BODY, SCORED, TITLE
from ....scoring import FIELD_SATURATION, SCALE, norm, quantize, saturate, saturation
from ....text.characters import is_spaceless
from ....text.stemming import stems
from ..format.columns import LISTS_PER_SKIP, MAX_FORMS, POSTINGS_PER_SKIP
from ..format.segment_file import Column
from ..format.surface_forms import word_form_columns
from .term_dictionary_writer import TermDictionaryWriter


class Occurrences(NamedTuple):
    """Positions by word form of a language: `positions` all of them, as post << shift | position, `outside_body` those
    in other fields, as post << shift | field code."""

    positions: dict[str, array[int]]
    outside_body: dict[str, array[int]]


class Impacts:
    """Impacts of a segment's postings, from occurrences; field lengths and averages are given."""

    def __init__(self, lengths: Sequence[Sequence[int]], averages: Sequence[float]) -> None:
        self._norms = [[norm(code, length, averages[code]) for length in column] for code, column in enumerate(lengths)]
        self._weights = [field.weight for field in SCORED]

    def of_bodies(self, docs: Iterable[int], counts: Iterable[int]) -> bytearray:
        """Impact bytes of postings whose occurrences are all in the body, from post and count of each."""
        norms, weight = self._norms[BODY], self._weights[BODY]
        once = [quantize(saturate(weight * saturation(1, k))) for k in norms]  # as by far most words are
        # weight n / (n + k), combined, is weight n / (more n + k); in steps, and never beyond a byte (test_lists.py)
        more, scale = 1 + weight / FIELD_SATURATION, SCALE * weight
        postings = zip(docs, counts, strict=True)
        return bytearray(
            [once[d] if n == 1 else int(scale * n / (more * n + norms[d]) + 0.5) or 1 for d, n in postings]
        )

    def of_fields(self, counts: Mapping[int, int], outside_body: Mapping[int, int], shift: int) -> dict[int, int]:
        """Impacts of one word by post, where `outside_body` counts, by post << shift | field code, those of its
        occurrences (`counts` by post) that are not in the body."""
        body = dict(counts)
        extra: dict[int, float] = {}
        low = (1 << shift) - 1
        for key, n in outside_body.items():
            doc, code = key >> shift, key & low
            body[doc] -= n
            extra[doc] = extra.get(doc, 0.0) + self._weights[code] * n / (n + self._norms[code][doc])
        norms, weight = self._norms[BODY], self._weights[BODY]
        return {
            doc: quantize(saturate(weight * saturation(body[doc], norms[doc]) + more)) for doc, more in extra.items()
        }


class ListWriter:
    """Posting lists, added in the order of their stems; gives their columns, most of them computed at the end from the
    occurrences of all lists together: half of all lists are one occurrence."""

    def __init__(self, wide: bool) -> None:
        self._shift, self._typecode, self._half_typecode = (32, "Q", "I") if wide else (16, "I", "H")
        self._occurrences: list[array[int]] = []
        self._outside_body: list[tuple[int, Sequence[int]]] = []
        self._multi_form_lists: dict[int, bytes] = {}
        self._spaceless_ends: set[int] = set()
        self._keys = TermDictionaryWriter()

    def add(
        self,
        name: str,
        forms: Sequence[tuple[str, int]],
        positions: array[int],
        outside_body: Sequence[int] = (),
        form_numbers: bytes = b"",
    ) -> None:
        """Add a list: its stem, its word forms with the document frequency of each (not looked at for a single one),
        its occurrences as post << shift | position, ascending, those outside of bodies also as post << shift | field
        code, and the form number of each occurrence (empty for a single form)."""
        number = len(self._occurrences)
        self._occurrences.append(positions)
        if outside_body:
            self._outside_body.append((number, outside_body))
            # The last character of a run is a word only so that a search for it alone finds it: no word of a title.
            if len(name) == 1 and is_spaceless(name):
                self._spaceless_ends.add(number)
        if form_numbers:
            self._multi_form_lists[number] = form_numbers
        self._keys.add(name, forms)

    def columns(self, impacts: Impacts, spelled: Mapping[str, str]) -> dict[str, Column]:
        """All columns of lists and keys; `spelled` says how people write a key."""
        positions, stops = self._joined(self._occurrences), array("I", accumulate(map(len, self._occurrences)))
        position, doc = self._halves(positions)
        # Per occurrence: 1 where a posting begins, with another post or with another list.
        begins = bytearray(map(ne, doc, chain([-1], doc)))
        for stop in stops[:-1]:
            begins[stop] = 1
        posts = array("H", [begins.count(1, start, stop) for start, stop in pairwise(chain([0], stops))])
        first = array("I", accumulate(posts, initial=0))
        starts = array("I", chain(compress(count(), begins), [len(begins)]))
        docs = array("H", compress(doc, begins))
        counts = list(map(sub, islice(starts, 1, None), starts))
        by_posting, titles = self._impacts(impacts, docs, counts, first)
        return {
            "list_postings": posts,
            "skip_postings": first[:-1:LISTS_PER_SKIP],
            "doc_ids": docs,
            "impacts": by_posting,
            "positions": position,
            **self._counts(counts, starts),
            **word_form_columns(self._multi_form_lists),
            **self._title_columns(titles),
            **self._keys.columns(spelled, posts),
        }

    def _joined(self, columns: Sequence[array[int]]) -> array[int]:
        return array(self._typecode, b"".join(columns))

    def _halves(self, positions: array[int]) -> tuple[array[int], array[int]]:
        """The positions and the posts of places."""
        halves = memoryview(positions).cast("B").cast(self._half_typecode)  # type: ignore[call-overload]
        return array(self._half_typecode, halves[::2].tobytes()), array(self._half_typecode, halves[1::2].tobytes())

    def _impacts(
        self, impacts: Impacts, docs: array[int], counts: Sequence[int], first: array[int]
    ) -> tuple[bytearray, dict[int, list[int]]]:
        """The impact of each posting; and by list the posts that have the word in their title."""
        impact_bytes = impacts.of_bodies(docs, counts)
        titles: dict[int, list[int]] = {}
        low = (1 << self._shift) - 1
        for number, short in self._outside_body:
            times = Counter(short)
            # where the postings of these posts are
            at = {d: bisect_left(docs, d, first[number], first[number + 1]) for d in {s >> self._shift for s in short}}
            all_times = {d: counts[posting] for d, posting in at.items()}
            for d, impact in impacts.of_fields(all_times, times, self._shift).items():
                impact_bytes[at[d]] = impact
            if number not in self._spaceless_ends:
                titles[number] = sorted(key >> self._shift for key in times if key & low == TITLE)
        return impact_bytes, titles

    @staticmethod
    def _counts(counts: Sequence[int], starts: array[int]) -> dict[str, Column]:
        """How many occurrences each posting has; `starts` says where they begin."""
        few = bytes([n if n < 255 else 255 for n in counts])
        many = [match.start() for match in re.finditer(b"\xff", few)]
        return {
            "term_freqs": few,
            "large_term_freqs": array("I", chain.from_iterable([(posting, counts[posting]) for posting in many])),
            "skip_positions": starts[:-1:POSTINGS_PER_SKIP],
        }

    def _title_columns(self, titles: Mapping[int, list[int]]) -> dict[str, Column]:
        titles = {number: docs for number, docs in titles.items() if docs}
        words = Counter(chain.from_iterable(titles.values()))
        # Rounded down, so that the shares of one title add up to no more than a byte holds.
        coverage = {doc: 255 // n for doc, n in words.items()}
        return {
            "title_lists": array("I", titles),
            "title_list_first": array("I", accumulate(map(len, titles.values()), initial=0)),
            "title_coverage_doc": array("H", chain.from_iterable(titles.values())),
            "title_coverage": bytes(map(coverage.__getitem__, chain.from_iterable(titles.values()))),
        }


def invert(
    languages: Mapping[str, Occurrences],
    spelled: Mapping[str, str],
    lengths: Sequence[Sequence[int]],
    averages: Sequence[float],
    wide: bool,
) -> dict[str, Column]:
    """The columns of posting lists and term dictionary, from occurrences by language and word form."""
    writer = ListWriter(wide)
    members: defaultdict[str, list[tuple[str, array[int], Sequence[int]]]] = defaultdict(list)
    for language, (positions, outside_body) in languages.items():
        for stem, (form, positions_of) in zip(stems(positions, language), positions.items(), strict=True):
            members[stem].append((form, positions_of, outside_body.get(form, ())))
    for stem in sorted(members):
        words = members[stem]
        if len(words) == 1:
            ((form, positions_of, outside_body_of),) = words
            writer.add(stem, ((form, 0),), positions_of, outside_body_of)
        else:
            writer.add(stem, *_together(words))
    return writer.columns(Impacts(lengths, averages), spelled)


def _together(
    words: Sequence[tuple[str, array[int], Sequence[int]]],
) -> tuple[list[tuple[str, int]], array[int], list[int], bytes]:
    """Several words as one list: what `ListWriter.add` takes."""
    everywhere: dict[str, array[int]] = {}
    for form, positions, _ in words:  # one that stands there twice was stemmed so in two languages
        everywhere[form] = everywhere[form] + positions if form in everywhere else positions
    flat = list(chain.from_iterable(everywhere.values()))
    form_numbers = b"".join([bytes([min(i, MAX_FORMS)]) * len(at) for i, at in enumerate(everywhere.values())])
    order = sorted(range(len(flat)), key=flat.__getitem__)
    forms = [(form, _posts(at)) for form, at in everywhere.items()]
    ordered = array(words[0][1].typecode, map(flat.__getitem__, order))
    outside_body = list(chain.from_iterable([outside_body for _, _, outside_body in words]))
    return forms, ordered, outside_body, bytes(map(form_numbers.__getitem__, order)) if len(forms) > 1 else b""


def _posts(positions: array[int]) -> int:
    """In how many posts an occurrence stands."""
    half = "I" if positions.itemsize == 8 else "H"
    return len(set(memoryview(positions).cast("B").cast(half)[1::2].tolist()))  # type: ignore[call-overload]
