"""What does a site say to language models: `llms.txt`, `llms-full.txt`, and a page of Markdown for each post?

The form is that of llmstxt.org: a title, what the site is in a sentence, and sections of links with a description each.
Only published posts are in it; the same posts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from postdex_index.content.reader import site
from postdex_index.engine.api import Reader, Search
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Everything

from .. import web_address
from ..request import ALL_POSTS
from .addresses import Base, Places
from .destination import alone_in, check_folder, check_no_posts
from .owned_files import OwnedFiles, Written, saying_what_failed
from .post_page import PageFields, PostTexts, one_line
from .topics import Topic, topics

if TYPE_CHECKING:
    from postdex_index.document import Document

    from ..index import Index

LIST, FULL = "llms.txt", "llms-full.txt"
#: The record of the files that are ours.
RECORD = ".postdex-llms.json"
#: A description is cut behind so many characters: an index of pages shall be short.
_LONGEST_DESCRIPTION = 200


class LlmsExport(NamedTuple):
    """What an export wrote: how many pages, in which files; what the list and the full text take in bytes."""

    pages: int
    written: Written
    list_bytes: int
    full_bytes: int
    notes: tuple[str, ...] = ()


def export_llms(
    ix: Index,
    folder: Path,
    *,
    base: str = "",
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> LlmsExport:
    """Write all that into a folder, as the index is now; `base` is what addresses begin with that are only paths, with
    `dry_run` nothing is written. Raises PostdexError where a file is in the way or cannot be written."""
    reader = ix.snapshots.opened()
    documents = _published(reader)
    places = Places(Base(ix.folder, ix.settings, base), documents)
    texts = PostTexts(ix.folder, ix.settings, ix.snapshots.indexed_files().files)
    check_folder(folder)
    check_no_posts(ix.folder, ix.settings, folder, places.pages.values())
    with saying_what_failed(folder), nullcontext() if dry_run else alone_in(folder):
        files = OwnedFiles(folder, RECORD, dry=dry_run)
        files.claim([LIST, FULL, *places.pages.values()])
        with files.growing(FULL) as append:
            append(f"{_heading(ix, documents)}\n")
            for done, document in enumerate(documents, 1):
                fields = PageFields.of(document, places.address(document.path))
                text = texts.markdown(document, places.resolver(document))
                files.put(places.pages[document.path], f"{fields.front_matter()}\n{text}")
                append(_in_full(fields, text))
                progress(done, len(documents))
        files.put(LIST, _list(ix, documents, places))
        written = files.finish()
    sizes = files.sizes[LIST], files.sizes[FULL]
    notes = web_address.without_address([it.url for it in documents], ix.folder)
    if not base:
        notes += web_address.without_origin([it.url for it in documents], ix.folder, ix.settings)
    return LlmsExport(len(documents), written, *sizes, tuple(notes))


def _published(reader: Reader) -> list[Document]:
    """All published posts, by their paths."""
    every = reader.search(Search(Everything(), sort="title", limit=ALL_POSTS)).candidates
    return sorted((candidate.document for candidate in every), key=lambda document: document.path)


def _heading(ix: Index, documents: Sequence[Document]) -> str:
    """What the site is called, and what its first page says of it."""
    name = one_line(web_address.name(ix.folder, ix.settings)) or ix.folder.resolve().name
    home = next((it for it in documents if it.path.partition(".")[0].lower() in ("index", "_index", "readme")), None)
    said = one_line(home.description) if home else ""
    return f"# {name}" + (f"\n\n> {said}" if said else "")


def _in_full(fields: PageFields, text: str) -> str:
    """A page among all, behind a blank line: its address stands below its title."""
    if not fields.url:
        return f"\n{text}"
    title, _, rest = text.partition("\n")
    rest = rest.lstrip("\n")
    return f"\n{title}\n\nSource: {fields.url}\n" + (f"\n{rest}" if rest else "")


def _list(ix: Index, documents: Sequence[Document], places: Places) -> str:
    language = ix.settings.language or site(ix.folder).language
    of_topics = [f"## {topic.name}\n\n" + "".join(_rows(topic, places)) for topic in topics(documents, language)]
    return "\n".join([_heading(ix, documents) + "\n", *of_topics])


def _rows(topic: Topic, places: Places) -> Iterator[str]:
    for document in topic.documents:
        title = one_line(document.title).replace("[", "\\[").replace("]", "\\]")
        said = _cut(one_line(document.description))
        yield f"- [{title}]({places.page_address(document.path)})" + (f": {said}" if said else "") + "\n"


def _cut(text: str) -> str:
    """A text up to a whole word where it is too long."""
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    start = text[:_LONGEST_DESCRIPTION]
    return (start.rpartition(" ")[0] or start).rstrip(" ,;:.") + "…"
