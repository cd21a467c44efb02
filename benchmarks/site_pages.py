"""What does a page say of itself, and does postdex say the same of its source?

A `Page` is made twice: from the HTML that a generator made (`built_pages`), and from what postdex reads of the sources
(`indexed_pages`). `compare` counts where they agree. Goldens are pages as JSON.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from postdex_index.content import reader
from postdex_index.settings import Settings

#: The word that stands in one source only, and so tells its page: `MARKER` and five digits.
MARKER = "postdexmarker"
_MARKED = re.compile(MARKER + r"\d{5}")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
#: So many pages are compared by their words alone.
_FEW = 200
#: What stands between a page's title and its site's name.
_SEPARATOR = re.compile(r"\s+[|·•–—:»-]+\s+")
#: Elements that begin and end inside of a word.
_INLINE = frozenset(
    (
        *(
            "a",
            "abbr",
            "b",
            "bdi",
            "bdo",
            "cite",
            "code",
            "data",
            "del",
            "dfn",
            "em",
            "font",
            "i",
            "ins",
            "kbd",
            "mark",
        ),
        *("q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
    )
)
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
#: What is in the main content, and no part of the text; each generator may add to it.
IGNORED = "script, style, template, noscript, .headerlink, .header-anchor, .hash-link, .anchorjs-link, .sr-only"


class Page(NamedTuple):
    """A page: its link from the site's root, its title, the ids of its headings in their order, and its words.

    `titles` are other names that the page goes by, such as that of its first heading.
    """

    link: str
    title: str
    ids: tuple[str, ...]
    words: str
    titles: tuple[str, ...] = ()


class Golden(NamedTuple):
    """A generator with its version, and the pages that it made by the paths of their sources."""

    version: str
    pages: Mapping[str, Page]


class PageComparison(NamedTuple):
    """What agrees of a page that the site has (`built`), and one that is indexed; None where there is none.

    `missing` and `extra` are ids that only the built and only the indexed page has; words are counts.
    """

    built: Page | None
    indexed: Page | None
    link: bool = False
    title: bool = False
    right_ids: int = 0
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    shared_words: int = 0
    built_words: int = 0
    indexed_words: int = 0

    @property
    def wrong_ids(self) -> int:
        """Headings whose id is missing or another one."""
        return max(len(self.missing), len(self.extra))

    @property
    def recall(self) -> float:
        """How much of the page's words is indexed."""
        return self.shared_words / self.built_words if self.built_words else 1.0

    @property
    def precision(self) -> float:
        """How much of what is indexed is on the page."""
        return self.shared_words / self.indexed_words if self.indexed_words else 1.0


