"""How do a post, what is wrong with posts, and why a query finds one look to people?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from postdex_index.document import Document
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Problem

from ..faces import in_words
from ..text_safety import day_of, printable
from .about_post import about_lines
from .hit_lines import explain_text
from .screen import Screen, linked, painted

if TYPE_CHECKING:
    from ..results.explain import Verdict

_PLAIN = Screen()


def problems_text(problems: Iterable[Problem], screen: Screen = _PLAIN) -> str:
    """A line each: `path:line: kind: message; hint`.

    >>> problems_text([Problem("a.md", 3, "malformed", "no date", "write one")])
    'a.md:3: malformed: no date; write one'
    """
    lines = []
    for path, line, kind, message, hint in problems:
        place = painted(printable(screen.where(path)), screen.palette.path)
        place += painted(f":{line}" if line else "", screen.palette.line)
        text = printable(f"{message}; {in_words(hint)}" if hint else message)
        lines.append(f"{linked(place, path, line, screen)}: {painted(printable(kind), screen.palette.note)}: {text}")
    return "\n".join(lines)


def document_text(document: Document, section: int | None = None, screen: Screen = _PLAIN) -> str:
    """A post to read: its metadata, then all its sections or only one, with the lines of the file."""
    palette = screen.palette
    numbers = range(len(document.sections)) if section is None else (section,)
    day = day_of(document.date_seconds, document.date_from)
    about = about_lines(document.path, document.sections[numbers[0]].line if numbers else 1, day, document.tags, screen)
    own = " · ".join(f"{name}: {', '.join(values)}" for name, values in document.fields)
    head = [painted(printable(document.title), palette.title), *about, painted(printable(own), palette.dim)]
    parts = ["\n".join(filter(None, head))]
    for index in numbers:
        stored = document.sections[index]
        if stored.heading:
            parts.append(painted(f"{'#' * max(1, stored.level)} {printable(stored.heading)}", palette.heading))
        rows = document.text(index).replace(SOFT_BREAK, "\n").replace(INCLUDED_BREAK, "\n").split("\n")
        body = "\n".join(printable(row.expandtabs(4)).rstrip() for row in rows)
        if body.strip():
            parts.append(body.strip("\n"))
    return "\n\n".join(parts) + "\n"


def verdict_text(verdict: Verdict, query: str, screen: Screen = _PLAIN) -> str:
    """At which rank a query finds a post and how its score was made, or why it does not find it."""
    path, rank, score, reasons = verdict
    place = linked(painted(printable(screen.where(path)), screen.palette.path), path, 1, screen)
    rank_text = painted(f"rank {rank}", screen.palette.title)
    lines = [f"{place}: {rank_text if rank else f'not found by {printable(query)!r}'}"]
    lines += [f"  {printable(reason)}" for reason in reasons]
    lines += [explain_text(score, "  ", screen.palette)] if score else []
    return "\n".join(lines) + "\n"
