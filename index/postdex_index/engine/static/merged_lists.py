"""What are the posting lists of several segments as one, read in the order of their stems?

Impacts stay as they are stored, each measured against the average lengths of its own segment; posts have their numbers
in the published index, and those that are not published are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise, repeat

from ...named_tuple import NamedTuple
from ..embedded.format.columns import FORM, MAX_FORMS, STEM
from ..embedded.read.scope import Part
from .post_order import PostOrder


class Lead(NamedTuple):
    """That a word form stands in the list of a stem: its number there, and in how many posts."""

    stem: bytes
    form: int
    posts: int


class MergedForm(NamedTuple):
    """A word form: the lists that it leads to, in how many posts it stands, and how it is shown."""

    leads: tuple[Lead, ...]
    posts: int
    shown: str


class MergedList(NamedTuple):
    """A posting list: posts ascending, their impacts, the positions in each, and the number of the form at each
    position, none if the list has one form only; `titles` has the posts with the word in their title, with the share of
    it that this word is in 1/255."""

    docs: Sequence[int]
    impacts: bytes
    positions: Sequence[Sequence[int]]
    forms: bytes
    titles: Sequence[tuple[int, int]]


#: What of a segment's columns goes into lists, with the bytes that an item of each takes there.
_COUNTED = {"term_entries": 1, "doc_ids": 3, "positions": 1, "form_numbers": 1}


class _Lists:
    """The posting lists of one segment."""

    def __init__(self, part: Part, origin: int, order: PostOrder) -> None:
        self.part, self.numbers = part, order.numbers[origin]
        self.lists = part.segment.lists
        self.number_of: dict[bytes, int] = {}
        #: by list: (number of the form, the form, its posts)
        self.forms: dict[int, list[tuple[int, bytes, int]]] = {}
        self.shown: dict[bytes, str] = {}
        terms = self.lists.terms
        every = range(len(terms))
        posts = terms.forms(every)
        for entry, key, flags in zip(every, terms.terms_in(every), terms.flags(every), strict=True):
            if flags & STEM:
                self.number_of[key] = len(self.number_of)
            if flags & FORM:
                number, form = terms.posting_list(entry)
                self.forms.setdefault(number, []).append((form, key, posts[entry]))
                self.shown[key] = terms.display_form(entry)

    @property
    def size(self) -> int:
        """About how many bytes its lists have, written one after the other."""
        lengths = {name: len(self.part.segment.file.column(name, whole=False)) for name in _COUNTED}
        return sum(times * lengths[name] for name, times in _COUNTED.items())

    def live_forms(self, number: int) -> Iterator[tuple[int, bytes, int]]:
        """The forms of a list that published posts have, each with its number in the list and how many those are."""
        forms = sorted(self.forms.get(number, ()))
        if not self.part.dead:
            return iter(forms)
        docs, _, positions = self.read(number)
        kinds = self.lists.forms.of(number)
        if not kinds:
            live = len([doc for doc in docs if doc >= 0])
            return iter([(form, key, live) for form, key, _ in forms if live])
        standing = chain.from_iterable([repeat(doc, len(here)) for doc, here in zip(docs, positions, strict=True)])
        counts = Counter(form for doc, form in {*zip(standing, kinds, strict=True)} if doc >= 0)
        return iter([(form, key, counts[form]) for form, key, _ in forms if counts[form]])

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


class MergedLists:
    """The posting lists of all segments; `forms` are the word forms by their keys."""

    def __init__(self, order: PostOrder) -> None:
        self._segments = [_Lists(part, origin, order) for origin, part in enumerate(order.parts)]
        #: about how many bytes they have in files, which is known before they are written
        self.size = sum([segment.size for segment in self._segments])
        self.forms: dict[bytes, MergedForm] = {}
        #: by stem, the numbers of its forms by key: only of lists that have any post
        self.stems: dict[bytes, Mapping[bytes, int]] = {}
        leads: dict[bytes, list[Lead]] = {}
        for stem in sorted({stem for segment in self._segments for stem in segment.number_of}):
            numbers: dict[bytes, int] = {}
            posts: Counter[bytes] = Counter()
            for segment in self._segments:
                number = segment.number_of.get(stem)
                for _, form, count in segment.live_forms(number) if number is not None else ():
                    numbers.setdefault(form, min(len(numbers), MAX_FORMS))
                    posts[form] += count
            if numbers:
                self.stems[stem] = numbers
                for form, index in numbers.items():
                    leads.setdefault(form, []).append(Lead(stem, index, posts[form]))
        for form, leads_of_form in leads.items():
            shown = next(segment.shown[form] for segment in self._segments if form in segment.shown)
            self.forms[form] = MergedForm(tuple(leads_of_form), sum([lead.posts for lead in leads_of_form]), shown)

    def keys(self) -> list[bytes]:
        """Stems and word forms, ascending, each once."""
        return sorted({*self.stems, *self.forms})

    def read(self, stem: bytes) -> MergedList:
        """The list of a stem."""
        numbers = self.stems[stem]
        postings: list[tuple[int, int, list[int], bytes]] = []
        titles: list[tuple[int, int]] = []
        for segment in self._segments:
            number = segment.number_of.get(stem)
            if number is None:
                continue
            docs, impacts, positions = segment.read(number)
            kinds = self._kinds(segment, number, numbers, sum(map(len, positions))) if len(numbers) > 1 else b""
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

    @staticmethod
    def _kinds(segment: _Lists, number: int, numbers: Mapping[bytes, int], occurrences: int) -> bytes:
        """The form numbers of a segment's list as those of the list of all."""
        translation = bytearray(256)
        forms = segment.forms.get(number, [])
        for form, key, _ in forms:
            translation[form] = numbers.get(key, 0)
        stored = segment.lists.forms.of(number)
        return (stored or bytes([forms[0][0]]) * occurrences).translate(bytes(translation))
