"""How do the words of a segment become posting lists and a term dictionary?

One list per stem, however many fields and surfaces it has: `invert` brings the word forms of each together. Where a
stem has several, a list also says which one stands at each occurrence. Merging writes lists with the same
`ListWriter`, so that a merged segment has the very columns that a fresh build has.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

from ....named_tuple import NamedTuple
from ....text.characters import is_spaceless
from ....text.stemming import stems
from ..format.columns import MAX_FORMS
from ..format.segment_file import Column
from ..format.surface_forms import word_form_columns
from .posting_columns import posting_columns, posting_parameters
from .term_dictionary_writer import TermDictionaryWriter


class Occurrences(NamedTuple):
    """Positions by word form of a language: `positions` all of them, as post << shift | position, `outside_body` those
    in other fields, as post << shift | field code."""

    positions: dict[str, array[int]]
    outside_body: dict[str, array[int]]


class ListWriter:
    """Posting lists, added in the order of their stems; gives their columns.

    `lengths` and `averages` are those of the fields, by field code: in each post, and what impacts are measured
    against.
    """

    def __init__(self, lengths: Sequence[Sequence[int]], averages: Sequence[float], wide: bool) -> None:
        self._postings = posting_columns(posting_parameters(lengths, averages), wide)
        self._lists = 0
        self._multi_form_lists: dict[int, bytes] = {}
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
        # The last character of a run is a word only so that a search for it alone finds it: no word of a title.
        titled = not (outside_body and len(name) == 1 and is_spaceless(name))
        self._postings.add(positions, outside_body, titled)
        if form_numbers:
            self._multi_form_lists[self._lists] = form_numbers
        self._keys.add(name, forms)
        self._lists += 1

    def columns(self, spelled: Mapping[str, str]) -> dict[str, Column]:
        """All columns of lists and keys; `spelled` says how people write a key."""
        columns = self._postings.columns()
        columns |= word_form_columns(self._multi_form_lists)
        return columns | self._keys.columns(spelled, columns["list_postings"])


def invert(
    languages: Mapping[str, Occurrences],
    spelled: Mapping[str, str],
    lengths: Sequence[Sequence[int]],
    averages: Sequence[float],
    wide: bool,
) -> dict[str, Column]:
    """The columns of posting lists and term dictionary, from occurrences by language and word form."""
    writer = ListWriter(lengths, averages, wide)
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
    return writer.columns(spelled)


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
