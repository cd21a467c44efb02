"""Which anchor (the `#…` of a link) does a heading get?

The rules were measured with the generators themselves; the tests hold the table. A style that is one generator's
alone stands in its file; which style a site has is decided by `detect`, and what a heading's text is by `plain_text`.
Numbering of repeats is part of a style, so one `Slugger` serves one document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal
from unicodedata import category

from ..named_tuple import NamedTuple

#: Stand around emphasis, links and pictures in the text of a heading; no body may hold them.
INLINE_START, INLINE_STOP = "\x02", "\x03"


class SlugStyle(NamedTuple):
    """How anchors are made: the text of a heading is brought into `shape`, and repeats get a `number`.

    In that text inline code may stand in backticks, and lines end with newlines.
    """

    name: str
    shape: Callable[[str], str]
    number: Callable[[Slugger, str], str]
    #: What `{#id}` behind a heading is: text of it, its anchor, or its anchor and reserved, so that no automatic one
    #: takes it.
    explicit: Literal["text", "anchor", "reserved"]
    #: Whether headings in HTML have an anchor.
    html: bool = True
    #: Whether what stands for an image is a part of the heading.
    images: bool = False
    #: Whether text and code are taken as they are written: with references to characters and braces of templates,
    #: without tags, images and breaks.
    literal: bool = False
    #: Whether references to characters alone are taken as they are written.
    references: bool = False
    #: Whether braces behind a heading are attributes whatever stands in them.
    braces: bool = False
    #: Whether the terms of lists of definitions have anchors as headings do.
    terms: bool = False
    #: Whether headings of level 1 are titles without an anchor, which count for repeats all the same.
    titles: bool = False
    #: Whether marks stand around emphasis and links in the text.
    inlines: bool = False
    #: Whether anchors of headings with letters and signs beyond ASCII are another spelling, which is not known here.
    guesses: bool = False


class Slugger:
    """Gives the headings of one document their anchors, in file order.

    >>> slugs = Slugger(GITHUB)
    >>> slugs.slug("C++ & C#: v6.1.7"), slugs.slug("Setup"), slugs.slug("Setup"), slugs.slug("Set", "own")
    ('c--c-v617', 'setup', 'setup-1', 'own')
    """

    __slots__ = ("last", "style", "taken")

    def __init__(self, style: SlugStyle) -> None:
        self.style = style
        #: The anchors that were given, and the last number of each that is repeated.
        self.taken: set[str] = set()
        self.last: dict[str, int] = {}

    def slug(self, heading: str, explicit_id: str = "") -> str:
        """The anchor of the next heading; an `explicit_id` (`{#id}`) wins, unless it is text in this style."""
        style = self.style
        if explicit_id and style.explicit != "text":
            if style.explicit == "reserved":
                self.taken.add(explicit_id)
            return explicit_id
        return style.number(self, style.shape(heading))


def outside_code(heading: str, change: Callable[[str], str]) -> str:
    """A heading without the backticks of its code, changed where no code stands; nowhere if they are no pairs.

    >>> outside_code("a--b `c--d`", lambda text: text.replace("--", "-"))
    'a-b c--d'
    """
    pieces = heading.split("`")
    if len(pieces) % 2:
        pieces[::2] = map(change, pieces[::2])
    return "".join(pieces)


def counted(slugs: Slugger, slug: str) -> str:
    """A repeat is counted, `-1`, `-2` …, whether or not the result is taken."""
    count = slugs.last[slug] = slugs.last.get(slug, -1) + 1
    return f"{slug}-{count}" if count else slug


def skipping(slugs: Slugger, slug: str) -> str:
    """A repeat gets `-1`, `-2` …, the next that is free."""
    result, count = slug, slugs.last.get(slug, 0)
    while result in slugs.taken:
        count += 1
        result = f"{slug}-{count}"
    slugs.last[slug] = count
    slugs.taken.add(result)
    return result


def simple_lower(text: str) -> str:
    """Lower case letter by letter, as most languages but Python have it.

    >>> simple_lower("ΣΑΣ İ")
    'σασ i'
    """
    return "".join([c.lower()[0] for c in text]) if "Σ" in text or "İ" in text else text.lower()


_NOT_GITHUB = re.compile(r"[^\w\- ]", re.ASCII)
#: Letters, marks, digits and connectors: what github-slugger and Ruby's \p{Word} keep.
_WORD_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))


def github_shape(heading: str) -> str:
    """Lower case, blanks as `-`, nothing else but letters, digits and `_`."""
    lower = heading.lower()
    if lower.isascii():
        return _NOT_GITHUB.sub("", lower).replace(" ", "-")
    return "".join(c for c in lower if c in "- " or category(c) in _WORD_CATEGORIES).replace(" ", "-")


#: What GitHub does, and most others.
GITHUB = SlugStyle("github", github_shape, skipping, "anchor")
