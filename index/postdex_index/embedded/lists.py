"""How do the occurrences of words become posting lists with impacts?

One list per stem, however many fields and surfaces it has. A list's postings carry the post,
its impact in one byte, and the number of occurrences; the occurrences carry positions and,
where a stem has several surfaces, which one stands there. Merging writes lists with the same
`ListWriter`, so that a merged segment has the very columns that a fresh build has.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from ..analysis import is_spaceless, stem
from .scoring import BODY, FIELDS, SCALE, TITLE, norm, quantised
from .segment import Column

if TYPE_CHECKING:
    from .inversion import Occurrences

SURFACE, NAME = 1, 2
#: A list tells so many surfaces apart; a word with more (none is known) has the rest share the last number.
MOST_SURFACES = 255


class Impacts:
    """The impacts of a segment's postings: field lengths and averages are known, counts come in.

    `norms[field][post]` is k1 (1 - b + b length / average).
    """

    def __init__(self, lengths: Sequence[Sequence[int]], averages: Sequence[float]) -> None:
        self._norms = [[norm(code, length, averages[code]) for length in column] for code, column in enumerate(lengths)]
        self._weights = [field.weight for field in FIELDS]
        #: by far most postings are one occurrence in the body
        self.once = bytes([quantised(1 / (1 + k)) for k in self._norms[BODY]])

    def of_body(self, counts: Mapping[int, int]) -> bytes:
        """Impacts of a word that stands in bodies only; counts by post."""
        once, norms = self.once, self._norms[BODY]
        return bytes([once[d] if n == 1 else int(SCALE * n / (n + norms[d]) + 0.5) or 1 for d, n in counts.items()])

    def of_fields(self, counts: Mapping[int, int], short: Mapping[int, int], shift: int) -> bytes:
        """Impacts where `short` counts, by post << shift | field code, those of `counts` that are not in the body."""
        body = dict(counts)
        extra: dict[int, float] = {}
        low = (1 << shift) - 1
        for key, n in short.items():
            doc, code = key >> shift, key & low
            body[doc] -= n
            extra[doc] = extra.get(doc, 0.0) + self._weights[code] * n / (n + self._norms[code][doc])
        once, norms = self.once, self._norms[BODY]
        mixed = {d: quantised(n / (n + norms[d]) + extra[d]) for d in extra for n in (body[d],)}
        get = mixed.get
        return bytes(
            [get(d) or (once[d] if n == 1 else int(SCALE * n / (n + norms[d]) + 0.5) or 1) for d, n in body.items()]
        )


class ListWriter:
    """Takes posting lists in the order of their stems and makes their columns."""

    def __init__(self, posts: int, wide: bool) -> None:
        self._posts = posts
        self._shift = 32 if wide else 16
        self._docs, self._impacts, self._counts = array("H"), bytearray(), bytearray()
        self._many = array("I")
        self._positions, self._surfaces = array("I" if wide else "H"), bytearray()
        self._posting, self._most = array("I"), bytearray()
        self._titled, self._titles = array("I"), list[Sequence[int]]()
        self._varied, self._varied_first = array("I"), array("I")
        self._keys: list[tuple[bytes, int, int, int, int]] = []

    def add(
        self,
        name: str,
        surfaces: Iterable[tuple[str, int]],
        counts: Mapping[int, int],
        impacts: bytes,
        positions: bytes,
        which: bytes,
        titles: Sequence[int],
    ) -> None:
        """One list: its stem, its surfaces with the number of posts each stands in, occurrences and impact by
        post (ascending), the positions as bytes, the surface of each occurrence (empty for a single surface),
        and the posts that have the word in their title."""
        number = len(self._posting)
        self._posting.append(len(self._docs))
        if max(counts.values()) < 255:
            self._counts += bytes(counts.values())
        else:
            for posting, n in enumerate(counts.values(), len(self._docs)):
                self._counts.append(min(255, n))
                if n >= 255:
                    self._many.extend((posting, n))
        self._docs.extend(counts)
        self._impacts += impacts
        self._most.append(max(impacts))
        self._positions.frombytes(positions)
        if which:
            self._varied.append(number)
            self._varied_first.append(len(self._surfaces))
            self._surfaces += which
        # The last character of a run is a word only so that a search for it alone finds it: no word of a title.
        if titles and not (len(name) == 1 and is_spaceless(name)):
            self._titled.append(number)
            self._titles.append(titles)
        named = False
        for index, (surface, posts) in enumerate(surfaces):
            kind = SURFACE | NAME if surface == name else SURFACE
            named = named or surface == name
            self._keys.append((_key(surface), number, kind, min(index, MOST_SURFACES), min(posts, 65535)))
        if not named:
            self._keys.append((_key(name), number, NAME, MOST_SURFACES, 0))

    def columns(self, spelled: Mapping[str, str]) -> dict[str, Column]:
        """All columns of lists and keys; `spelled` says how people write a key."""
        self._posting.append(len(self._docs))
        columns: dict[str, Column] = {
            "list_posting": self._posting,
            "list_most": self._most,
            "varied": self._varied,
            "varied_first": self._varied_first + array("I", [len(self._surfaces)]),
            "docs": self._docs,
            "impacts": self._impacts,
            "counts": self._counts,
            "many": self._many,
            "mark": self._marks(),
            "positions": self._positions,
            "surfaces": self._surfaces,
        }
        return columns | self._key_columns(spelled) | self._shares()

    def _marks(self) -> array[int]:
        """The number of occurrences before every 64th posting."""
        extra = dict.fromkeys(range(0, len(self._docs), 64), 0)
        for posting, n in zip(self._many[::2], self._many[1::2], strict=True):
            extra[posting & ~63] += n - 255
        counts = memoryview(self._counts)
        return array("I", accumulate((sum(counts[a : a + 64]) + more for a, more in extra.items()), initial=0))

    def _shares(self) -> dict[str, Column]:
        words = [0] * self._posts
        for docs in self._titles:
            for doc in docs:
                words[doc] += 1
        # Rounded down, so that the shares of one title add up to no more than a byte holds.
        share = bytes([255 // (n or 1) for n in words])
        return {
            "titled": self._titled,
            "titled_first": array("I", accumulate(map(len, self._titles), initial=0)),
            "share_doc": array("H", chain.from_iterable(self._titles)),
            "share": bytes(map(share.__getitem__, chain.from_iterable(self._titles))),
        }

    def _key_columns(self, spelled: Mapping[str, str]) -> dict[str, Column]:
        self._keys.sort()
        keys = self._keys
        shown = [
            (number, spelled[word])
            for number, (key, _, kind, _, _) in enumerate(keys)
            if kind & SURFACE and spelled.get(word := key.decode("utf-8", "surrogatepass"), word) != word
        ]
        return {
            "keys": b"".join([key + b"\n" for key, *_ in keys]),
            "key_start": array("I", accumulate([len(key) + 1 for key, *_ in keys], initial=0)),
            "key_list": array("I", [number for _, number, *_ in keys]),
            "key_kind": bytes([kind for _, _, kind, _, _ in keys]),
            "key_surface": bytes([index for _, _, _, index, _ in keys]),
            "key_posts": array("H", [posts for *_, posts in keys]),
            "shown_key": array("I", [number for number, _ in shown]),
            "shown": "".join([text + "\n" for _, text in shown]).encode("utf-8", "replace"),
        }


def invert(
    languages: Mapping[str, Mapping[str, Occurrences]],
    spelled: Mapping[str, str],
    lengths: Sequence[Sequence[int]],
    averages: Sequence[float],
    posts: int,
    wide: bool,
) -> dict[str, Column]:
    """The columns of lists and keys from occurrences by language and surface."""
    writer = ListWriter(posts, wide)
    impacts = Impacts(lengths, averages)
    shift = 32 if wide else 16
    half = "I" if wide else "H"
    stems: dict[str, list[tuple[str, Occurrences]]] = {}
    for language, words in languages.items():
        for surface, occurrences in words.items():
            stems.setdefault(stem(surface, language), []).append((surface, occurrences))
    once = impacts.once
    for name in sorted(stems, key=_key):
        members = stems[name]
        surface, occurrences = members[0]
        places, short, which = occurrences.all, occurrences.short, b""
        surfaces = {surface: [occurrences]}
        if len(members) > 1:
            for surface, occurrences in members[1:]:
                surfaces.setdefault(surface, []).append(occurrences)
            places, short, which = _together(list(surfaces.values()), places.typecode)
        halves = memoryview(places).cast("B").cast(half)  # type: ignore[call-overload]
        if len(places) == 1 and not short:
            doc = halves[1]
            writer.add(name, ((surface, 1),), {doc: 1}, once[doc : doc + 1], bytes(halves[:1]), b"", ())
            continue
        counts = Counter(halves[1::2].tolist())
        titles: Sequence[int] = ()
        if short:
            shorts = Counter(short)
            by_post = impacts.of_fields(counts, shorts, shift)
            low = (1 << shift) - 1
            titles = sorted(key >> shift for key in shorts if key & low == TITLE)
        else:
            by_post = impacts.of_body(counts)
        posts_of = [len(counts)] if len(surfaces) == 1 else [_posts(group, shift) for group in surfaces.values()]
        writer.add(name, zip(surfaces, posts_of, strict=True), counts, by_post, halves[::2].tobytes(), which, titles)
    return writer.columns(spelled)


def _together(groups: Sequence[Sequence[Occurrences]], typecode: str) -> tuple[array[int], array[int], bytes]:
    """The occurrences of several surfaces as one, in order, with the surface of each."""
    marked: list[int] = []
    short = array(typecode)
    for index, group in enumerate(groups):
        surface = min(index, MOST_SURFACES)
        for one in group:
            marked += [place << 8 | surface for place in one.all.tolist()]
            short += one.short
    marked.sort()
    which = bytes([m & 255 for m in marked]) if len(groups) > 1 else b""
    return array(typecode, [m >> 8 for m in marked]), short, which


def _posts(group: Sequence[Occurrences], shift: int) -> int:
    return len({place >> shift for one in group for place in one.all})


def _key(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")
