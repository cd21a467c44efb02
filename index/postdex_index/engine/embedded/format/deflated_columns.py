"""How does a column that deflate shrinks lie in a segment file, and how is it read as the array that it is?

Such a column (`columns.DEFLATED`) is cut into blocks of 2,048 bytes, each deflated on its own:

    per block: where it ends, from the first block on, u32 | the blocks in raw deflate, one after the other

Whoever reads the column sees the array that was written: there is room for it in memory, which takes none until a
block is needed. Then the block is inflated into its place, once.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable
from itertools import accumulate

#: Bytes of a block before it is deflated: it is inflated in 12 us, one of twice as many in 19. The columns of 10,000
#: posts shrink to .325 with these, to .313 with twice, to .343 with half as many.
BLOCK_BITS = 11
BLOCK = 1 << BLOCK_BITS
#: To .346 in .30 s with 1, to .325 in .39 s with 4, to .313 in .67 s with 6.
LEVEL = 4
#: Shorter columns are left as they are, so that a segment of a post or two is opened at once.
SHORTEST = 1_024
#: Columns that would shrink to more than this share are left as they are.
WORTH = 0.9
#: A column is at most so many times what lies in the file: a stranger's could be a thousand times. Of ours the flags of
#: terms in Chinese come next with 12; what would be more, as dates where no post has one, is left as it is.
MOST = 64


def deflated(data: memoryview) -> bytes | None:
    """The bytes of a column as they lie in the file; None if it is to be left as it is."""
    if len(data) < SHORTEST:
        return None
    blocks = [zlib.compress(data[start : start + BLOCK], LEVEL, -15) for start in range(0, len(data), BLOCK)]
    content = array("I", accumulate(map(len, blocks))).tobytes() + b"".join(blocks)
    return content if len(data) / MOST <= len(content) < len(data) * WORTH else None


def room_size(nbytes: int) -> int:
    """The room for a column of so many bytes, in whole blocks."""
    return -(-nbytes // BLOCK) * BLOCK


class Inflation:
    """A column that is inflated as far as it is needed. `offset` is where it lies in the file, `room` is what its bytes
    are put in; `view` is the column, read-only. `there` has a byte for each block, 1 once it is inflated."""

    __slots__ = ("_blocks_at", "_ends", "_offset", "_room", "there", "view")

    def __init__(self, offset: int, room: memoryview) -> None:
        self._offset = offset
        self._room = room
        self.view = room.toreadonly()
        self.there = bytearray(room_size(len(room)) >> BLOCK_BITS)
        self._blocks_at = offset + 4 * len(self.there)
        self._ends: array[int] | None = None

    def need(self, start: int, stop: int, read: Callable[[int, int], bytes | memoryview]) -> None:
        """Inflate the blocks of bytes [start, stop) that are not there yet. `read` gives bytes of the file, checked.
        Raises ValueError or zlib.error for what `deflated` never writes."""
        last = ((stop - 1) >> BLOCK_BITS) + 1
        block = self.there.find(0, start >> BLOCK_BITS, last)
        while block >= 0:
            self._inflate(block, read)
            self.there[block] = 1
            block = self.there.find(0, block + 1, last)

    def _inflate(self, block: int, read: Callable[[int, int], bytes | memoryview]) -> None:
        if self._ends is None:
            self._ends = array("I", bytes(read(self._offset, self._blocks_at)))
        begin = self._ends[block - 1] if block else 0
        place = self._room[block << BLOCK_BITS : (block + 1) << BLOCK_BITS]
        inflate = zlib.decompressobj(-15)
        content = inflate.decompress(read(self._blocks_at + begin, self._blocks_at + self._ends[block]), BLOCK + 1)
        if not inflate.eof:
            raise ValueError("a block goes on")
        place[:] = content  # raises ValueError if it has another length