def read_golden(file: Path) -> Golden:
    """The golden that `write_golden` wrote."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    pages = {
        path: Page(page["link"], page["title"], tuple(filter(None, page["ids"].split(" "))), page["words"])
        for path, page in kept["pages"].items()
    }
    return Golden(kept["version"], pages)


def write_golden(file: Path, golden: Golden) -> None:
    """Keep a golden: a line for each fact, so that a change is seen by `git diff`."""
    pages = {
        path: {"link": page.link, "title": page.title, "ids": " ".join(page.ids), "words": page.words}
        for path, page in sorted(golden.pages.items())
    }
    kept = {"version": golden.version, "pages": pages}
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def indexed_pages(root: Path, folders: Sequence[str]) -> dict[str, Page]:
    """What postdex reads of the posts in these folders of a site, by path below its root."""
    pages = {}
    for name in folders:
        folder = root / name
        site, settings = reader.site(folder), Settings()
        for path in reader.walk(folder, settings).files:
            post = reader.read(folder, path, site, settings).post
            if post is None or post.unpublished:
                continue
            texts = [part for section in post.sections for part in (section.heading, section.text)]
            ids = tuple(section.anchor for section in post.sections if section.anchor)
            link = post.url.removeprefix(site.base) if site.base else post.url
            key = (folder / path).relative_to(root).as_posix()
            pages[key] = Page(link, post.title, ids, words_of(" ".join(texts)))
    return pages


def words_of(text: str) -> str:
    """The words of a text between blanks, in lower case; Chinese and Japanese by characters.

    >>> words_of("Run `git rebase`, 搜索!")
    'run git rebase 搜 索'
    """
    return " ".join(_WORD.findall(text.casefold()))


class _BuiltFile(NamedTuple):
    """An HTML file: its path below the output folder, what it says, and the markers in its main content, in order."""

    path: str
    page: Page
    markers: tuple[str, ...]


def built_pages(output: Path, markers: Mapping[str, str], main: str, ignored: str) -> dict[str, Page]:
    """The pages of a site that was built with markers, by the paths of their sources; `markers` maps to those."""
    files = [
        read_html(file, output, main, ignored)
        for file in sorted(output.rglob("*.html"))
        if MARKER.encode() in file.read_bytes()
    ]
    files = _without_site_name(files)
    best: dict[str, _BuiltFile] = {}
    for file in sorted(files, key=lambda file: (len(file.markers), len(file.path), file.path)):
        for marker in file.markers:
            best.setdefault(marker, file)
    # A file that another includes has its marker on that one's page, but that one's own comes last there.
    return {
        markers[marker]: file.page
        for marker, file in best.items()
        if marker in markers and [one for one in file.markers if best[one] is file][-1] == marker
    }


def all_pages(output: Path, main: str, ignored: str) -> list[Page]:
    """All pages of a site that was built without markers."""
    files = [read_html(file, output, main, ignored) for file in sorted(output.rglob("*.html"))]
    return [file.page for file in _without_site_name(files)]


def read_html(file: Path, output: Path, main: str, ignored: str) -> _BuiltFile:
    """What an HTML file says in the element that the CSS selector `main` finds, without those of `ignored`."""
    soup = import_module("bs4").BeautifulSoup(file.read_bytes(), "lxml")
    title = _text(soup.title) if soup.title else ""
    content = soup.select_one(main)
    path = file.relative_to(output).as_posix()
    link = "/" + path.removesuffix("index.html") if path == "index.html" or path.endswith("/index.html") else "/" + path
    if content is None:
        return _BuiltFile(path, Page(link, title, (), ""), ())
    for element in content.select(f"{IGNORED}, {ignored}" if ignored else IGNORED):
        element.decompose()
    text = _spaced(content)
    headings = [heading for heading in content.find_all(_HEADINGS) if not heading.find_parent(["li", "blockquote"])]
    ids = tuple(found for heading in headings if (found := _id(heading)))
    first = content.find("h1")
    titles = (_text(first),) if first else ()
    markers = tuple(dict.fromkeys(_MARKED.findall(text)))
    return _BuiltFile(path, Page(link, title, ids, words_of(_MARKED.sub(" ", text)), titles), markers)


def _id(heading: Any) -> str:
    """A heading's id, or that of the section that it begins."""
    found = heading.get("id") or heading.get("data-anchor-id")
    if not found and (inside := heading.find("span", id=True)):
        found = inside["id"]
    if not found and heading.parent.name == "section" and heading.parent.find(_HEADINGS) is heading:
        found = heading.parent.get("id")
    return found or ""


def _text(element: Any) -> str:
    return " ".join(element.get_text().split())


def _spaced(element: Any) -> str:
    """The text of an element, with blanks where a block begins or ends; an image is what it says instead."""
    pieces: list[str] = []
    for child in element.children:
        name = getattr(child, "name", None)
        if name is None:
            if type(child).__name__ == "NavigableString":
                pieces.append(str(child))
        elif name == "img":
            pieces.append(child.get("alt") or "")
        elif name in _INLINE:
            pieces.append(_spaced(child))
        else:
            pieces += (" ", _spaced(child), " ")
    return "".join(pieces)


