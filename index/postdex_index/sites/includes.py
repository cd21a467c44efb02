"""What does a body say with the files that it includes in their places?

Where a body includes which file is known to each generator (`Generator.includes`); here their text takes the place of
what names them, theirs in turn, within limits. Opens no file: `content.included_files` does, by the paths given here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence

from ..named_tuple import NamedTuple

#: A file that is included by one that is included, and so on.
DEEPEST = 10
#: Included files of a post, each as often as it stands there.
MOST = 10_000

_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?\n---[ \t]*(?:\n|\Z)", re.DOTALL)


class Include(NamedTuple):
    """A file in a body: text[start:stop] stands for what `select` makes of its text.

    `path` leads from the site's root, as `below` makes it; "" where nothing remains of text[start:stop]. Where there is
    no such file the first of `others` is taken that there is. A file that is `optional` is not missed.
    """

    start: int
    stop: int
    path: str
    select: Callable[[str], str] = str
    others: tuple[str, ...] = ()
    optional: bool = False


class Expanded(NamedTuple):
    """A body with its files in it. `lines` has for each line of the text the one of the body that it stands for,
    counted from 0; `missing` are the files that could not be read, each with such a line."""

    text: str
    lines: Sequence[int]
    missing: tuple[tuple[str, int], ...] = ()


def below(folder: str, target: str, above: int = 0) -> str:
    """The path from a site's root to what `target` names from a folder there; "" if that lies elsewhere.

    It may lead `above` folders up, to the root of the repository, where nothing is taken whose name begins with a dot.

    >>> below("src/guide", "../code/./a.rs"), below("src", "../../etc/passwd"), below("", "/etc/passwd")
    ('src/code/a.rs', '', '')
    >>> below("docs", "../../code/a.py", 1), below("docs", "../../.env", 1)
    ('../code/a.py', '')
    """
    if not target or "\0" in target:
        return ""
    path = posixpath.normpath(posixpath.join(folder, target))
    names = path.split("/")
    ups = names.count("..")
    if path.startswith("/") or ups > above or names[ups:] in ([], ["."]):
        return ""
    return "" if ups and any(name.startswith(".") for name in names[ups:]) else path


def apart(includes: Iterable[Include]) -> list[Include]:
    """Includes in the order of their text, without those that lie in an earlier one."""
    ordered: list[Include] = []
    for include in sorted(includes, key=lambda include: include.start):
        if not ordered or include.start >= ordered[-1].stop:
            ordered.append(include)
    return ordered


def fence_around(code: str) -> str:
    """A fence that no line of the code closes."""
    return "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))


def without_front_matter(page: str) -> str:
    """What of a page's text another one includes."""
    matter = _FRONT_MATTER.match(page)
    return page[matter.end() :] if matter else page


def expand(
    body: str,
    path: str,
    find: Callable[[str, str], Iterable[Include]],
    read: Callable[[str], str | None],
    *,
    largest: int,
) -> Expanded | None:
    """The body of the file `path`, its lines ended by newlines, with all that it includes; None if that is nothing.

    `find` gives the includes of a file's path and text, `read` a file's text, or None if it cannot be had. A post may
    include `largest` characters in all.

    >>> found = expand("See\\n@a\\n@b\\n.", "x.md", _find_at, {"a": "1\\n2\\n3"}.get, largest=99)
    >>> found.text, list(found.lines), found.missing
    ('See\\n1\\n2\\n3\\n\\n.', [0, 1, 1, 1, 2, 3], (('b', 2),))
    """
    body = _with_newlines(body)
    includes = list(find(path, body))
    if not includes:
        return None
    expansion = _Expansion(find, read, largest)
    pieces: list[str] = []
    lines = [0]
    missing: list[tuple[str, int]] = []
    done = 0
    for include in includes:
        between = body[done : include.start]
        lines += range(lines[-1] + 1, lines[-1] + 1 + between.count("\n"))
        text = expansion.text(include, (path,))
        missing += [(name, lines[-1]) for name in expansion.missing]
        expansion.missing.clear()
        replaced, put = body.count("\n", include.start, include.stop), text.count("\n")
        lines += [lines[-1]] * (put - replaced)
        lines += range(lines[-1] + 1, lines[-1] + 1 + replaced)
        pieces += between, text, "\n" * (replaced - put)
        done = include.stop
    lines += range(lines[-1] + 1, lines[-1] + 1 + body.count("\n", done))
    return Expanded("".join([*pieces, body[done:]]), lines, tuple(missing))


class _Expansion:
    """What may still be included in a post, and what could not be."""

    def __init__(
        self, find: Callable[[str, str], Iterable[Include]], read: Callable[[str], str | None], largest: int
    ) -> None:
        self._find, self._read = find, read
        self._room, self._left = largest, MOST
        self.missing: list[str] = []

    def text(self, include: Include, above: tuple[str, ...]) -> str:
        """What stands for an include below these files: nothing for one of them again, or beyond the limits."""
        path, whole = include.path, None
        if not path or len(above) > DEEPEST or not self._left:
            return ""
        self._left -= 1
        for path in (include.path, *include.others):
            whole = None if path in above else self._read(path)
            if whole is not None or path in above:
                break
        if whole is None:
            self.missing += [] if path in above or include.optional else [include.path]
            return ""
        self._room -= len(whole)
        if self._room < 0:
            return ""
        text = include.select(_with_newlines(whole))
        pieces: list[str] = []
        done = 0
        for nested in self._find(path, text):
            pieces += text[done : nested.start], self.text(nested, (*above, path))
            done = nested.stop
        return "".join([*pieces, text[done:]])


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _find_at(_path: str, text: str) -> Iterable[Include]:
    """Includes as the example above writes them."""
    start = text.find("@")
    while start >= 0:
        yield Include(start, start + 2, text[start + 1])
        start = text.find("@", start + 1)
