"""Columns that are deflated in a file: read as they were written, in whatever pieces; a stranger's are damage."""

from __future__ import annotations

import random
import zlib
from array import array
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.engine.embedded.format import segment_file
from postdex_index.engine.embedded.format.deflated_columns import BLOCK, LEVEL, MOST, SHORTEST, deflated
from postdex_index.engine.embedded.format.segment_file import SegmentFile
from postdex_index.errors import IndexDamagedError


def numbers(count: int, most: int = 90) -> array[int]:
    """Numbers that deflate shrinks."""
    dice = random.Random(count)
    return array("I", [dice.randrange(most) for _ in range(count)])


def opened(path: Path, columns: dict[str, Any], **changed: Any) -> SegmentFile:
    """A file of these columns, all deflated where that is worth it; some functions of the writer are others."""
    with patch.dict(vars(segment_file), changed):
        return SegmentFile(str(path), *segment_file.write(path, columns, {}, columns))


@settings(max_examples=40, deadline=None)
@given(st.integers(SHORTEST // 4, 5 * BLOCK), st.randoms(use_true_random=False))
def test_what_is_read_is_what_was_written(tmp_path_factory: pytest.TempPathFactory, count: int, dice: Any) -> None:
    written = numbers(count)
    path = tmp_path_factory.mktemp("deflated") / "file"
    file = opened(path, {"before": b"x" * 3, "numbers": written, "after": array("H", [7])})
    assert path.stat().st_size < 4 * len(written) // 2 + 400
    column, check = file.column("numbers", whole=False), file.checker("numbers")
    assert (column.format, len(column)) == ("I", count)
    for _ in range(5):
        start = dice.randrange(count)
        stop = dice.randrange(start, count) + 1
        check(start, stop)
        assert column[start:stop] == written[start:stop]
    assert file.column("numbers") == written
    assert bytes(file.column("before")) == b"xxx" and file.column("after").tolist() == [7]
    with pytest.raises(TypeError):
        column[0] = 1


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("short", bytes(SHORTEST - 1)),
        ("random", random.Random(1).randbytes(3 * BLOCK)),
        ("so empty that a stranger could have made it", bytes(3 * MOST * BLOCK)),
    ],
)
def test_what_is_left_as_it_is(tmp_path: Path, what: str, content: bytes) -> None:
    assert deflated(memoryview(content)) is None
    file = opened(tmp_path / "file", {"one": content})
    assert bytes(file.column("one")) == content and (tmp_path / "file").stat().st_size > len(content)


def packed(*blocks: bytes, ends: list[int] | None = None) -> bytes:
    """A column as it would lie in the file, of these contents of blocks."""
    streams = [zlib.compress(block, LEVEL, -15) for block in blocks]
    bounds = ends or [sum(map(len, streams[: number + 1])) for number in range(len(streams))]
    return array("I", bounds).tobytes() + b"".join(streams)


WHOLE = numbers(BLOCK // 4).tobytes()


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("a block is too short", packed(WHOLE, WHOLE[:-1])),
        ("a block is too long", packed(WHOLE, WHOLE + b"x")),
        ("a block is a thousand times as long", packed(WHOLE, bytes(1000 * BLOCK))),
        ("a block is no deflate", array("I", [100, 200]).tobytes() + b"\xff" * 1000),
        ("a block ends before it begins", packed(WHOLE, WHOLE, ends=[500, 100])),
        ("a block goes beyond the file", packed(WHOLE, WHOLE, ends=[10, 1 << 31])),
        ("a block is cut", packed(WHOLE, WHOLE, ends=[10, 20])),
        ("there is one block less", packed(WHOLE)),
    ],
)
def test_what_a_stranger_deflated_is_damage(tmp_path: Path, what: str, content: bytes) -> None:
    file = opened(tmp_path / "file", {"one": WHOLE * 2}, deflated=lambda data: content.ljust(2 * len(data) // MOST))
    file.verify_all()  # it has its checksums
    check = file.checker("one")
    for read in (lambda: file.column("one"), lambda: check(BLOCK, 2 * BLOCK)):
        with pytest.raises(IndexDamagedError, match="not deflated as it should be"):
            read()


def test_a_column_much_greater_than_its_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="another form"):
        opened(tmp_path / "file", {"one": bytes(MOST * BLOCK)}, deflated=lambda data: packed(bytes(BLOCK)))


def test_a_block_is_inflated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = opened(tmp_path / "file", {"one": WHOLE * 4})
    check = file.checker("one")
    check(0, BLOCK)
    check(3 * BLOCK, 3 * BLOCK + 1)
    monkeypatch.setattr(zlib, "decompressobj", lambda *_: [][1])
    check(1, BLOCK)
    check(4 * BLOCK - 1, 4 * BLOCK)
    check(BLOCK, BLOCK)
    with pytest.raises(IndexError):
        check(0, BLOCK + 1)
