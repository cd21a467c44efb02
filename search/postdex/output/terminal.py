"""How do results look to people: on a terminal, in a pipe, however narrow?

Text only; the wire forms (JSON, HTML) are in `wire`. Every foreign text passes through
`printable`, so that the only control characters of the output are the line ends and the
escape sequences written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from postdex_index.document import Document
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Explanation, Problem, Span
from postdex_index.named_tuple import NamedTuple

from ..faces import in_words
from ..results.values import Hit, HitList, IndexState, SectionHit, Snippet
from ..text_safety import cells, iso, lines, pieces, printable

_BOLD, _DIM, _CYAN, _OFF = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"
_INDENT = "    "
# Below this a location has a line of its own and the indent is half: 20 columns must stay readable.
_NARROW = 40
#: A hit names so many of the languages that its post is in, too.
_LANGUAGES = 8
_URL_BYTES = frozenset(b"/:._-~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class _Screen(NamedTuple):
    """What the output is for: its width (0: lines are as long as they are), colour, links, and how paths are said."""

    width: int
    color: bool
    link: str
    root: str
    where: Callable[[str], str]

    @property
    def indent(self) -> str:
        return _INDENT[:2] if 0 < self.width < _NARROW else _INDENT


def ansi(
    results: HitList,
    width: int = 80,
    *,
    color: bool = True,
    link: str = "",
    root: str = "",
    where: Callable[[str], str] = str,
) -> str:
    """The results for a terminal of `width` columns (0: a hit and a snippet are a line each, however long); marks are
    bold where `color` is true.

    `where` makes of a post's path the path as it is shown (relative to where people stand).
    `link` makes locations OSC-8 links: a template in which {path} is the post's path under the
    folder `root`, percent-encoded, and {line} the line, as `vscode://file{path}:{line}`.
    """
    screen = _Screen(width, color, link, root, where)
    blocks = [
        "\n".join(notes(results)),
        *("\n".join(_hit_lines(hit, screen)) for hit in results.hits),
        facets_table(results.facets),
        total_line(results),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def hits_text(results: HitList, width: int = 0, *, where: Callable[[str], str] = str) -> str:
    """The hits alone, without colours and links: what is left when notes and totals go to standard error."""
    screen = _Screen(width, False, "", "", where)
    return "".join(f"{line}\n" for hit in results.hits for line in _hit_lines(hit, screen))


def notes(results: HitList) -> list[str]:
    """What a reader of the results should know, a line each: corrections, warnings, an old index, a cut search."""
    lines = [_correction(*correction) for correction in results.corrections]
    lines += [f"warning: {printable(warning)}" for warning in results.warnings]
    if not results.complete:
        lines.append("warning: the search was cut at its deadline; hits and total are not complete")
    return lines + stale(results.index)


def stale(index: IndexState) -> list[str]:
    """One line if the index is known to be older than the files, else none."""
    if index.fresh is not False:
        return []
    changed = _count(index.changed_files, "file") if index.changed_files else "the settings"
    return [
        f"warning: the index is older than the posts: {changed} changed since; `postdex index` brings it up to date"
    ]


def total_line(results: HitList) -> str:
    """`2 posts, 0.8 ms`; with what counts once, and the numbers of those shown if that is not all."""
    shown = ""
    if results.hits and len(results.hits) < results.total:
        shown = f", {results.offset + 1}-{results.offset + len(results.hits)} shown"
    once = ", translations counted once" if results.grouped else ""
    return f"{_count(results.total, 'post')}{once}{shown}, {results.took_ms:.1f} ms"


def facets_table(facets: dict[str, dict[str, int]]) -> str:
    """A table a facet: its name, then each value with its number of posts; "(none)" where no post found has any.

    >>> print(facets_table({"tags": {"linux": 2}, "lang": {}}))
    tags
      linux  2
    lang
      (none)
    """
    tables = []
    for name, counts in facets.items():
        rows = [(printable(value), str(posts)) for value, posts in counts.items()] or [("(none)", "")]
        widest = max((cells(value) for value, _ in rows), default=0)
        longest = max((len(posts) for _, posts in rows), default=0)
        lined = [f"  {value}{' ' * (widest - cells(value))}  {posts:>{longest}}".rstrip() for value, posts in rows]
        tables.append("\n".join([printable(name), *lined]))
    return "\n".join(tables)


def explain_text(explanation: Explanation, indent: str = "") -> str:
    """How a score was made, as an indented tree: value and label, its parts below.

    >>> print(explain_text(Explanation(7.31, "score", (Explanation(7.31, "refcount"),))))
    7.3100  score
      7.3100  refcount
    """
    own = f"{indent}{explanation.value:.4f}  {printable(explanation.label)}"
    return "\n".join([own, *(explain_text(part, indent + "  ") for part in explanation.parts)])


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


def _hit_lines(hit: Hit, screen: _Screen) -> Iterator[str]:
    headings = hit.headings[1:] if hit.headings[:1] == (hit.title,) else hit.headings
    title = printable(hit.title)
    spans = hit.title_spans if title == hit.title else ()  # offsets of a title with control characters do not fit
    heading_line = " > ".join([title, *map(printable, headings)])
    yield from _headed(_located(hit.path, hit.line, screen), heading_line, spans, _aside(hit), screen)
    yield from _snippet_lines(hit.snippet, screen)
    for section in hit.sections[1:]:
        yield from _section_lines(hit, section, screen)
    if hit.translations:
        yield from _translation_lines(hit, screen)
    if hit.explain:
        yield explain_text(hit.explain, screen.indent)


def _section_lines(hit: Hit, section: SectionHit, screen: _Screen) -> Iterator[str]:
    place = _located(hit.path, section.match_line or section.line, screen)
    heading_line = " ".join(f"> {printable(heading)}" for heading in section.headings) or "(beginning)"
    yield from _headed(place, heading_line, (), "", screen)
    if section.snippet:
        yield from _snippet_lines(section.snippet, screen)


def _translation_lines(hit: Hit, screen: _Screen) -> Iterator[str]:
    names = [printable(other.lang or other.path) for other in hit.translations]
    more = f" and {len(names) - _LANGUAGES} more" if len(names) > _LANGUAGES else ""
    text = f"also in {', '.join(names[:_LANGUAGES])}{more}"
    for start, stop in lines(text, screen.width and max(1, screen.width - len(screen.indent))):
        yield screen.indent + _dim(text[start:stop], screen)


def _headed(
    place: tuple[str, int], heading_line: str, spans: Sequence[Span], aside: str, screen: _Screen
) -> Iterator[str]:
    """The location and what is there: on one line if it fits, else the rest below, indented."""
    location, columns = place
    if not screen.width or columns + cells(f"  {heading_line}{aside}") <= screen.width:
        yield f"{location}  {_styled(heading_line, spans, 0, screen)}{_dim(aside, screen)}".rstrip()
        return
    yield location
    text = heading_line + aside
    indent = screen.indent[:2]
    for start, stop in lines(text, max(1, screen.width - len(indent))):
        told = _styled(text[start : min(stop, len(heading_line))], spans, start, screen)
        yield f"{indent}{told}{_dim(text[max(start, len(heading_line)) : stop], screen)}"


def _snippet_lines(snippet: Snippet, screen: _Screen) -> Iterator[str]:
    text = printable(snippet.text)
    for start, stop in lines(text, screen.width and max(1, screen.width - len(screen.indent))):
        if stop > start:
            yield screen.indent + _styled(text[start:stop], snippet.spans, start, screen)


def _styled(text: str, spans: Sequence[Span], offset: int, screen: _Screen) -> str:
    """The line `text`, which begins at `offset` of what the spans were made for, its marks bold."""
    if not screen.color:
        return text
    inside = []
    for start, length in spans:
        begin, end = max(start - offset, 0), min(start + length - offset, len(text))
        if begin < end:
            inside.append(Span(begin, end - begin))
    return "".join(f"{_BOLD}{piece}{_OFF}" if marked else piece for piece, marked in pieces(text, inside))


def _located(path: str, line: int, screen: _Screen) -> tuple[str, int]:
    """`path:line` with its colour and link, and the columns it takes."""
    shown = printable(_location(screen.where(path), line))
    styled = f"{_CYAN}{shown}{_OFF}" if screen.color else shown
    if screen.link:
        target = _quoted(f"{screen.root.rstrip('/')}/{path}" if screen.root else path)
        url = printable(screen.link).replace("{line}", str(line or 1)).replace("{path}", target)
        styled = f"\x1b]8;;{url}\x1b\\{styled}\x1b]8;;\x1b\\"
    return styled, cells(shown)


def _location(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _quoted(path: str) -> str:
    """Percent-encoded as in a URL; `urllib.parse` would cost a cold search 4 ms.

    >>> _quoted("/posts/a b.md")
    '/posts/a%20b.md'
    """
    octets = path.encode("utf-8", "surrogateescape")  # the bytes that the system knows the file by
    return "".join(chr(byte) if byte in _URL_BYTES else f"%{byte:02X}" for byte in octets)


def _aside(hit: Hit) -> str:
    return _date(hit.date_seconds, hit.date_from) + _tags(hit.tags)


def _date(seconds: int | None, date_from: str) -> str:
    """`  (2022-08-26)`; the time of a file, which a checkout renews, says nothing of its post."""
    return "" if seconds is None or date_from == "file" else f"  ({iso(seconds).partition('T')[0]})"


def _tags(tags: Sequence[str]) -> str:
    return f" [{', '.join(map(printable, tags))}]" if tags else ""


def _dim(text: str, screen: _Screen) -> str:
    return f"{_DIM}{text}{_OFF}" if text.strip() and screen.color else text


def _correction(word: str, words: Sequence[str], posts: int) -> str:
    also = f": also searched for {', '.join(map(printable, words))}" if words else ""
    return f"{'hardly any' if posts else 'no'} post has “{printable(word)}”{also}"


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
