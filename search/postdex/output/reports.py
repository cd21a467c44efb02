"""How do a post, and what is wrong with posts, look to people?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from postdex_index.document import Document
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Problem

from ..faces import in_words
from ..text_safety import iso, printable


def problems_text(problems: Iterable[Problem], *, where: Callable[[str], str] = str) -> str:
    """A line each: `path:line: kind: message; hint`.

    >>> problems_text([Problem("a.md", 3, "malformed", "no date", "write one")])
    'a.md:3: malformed: no date; write one'
    """
    return "\n".join(
        printable(f"{_location(where(path), line)}: {kind}: {message}" + (f"; {in_words(hint)}" if hint else ""))
        for path, line, kind, message, hint in problems
    )


def document_text(document: Document, section: int | None = None) -> str:
    """A post to read: its metadata, then all its sections or only one, with the lines of the file."""
    numbers = range(len(document.sections)) if section is None else (section,)
    head = [printable(document.title), printable(document.path) + _date(document.date_seconds, document.date_from)]
    parts = ["\n".join(line + _tags(document.tags) if at else line for at, line in enumerate(head) if line)]
    for index in numbers:
        stored = document.sections[index]
        if stored.heading:
            parts.append("#" * max(1, stored.level) + " " + printable(stored.heading))
        rows = document.text(index).replace(SOFT_BREAK, "\n").replace(INCLUDED_BREAK, "\n").split("\n")
        body = "\n".join(printable(row.expandtabs(4)).rstrip() for row in rows)
        if body.strip():
            parts.append(body.strip("\n"))
    return "\n\n".join(parts) + "\n"


def _location(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _date(seconds: int | None, date_from: str) -> str:
    """`  (2022-08-26)`; the time of a file, which a checkout renews, says nothing of its post."""
    return "" if seconds is None or date_from == "file" else f"  ({iso(seconds).partition('T')[0]})"


def _tags(tags: Sequence[str]) -> str:
    return f" [{', '.join(map(printable, tags))}]" if tags else ""
