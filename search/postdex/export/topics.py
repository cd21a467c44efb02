"""Under which headings does a list of all posts stand: the folders of documentation, or the categories of a blog?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple

if TYPE_CHECKING:
    from postdex_index.document import Document

#: What posts stand under that have neither, and translations: who has little room leaves these out (llmstxt.org).
REST, OPTIONAL = "Posts", "Optional"
#: Folders that say nothing of what is in them: years, and those that generators put posts into.
_NO_TOPIC = re.compile(r"\d{2,8}|_?posts?|_drafts|content|docs?|source|src|pages|blog", re.I)
#: Pages that speak for their folder.
_OF_FOLDER = frozenset(("index", "_index", "readme"))


class Topic(NamedTuple):
    """A heading and its posts, in their order."""

    name: str
    documents: Sequence[Document]


def topics(documents: Sequence[Document], language: str = "") -> list[Topic]:
    """The topics of published posts, which come in the order of their paths: folders in that order, categories the
    largest first. What is the same for most posts is no topic: then it is the category, and the newest come first. A
    post that is in the site's `language`, too, is optional in the others."""
    there = {it.translation for it in documents if it.translation and it.lang == language}
    optional = [it for it in documents if it.translation in there and it.lang != language]
    listed = [it for it in documents if it.translation not in there or it.lang == language]
    found = _by_folder(listed) or _by_category(listed)
    return [*found, *([Topic(OPTIONAL, optional)] if optional else [])]


def _by_folder(documents: Sequence[Document]) -> list[Topic]:
    """By the first folder that says something, which that of a single post does not; none where few posts have one."""
    folders = {
        it.path: next((name for name in it.path.split("/")[:-1] if not _NO_TOPIC.fullmatch(name)), "")
        for it in documents
    }
    sizes = Counter(folders.values())
    groups = _groups(documents, lambda it: folders[it.path] if sizes[folders[it.path]] > 1 else "")
    named = sum(len(group) for name, group in groups.items() if name)
    if len(groups) < 3 or 2 * named < len(documents):
        return []
    titles = {name: _title(name, group) for name, group in groups.items()}
    first = [Topic(REST, groups[""])] if "" in groups else []
    return [*first, *(Topic(titles[name], group) for name, group in groups.items() if name)]


def _by_category(documents: Sequence[Document]) -> list[Topic]:
    newest = sorted(documents, key=lambda it: (-(it.date_seconds or 0) if it.date_from != "file" else 0, it.path))
    groups = _groups(newest, lambda it: it.categories[0][0] if it.categories and it.categories[0] else "")
    sizes = Counter({name: len(group) for name, group in groups.items() if name})
    found = [Topic(name, groups[name]) for name, _ in sorted(sizes.items(), key=lambda size: (-size[1], size[0]))]
    return [*found, *([Topic(REST, groups[""])] if "" in groups else [])]


def _groups(documents: Iterable[Document], key: Callable[[Document], str]) -> dict[str, list[Document]]:
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(key(document), []).append(document)
    return groups


def _title(folder: str, documents: Sequence[Document]) -> str:
    """What the page that speaks for a folder calls it, else its name with a capital.

    >>> _title("getting-started", [])
    'Getting started'
    """
    for document in documents:
        *_, above, name = ("", *document.path.split("/"))
        if above == folder and name.partition(".")[0].lower() in _OF_FOLDER:
            return " ".join(document.title.split())
    words = re.sub(r"^\d+[-_. ]+", "", folder).replace("-", " ").replace("_", " ").strip() or folder
    return words[:1].upper() + words[1:]
