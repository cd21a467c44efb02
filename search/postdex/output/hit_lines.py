"""How do hits look as lines that other programs take apart: in a pipe, and with `--oneline`?

Each line begins with its place, `path:line: `, as those of grep and compilers do. Their form is promised in
docs/cli.md; blocks for people are `terminal`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postdex_index.model import Explanation, Span

from ..results.values import Hit, HitList, SectionHit
from ..text_safety import cells, day_of, printable
from .screen import PLAIN, Line, Palette, Screen, clipped, joined, linked, marked, painted, shown

#: What is said of a hit that comes first whatever it scores.
PINNED = "pinned"
#: What stands between a title and the headings below it.
INTO = " › "
#: Columns that a title has even beside a path that takes all of the line.
_LEAST_TITLE = 20
#: A hit names so many of the languages that its post is in, too.
_LANGUAGES = 8


def hit_line(hit: Hit, screen: Screen) -> str:
    """`path:line: title › heading (2022-08-26)`; where a screen has no room for the headings, they are left out."""
    palette = screen.palette
    path, line = printable(screen.where(hit.path)), f":{hit.line}" if hit.line else ""
    day = date_of(hit)
    day = f" ({day})" if day else ""
    title = shown(hit.title, hit.title_spans)
    headed = joined([title, *heading_parts(hit, hit)], INTO)
    room = max(_LEAST_TITLE, screen.width - cells(f"{path}{line}: {day}")) if screen.width else 0
    title = headed if not room or cells(headed.text) <= room else clipped(title, room)
    place = linked(painted(path, palette.path) + painted(line, palette.line), hit.path, hit.line, screen)
    return f"{place}: {marked(title, palette.title, screen)}{painted(day, palette.dim)}"


def lines_for_programs(results: HitList, screen: Screen) -> Iterator[str]:
    """A line for each section of each hit: `path:line: title › heading (2022-08-26) [tags]: text`. Date and tags stand
    on the first line of a hit, a text where the section has one."""
    for hit in results.hits:
        facts = [*filter(None, [date_of(hit), also_in(hit), PINNED if hit.pinned else ""])]
        about = f" ({', '.join(facts)})" if facts else ""
        about += f" [{', '.join(map(printable, hit.tags))}]" if hit.tags else ""
        yield _line(hit, hit.line, hit, about, hit.snippet.text, screen)
        for section in hit.sections[1:]:
            text = section.snippet.text if section.snippet else ""
            yield _line(hit, section.match_line or section.line, section, "", text, screen)
        if hit.explain:
            yield explain_text(hit.explain, "    ")


def _line(hit: Hit, line: int, section: Hit | SectionHit, about: str, text: str, screen: Screen) -> str:
    place = printable(screen.where(hit.path)) + (f":{line}" if line else "")
    headings = joined([shown(hit.title), *heading_parts(hit, section)], INTO).text
    return f"{place}: {headings}{about}{f': {printable(text)}' if text else ''}"


def heading_parts(hit: Hit, section: Hit | SectionHit) -> list[Line]:
    """The headings down to a section, with what is marked in them; without one that only repeats the title."""
    spans: Sequence[Sequence[Span]] = section.headings_spans or [()] * len(section.headings)
    parts = [shown(heading, inside) for heading, inside in zip(section.headings, spans, strict=True)]
    return parts[1:] if section.headings[:1] == (hit.title,) else parts


def date_of(hit: Hit) -> str:
    """`2022-08-26`, or "" where a post has no date of its own."""
    return day_of(hit.date_seconds, hit.date_from)


def also_in(hit: Hit) -> str:
    """`also in de, zh`: the languages of the posts that a hit stands for besides."""
    names = [printable(other.lang or other.path) for other in hit.translations]
    more = f" and {len(names) - _LANGUAGES} more" if len(names) > _LANGUAGES else ""
    return f"also in {', '.join(names[:_LANGUAGES])}{more}" if names else ""


def explain_text(explanation: Explanation, indent: str = "", palette: Palette = PLAIN) -> str:
    """How a score was made, as an indented tree: value and label, its parts below.

    >>> print(explain_text(Explanation(7.31, "score", (Explanation(7.31, "refcount"),))))
    7.3100  score
      7.3100  refcount
    """
    value, label = painted(f"{explanation.value:.4f}", palette.line), printable(explanation.label)
    own = f"{indent}{value}  {label if explanation.parts else painted(label, palette.dim)}"
    return "\n".join([own, *(explain_text(part, indent + "  ", palette) for part in explanation.parts)])
