"""Which bytes and which text does a file hold, and what did it look like then?

Opens nothing but regular files, and follows no links. What becomes of the text is for others.
"""

from __future__ import annotations

import os
import stat as modes
import sys
import time

from .. import posix
from ..engine.api import FileStamp
from ..model import Problem
from ..paths import StrPath
from .discovery import lying

#: A file that changes while it is read is read again, so often.
_ATTEMPTS = 3
#: A change within this time of the last one may leave the same times: file systems take them from a clock that
#: ticks every 4 to 10 ms, some only in whole seconds (FAT in two).
_TICK_NS, _COARSE_TICK_NS = 100_000_000, 2_000_000_000
#: So much of a file is read at a time.
_PIECE = 1 << 24
#: Of the first bytes, so many tell text from what is no text: a file with a NUL has no more than this share of other
#: control characters if it is UTF-8 (a run of NULs is what a power cut leaves of a file), and of both together if not
#: (an image has .1 and more, a text in Latin-1 with a slip next to none).
_SAMPLE, _FEW, _FEW_IF_WRONG = 8192, 0.05, 0.02
_CONTROLS = bytes({*range(1, 32)} - {*b"\t\n\v\f\r\x1b"})
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def digest(content: bytes) -> bytes:
    """What tells whether two files hold the same: BLAKE2b, 128 bits."""
    from hashlib import blake2b

    return blake2b(content, digest_size=16).digest()


def digest_of(folder: StrPath, path: str) -> bytes:
    """The digest of a file's bytes; OSError if it is no regular file, or cannot be read."""
    content, _ = content_of(lying(folder, path), sys.maxsize)
    return digest(content) if content is not None else b""


def stamp(state: os.stat_result, content: bytes, reconsider_at: int | None = None) -> FileStamp:
    """The stamp of a file that was just read with this stat and these bytes."""
    now, modified, changed = time.time_ns(), state.st_mtime_ns, state.st_ctime_ns
    tick = _TICK_NS if modified % 1_000_000_000 else _COARSE_TICK_NS
    racy = -_COARSE_TICK_NS < now - modified < tick or -_COARSE_TICK_NS < now - changed < tick
    return FileStamp.seen(state)._replace(digest=digest(content), reconsider_at=reconsider_at, racy=racy)


def is_through_link(file: str, length: int) -> bool:
    """Whether one of the folders in the last `length` characters of a file's path is a link."""
    cut = file.find("/", len(file) - length)
    while cut >= 0:
        if os.path.islink(file[:cut]):
            return True
        cut = file.find("/", cut + 1)
    return False


def content_of(file: str, largest: int) -> tuple[bytes | None, os.stat_result]:
    """A regular file's bytes and the stat that belongs to them; None for what is none, or is too large."""
    number = os.open(file, posix.READ)  # O_NONBLOCK: opening a pipe would wait for somebody to write
    try:
        state = os.fstat(number)
        content = None
        for attempt in range(_ATTEMPTS):
            if not modes.S_ISREG(state.st_mode) or state.st_size > largest:
                return None, state
            if attempt:
                os.lseek(number, 0, os.SEEK_SET)
            content = _all(number, state.st_size, largest)
            if len(content) > largest:
                return None, state
            before, state = state, os.fstat(number)
            if len(content) == state.st_size and FileStamp.seen(before) == FileStamp.seen(state):
                break
        return content, state  # if it never stood still, the stamp is young enough to be racy
    finally:
        os.close(number)


def _all(number: int, size: int, largest: int) -> bytes:
    """All bytes of an open file that is expected to have `size`, or one piece more than `largest`. One byte more is
    asked for, to see it grow; some file systems say a size of 0 whatever there is."""
    content = os.read(number, min(max(size, 0), _PIECE) + 1)
    if len(content) == size:
        return content
    pieces, length = [content], len(content)
    while length <= largest and pieces[-1]:
        pieces.append(os.read(number, _PIECE))
        length += len(pieces[-1])
    return b"".join(pieces)


def decode(content: bytes, path: str) -> tuple[str | None, Problem | None]:
    """The file's text; None for what is no text."""
    if content.startswith(_UTF16_MARKS):
        return content.decode("utf-16", "replace"), None
    content = content.removeprefix(_UTF8_MARK)
    first = content.find(0)
    text_bytes = content if first < 0 else content.replace(b"\0", b"")
    try:
        text, wrong = text_bytes.decode(), -1
    except UnicodeDecodeError as error:
        text, wrong = text_bytes.decode(errors="replace"), error.start
    if first < 0 and wrong < 0:
        return text, None
    sample, few = content[:_SAMPLE], _FEW_IF_WRONG if wrong >= 0 else _FEW
    odd = len(sample) - len(sample.translate(None, _CONTROLS + b"\0" if wrong >= 0 else _CONTROLS))
    if not text_bytes.strip() or (first >= 0 and odd - 1 > few * len(sample)):
        hint = "leave it out with the setting exclude; if it is text, save it as UTF-8"
        return None, Problem(path, 0, "skipped", "this is no text", hint)
    if wrong >= 0:
        line = text_bytes.count(b"\n", 0, wrong) + 1
        message = "from this line on there are bytes that are not UTF-8; they were replaced"
        return text, Problem(path, line, "malformed", message, "save the file as UTF-8")
    line = content.count(b"\n", 0, first) + 1
    message = "from this line on there are NUL bytes; they were left out"
    return text, Problem(path, line, "malformed", message, "save the file without them")
