"""What does Python-Markdown read in another way than CommonMark, and which anchors does its extension `toc` make?

For the generators that use it. Lines keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from unicodedata import normalize

from ..text.fences import Fences
from .slugs import Slugger, SlugStyle

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: The line below a heading of two lines or more, which is none.
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
#: Behind a heading braces are attributes, whatever is in them; an id is read by whoever makes anchors.
_ATTRIBUTES = re.compile(r"(?<! ) +\{:?[^{}#\n]+\} *#*$")
_ABBREVIATION = re.compile(r" {0,3}\*\[[^\]]+\] ?:")
#: How lines begin that are changed here: most bodies have none of them.
_ANY = re.compile(
    r"^(?:#{1,6}[^#\s]|#.*(?:\}|[ \t]$|[^\S \t\n])|#{7}| {1,3}#| {0,3}\*\[|==|--|= *$|- *$)", re.MULTILINE
)
#: Blanks other than CommonMark's: they become plain ones before a slug is made, but for those that are references.
_BLANK = re.compile(r"[^\S \t]")
#: Signs at the end of a heading that do not close it, because blanks are behind them.
_NOT_CLOSING = re.compile(r"(?<=[ \t])(#+)(?=[ \t]+$)")
_EMOJI = re.compile(r"(?<![\w:])(?::[a-z][a-z0-9_+-]*:)+(?![\w:])")
_TAG = re.compile(r"</?[^>]*>")
_CASES: dict[str, Callable[[str], str]] = {"lower": str.lower, "fold": str.casefold, "none": str}


def as_commonmark(body: str, *, attributes: bool = True) -> str:
    """A body whose headings CommonMark reads as Python-Markdown does, without abbreviations that it explains.

    `attributes` says whether braces behind a heading, other than an id, are left out.

    >>> as_commonmark("#Tight\\n\\n ## No heading\\n\\nTwo\\nlines\\n---")
    '# Tight\\n\\n \\\\## No heading\\n\\nTwo\\nlines\\n\\\\---'
    """
    if not _ANY.search(body):
        return body
    fences, lines, length = Fences(), body.split("\n"), 0
    for at, line in enumerate(lines):
        if fences.holds(line):
            length = 0
        elif line[:1] in "# *=-" and line.strip():
            lines[at] = _line(line, length, attributes)
        length = 0 if not line.strip() or line.startswith("#") else length + 1
    return "\n".join(lines)


def _line(line: str, length: int, attributes: bool) -> str:
    """A line of prose behind so many others of its paragraph."""
    if length > 1 and _UNDERLINE.match(line):
        return "\\" + line
    if line.lstrip().startswith("*["):
        return "" if _ABBREVIATION.match(line) else line
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    if not text.startswith("#") or indent > 3:
        return line
    if indent:
        return f"{line[:indent]}\\{text}"
    marks = len(line[:6]) - len(line[:6].lstrip("#"))
    rest = _NOT_CLOSING.sub(r"\\\1", _BLANK.sub(" ", line[marks:]))
    rest = _ATTRIBUTES.sub("", rest) if attributes else rest
    return line[:marks] + (f" \\{rest}" if rest[:1] == "#" else rest if not rest or rest[0].isspace() else f" {rest}")


def extensions(listed: Value) -> dict[str, Mapping[str, Value]]:
    """The extensions of a site with their options: of a list of names, or of mappings of names to options.

    >>> extensions(["footnotes", {"toc": {"permalink": "true"}}])
    {'footnotes': {}, 'toc': {'permalink': 'true'}}
    """
    by_name: dict[str, Mapping[str, Value]] = {}
    for item in listed if isinstance(listed, list) else [listed]:
        named = item if isinstance(item, dict) else {item: None} if isinstance(item, str) else {}
        for name, options in named.items():
            by_name[name.removeprefix("markdown.extensions.")] = options if isinstance(options, dict) else {}
    return by_name


def toc_style(enabled: Mapping[str, Mapping[str, Value]]) -> SlugStyle:
    """The anchors that the extension `toc` makes beside these."""
    toc = enabled.get("toc", {})
    separator = toc.get("separator")
    shape = partial(
        _shape,
        separator=separator if isinstance(separator, str) and separator else "-",
        case=_case(toc.get("slugify")),
        smarty="smarty" in enabled,
        emoji="pymdownx.emoji" in enabled,
    )
    if enabled.keys().isdisjoint(("attr_list", "extra", "pymdownx.extra")):
        return TOC._replace(shape=shape, explicit="text")
    return TOC._replace(shape=lambda heading: shape(_ATTRIBUTES.sub("", heading)))


def _case(slugify: Value) -> str:
    """The letters that `pymdownx.slugs.slugify` gives, "" for the function of `toc` itself. A name of a function is a
    tag of YAML, of which nothing is left but that it is no option: `uslugify` is the one that sites name."""
    if isinstance(slugify, dict):
        options = slugify.get("kwds")
        case = options.get("case") if isinstance(options, dict) else None
        return case if isinstance(case, str) and case in _CASES else "none"
    return "lower" if slugify == "" else ""


def _shape(heading: str, separator: str = "-", case: str = "", smarty: bool = False, emoji: bool = True) -> str:
    """A heading's anchor: in ASCII, or in letters of all scripts where a `case` is given.

    >>> _shape("Émile 你好 -- dash"), _shape("Émile 你好 -- dash", case="lower")
    ('emile-dash', 'émile-你好----dash')
    """
    if emoji and ":" in heading:  # they are images
        heading = _EMOJI.sub("", heading)
    pieces = re.sub("[ \t\n]+", " ", heading).split("`")
    if smarty and "--" in heading:
        pieces[::2] = [re.sub("-{2,3}", "", piece) for piece in pieces[::2]]
    text = "".join(pieces).strip()
    return unicode_slug(text, separator, case) if case else ascii_shape(text, separator)


def unicode_slug(text: str, separator: str = "-", case: str = "lower") -> str:
    """A text as `pymdownx.slugs` makes a slug of it: letters of all scripts stay, each blank is a separator.

    >>> unicode_slug("Seeds: what & when?")
    'seeds-what--when'
    """
    text = normalize("NFC", text)
    end = text.rfind(">") + 1  # what follows has no tag, and would be looked through for one again and again
    bare = _CASES[case]((_TAG.sub("", text[:end]) + text[end:]).strip())
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", separator)


def ascii_shape(heading: str, separator: str = "-") -> str:
    """ASCII alone, runs of blanks and hyphens as one hyphen.

    >>> ascii_shape("Émile -- `x->y` 你好")
    'emile-x-y'
    """
    return unicode_shape(normalize("NFKD", heading).encode("ascii", "ignore").decode(), separator)


def unicode_shape(heading: str, separator: str = "-") -> str:
    """The same with the letters of all scripts: the extension's own `slugify_unicode`."""
    bare = re.sub(r"[^\w\s-]", "", heading).strip().lower()
    return re.sub(rf"[{re.escape(separator)}\s]+", lambda _blanks: separator, bare)


def underscored(slugs: Slugger, slug: str) -> str:
    """`_1`, `_2` …, counting on from a number that is there already; never empty."""
    result, stem, count = slug, slug, 0
    if not slug or slug in slugs.taken:
        numbered = re.fullmatch(r"(.*)_([0-9]{1,9})", slug)
        if numbered:
            stem, count = numbered[1], int(numbered[2])
        count = max(count, slugs.last.get(slug, 0))
        while not result or result in slugs.taken:
            count += 1
            result = f"{stem}_{count}"
        slugs.last[slug] = count
    slugs.taken.add(result)
    return result


#: The anchors of `toc` as it is without options, beside the extension `attr_list`. Headings in HTML have none.
TOC = SlugStyle("toc", _shape, underscored, "reserved", html=False)
