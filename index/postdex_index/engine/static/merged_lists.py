"""What are the posting lists of several segments as one, read in the order of their stems?

Impacts stay as they are stored, each measured against the average lengths of its own segment; posts have their numbers
in the published index, and those that are not published are left out.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, groupby, pairwise, repeat
from operator import attrgetter, itemgetter

from ...named_tuple import NamedTuple
from ..embedded.format.columns import DISPLAY, FORM, INDIRECT, MAX_FORMS, STEM
from ..embedded.read.scope import Part
from .post_order import PostOrder

#: What of a segment's columns goes into lists, with the bytes that an item of each takes there.
_COUNTED = {"term_entries": 1, "doc_ids": 3, "positions": 1, "form_numbers": 1}


class Lead(NamedTuple):
    """That a word form stands in the list of a stem: its number there, and in how many posts."""

    stem: bytes
    form: int
    posts: int


class MergedForm(NamedTuple):
    """A word form: the lists that it leads to, and how it is shown."""

    leads: tuple[Lead, ...]
    shown: str

    @property
    def posts(self) -> int:
        """In how many posts it stands."""
        return sum([lead.posts for lead in self.leads])


class MergedTerm(NamedTuple):
    """A key: a word form, or a stem, or both; of a stem the numbers of the forms in its list, and where its parts are,
    as segment and number of the list there."""

    key: bytes
    form: MergedForm | None
    forms: Mapping[bytes, int]
    parts: Sequence[tuple[int, int]]


class MergedList(NamedTuple):
    """A posting list: posts ascending, their impacts, the positions in each, and the number of the form at each
    position, none if the list has one form only; `titles` has the posts with the word in their title, with the share of
    it that this word is in 1/255."""

    docs: Sequence[int]
    impacts: bytes
    positions: Sequence[Sequence[int]]
    forms: bytes
    titles: Sequence[tuple[int, int]]


class _Form(NamedTuple):
    """A word form of a segment's list: its number there, its key, the number of that, and in how many posts."""

    number: int
    key: bytes
    entry: int
    posts: int


class _Lists:
    """The posting lists of one segment. Of a large one there are many: nothing is kept of each but its numbers."""

    def __init__(self, part: Part, numbers: Sequence[int]) -> None:
        self.part, self.numbers = part, numbers
        self.lists = part.segment.lists
        terms = self.lists.terms
        every = range(len(terms))
        self.keys = terms.terms_in(every)
        flags = self._flags = terms.flags(every)
        #: the number of the key of each list
        self._stems = array("I", [entry for entry in every if flags[entry] & STEM])
        indirect = [entry for entry in every if flags[entry] & (FORM | INDIRECT) == FORM | INDIRECT]
        file = part.segment.file
        held_by, form, posts = (file.column(f"indirect_{name}") for name in ("list", "form", "posts"))
        order = sorted(range(len(indirect)), key=lambda index: (held_by[index], form[index]))
        self._held_by = array("I", map(held_by.__getitem__, order))
        self._form_number, self._form_posts = (
            bytes(map(form.__getitem__, order)),
            array("I", map(posts.__getitem__, order)),
        )
        self._form_entry = array("I", map(indirect.__getitem__, order))
        self._posts: Sequence[int] = file.column("list_postings")

    @property
    def size(self) -> int:
        """About how many bytes its lists have, written one after the other."""
        lengths = {name: len(self.part.segment.file.column(name, whole=False)) for name in _COUNTED}
        return sum(times * lengths[name] for name, times in _COUNTED.items())

    def stems(self, origin: int) -> Iterator[tuple[bytes, int, int]]:
        """(stem, this segment, number of the list), ascending: lists are numbered in the order of their stems."""
        return ((self.keys[entry], origin, number) for number, entry in enumerate(self._stems))

    def forms(self, number: int) -> list[_Form]:
        """The word forms of a list."""
        first, last = bisect_left(self._held_by, number), bisect_right(self._held_by, number)
        if first == last:
            entry = self._stems[number]
            return [_Form(0, self.keys[entry], entry, self._posts[number])]
        entries = self._form_entry[first:last]
        rows = zip(self._form_number[first:last], entries, self._form_posts[first:last], strict=True)
        return [_Form(form, self.keys[entry], entry, posts) for form, entry, posts in rows]

    def counted_forms(self, number: int) -> list[_Form]:
        """The same, with the number of published posts, which may be 0."""
        forms = self.forms(number)
        if not self.part.dead:
            return forms
        docs, _, positions = self.read(number)
        kinds = self.lists.forms.of(number)
        if not kinds:
            live = len([doc for doc in docs if doc >= 0])
            return [form._replace(posts=live) for form in forms]
        standing = chain.from_iterable([repeat(doc, len(here)) for doc, here in zip(docs, positions, strict=True)])
        counts = Counter(form for doc, form in {*zip(standing, kinds, strict=True)} if doc >= 0)
        return [form._replace(posts=counts[form.number]) for form in forms]

    def shown(self, entry: int) -> str:
        """How a word form is shown."""
        return self.lists.terms.display_form(entry) if self._flags[entry] & DISPLAY else self.keys[entry].decode()

    def read(self, number: int) -> tuple[list[int], bytes, list[list[int]]]:
        """The posts of a list by their published numbers, -1 for those that are not; impacts, and positions."""
        lists = self.lists
        start, stop = lists.bounds(range(number, number + 1))
        offsets = lists.occurrences.offsets(start, stop)
        flat = lists.occurrences.between(offsets[0], offsets[-1])
        first = offsets[0]
        positions = [flat[a - first : b - first] for a, b in pairwise(offsets)]
        numbers = self.numbers
        return [numbers[doc] for doc in lists.docs[start:stop]], bytes(lists.impacts[start:stop]), positions


