"""What is a small `postdex_vectors` made of? For tests, which never look at the real one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import numpy
import pytest
from numpy.typing import NDArray

from postdex.meaning import installed
from postdex.meaning.installed import RELEASE

#: Words that mean the same stand in one row.
MEANINGS = (
    "photo photos picture pictures image images",
    "small smaller shrink resize compress",
    "web online page internet",
    "soup broth",
    "salt pepper",
)
#: Words that are known and mean nothing: of a text of which most words are unknown, meaning says nothing.
EMPTY = "how do i make a what is before they go to my"
#: A question, and posts of which that which answers it has few of its words, and the other one many.
ASKED = "how do I make photos smaller before they go online"
TEXTS = {
    "images.md": "---\nlang: en\n---\n# Resize an image\n\nCompress images before they go online: smaller is better.",
    "sale.md": "---\nlang: en\n---\n# Sale\n\nMany make photos before they go.",
}


def write_package(folder: Path, *, version: str = RELEASE, tables: Mapping[str, tuple[str, ...]] | None = None) -> Path:
    """A package in this folder of so many tables, each for the languages of its name; the package's own folder."""
    package = folder / "postdex_vectors"
    package.mkdir()
    (package / "__init__.py").write_text(f"VERSION = {version!r}\n", encoding="utf-8")
    for name, languages in ({"en": ("en",)} if tables is None else tables).items():
        write_table(package / f"{name}.vectors", languages)
    return package


def write_table(path: Path, languages: Sequence[str] = ("en",), meanings: Sequence[str] = (*MEANINGS, EMPTY)) -> None:
    """A table that knows the words of `meanings`; those of one row have one vector, those of the last none."""
    pieces = [(word, number) for number, row in enumerate(meanings) for word in row.split()]
    vectors = numpy.eye(len(meanings))
    vectors[-1] = 0
    written(path, [word for word, _ in pieces], vectors[[number for _, number in pieces]], languages)


def written(path: Path, pieces: Sequence[str], vectors: NDArray[numpy.float64], languages: Sequence[str]) -> None:
    """Write a table by the benchmarks' own function."""
    benchmarks = str(Path(__file__).parent.parent / "benchmarks")
    sys.path.insert(0, benchmarks)
    try:
        write = import_module("vector_tables").write
    finally:
        sys.path.remove(benchmarks)
    write(path, pieces, vectors, languages=languages, made_from="nothing", licence="MIT")


@contextmanager
def installed_from(folder: Path) -> Iterator[None]:
    """Within the block the extra is as it were if the packages of this folder were installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        installed._installed.cache_clear()
        yield
    sys.modules.pop("postdex_vectors", None)
    installed._installed.cache_clear()
