"""What is the cluster told of a post, so that it finds, filters, counts and sorts it?

All of it is made from the post's own segment, with nothing beside: so it can be made again from a stored document. What
a version of a post is besides (its commit, its group, the stamp of its file) is the writer's to add. The fields and how
they are analysed: `schema_mapping.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, compress, pairwise
from typing import Any, NamedTuple

from ....schema import BODY, FACETS, SORTS, TITLE
from ...embedded.format.columns import FORM, INDIRECT, NO_DATE, STEM
from ...embedded.read.scope import Segment

#: Marks of the words in `places` and `title_words`: a form that is its own stem, a form, a stem.
BOTH, ONLY_FORM, ONLY_STEM = "=", "-", "~"
#: In front of a field's code, beside the words that stand in another field than the plain body.
FIELD = "@"
#: Stands between the words of one position, and where no word stands.
BESIDE, GAP = "|", "."
#: Names of features hold no dots: this stands for them.
DOT = "\x1f"
#: An impact of 1 as the value of a feature. Lucene keeps the upper bits of a float as a term frequency: of one so small
#: two bytes instead of three.
IMPACT = 1.0
#: Characters of a value: more than 32,766 bytes are refused, with the whole document.
LONGEST_VALUE = 8_191


class WordList(NamedTuple):
    """A posting list in a segment of one post: its stem, the impact in 1/73, its word forms, and per occurrence the
    position and, as marked words with `BESIDE` between, what stands there."""

    stem: str
    impact: int
    forms: Sequence[str]
    positions: Sequence[int]
    words: Sequence[str]


def document(segment: Segment) -> dict[str, Any]:
    """The fields of a post that follow from its segment; those that it has no value for are left out."""
    lists = list(word_lists(segment))
    stored = segment.documents.fields(0)
    columns, column = segment.columns, segment.file.column
    fields: dict[str, Any] = {
        "path": _cut(stored["path"]),
        "draft": bool(stored["unpublished"]),
        "stems": {feature(words.stem): words.impact * IMPACT for words in lists},
        "forms": sorted({form for words in lists for form in words.forms}),
        "title_words": sorted({*_title_words(segment, lists)}),
        "places": _places(segment, lists),
        "values": sorted({_cut(value) for value, _, _ in columns.values()}),
        "title_keys": [key >> 32 for key in column("title_keys")],
        "heading_keys": [key >> 32 for key in column("heading_keys")],
        "date": columns.order("date")[0] if column("date_is_own")[0] else NO_DATE,
    }
    for name in FACETS:
        fields[f"facet_{name}"] = sorted(map(_cut, columns.facet_values(name, 0)))
    for name, field in SORTS.items():
        value = columns.order(name)[0]
        fields[f"sort_{name}"] = _cut(value) if field.type == "text" else value
    return {name: value for name, value in fields.items() if value not in ([], {}, "", NO_DATE)}


def feature(stem: str) -> str:
    """A stem as the name of a feature.

    >>> feature("3.14")
    '3\\x1f14'
    """
    return stem.replace(".", DOT)


def word_lists(segment: Segment) -> Iterator[WordList]:
    """The posting lists of a segment of one post, in their order."""
    column = segment.file.column
    stems, forms = _spellings(segment)
    positions = column("positions").tolist()
    counts = column("term_freqs").tolist()
    large = column("large_term_freqs").tolist()
    for posting, count in zip(large[::2], large[1::2], strict=True):
        counts[posting] = count
    bounds = pairwise(accumulate(counts, initial=0))
    impacts = column("impacts").tolist()
    for number, (stem, forms_of_list, impact, (start, stop)) in enumerate(
        zip(stems, forms, impacts, bounds, strict=True)
    ):
        words = _marked(stem, forms_of_list)
        here: Sequence[str] = words * (stop - start)
        if len(words) > 1:
            here = [words[form] for form in segment.lists.forms.of(number)]
        yield WordList(stem, impact, [form for same in forms_of_list for form in same], positions[start:stop], here)


def _spellings(segment: Segment) -> tuple[list[str], list[list[list[str]]]]:
    """By posting list: its stem; and by form number the word forms, several only where there are too many to be told
    apart."""
    column = segment.file.column
    terms = str(column("term_entries"), "utf-8").split("\n")[:-1]
    flags = bytes(column("term_flags"))
    stems = [term for term, kind in zip(terms, flags, strict=True) if kind & STEM]
    forms: list[list[list[str]]] = [[] for _ in stems]
    indirect = zip(column("indirect_list"), column("indirect_form"), strict=True)
    number = 0
    for term, kind in zip(terms, flags, strict=True):
        if kind & INDIRECT:
            owner, form = next(indirect)
            of_list = forms[owner]
            of_list.extend([] for _ in range(len(of_list), form + 1))
            of_list[form].append(term)
        elif kind & FORM:
            forms[number].append([term])
        number += kind & STEM != 0
    return stems, forms


def _marked(stem: str, forms: Sequence[Sequence[str]]) -> list[str]:
    """By form number what stands where it occurs: `=run`, or `-running|~run`."""
    if len(forms) == 1 and forms[0] == [stem]:  # most are so
        return [BOTH + stem]
    marked: list[str] = []
    for same in forms:
        words = [(BOTH if form == stem else ONLY_FORM) + form for form in same]
        marked.append(BESIDE.join(words if stem in same else [*words, ONLY_STEM + stem]))
    return marked


def _places(segment: Segment, lists: Sequence[WordList]) -> str:
    """What stands at each position, from the first to the last word, positions divided by blanks."""
    places = [""] * segment.documents.end[0]
    for words in lists:
        for position, here in zip(words.positions, words.words, strict=True):
            places[position] = f"{places[position]}{BESIDE}{here}" if places[position] else here
    for code, start, stop in _fields(segment):
        if code != BODY:
            mark = f"{BESIDE}{FIELD}{code}"
            places[start:stop] = [here and here + mark for here in places[start:stop]]
    return " ".join([here or GAP for here in places])


def _fields(segment: Segment) -> Iterator[tuple[int, int, int]]:
    """The stretches of a post that are of one field: its code, and where they begin and end."""
    stored = segment.documents
    starts = [*stored.span_start, stored.end[0]]
    return ((code, start, stop) for code, (start, stop) in zip(stored.span_code, pairwise(starts), strict=True))


def _title_words(segment: Segment, lists: Sequence[WordList]) -> Iterator[str]:
    """The marked words that stand in the title and count as words of it."""
    titles = [range(start, stop) for code, start, stop in _fields(segment) if code == TITLE]
    for number in segment.file.column("title_lists"):
        words = lists[number]
        inside = [any(position in title for title in titles) for position in words.positions]
        for here in compress(words.words, inside):
            yield from here.split(BESIDE)


def _cut(value: str) -> str:
    return value[:LONGEST_VALUE]