class _Row(NamedTuple):
    """What is known of a word form from one list, maybe of deleted posts only: the first segment that has it there, and
    how it is shown in that."""

    key: bytes
    lead: Lead
    origin: int
    shown: str


class _Met(NamedTuple):
    """A key as it is met: as that of lists, or of word forms that stand in lists of other stems."""

    key: bytes
    parts: Sequence[tuple[int, int]]
    rows: Sequence[_Row]


class MergedLists:
    """The posting lists of all segments; `size` is about how many bytes they have in files."""

    def __init__(self, order: PostOrder) -> None:
        self._segments = [_Lists(part, numbers) for part, numbers in zip(order.parts, order.numbers, strict=True)]
        self.size = sum([segment.size for segment in self._segments])
        # Of most lists the stem is the only form: these need no row, they are met again where they stand.
        rows = [row for stem, parts in self._stems() if not _direct(rows := self._rows(stem, parts)) for row in rows]
        self._indirect = sorted(rows, key=lambda row: (row.key, row.lead.stem))

    def terms(self) -> Iterator[MergedTerm]:
        """Stems and word forms, ascending by their keys."""
        of_lists = (_Met(key, parts, ()) for key, parts in self._stems())
        of_forms = (_Met(key, (), [*rows]) for key, rows in groupby(self._indirect, key=attrgetter("key")))
        for key, met in groupby(merge(of_lists, of_forms, key=attrgetter("key")), key=attrgetter("key")):
            parts: list[tuple[int, int]] = []
            rows: list[_Row] = []
            for _, parts_here, rows_here in met:
                parts += parts_here
                rows += rows_here
            own = self._rows(key, parts)
            if _direct(own):
                rows = sorted(rows + own, key=lambda row: row.lead.stem)
            forms = {row.key: row.lead.form for row in _live(own)}
            form = _form(rows)
            if form or forms:
                yield MergedTerm(key, form, forms, parts if forms else ())

    def _stems(self) -> Iterator[tuple[bytes, Sequence[tuple[int, int]]]]:
        """The stems of all segments, ascending, each with its segments and the number of its list there."""
        streams = [segment.stems(origin) for origin, segment in enumerate(self._segments)]
        for stem, lists in groupby(merge(*streams), key=itemgetter(0)):
            yield stem, [(origin, number) for _, origin, number in lists]

    def _rows(self, stem: bytes, parts: Sequence[tuple[int, int]]) -> list[_Row]:
        """The word forms of a stem; those that published posts have are numbered."""
        places: dict[bytes, tuple[int, int]] = {}
        posts: dict[bytes, int] = {}
        for origin, number in parts:
            for _, key, entry, count in self._segments[origin].counted_forms(number):
                places.setdefault(key, (origin, entry))
                posts[key] = posts.get(key, 0) + count
        rows: list[_Row] = []
        live = 0
        for key, (origin, entry) in places.items():
            lead = Lead(stem, min(live, MAX_FORMS), posts[key])
            rows.append(_Row(key, lead, origin, self._segments[origin].shown(entry)))
            live += posts[key] > 0
        return rows

    def read(self, term: MergedTerm) -> MergedList:
        """The list of a stem."""
        postings: list[tuple[int, int, list[int], bytes]] = []
        titles: list[tuple[int, int]] = []
        for origin, number in term.parts:
            segment = self._segments[origin]
            docs, impacts, positions = segment.read(number)
            kinds = _kinds(segment, number, term.forms, sum(map(len, positions))) if len(term.forms) > 1 else b""
            at = 0
            for doc, impact, here in zip(docs, impacts, positions, strict=True):
                if doc >= 0:
                    postings.append((doc, impact, here, kinds[at : at + len(here)]))
                at += len(here)
            new = segment.numbers
            coverages = segment.lists.title_coverages(number)
            titles += [(new[doc], share) for doc, share in coverages if new[doc] >= 0]
        postings.sort()
        docs_, impacts_, positions_, kinds_ = zip(*postings, strict=True)
        return MergedList(docs_, bytes(impacts_), positions_, b"".join(kinds_), sorted(titles))


def _live(rows: Iterable[_Row]) -> list[_Row]:
    """The word forms that published posts have."""
    return [row for row in rows if row.lead.posts]


def _direct(rows: Sequence[_Row]) -> bool:
    """Whether a stem is the only word form of its list."""
    return len(rows) == 1 and rows[0].key == rows[0].lead.stem


def _form(rows: Sequence[_Row]) -> MergedForm | None:
    """A word form, from its rows of all lists."""
    live = _live(rows)
    if not live:
        return None
    return MergedForm(tuple([row.lead for row in live]), min(rows, key=lambda row: row.origin).shown)


def _kinds(segment: _Lists, number: int, forms: Mapping[bytes, int], occurrences: int) -> bytes:
    """The form numbers of a segment's list as those of the list of all."""
    translation = bytearray(256)
    own = segment.forms(number)
    for form in own:
        translation[form.number] = forms.get(form.key, 0)
    stored = segment.lists.forms.of(number)
    return (stored or bytes([own[0].number]) * occurrences).translate(bytes(translation))
