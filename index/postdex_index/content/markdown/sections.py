"""A post's body in sections: heading, anchor, line, and the text as readers see it.

pyromark (pulldown-cmark) parses, `plain_text` makes text of its events. Front matter is cut
off before (`front_matter`), the words of the text are found after (`tokenizer`). What an
anchor looks like is told by `slugs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unicodedata import normalize

import pyromark

from ...model import INCLUDED_BREAK, SOFT_BREAK, Link, Problem, Section
from ...named_tuple import NamedTuple
from ...sites.slugs import GITHUB, SlugStyle
from .block_syntax import plain_blocks
from .inline_syntax import LINK_START, LINK_STOP, MORE_MARK, fence_code_tags
from .plain_text import Rendering


class ParsedMarkdown(NamedTuple):
    """What a body holds. `links` are its links, each once a line; `problems` do not know their path.

    `excerpt` is the prose before `<!-- more -->`, else the first paragraph, on one line and at
    most 300 characters. `first_heading` is the text of the first level 1 heading, or "".
    """

    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    excerpt: str
    first_heading: str
    problems: tuple[Problem, ...]


def sections(body: str, *, first_line: int = 1, anchors: SlugStyle = GITHUB, title: str = "") -> ParsedMarkdown:
    """Cut `body` (Markdown, any line ends) into sections; never raises on what is written in it.

    `first_line` is the file's line of the body's first line, `anchors` the style of its anchors.
    A level 1 heading equal to `title` keeps its section but loses its heading, as `without_title`
    says. There is always one section at least; an empty one before the first heading is left out.

    >>> parsed = sections("Hello *there*,\\nyou.\\n\\n## Setup {#s}\\n\\n    make -j2\\n", first_line=5)
    >>> [(s.line, s.heading, s.anchor, s.text) for s in parsed.sections]
    [(5, '', '', 'Hello there,\\x0byou.'), (8, 'Setup', 's', '\\n\\nmake -j2')]
    """
    body, source, problems = _readable(body, first_line)
    rendering = Rendering(source, first_line, anchors)
    events = pyromark.events_with_range(body, options=_WITHOUT_IDS if anchors.explicit == "text" else _OPTIONS)
    if (b"&" in source and _BREAK_ENTITY.search(source)) or (b"[[" in source and _OVER_LINES.search(source)):
        events = _without_breaks(events, source)
    if anchors.literal:
        events = _with_literal_headings(events, rendering)
    elif anchors.references and b"&" in source:
        events = _with_references(events, rendering)
    rendering.run(events)
    rendering.finish()
    rendered = tuple(rendering.sections)
    return ParsedMarkdown(
        without_title(rendered, title) if title and rendering.first_heading else rendered,
        rendering.links.in_order(),
        _excerpt(rendered, rendering.more),
        rendering.first_heading,
        tuple(problems + rendering.problems),
    )


def on_lines(parsed: ParsedMarkdown, lines: Sequence[int]) -> ParsedMarkdown:
    """What was parsed, its first line being 1, with each line's number in the file: `lines` has them in order, some
    several times. A break between two lines of one number becomes one that ends no line.

    >>> once = on_lines(sections("a\\nb\\n\\n## C\\n\\nd"), [7, 7, 7, 8, 9, 9])
    >>> [(section.line, section.text) for section in once.sections]
    [(7, 'a b'), (8, '\\n\\u2028d')]
    """
    return parsed._replace(
        sections=tuple([_on_lines(section, lines) for section in parsed.sections]),
        links=tuple([link._replace(line=lines[link.line - 1]) for link in parsed.links]),
        problems=tuple([problem._replace(line=lines[problem.line - 1]) for problem in parsed.problems]),
    )


def _on_lines(section: Section, lines: Sequence[int]) -> Section:
    at = section.line - 1
    pieces = _BREAKS.split(section.text)
    for number in range(1, len(pieces), 2):
        at += 1
        if lines[at] == lines[at - 1]:
            pieces[number] = INCLUDED_BREAK if pieces[number] == "\n" else " "
    return section._replace(line=lines[section.line - 1], text="".join(pieces))


def verbatim(text: str) -> str:
    """A text that is no Markdown, as the text of a section may hold it: on the same lines, without what has a meaning
    there."""
    return _without_reserved(text, 1, [])


def without_title(all_sections: tuple[Section, ...], title: str) -> tuple[Section, ...]:
    """`all_sections` with "" for each level 1 heading that repeats the post's title, so that it counts once.

    The section keeps level, anchor and line: links into it stay right.
    """
    same = _folded(title)
    return tuple(
        section._replace(heading="") if section.level == 1 and _folded(section.heading) == same else section
        for section in all_sections
    )


def _folded(heading: str) -> str:
    return " ".join(normalize("NFC", heading).split())


_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    | pyromark.Options.ENABLE_DEFINITION_LIST
    | pyromark.Options.ENABLE_WIKILINKS
    | pyromark.Options.ENABLE_GFM
)
#: Where `{#id}` is text.
_WITHOUT_IDS = _OPTIONS & ~pyromark.Options.ENABLE_HEADING_ATTRIBUTES

#: Characters that have a meaning in what is made of a body, so that it must not hold them.
_MARKS = (SOFT_BREAK, MORE_MARK, LINK_START, LINK_STOP)
_RESERVED = (b"\r", b"\0", *map(str.encode, _MARKS))
#: References to characters that would count as line breaks or marks of ours.
_BREAK_ENTITY = re.compile(rb"&(?:#0*(?:\d|1[0-3]);|#[xX]0*[\da-dA-D];|NewLine;)")
#: References that are taken back before an anchor is made.
_ESCAPED = frozenset(("&amp;", "&lt;", "&gt;", "&quot;", "&#39;"))
_BREAKS = re.compile(f"([\n{SOFT_BREAK}])")
#: The beginning of a wiki link that goes over lines.
_OVER_LINES = re.compile(rb"\[\[(?![^\n]{0,1000}\]\])")
#: Longest excerpt, in characters: what a result list shows of a post.
_EXCERPT = 300


def _readable(body: str, first_line: int) -> tuple[str, bytes, list[Problem]]:
    """`body` as the parser takes it, and in UTF-8. What it holds is looked for in the bytes: in a string of
    Chinese that takes ten times as long, and here a tenth of all reading."""
    problems: list[Problem] = []
    source = body.encode()
    if any(map(source.__contains__, _RESERVED)):
        body = _without_reserved(body, first_line, problems)
        source = body.encode()
    readable = fence_code_tags(body) if b"{" in source else body
    readable = plain_blocks(readable, source)
    return readable, source if readable is body else readable.encode(), problems


def _without_reserved(body: str, first_line: int, problems: list[Problem]) -> str:
    """`body` with newlines for all line ends and without the characters that have a meaning here."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in body:
        line = first_line + body.count("\n", 0, body.index("\0"))
        problems.append(Problem("", line, "malformed", "NUL characters were replaced", "save the file as UTF-8 text"))
        body = body.replace("\0", "\ufffd")
    return body.translate(dict.fromkeys(map(ord, _MARKS), " "))


