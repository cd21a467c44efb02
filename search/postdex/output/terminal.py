"""How does a page of hits look on a terminal, however wide and high?

A hit is a block: its title, its path once, below them its sections by line, the best one with all of its text. Where
nobody pages and the blocks are higher than the screen, the best hits have theirs and the others a line each. What goes
into a pipe is `hit_lines`' matter, the wire forms (JSON, HTML) are `wire`'s. Every foreign text passes through
`printable`, so that the only control characters of the output are the line ends and the escape sequences of `screen`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from postdex_index.named_tuple import NamedTuple

from ..results.values import Hit, HitList, SectionHit, Snippet
from ..text_safety import cells
from .about_post import BETWEEN, about_lines
from .facet_counts import facet_columns
from .hit_lines import INTO, PINNED, also_in, date_of, explain_text, heading_parts, hit_line
from .remarks import notes, total_line, unlike
from .screen import Line, Screen, around_mark, joined, last_of, linked, marked, painted, rows, shown, wrapped

#: Lines of a title at most, on a usual screen and on a narrow one.
_TITLE_LINES, _NARROW_TITLE_LINES = 2, 4
#: Columns below which a text does not begin beside a heading.
_WORTH_BEGINNING = 24
#: What stands before a heading, and between it and its text.
_HEADING, _TEXT = "› ", " — "
#: What stands before the best hit where it is named again.
_BEST = "best: "


def full(results: HitList, screen: Screen, *, oneline: bool = False) -> str:
    """Each hit as a block, however many lines that takes; or as a line."""
    if oneline:
        return _composed(results, screen, ["\n".join(hit_line(hit, screen) for hit in results.hits)])
    return _composed(results, screen, ["\n".join(_block(hit, screen)) for hit in results.hits])


def on_one_screen(results: HitList, screen: Screen, height: int, *, oneline: bool = False) -> str:
    """The results in less than `height` lines, so that the best hit is still on the screen when the prompt is back: the
    best hits are blocks as far as there is room, the others a line each. Where even lines are too many, the last one
    names the best hit again."""
    lines = [hit_line(hit, screen) for hit in results.hits]
    text = _composed(results, screen, ["\n".join(lines)])
    room = height - 1 - rows(text, screen)
    if room < 0 and lines:
        narrower = screen._replace(width=max(1, screen.width - len(_BEST)))
        return f"{text}{painted(_BEST, screen.palette.dim)}{hit_line(results.hits[0], narrower)}\n"
    blocks: list[str] = []
    for hit, line in zip(() if oneline else results.hits, lines, strict=False):
        block = "\n".join(_block(hit, screen))
        room -= rows(block, screen) + 1 - rows(line, screen)  # 1: the blank line below it
        if room < 0:
            break
        blocks.append(block)
    return _composed(results, screen, [*blocks, "\n".join(lines[len(blocks) :])])


def _composed(results: HitList, screen: Screen, blocks: Sequence[str]) -> str:
    """Blocks of hits between what is to be said before and after them."""
    note, dim = screen.palette.note, screen.palette.dim
    remarks = [*_said(notes(results), note, screen), *_said(unlike(results), dim, screen)]
    total = _said([total_line(results)], dim, screen)
    all_blocks = ["\n".join(remarks), *blocks, facet_columns(results.facets, screen), "\n".join(total)]
    return "\n\n".join(block for block in all_blocks if block) + "\n"


def _said(lines: Iterable[str], code: str, screen: Screen) -> list[str]:
    """Lines painted in a colour, each in as many as the screen needs for it."""
    return [painted(line.text, code) for text in lines for line in wrapped(Line(text), screen.width)]


def _block(hit: Hit, screen: Screen) -> Iterator[str]:
    """The lines of a hit."""
    palette = screen.palette
    most = _NARROW_TITLE_LINES if screen.narrow else _TITLE_LINES
    for line in wrapped(shown(hit.title, hit.title_spans), screen.width, most):
        yield marked(line, palette.title, screen)
    yield from about_lines(
        hit.path, hit.line, BETWEEN.join(filter(None, [PINNED if hit.pinned else "", date_of(hit)])), hit.tags, screen
    )
    sections = [_section(hit, hit.line, hit, hit.snippet)]
    sections += [_section(hit, it.match_line or it.line, it, it.snippet) for it in hit.sections[1:]]
    frame = _Frame.of(hit, sections, screen)
    yield from _best(sections[0], frame)
    for section in sections[1:]:
        yield from _other(section, frame)
    if hit.translations:
        for line in wrapped(Line(also_in(hit)), screen.width and screen.width - len(frame.indent)):
            yield frame.indent + painted(line.text, palette.dim)
    if hit.explain:
        yield explain_text(hit.explain, frame.indent, palette)


class _Section(NamedTuple):
    """A section as it is shown: its line as a place, its headings, its text."""

    line: int
    headings: Sequence[Line]
    text: Line

    @property
    def place(self) -> str:
        """`:80`"""
        return f":{self.line}" if self.line else ""


def _section(hit: Hit, line: int, section: Hit | SectionHit, snippet: Snippet | None) -> _Section:
    text = shown(snippet.text, snippet.spans) if snippet else Line("")
    return _Section(line, heading_parts(hit, section), text)


class _Frame(NamedTuple):
    """Where the sections of a hit stand on a screen: their lines in a margin, headings and texts behind it; on a narrow
    screen headings right behind their lines."""

    hit: Hit
    screen: Screen
    indent: str
    #: Columns to the left of a text.
    left: int

    @classmethod
    def of(cls, hit: Hit, sections: Iterable[_Section], screen: Screen) -> _Frame:
        """The frame for these sections of a hit."""
        indent = " " if screen.narrow else "  "
        margin = max(len(section.place) for section in sections) + 1
        return cls(hit, screen, indent, 2 * len(indent) if screen.narrow else len(indent) + margin)

    def columns(self, used: int = 0) -> int:
        """The columns of a text behind which `used` ones are taken; 0 if there is no end to them."""
        return self.screen.width and max(1, self.screen.width - self.left - used)

    def text(self, line: Line, code: str = "") -> str:
        """A line of text at its place."""
        return " " * self.left + marked(line, code, self.screen)

    def over(self, section: _Section) -> int:
        """The columns by which a margin goes over the beginning of texts, on a narrow screen."""
        return max(0, len(f"{self.indent}{section.place} ") - self.left)

    def margin(self, section: _Section) -> str:
        """The line of a section, which leads there."""
        place = linked(painted(section.place, self.screen.palette.line), self.hit.path, section.line, self.screen)
        return f"{self.indent}{place}{' ' * max(1, self.left - len(self.indent) - len(section.place))}"

    def headed(self, section: _Section) -> str:
        """`  :80 › Root cause`, the heading cut to the rest of the line."""
        palette = self.screen.palette
        heading = last_of(section.headings, INTO, self.columns(self.over(section) + len(_HEADING)))
        return self.margin(section) + painted(_HEADING, palette.dim) + marked(heading, palette.heading, self.screen)


def _best(section: _Section, frame: _Frame) -> Iterator[str]:
    """The best section: its heading, and below it all of its text."""
    texts = wrapped(section.text, frame.columns())
    if section.headings:
        yield frame.headed(section)
    elif texts and frame.screen.narrow:
        yield frame.margin(section).rstrip(" ")
    elif texts:
        yield frame.margin(section) + marked(texts.pop(0), "", frame.screen)
    yield from map(frame.text, texts)


def _other(section: _Section, frame: _Frame) -> Iterator[str]:
    """Another section: a line with its heading and as much of its text as there is room for; two if that is little."""
    text, dim = section.text, frame.screen.palette.dim
    over = frame.over(section)
    beside = frame.columns(over + cells(f"{_HEADING}{joined(section.headings, INTO).text}{_TEXT}"))
    if not section.headings:
        if text.text:
            yield frame.margin(section) + marked(around_mark(text, frame.columns(over)), dim, frame.screen)
    elif text.text and (not beside or beside >= min(_WORTH_BEGINNING, cells(text.text))):
        yield frame.headed(section) + painted(_TEXT, dim) + marked(around_mark(text, beside), dim, frame.screen)
    else:
        yield frame.headed(section)
        if text.text:
            yield frame.text(around_mark(text, frame.columns()), dim)
