"""What goes to standard output, what to standard error, and what is known of the one who stands there?

Results go to standard output, everything said about them to standard error. How results look
is for `terminal`; the commands are in `main` and `commands`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Protocol

from postdex_index.errors import FolderError, PostdexError
from postdex_index.paths import StrPath

if TYPE_CHECKING:
    from ..index import Index

#: Fewer posts than these are read before anybody has seen a bar.
_WORTH_A_BAR = 300
#: The columns and lines of a terminal that does not say.
_USUAL_WIDTH, _USUAL_HEIGHT = 80, 24


def out(*lines: str, end: str = "\n") -> None:
    """Write lines to standard output; a character that its encoding does not have becomes `?`."""
    stream = sys.stdout
    try:
        for line in lines:
            try:
                stream.write(line + end)
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                stream.write((line + end).encode(encoding, "replace").decode(encoding))
    except OSError as error:
        refused(error)


def out_paths(paths: Iterable[str], *, null: bool) -> None:
    """Paths, each on a line or followed by a NUL byte: to people so that they can be read, to programs as they are."""
    if sys.stdout.isatty():
        from ..text_safety import printable

        paths = map(printable, paths)
    out(*paths, end="\0" if null else "\n")


def out_json(*texts: str) -> None:
    """Write JSON; where the encoding may not have a character, all that are not ASCII become `\\uXXXX`."""
    if (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8":
        from ..text_safety import escape

        texts = tuple(escape(text, ascii=True) for text in texts)
    out(*texts)


def flush() -> None:
    """Send what was written so far. Raises PostdexError where it cannot be."""
    try:
        sys.stdout.flush()
    except OSError as error:
        refused(error)


def refused(error: OSError) -> NoReturn:
    """Nobody takes our output. A reader who has seen enough closes the pipe, which ends any program without a word;
    all else is an error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at the end
    if isinstance(error, BrokenPipeError):
        import signal

        raise SystemExit(128 + signal.SIGPIPE)
    raise PostdexError(f"cannot write the output ({error.strerror})") from error


def note(line: str) -> None:
    """One line to standard error, with the name of the program before it; lost if nobody takes it."""
    from ..text_safety import printable

    with suppress(OSError):
        print(f"postdex: {printable(line)}", file=sys.stderr)


def log_like_notes() -> None:
    """Have what the library logs look like a note, too: `postdex: ` before the line."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("postdex: %(message)s"))
    logging.getLogger("postdex").addHandler(handler)


def here() -> str:
    """The folder where the person stands. Raises FolderError."""
    try:
        return os.getcwd()
    except OSError as error:
        raise FolderError("the folder you stand in is gone", "change to one that exists") from error


def shown_path(folder: StrPath) -> Callable[[str], str]:
    """How the path of a post in a folder is shown: relative to where the person stands."""
    start, root = here(), os.path.abspath(folder)
    if start == root:
        return str
    return lambda path: os.path.relpath(os.path.join(root, path), start)


def where_shown(ix: Index) -> Callable[[str], str]:
    """How the paths of an index are shown: relative to where the person stands; those of several sites in a cluster as
    they are, since their files are in no folder here."""
    if ix.sites:
        start = here()
        return lambda path: os.path.relpath(ix.file(path), start)
    return str if getattr(ix.engine, "sites", ()) else shown_path(ix.snapshots.folder)


def post_path(folder: StrPath, typed: str) -> str:
    """The path of a post, or of a folder of posts, within the folder of all, from one typed where the person stands
    (or already such a path)."""
    root = os.path.abspath(folder)
    for start in (root, here()):
        path = os.path.normpath(os.path.join(start, typed))
        if os.path.exists(path) and path.startswith(root + os.sep):
            return os.path.relpath(path, root).replace(os.sep, "/")
    return typed.removeprefix("./")


def width() -> int:
    """The columns of the terminal; COLUMNS overrules it, which shells keep to themselves unless told to export it."""
    return _size("COLUMNS", 0) or _USUAL_WIDTH


def height() -> int:
    """The lines of the terminal; LINES overrules it likewise."""
    return _size("LINES", 1) or _USUAL_HEIGHT


def _size(variable: str, which: int) -> int:
    """What the environment says, else the terminal; 0 if nobody does."""
    if (size := os.environ.get(variable, "")).isdecimal() and int(size):
        return int(size)
    with suppress(ValueError, OSError):  # no terminal, or no file at all
        return os.get_terminal_size(sys.stdout.fileno())[which]
    return 0


def is_like_terminal(choice: str) -> bool:
    """Whether output looks as on a terminal: it goes there, or colours are wanted wherever it goes."""
    return sys.stdout.isatty() or choice == "always" or (choice == "auto" and _colors_are_forced())


def wants_color(choice: str) -> bool:
    """Whether output is coloured: on a terminal that can, unless NO_COLOR is set, and where CLICOLOR_FORCE is set;
    `always` and `never` overrule."""
    if choice != "auto":
        return choice == "always"
    on_terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return on_terminal or _colors_are_forced()


def _colors_are_forced() -> bool:
    return os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0") and not os.environ.get("NO_COLOR")


def usual_jobs() -> int:
    """The processes that a build may use when nobody says: one a processor, but 4 at most, as each takes its memory."""
    return min(4, os.cpu_count() or 1)


class _Shown(Protocol):
    """What `click.progressbar` gives."""

    pos: int

    def update(self, n_steps: int) -> None: ...

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...


class Bar:
    """A progress bar on standard error, if that is a terminal and there is enough to do; a `refresh.Progress`."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: _Shown | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            if total < _WORTH_A_BAR or not sys.stderr.isatty():
                return
            import click

            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)