def _without_breaks(events: Iterable[Any], source: bytes) -> Iterator[Any]:
    """Events in which `&#10;` and its like are a blank, and line breaks in a wiki link too, which come again behind it:
    the text's line breaks are the file's alone."""
    for event, span in events:
        start = span["start"]
        if "Text" in event and event["Text"] < " " and source[start : start + 1] == b"&":
            yield {"Text": " "}, span
        elif "Text" in event and source[max(start - 2, 0) : start] == b"[[":
            yield {"Text": event["Text"].replace("\n", " ")}, span
        else:
            yield event, span


def _with_literal_headings(events: Iterable[Any], rendering: Rendering) -> Iterator[Any]:
    """The same events; before a heading ends, its text and code as they are written are set."""
    pieces: list[str] = []
    images = 0
    for event, span in events:
        if "Text" in event:
            written = rendering.source[span["start"] : span["end"]].decode()
            pieces.append("" if images else written if written.startswith("&") else event["Text"])
        elif "Code" in event:
            pieces.append("" if images else event["Code"])
        elif "Start" in event:
            images += "Image" in event["Start"]
            if "Heading" in event["Start"]:
                pieces.clear()
        elif "End" in event:
            images -= "Image" in event["End"]
            if "Heading" in event["End"]:
                rendering.literal = "".join(pieces)
        yield event, span


def _with_references(events: Iterable[Any], rendering: Rendering) -> Iterator[Any]:
    """The same events; in headings the names of references to characters are told, which stand in anchors."""
    in_heading = False
    for event, span in events:
        if in_heading and "Text" in event and rendering.source[span["start"] : span["start"] + 1] == b"&":
            written = rendering.source[span["start"] : span["end"]].decode()
            if written.endswith(";") and written not in _ESCAPED:
                rendering.in_anchor[len(rendering.into)] = written
        elif "Start" in event and "Heading" in event["Start"]:
            in_heading = True
        elif "End" in event and "Heading" in event["End"]:
            in_heading = False
        yield event, span


def _excerpt(all_sections: tuple[Section, ...], more: tuple[int, int] | None) -> str:
    if more:
        at, offset = more
        shown = [*map(_prose, all_sections[:at]), *(_prose(section, offset) for section in all_sections[at : at + 1])]
        if excerpt := _shortened(" ".join(shown)):
            return excerpt
    for section in all_sections:
        prose = _prose(section).lstrip()
        if prose:
            return _shortened(prose.partition("\n")[0])
    return ""


def _prose(section: Section, stop: int | None = None) -> str:
    """The section's text up to `stop` without its blocks of code."""
    pieces: list[str] = []
    start = 0
    stop = len(section.text) if stop is None else stop
    for code in section.code:
        pieces.append(section.text[start : min(code.start, stop)])
        start = code.stop
    return "".join([*pieces, section.text[start:stop]])


def _shortened(text: str) -> str:
    """`text` on one line, cut at a word's end if it is long."""
    text = " ".join(text.split())
    if len(text) <= _EXCERPT:
        return text
    text = text[: _EXCERPT - 1]
    blank = text.rfind(" ", _EXCERPT - 40)
    return (text[:blank] if blank > 0 else text) + "…"
