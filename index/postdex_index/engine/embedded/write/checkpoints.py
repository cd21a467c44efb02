"""Where is a text cut, so that a passage of it needn't be read from the text's beginning?

At a checkpoint the position and the offset are known; the words between two are cut by themselves. So no cut may
change them: it comes behind a sign that no word holds and that no word looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, cycle

from ....model import Code
from ....schema import BODY, CODE

#: A checkpoint at least every so many characters: a snippet tokenises no more than that before its window.
CHECKPOINT = 256
_CUT = re.compile(r"[\s。，；！？、]")
#: What no word holds and no word looks at: in a line without blanks (minified code, base64) it is cut there.
_SEAM = re.compile(r"[\s。，；！？、/=()\[\]{}<>&|\";:$%*@\\^]")


def code_edges(code: Iterable[Code]) -> list[int]:
    """Where each block of code begins and ends, one number after the other."""
    return list(chain.from_iterable([(block.start, block.stop) for block in code]))


def stretches(text: str, code: Iterable[int]) -> list[tuple[int, int, int]]:
    """A section's text cut at checkpoints, as (start, stop, field code); prose and code never share one. `code` is
    what `code_edges` gives."""
    pieces: list[tuple[int, int, int]] = []
    start = 0
    for stop, field in zip([*code, len(text)], cycle((BODY, CODE))):
        _cut(pieces, text, start, stop, field)
        start = stop
    return pieces


def _cut(pieces: list[tuple[int, int, int]], text: str, start: int, stop: int, field: int) -> None:
    while stop - start > CHECKPOINT:
        earliest = start + CHECKPOINT
        match = _CUT.search(text, earliest, min(earliest + CHECKPOINT, stop)) or _SEAM.search(text, earliest, stop)
        if not match:
            break
        pieces.append((start, match.end(), field))
        start = match.end()
    if start < stop:
        pieces.append((start, stop, field))
