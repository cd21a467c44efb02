"""How are numbers, texts and JSON written into the files of a published index?

The format itself is docs/static-format.md. The same values give the same bytes, on every machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_LONE = re.compile("[\ud800-\udfff]")


class _Varints(dict[int, bytes]):
    """Number -> its bytes, of those that are met most often."""

    _KEPT = 1 << 14

    def __missing__(self, number: int) -> bytes:
        encoded = _varint(number)
        if number < self._KEPT:
            self[number] = encoded
        return encoded


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


_VARINTS = _Varints()
#: A number as bytes of seven bits, the low ones first; all but the last have the eighth bit.
varint = _VARINTS.__getitem__


def varints(numbers: Iterable[int]) -> bytes:
    """Numbers one after the other.

    >>> varints([1, 300]).hex()
    '01ac02'
    """
    return b"".join(map(varint, numbers))


def deltas(ascending: Iterable[int], before: int = 0) -> list[int]:
    """What each number is more than the one before it.

    >>> deltas([3, 3, 10])
    [3, 0, 7]
    """
    differences: list[int] = []
    for number in ascending:
        differences.append(number - before)
        before = number
    return differences


def sized(data: bytes) -> bytes:
    """Bytes after their number."""
    return varint(len(data)) + data


def shared(key: bytes, before: bytes) -> int:
    """How many first bytes two keys share, 255 at most.

    >>> shared(b"cache", b"card")
    2
    """
    most = min(len(key), len(before), 255)
    if key[:most] == before[:most]:
        return most
    return next(index for index in range(most) if key[index] != before[index])


def coded(key: bytes, before: bytes) -> bytes:
    """A key after another: how many bytes they share, and the rest of it."""
    same = shared(key, before)
    return bytes((same,)) + sized(key[same:])


def json_bytes(value: object) -> bytes:
    """A value as JSON in UTF-8, keys in the order that they have. Half a surrogate pair is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _LONE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()