def _without_site_name(files: list[_BuiltFile]) -> list[_BuiltFile]:
    """The files, their titles without what more than half of them end or begin with behind a separator."""
    titles = [_SEPARATOR.split(file.page.title) for file in files]
    for at in (-1, 0):
        names = Counter(pieces[at] for pieces in titles if len(pieces) > 1)
        name, count = names.most_common(1)[0] if names else ("", 0)
        if count > max(2, len(files) / 2):
            site, between = re.escape(name), _SEPARATOR.pattern
            cut = re.compile(rf"{between}{site}$" if at else rf"^{site}{between}")
            own = {file.path: cut.sub("", file.page.title) for file in files}
            # A page that is called like the site has no title of its own.
            return [
                file._replace(page=file.page._replace(title=own[file.path] if own[file.path] != name else ""))
                for file in files
            ]
    return files


def compare(built: Mapping[str, Page], indexed: Mapping[str, Page], clean: bool) -> dict[str, PageComparison]:
    """How far the pages agree, by path; `clean` says that links have no `.html`."""
    return {path: _compared(built.get(path), indexed.get(path), clean) for path in sorted({*built, *indexed})}


def _compared(built: Page | None, indexed: Page | None, clean: bool) -> PageComparison:
    if built is None or indexed is None:
        return PageComparison(built, indexed, missing=built.ids if built else (), extra=indexed.ids if indexed else ())
    theirs, ours = Counter(built.ids), Counter(indexed.ids)
    words, our_words = Counter(built.words.split()), Counter(indexed.words.split())
    # Whether a page shows its title besides is the template's choice.
    our_words += Counter(words_of(indexed.title).split()) & (words - our_words)
    return PageComparison(
        built,
        indexed,
        link=same_link(built.link, indexed.link, clean),
        title=not built.title or _plain(indexed.title) in map(_plain, (built.title, *built.titles)),
        right_ids=(theirs & ours).total(),
        missing=tuple((theirs - ours).elements()),
        extra=tuple((ours - theirs).elements()),
        shared_words=(words & our_words).total(),
        built_words=words.total(),
        indexed_words=our_words.total(),
    )


def same_link(built: str, indexed: str, clean: bool) -> bool:
    """Whether two links lead to the same page, written with `index.html` or without."""
    return bool(indexed) and _bare(built, clean) == _bare(indexed, clean)


def _bare(link: str, clean: bool) -> str:
    link = unquote(link).removesuffix("index.html")
    return (link.removesuffix(".html") if clean else link).rstrip("/")


def _plain(title: str) -> str:
    """A title without what typography makes of it."""
    for fine, plain in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "--"), ("—", "---"), ("…", "...")):
        title = title.replace(fine, plain)
    return " ".join(title.split())


def matched(pages: Sequence[Page], indexed: Mapping[str, Page], clean: bool) -> dict[str, Page]:
    """Pages that were built without markers, by the sources that they are most likely of: that with the page's link,
    else the one with its title and most of its words."""
    by_link = {_bare(page.link, clean): page for page in pages}
    links = {path: _bare(page.link, clean) for path, page in indexed.items()}
    found = {path: by_link[link] for path, link in links.items() if link in by_link}
    taken = {page.link for page in found.values()}
    rest = [page for page in pages if page.link not in taken and page.words]
    found.update(_by_words(rest, {path: page for path, page in indexed.items() if path not in found}))
    return found


def _by_words(pages: Sequence[Page], indexed: Mapping[str, Page]) -> Iterator[tuple[str, Page]]:
    by_title: dict[str, list[Page]] = {}
    for page in pages:
        for title in {_plain(title) for title in (page.title, *page.titles)}:
            by_title.setdefault(title, []).append(page)
    for path, page in indexed.items():
        candidates = by_title.get(_plain(page.title), pages if len(pages) < _FEW else ())
        shares = {theirs: _shared(theirs, page) for theirs in candidates}
        best = max(shares, key=lambda theirs: shares[theirs], default=None)
        if best and shares[best] > 0.5:
            yield path, best


def _shared(built: Page, indexed: Page) -> float:
    """How much of a page's words another one has, from 0 to 1."""
    words = Counter(built.words.split())
    return (words & Counter(indexed.words.split())).total() / words.total()
