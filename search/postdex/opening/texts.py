"""How are texts searched that lie in no folder?

They are written to a temporary one, which is removed with the index that is made of it: an index lies in files, whose
checksums and locks hold what is promised of it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from weakref import finalize

from postdex_index.errors import FolderError, QueryError

from ..request import wrong


def write(texts: Mapping[str, str]) -> str:
    """A new folder with these texts, by their paths. Raises QueryError for what can be no post, FolderError."""
    if not isinstance(texts, Mapping):
        raise wrong("texts", texts, 'a mapping of paths to texts, {"a.md": "..."}')
    for path, text in texts.items():
        _check(path, text)
    try:
        folder = tempfile.mkdtemp(prefix="postdex-")
        for path, text in texts.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise FolderError(f"the texts cannot be written ({error.strerror})", "make room, or set TMPDIR") from error
    return folder


def remove_with(owner: object, folder: str) -> finalize[[str, int], object]:
    """Have a folder removed when it is called, or when nobody has its owner any more, or when this process ends."""
    return finalize(owner, _remove, folder, os.getpid())


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:  # a forked child does not take it from its parent
        shutil.rmtree(folder, ignore_errors=True)


def _check(path: object, text: object) -> None:
    if not isinstance(path, str):
        raise wrong("a path of texts", path, "a text, as a.md")
    if not isinstance(text, str):
        raise wrong(f"texts[{path!r}]", text, "a text")
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts or "\0" in path or path.endswith("/"):
        raise QueryError(f"texts has the path {path!r}", "name it as a file in a folder: notes/a.md")
    if not pure.suffix and not pure.name.startswith("."):
        raise QueryError(f"texts[{path!r}] has no suffix, by which posts are known", f"name it {path}.md")
