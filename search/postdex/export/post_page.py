"""What is the page of Markdown of a post: which few fields stand above, and what is its text?

The text is that of the file, as the index reads it; of a file that is gone or another version by now, what is stored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.content import reader
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK
from postdex_index.named_tuple import NamedTuple
from postdex_index.paths import StrPath

from ..output import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postdex_index.document import Document
    from postdex_index.engine.api import FileStamp
    from postdex_index.settings import Settings

    from .plain_markdown import Address

#: Dates that somebody gave; that of a file is another one after each copy.
_GIVEN_DATES = ("post", "path")
#: What YAML takes for text without quotes, whatever it says.
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w /().+\u3000-\u303f\uff00-\uffef-]*(?<! )")
_NO_TEXT = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_FIRST_HEADING = re.compile(r"\s*#[ \t]")


class PageFields(NamedTuple):
    """What stands above the text of a page; "" and () for what a post has not."""

    title: str
    url: str = ""
    date: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    lang: str = ""

    @classmethod
    def of(cls, document: Document, url: str) -> PageFields:
        """Those of a post with this address."""
        date = document.date if document.date_from in _GIVEN_DATES else None
        day = date.date().isoformat() if date else ""
        return cls(document.title, url, day, document.tags, one_line(document.description), document.lang)

    def front_matter(self) -> str:
        """As YAML, in this order.

        >>> print(PageFields("A: b", tags=("c++", "net")).front_matter(), end="")
        ---
        title: "A: b"
        tags: [c++, net]
        ---
        """
        lines = [f"{name}: {_yaml(value)}" for name, value in self._asdict().items() if value]
        return "\n".join(["---", *lines, "---", ""])


class PostTexts:
    """The texts of the posts of a folder. `indexed` says which version of each file the index has."""

    def __init__(self, folder: StrPath, settings: Settings, indexed: Mapping[str, FileStamp]) -> None:
        self._folder, self._settings, self._indexed = folder, settings, indexed
        self._site = reader.site(folder)

    def markdown(self, document: Document, address: Address) -> str:
        """The text of a post as Markdown that any program reads, its title above."""
        with forks.barred:
            from .plain_markdown import plain_markdown

        body = self._body(document)
        if body is None:
            text = _stored_text(document)
        else:
            wiki = bool(self._site.generator.links.wiki)
            components = self._site.mdx or document.path.endswith(".mdx")
            text = plain_markdown(body, address, wiki=wiki, components=components)
        return text if _FIRST_HEADING.match(text) else f"# {one_line(document.title)}\n\n{text}"

    def _body(self, document: Document) -> str | None:
        """The body of a post with what it includes; None where there is no such version of its file."""
        with forks.barred:
            from postdex_index.content import front_matter
            from postdex_index.content.included_files import IncludedFiles
            from postdex_index.content.markdown_body import read_body

        file = reader.text_of(self._folder, document.path, self._settings)
        stamp = self._indexed.get(document.path)
        if file is None or stamp is None or stamp.digest != file.digest:
            return None
        generator, path = self._site.generator, self._site.prefix + document.path
        front = front_matter.parse(file.text, generator)
        if generator.fields:
            front = front._replace(fields={**generator.fields(self._site, path, front.fields)})
        largest = self._settings.max_bytes
        included = IncludedFiles(self._folder, self._site, largest)
        return read_body(front, path, self._site, included.text, largest=largest).text


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _stored_text(document: Document) -> str:
    """The text of a post as the index has it: headings are marked, all else is without marks."""
    parts: list[str] = []
    for number, section in enumerate(document.sections):
        heading = f"{'#' * section.level} {section.heading}" if section.heading else ""
        text = document.text(number).replace(SOFT_BREAK, "\n").replace(INCLUDED_BREAK, "\n").strip()
        parts += filter(None, (heading, text))
    return "\n\n".join(parts) + "\n" if parts else ""


def _yaml(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_yaml, value))}]"
    return value if _is_plain(value) else wire.dumps(value)


def _is_plain(value: str) -> bool:
    date = re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    return date or (_PLAIN.fullmatch(value) is not None and value.lower() not in _NO_TEXT)
