"""Which anchor (the `#…` of a link) does a heading get from the generator of this site?

The rules were measured with the generators themselves; the tests hold the table. Which
style a site has is decided by `sites`, and what a heading's text is by `rendering`.
Numbering of repeats is part of a style, so one `Slugger` serves one document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import category, normalize

#: Styles that `slugger` knows.
STYLES = ("github", "hexo", "hugo", "kramdown", "mkdocs", "zola", "zola-safe")


def slugger(style: str) -> Slugger:
    """A fresh `Slugger` for one document; `style` is one of `STYLES` (KeyError otherwise).

    >>> github = slugger("github")
    >>> github.slug("C++ & C#: v6.1.7"), github.slug("Setup"), github.slug("Setup")
    ('c--c-v617', 'setup', 'setup-1')
    """
    return Slugger(style)


def latin_slug(text: str) -> str:
    """Zola's name for a text, "" if that takes more than leaving out accents: it spells all scripts in Latin letters.

    >>> latin_slug("What's new in_Café?"), latin_slug("搜索")
    ('what-s-new-in-cafe', '')
    """
    text = "".join(c for c in normalize("NFKD", text.lower()) if category(c) != "Mn")
    return "" if any(c > "\x7f" and c.isalnum() for c in text) else re.sub("[^a-z0-9]+", "-", text).strip("-")


class Slugger:
    """Gives the headings of one document their anchors, in file order."""

    __slots__ = ("_last", "_number", "_registers", "_shape", "_taken")

    def __init__(self, style: str) -> None:
        """Start a document; `style` as for `slugger`."""
        shape, number, registers = _STYLES[style]
        self._shape = shape
        self._number = number
        #: What an explicit id means: None, it is text (Hexo); True, automatic ones avoid it.
        self._registers = registers
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def slug(self, heading: str, explicit_id: str = "") -> str:
        """The anchor of the next heading; its inline code may stand in backticks.

        An `explicit_id` (`{#id}`) wins, except in Hexo. Hexo sets typographic quotes
        and dashes outside of code only, so there the backticks matter.

        >>> slugger("hexo").slug("Don't `--force`"), slugger("hugo").slug("Custom", "impl")
        ('Don’t-force', 'impl')
        """
        if explicit_id and self._registers is not None:
            if self._registers:
                self._taken.add(explicit_id)
            return explicit_id
        return self._number(self, self._shape(heading))

    def _counted(self, slug: str) -> str:
        """Hexo, kramdown: a repeat is counted, whether or not the result is taken."""
        count = self._last[slug] = self._last.get(slug, -1) + 1
        return f"{slug}-{count}" if count else slug

    def _skipping(self, slug: str) -> str:
        """GitHub, Hugo, Zola: `-1`, `-2` …, the next that is free."""
        result, count = slug, self._last.get(slug, 0)
        while result in self._taken:
            count += 1
            result = f"{slug}-{count}"
        self._last[slug] = count
        self._taken.add(result)
        return result

    def _underscored(self, slug: str) -> str:
        """MkDocs: `_1`, `_2` …, counting on from a number that is there already; never empty."""
        result, stem, count = slug, slug, 0
        if not slug or slug in self._taken:
            numbered = re.fullmatch(r"(.*)_([0-9]{1,9})", slug)
            if numbered:
                stem, count = numbered[1], int(numbered[2])
            count = max(count, self._last.get(slug, 0))
            while not result or result in self._taken:
                count += 1
                result = f"{stem}_{count}"
            self._last[slug] = count
        self._taken.add(result)
        return result


_NOT_GITHUB = re.compile(r"[^\w\- ]", re.ASCII)
_EMOJI = re.compile(r"(?<![\w:])(?::[a-z][a-z0-9_+-]*:)+(?![\w:])")
#: Letters, marks, digits and connectors: what github-slugger and Ruby's \p{Word} keep.
_WORD_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))
_HEXO_SPECIAL = re.compile(r"""[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'<>,.?/]+""")
_HEXO_CONTROL = re.compile("[\0-\x1f]")
#: Latin letters that have no decomposition, as hexo-util spells them.
_HEXO_LETTERS = {"ß": "s", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
_HEXO_LETTERS |= {"đ": "d", "Đ": "D"}
#: The typography of `marked`, in its order.
_SMART = (
    (re.compile("---"), "—"),
    (re.compile("--"), "–"),
    (re.compile(r"(^|[-—/(\[{\"\s])'"), r"\1‘"),
    (re.compile("'"), "’"),
    (re.compile(r"(^|[-—/(\[{‘\s])\""), r"\1“"),
    (re.compile('"'), "”"),
    (re.compile(r"\.{3}"), "…"),
)


def _github(heading: str) -> str:
    lower = heading.lower()
    if lower.isascii():
        return _NOT_GITHUB.sub("", lower).replace(" ", "-")
    return "".join(c for c in lower if c in "- " or category(c) in _WORD_CATEGORIES).replace(" ", "-")


def _kramdown(heading: str) -> str:
    return _github(heading.replace("\t", " "))


def _hugo(heading: str) -> str:
    lower = re.sub("[ \t]", "-", heading.strip().lower())
    return "".join(c for c in lower if c in "-_" or c.isalpha() or c.isdecimal()) or "heading"


def _hexo(heading: str) -> str:
    pieces = heading.split("`")
    if len(pieces) % 2:
        pieces[::2] = [_smart(piece) for piece in pieces[::2]]
    text = "".join(pieces).strip()
    if not text.isascii():
        text = "".join(map(_without_diacritic, text))
    return _HEXO_SPECIAL.sub("-", _HEXO_CONTROL.sub("", text)).strip("-")


def _smart(text: str) -> str:
    if "'" in text or '"' in text or "--" in text or "..." in text:
        for pattern, replacement in _SMART:
            text = pattern.sub(replacement, text)
    return text


def _without_diacritic(character: str) -> str:
    if character < "\x7f":
        return character
    base = normalize("NFKD", character)
    if base[0].isascii() and base[0].isalpha() and all(category(mark) == "Mn" for mark in base[1:]):
        return base[0]
    return _HEXO_LETTERS.get(character, character)


def _mkdocs(heading: str) -> str:
    if ":" in heading:  # emoji are images there
        heading = _EMOJI.sub("", heading)
    text = normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip().lower())


def _zola(heading: str) -> str:
    return latin_slug(heading.replace("`", "")) or _github(heading)


def _zola_safe(heading: str) -> str:
    return re.sub("[ \t]", "_", heading.replace("`", ""))


_Style = tuple[Callable[[str], str], Callable[[Slugger, str], str], bool | None]
_STYLES: dict[str, _Style] = {
    "github": (_github, Slugger._skipping, False),
    "hexo": (_hexo, Slugger._counted, None),
    "hugo": (_hugo, Slugger._skipping, True),
    "kramdown": (_kramdown, Slugger._counted, False),
    "mkdocs": (_mkdocs, Slugger._underscored, True),
    "zola": (_zola, Slugger._skipping, True),
    "zola-safe": (_zola_safe, Slugger._skipping, True),
}
