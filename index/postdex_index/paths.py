"""How is a path written, and which folders lie above it? As `pathlib` says, for where it costs too much.

With `urllib`, `ipaddress` and `fnmatch` it took 15 million instructions of the 244 million of a cold search. What a
search goes through has paths as text; whoever wants a `Path` makes one of it.
"""

from __future__ import annotations

import os

StrPath = str | os.PathLike[str]


def plain(path: StrPath) -> str:
    """A path as text, without what leads nowhere: as `str(Path(path))`.

    >>> plain("./posts//2022/"), plain("")
    ('posts/2022', '.')
    """
    text = os.fspath(path)
    slashes = len(text) - len(text.lstrip("/"))
    root = "//" if slashes == 2 else "/" if slashes else ""  # POSIX leaves it to each system what two mean
    return root + "/".join([name for name in text.split("/") if name not in ("", ".")]) or "."


def with_those_above(folder: StrPath) -> list[str]:
    """A folder and those that it lies in, upwards, in full.

    >>> with_those_above("/blog/posts")
    ['/blog/posts', '/blog', '/']
    """
    folders = [os.path.abspath(folder)]
    while (above := os.path.dirname(folders[-1])) != folders[-1]:
        folders.append(above)
    return folders


def whole(url: str, origin: str) -> str:
    """A link, with the origin of its site if it is only a path.

    >>> whole("/a/#b", "https://a.org"), whole("https://b.org/", "https://a.org"), whole("", "https://a.org")
    ('https://a.org/a/#b', 'https://b.org/', '')
    """
    return origin + url if url.startswith("/") and not url.startswith("//") else url
