"""The values that pass between the parts: a post as it was read, a number and what it was made of.

Small, immutable, typed; nothing here reads, writes or decides. NamedTuples, because
a cold `postdex search` pays for each class: 25 frozen dataclasses cost 27 ms to
define, 25 of these 5 ms.

Offsets are code points of the text they were taken from, and are never changed after.
"""

from __future__ import annotations

from typing import Protocol

from .named_tuple import NamedTuple
from .public import public

#: Stands in a section's text where a line of the file ended but the sentence went on.
SOFT_BREAK = "\v"
#: Stands where a line ended in a file that the post includes: it ends none of the post's own.
INCLUDED_BREAK = "\u2028"


@public
class Problem(NamedTuple):
    """Something about a post that its writer should know: what, where, what to do. `line` is 0 for a file as a whole.

    `kind` is "skipped" (not indexed), "unpublished" (indexed, shown with drafts only),
    "malformed" (indexed, something was lost), "dead-link" (it leads nowhere), "note", or "damaged", of a file of the
    index itself.
    """

    path: str
    line: int
    kind: str
    message: str
    hint: str = ""


class Code(NamedTuple):
    """A block of code inside a section's text: text[start:stop], in `language` ("" unknown)."""

    start: int
    stop: int
    language: str


class Link(NamedTuple):
    """A link of a post: where it leads as it is written, on a line of the file; one on many lines is several.

    `kind` is "markdown", "image", "wiki" (`[[…]]`), "html", "text" (an address that stands in prose) or the name
    of a tag. `keys` are what it is looked for by (`sites.links`), and `inside` says that it leads to the site itself.
    """

    target: str
    line: int
    kind: str = "markdown"
    keys: tuple[str, ...] = ()
    inside: bool = False


def stored_link(link: Link) -> str:
    """A link as an index keeps it, to be read by `link_of`.

    >>> stored_link(Link("bug.md#fix", 12, keys=("2022/bug.md",)))
    '12 markdown bug.md#fix\\t2022/bug.md'
    """
    target = link.target.replace("\t", " ").replace("\n", " ")
    return "\t".join((f"{link.line} {link.kind} {target}", *link.keys))


def link_of(stored: str) -> Link:
    """The link that is kept so. Raises ValueError for what `stored_link` did not write.

    >>> link_of("12 markdown bug.md#fix\\t2022/bug.md").keys
    ('2022/bug.md',)
    """
    written, *keys = stored.split("\t")
    line, kind, target = written.split(" ", 2)
    return Link(target, int(line), kind, tuple(keys), inside=True)


class Section(NamedTuple):
    """A heading and the text under it, up to the next heading.

    `text` is the rendered text without markup, prose and code in file order, and it keeps the
    file's lines: the line of text[i] is `line + number of newlines (\\n or SOFT_BREAK) in text[:i]`.
    SOFT_BREAK ends a line inside a paragraph, `\\n` a line of code, a row, an item or a block. What a post includes
    stands on the line that includes it: its lines end with INCLUDED_BREAK, or with a blank inside a paragraph.
    The text before the first heading is a section with level 0, heading "" and anchor "".
    `links` are the stretches of `text` that lead elsewhere, ascending: what they say, they say of another place.
    """

    level: int
    heading: str
    anchor: str
    line: int
    text: str
    code: tuple[Code, ...] = ()
    links: tuple[Span, ...] = ()


@public
class OwnField(NamedTuple):
    """A field of the front matter that is the site's own, as queries name it, and its values as they were written."""

    name: str
    values: tuple[str, ...]


class Post(NamedTuple):
    """One file, read: its metadata normalised, its body in sections.

    `date_seconds` and `updated_seconds` count from 1970 on the wall clock of the site's time zone. `date_from` says
    where the date was found: "post" (front matter), "path" (file name), "file" (its mtime) or "" (none).
    `unpublished` is the reason why the post is left out, "" if it is published; `reconsider_at`
    is the next moment (seconds since 1970, UTC) at which that answer changes by itself, or None.
    `translation` is what the translations of a post have in common, "" where posts are not grouped by it, `original`
    says that it is one and in the site's own language.
    `fields` are the site's own (`content.own_fields`), `named_fields` those of them that the settings name.
    `boost` is a factor of its score, from `scoring.LEAST_BOOST` to `scoring.MOST_BOOST`, `pins` are the queries for
    which it comes first, and `own_words` are words to find it by that weigh as its aliases: all set by hand.
    `categories` are paths: (("linux", "net"),). Tuples keep the order of the file. No index holds `series` and
    `weight`: they are for programs that read posts themselves (`postdex_index.content.parser`,
    `postdex_index.content.reader`). Of `links` it has those that are `inside`; `names` are the keys, beside its path,
    under which links look for the post.
    """

    path: str
    title: str
    sections: tuple[Section, ...]
    url: str = ""
    title_words: str = ""
    date_seconds: int | None = None
    date_from: str = ""
    updated_seconds: int | None = None
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    authors: tuple[str, ...] = ()
    lang: str = ""
    translation: str = ""
    original: bool = False
    series: str = ""
    weight: int | None = None
    description: str = ""
    aliases: tuple[str, ...] = ()
    slug: str = ""
    fields: tuple[OwnField, ...] = ()
    named_fields: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    names: tuple[str, ...] = ()
    unpublished: str = ""
    reconsider_at: int | None = None
    problems: tuple[Problem, ...] = ()
    boost: float = 1.0
    pins: tuple[str, ...] = ()
    own_words: tuple[str, ...] = ()


class StoredFields(Protocol):
    """What an index has of a post beside its text: the fields of `Post` that `schema` calls stored. Its `description`
    is that of `document.Document`."""

    path: str = ""
    title: str = ""
    url: str = ""
    date_seconds: int | None = None
    date_from: str = ""
    updated_seconds: int | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    authors: tuple[str, ...] = ()
    lang: str = ""
    translation: str = ""
    fields: tuple[OwnField, ...] = ()
    unpublished: str = ""
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@public
class Span(NamedTuple):
    """A marked stretch of a text: text[start:start + length]."""

    start: int
    length: int


class Explanation(NamedTuple):
    """A number and what it was made of; `parts` are its terms or factors, in order."""

    value: float
    label: str
    parts: tuple[Explanation, ...] = ()
