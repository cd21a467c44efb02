"""Which posts answer which queries? A golden file says it: people write it, `queries` and `bench --add` add to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from postdex_index.errors import ConfigError, PostdexError
from postdex_index.named_tuple import NamedTuple


class ExpectedPosts(NamedTuple):
    """A query and the posts that answer it, any of them as good as another."""

    query: str
    paths: Sequence[str]


def read(file: Path) -> list[ExpectedPosts]:
    """The queries of a golden file. Raises ConfigError with its place for a line that is none."""
    golden = _parsed(_text(file), file)
    if not golden:
        raise ConfigError("there are no queries in it", "write `query<TAB>path` lines", path=str(file))
    return golden


def add(file: Path, answered: Iterable[ExpectedPosts]) -> list[ExpectedPosts]:
    """Add queries that are not in a golden file yet, which is made if need be; those that were added.

    Lines that are there stay as they are, also where they name another post. Raises ConfigError, PostdexError.
    """
    before = _text(file) if file.exists() else ""
    queries = {expected.query.casefold() for expected in _parsed(before, file)}
    added: list[ExpectedPosts] = []
    for expected in answered:
        if expected.query.casefold() not in queries:
            added.append(expected)
            queries.add(expected.query.casefold())
    in_form = _as_toml if file.suffix == ".toml" else _as_line
    text = "".join(in_form(expected, file) for expected in added)
    ends = "\n" if before and not before.endswith("\n") else ""
    try:
        with file.open("a", encoding="utf-8") as stream:
            stream.write(ends + text if text else "")
    except OSError as error:
        raise PostdexError(f"the queries cannot be added to {file} ({error.strerror})", "name another file") from error
    return added


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the queries cannot be read ({error.strerror})", "name a file", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("the queries are not UTF-8", "save the file as UTF-8", path=str(file)) from error


def _parsed(text: str, file: Path) -> list[ExpectedPosts]:
    return _from_toml(text, file) if file.suffix == ".toml" else _from_lines(text, file)


def _as_line(expected: ExpectedPosts, file: Path) -> str:
    """A line of it; one that began as a comment does has a blank before it."""
    query, path = expected.query, expected.paths[0]
    if set("\t\n\r") & set(path) or not path.isprintable():
        raise ConfigError(f"{path!r} has no place in a line", "use a file .toml", path=str(file))
    return f"{' ' * query.startswith('# ')}{query}\t{path}\n"


def _as_toml(expected: ExpectedPosts, file: Path) -> str:
    return f"\n[[query]]\ntext = {_quoted(expected.query)}\npath = {_quoted(expected.paths[0])}\n"


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    escaped = (f"\\{sign}" if sign in '\\"' else sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in text)
    return f'"{"".join(escaped)}"'


def _from_lines(text: str, file: Path) -> list[ExpectedPosts]:
    golden = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("# "):
            continue
        query, tab, path = line.rpartition("\t")
        if not tab or not query.strip() or not path.strip():
            raise ConfigError("this is no query", "write `query<TAB>path`", path=str(file), line=number)
        golden.append(ExpectedPosts(query.strip(), (path.strip(),)))
    return golden


def _from_toml(text: str, file: Path) -> list[ExpectedPosts]:
    import tomllib

    try:
        rows: Any = tomllib.loads(text).get("query", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"this is not valid TOML ({error})", "correct the file", path=str(file)) from error
    golden = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        query = row.get("text") if isinstance(row, dict) else None
        paths = row.get("paths", [row.get("path")]) if isinstance(row, dict) else None
        if (
            not isinstance(query, str)
            or not isinstance(paths, list)
            or not all(isinstance(path, str) for path in paths)
        ):
            hint = 'write [[query]] with text = "…" and path = "…"'
            raise ConfigError(f"query number {number} is no query", hint, path=str(file))
        golden.append(ExpectedPosts(query, tuple(paths)))
    return golden
