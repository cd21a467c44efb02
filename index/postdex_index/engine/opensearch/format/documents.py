"""What is the cluster told of a post, so that it finds, filters, counts and sorts it?

All of it is made from the post's own segment, with nothing beside: so it can be made again from a stored document. What
a version of a post is besides (its commit, its group, the stamp of its file) is the writer's to add. The fields and how
they are analysed: `schema_mapping.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, compress, pairwise, repeat
from typing import Any

from ....named_tuple import NamedTuple
from ....schema import BODY, FACETS, SORTS, TITLE
from ....text.characters import is_spaceless
from ...embedded.format.columns import BOOST, DISPLAY, FORM, INDIRECT, NO_DATE, STEM
from ...embedded.read.scope import Segment
from ...embedded.read.stored_documents import StoredDocument
from .own_fields import own_fields

#: Marks of the words in `places` and `title_words`: a form that is its own stem, a form, a stem.
BOTH, ONLY_FORM, ONLY_STEM = "=", "-", "~"
#: In front of a field's code, beside the words that stand in another field than the plain body.
FIELD = "@"
#: Stands between the words of one position, and where no word stands.
BESIDE, GAP = "|", "."
#: Names of features hold no dots: this stands for them.
DOT = "\x1f"
#: An impact of 1 as the value of a feature. Lucene keeps the upper bits of a float as a term frequency, two bytes of
#: one so small, and adds up those of a post: with 1 a post of 65,000 different stems is refused, with this one of
#: 330,000.
IMPACT = 2.0**-110
#: By impact, in nine digits, which is as many as the float has that a server makes of them.
_FEATURES = [float(f"{number * IMPACT:.9g}") for number in range(256)]
#: Characters of a value: more than 32,766 bytes are refused, with the whole document.
LONGEST_VALUE = 8_191
_OWNS_LIST, _IS_INDIRECT, _IS_FORM = (bytes([kind & bit for kind in range(256)]) for bit in (STEM, INDIRECT, FORM))
_IS_RESPELLED = bytes([kind & FORM != 0 and kind & DISPLAY != 0 for kind in range(256)])


class Words(NamedTuple):
    """The words of a post. By posting list: its stem, its impact in 1/73, and where its occurrences begin, with one
    more at the end; by occurrence: the position, and the marked words that stand there, with `BESIDE` between."""

    forms: Sequence[str]
    stems: Sequence[str]
    impacts: Sequence[int]
    first: Sequence[int]
    positions: Sequence[int]
    marked: Sequence[str]


def document(segment: Segment) -> dict[str, Any]:
    """The fields of a post that follow from its segment; those that it has no value for are left out."""
    words = words_of(segment)
    stored = segment.documents.fields(0)
    columns, column = segment.columns, segment.file.column
    respelled = sorted(_respelled(segment))
    fields: dict[str, Any] = {
        "path": _cut(stored["path"]),
        "draft": bool(stored["unpublished"]),
        "stems": dict(zip(map(feature, words.stems), map(_FEATURES.__getitem__, words.impacts), strict=True)),
        "forms": words.forms,
        "respelled": respelled,
        "parts": sorted(_parts(segment, {*words.forms}.difference(respelled))),
        "title_words": sorted(_title_words(segment, words)),
        "places": _places(segment, words),
        "values": sorted({_cut(value) for value, _, _ in columns.values()}),
        "title_keys": [key >> 32 for key in column("title_keys")],
        "heading_keys": [key >> 32 for key in column("heading_keys")],
        "date": columns.order("date")[0] if column("date_is_own")[0] else NO_DATE,
        "own_date": columns.own_dates()[0],
        "boost": [float(boost) for boost, _ in columns.posts_by_value(BOOST)],
        **own_fields(columns),
    }
    for name in FACETS:
        fields[f"facet_{name}"] = sorted(map(_cut, columns.facet_values(name, 0)))
    for name, field in SORTS.items():
        value = columns.order(name)[0]
        fields[f"sort_{name}"] = _cut(value) if field.type == "text" else value
    return {name: value for name, value in fields.items() if value not in ([], {}, "", NO_DATE)}


def _respelled(segment: Segment) -> Iterator[str]:
    """The word forms that are shown in another spelling, which is the only one that the post has."""
    terms = str(segment.file.column("term_entries"), "utf-8").split("\n")
    return compress(terms, bytes(segment.file.column("term_flags")).translate(_IS_RESPELLED))


def _parts(segment: Segment, forms: Iterable[str]) -> Iterator[str]:
    """Those of these word forms that stand in the texts of a post as parts of others alone, of which nobody knows how
    they are spelled by themselves."""
    document = StoredDocument(segment.documents, 0)
    texts = [document.title, document.description, *document.tags, *chain(*document.categories)]
    texts += [section.heading for section in document.sections]
    texts += map(document.text, range(len(document.sections)))
    written = set[str]().union(*map(segment.analyzer.raw_tokens, texts))
    return (form for form in forms if form not in written and not is_spaceless(form))


def feature(stem: str) -> str:
    """A stem as the name of a feature.

    >>> feature("3.14")
    '3\\x1f14'
    """
    return stem.replace(".", DOT)


def words_of(segment: Segment) -> Words:
    """The words of a segment of one post: of the posting lists each has one posting."""
    column = segment.file.column
    terms = str(column("term_entries"), "utf-8").split("\n")[:-1]
    flags = bytes(column("term_flags"))
    stems = list(compress(terms, flags.translate(_OWNS_LIST)))
    counts = column("term_freqs").tolist()
    large = column("large_term_freqs").tolist()
    for posting, count in zip(large[::2], large[1::2], strict=True):
        counts[posting] = count
    first = [*accumulate(counts, initial=0)]
    marked = [*chain.from_iterable(map(repeat, map(BOTH.__add__, stems), counts))]  # as most words are
    for number, by_form in _indirect_forms(segment, compress(terms, flags.translate(_IS_INDIRECT))).items():
        here = [_marked(stems[number], forms) for forms in by_form]
        numbers = segment.lists.forms.of(number) if len(here) > 1 else bytes(counts[number])
        marked[first[number] : first[number + 1]] = map(here.__getitem__, numbers)
    forms = list(compress(terms, flags.translate(_IS_FORM)))
    return Words(forms, stems, column("impacts").tolist(), first, column("positions").tolist(), marked)


def _indirect_forms(segment: Segment, terms: Iterable[str]) -> dict[int, list[list[str]]]:
    """By posting list that has another word form than its stem, by form number: the forms, several only where there
    are too many to be told apart."""
    column = segment.file.column
    forms: dict[int, list[list[str]]] = {}
    for term, number, form in zip(terms, column("indirect_list"), column("indirect_form"), strict=True):
        of_list = forms.setdefault(number, [])
        while len(of_list) <= form:
            of_list.append([])
        of_list[form].append(term)
    return forms


def _marked(stem: str, forms: Sequence[str]) -> str:
    """What stands where word forms of a stem do: `=run`, or `-running|~run`."""
    words = [(BOTH if form == stem else ONLY_FORM) + form for form in forms]
    return BESIDE.join(words if stem in forms else [*words, ONLY_STEM + stem])


def _places(segment: Segment, words: Words) -> str:
    """What stands at each position, from the first to the last word, positions divided by blanks."""
    places = [""] * segment.documents.end[0]
    for position, here in zip(words.positions, words.marked, strict=True):
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


def _title_words(segment: Segment, words: Words) -> set[str]:
    """The marked words that stand in the title and count as words of it."""
    title = set(chain.from_iterable(range(start, stop) for code, start, stop in _fields(segment) if code == TITLE))
    return {
        word
        for number in segment.file.column("title_lists")
        for occurrence in range(words.first[number], words.first[number + 1])
        if words.positions[occurrence] in title
        for word in words.marked[occurrence].split(BESIDE)
    }


def _cut(value: str) -> str:
    return value[:LONGEST_VALUE]
