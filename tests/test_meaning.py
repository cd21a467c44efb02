"""Is a text taken apart into the pieces of a table, is a table read as it was written, and is a damaged one refused?"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from vectors_package import written

from postdex.meaning import vector_file
from postdex.meaning.pieces import Pieces
from postdex.meaning.vector_file import UnusableVectors
from postdex.meaning.vectors import LARGEST_SCALE, Vectors, cosines

#: Of which word each number is, in a table as small as can be.
PIECES = ("photo", "##s", "image", "small", "the", "a", "容器", "镜", "像", "docker")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table that knows these pieces."""
    path = tmp_path / "small.vectors"
    vectors = numpy.random.default_rng(1).normal(size=(len(PIECES), 8))
    vectors[PIECES.index("a")] = 0  # a word that says nothing
    vectors[PIECES.index("image")] = vectors[PIECES.index("photo")] * 3
    written(path, PIECES, vectors, ["en", "zh"])
    return path


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ""),
        ("Small PHOTO!", "small photo"),
        ("photos", "photo ##s"),
        ("photosphere", ""),  # not a piece of a word whose rest is unknown
        ("photo_image-docker", "photo image docker"),
        ("phóto", "photo"),
        ("容器鏡像", "容器 镜 像"),
        ("的容器docker", "容器 docker"),
        ("smallsmall", ""),
        ("\x00\ufffd ''", ""),
    ],
)
def test_pieces(text: str, pieces: str) -> None:
    numbers = Pieces({piece: number for number, piece in enumerate(PIECES)}).of(text, 100)
    assert " ".join(PIECES[number] for number in numbers) == pieces


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("", 0),
        ("a photo", 1),
        ("a photograph", 0.5),
        ("photos", 0),
        ("镜像", 1),
        ("的镜像 docker", 0.75),
        ("容器", 1),
        ("的", 0),
    ],
)
def test_how_much_of_a_text_is_known_in_one_piece(text: str, known: float) -> None:
    assert Pieces({piece: number for number, piece in enumerate(PIECES)}).known(text) == known


def test_words_that_nobody_wrote_are_not_remembered() -> None:
    pieces = Pieces({piece: number for number, piece in enumerate(PIECES)})
    for number in range(100):
        assert pieces.of(f"photo {'x' * 2000}{number} é{'y' * 2000}{number}", 100) == [0]
    assert set(pieces._cut) == {"photo"}


def test_no_more_pieces_are_taken_than_asked_for() -> None:
    pieces = Pieces({piece: number for number, piece in enumerate(PIECES)})
    assert len(pieces.of("photos " * 1000, 7)) == len(pieces.of("容器像 " * 1000, 7)) == 7


def test_a_table_gives_what_was_written(table: Path) -> None:
    assert vector_file.is_as_written(str(table))
    vectors = Vectors(str(table))
    photo, image, small = (vectors.of(text) for text in ("photo", "image", "small"))
    nothing = vectors.of("a unheard-of")
    near = cosines(photo, [photo, image, small, nothing])
    assert near[0] == pytest.approx(1) and near[1] == pytest.approx(1, abs=1e-3) and near[2] < 0.9 and near[3] == 0


def _header(path: Path, **changed: object) -> None:
    line, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(json.dumps({**json.loads(line), **changed}).encode() + b"\n" + rest)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"format": 2}, "its format is 2, this postdex reads 1"),
        ({"format": None}, "its format is None, this postdex reads 1"),
        ({"count": len(PIECES) + 1}, "bytes where"),
        ({"dimensions": 0}, "lacks"),
        ({"dimensions": 10**12}, "lacks"),
        ({"count": -1}, "lacks"),
        ({"pieces_read": 0}, "lacks"),
        ({"count": True}, "lacks"),
        ({"languages": "en"}, "lacks"),
        ({"languages": [1]}, "lacks"),
        ({"languages": []}, "lacks"),
        ({"languages": ["EN"]}, "lacks"),
        ({"languages": ["en", "\ud800\x1b[31m\n"]}, "lacks"),
        ({"crc32": None}, "lacks"),
    ],
)
def test_a_table_of_another_version_or_damaged_is_refused(
    table: Path, changed: dict[str, object], message: str
) -> None:
    _header(table, **changed)
    with pytest.raises(UnusableVectors, match=message):
        Vectors(str(table))


@pytest.mark.parametrize("scale", [float("nan"), float("inf"), float("-inf"), 1e30, -1e30])
def test_a_scale_of_which_no_sum_can_be_made_is_refused(table: Path, scale: float) -> None:
    line, rest = table.read_bytes().split(b"\n", 1)
    start = vector_file.header(str(table)).scales - len(line) - 1
    table.write_bytes(line + b"\n" + rest[:start] + struct.pack("<f", scale) + rest[start + 4 :])
    with pytest.raises(UnusableVectors, match="scales"):
        Vectors(str(table))


def test_so_many_pieces_as_can_be_read_have_a_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.vectors"
    most = LARGEST_SCALE * 126, vector_file.MOST_DIMENSIONS
    written(path, ["photo"], numpy.full((1, most[1]), most[0]), ["en"])
    vectors = Vectors(str(path))
    monkeypatch.setattr(vectors, "_pieces_read", vector_file.MOST_READ)
    assert float(numpy.linalg.norm(vectors.of("photo " * vector_file.MOST_READ))) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("make", [Path.mkdir, *([os.mkfifo] if hasattr(os, "mkfifo") else [])])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "en.vectors"
    make(path)
    with pytest.raises(UnusableVectors, match="is no file"):
        Vectors(str(path))


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"\xff\x00" * 9000, b"version https://git-lfs\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "en.vectors"
    path.write_bytes(content)
    with pytest.raises(UnusableVectors):
        Vectors(str(path))


@pytest.mark.parametrize("size", [10, 200, 300, -1])
def test_a_table_that_is_cut_is_refused(table: Path, size: int) -> None:
    table.write_bytes(table.read_bytes()[:size])
    with pytest.raises(UnusableVectors):
        Vectors(str(table))


def test_a_byte_that_differs_is_found_by_who_looks_at_all(table: Path) -> None:
    content = bytearray(table.read_bytes())
    content[-3] ^= 1
    table.write_bytes(content)
    Vectors(str(table))
    assert not vector_file.is_as_written(str(table))


@pytest.mark.parametrize(
    ("at", "by"), [(b"photo\n", b"image\n"), (b"photo\n", b"phot\n\n"), (b"photo\n", b"\xff\xfe\xff\xff\xff\n")]
)
def test_a_vocabulary_that_is_none_is_refused(table: Path, at: bytes, by: bytes) -> None:
    table.write_bytes(table.read_bytes().replace(at, by, 1))
    with pytest.raises(UnusableVectors, match="its vocabulary"):
        Vectors(str(table))
