"""Which page does a Hugo site make of a file: its language, kind and place in the content, or why there is none?

What the settings say of that is told by `hugo_settings`; its link is for `hugo_links`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..named_tuple import NamedTuple
from .hugo_settings import Language, Mount, Rules, rules
from .locales import Locale, of_path

if TYPE_CHECKING:
    from .generator import Config, Site

#: The rules of a site without settings.
_DEFAULT = rules({})
_UNASKED = object()
_NEVER = frozenset(("never", "false", "link"))
#: Suffixes of what is content; a bundle or a section is one by a file with one of them.
_CONTENT = (".md", ".markdown", ".mdown", ".mdx", ".html", ".htm", ".org", ".adoc", ".ad", ".asciidoc", ".rst", ".pdc")


class Page(NamedTuple):
    """A page: its language, its kind ("page", "section", "home", "taxonomy" or "term"), the names of its folders in
    the content and its own (a bundle's is that of its folder), as they are written, that of its file without suffix and
    language, and whether it is a bundle's."""

    language: Language
    kind: str
    folders: tuple[str, ...]
    name: str
    file_name: str
    bundle: bool = False

    @property
    def branch(self) -> bool:
        """Whether other pages may be below this one."""
        return self.kind != "page"


def rules_of(site: Site) -> Rules:
    """What the settings of a site say."""
    return site.rules if isinstance(site.rules, Rules) else _DEFAULT


def page_of(site: Site, path: str) -> Page | None:
    """The page of a file, whose path is below the root; None if it is no content, or its language is not built."""
    site_rules = rules_of(site)
    # One post asks several times.
    page = site_rules.latest.get(path, _UNASKED)
    if page is _UNASKED:
        page = _page(site_rules, path)
        site_rules.latest.clear()
        site_rules.latest[path] = page
    return page if isinstance(page, Page) else None


def _page(site_rules: Rules, path: str) -> Page | None:
    mount = _mount_of(site_rules, path)
    if mount is None:
        return None
    *folders, name = _in_content(mount, path).split("/")
    stem, key = _stem_and_language(site_rules, name)
    language = site_rules.languages.get(key or mount.language or site_rules.default)
    if language is None:
        return None
    if stem not in ("index", "_index"):
        return Page(language, "page", tuple(folders), stem, stem)
    if not folders:
        return Page(language, "home", (), "", stem)
    kind = "page"
    if stem == "_index":
        kind = "section" if folders[0].lower() not in site_rules.taxonomies else "term" if folders[1:] else "taxonomy"
    return Page(language, kind, tuple(folders[:-1]), folders[-1], stem, kind == "page")


def _mount_of(site_rules: Rules, path: str) -> Mount | None:
    """The nearest mount that a file lies in."""
    while path and path not in site_rules.mounts:
        path = path.rpartition("/")[0]
    return site_rules.mounts.get(path)


def _in_content(mount: Mount, path: str) -> str:
    below = path[len(mount.source) :].strip("/")
    return "/".join(filter(None, (mount.target, below)))


def _stem_and_language(site_rules: Rules, name: str) -> tuple[str, str]:
    """A file's name without its suffix and language, and that language's key, "" if it names none.

    >>> _stem_and_language(_DEFAULT, "v1.2.en.md"), _stem_and_language(_DEFAULT, "v1.2.md")
    (('v1.2', 'en'), ('v1.2', ''))
    """
    parts = name.split(".")
    for at in range(len(parts) - 2, 0, -1):
        key = parts[at].lower()
        if key in site_rules.languages or key in site_rules.disabled:
            # Where case counts a code in capitals is a part of the name, too.
            return ".".join(parts[: at if site_rules.lower or key == parts[at] else -1]), key
    return name.rpartition(".")[0] or name, ""


def locale(site: Site, path: str) -> Locale:
    """The locale of a file. Where the settings name no languages, paths may name them all the same."""
    page = page_of(site, path)
    if page is None or not (page.language.code and len(rules_of(site).languages) > 1):
        return of_path(path)
    own = [page.name] if page.name and page.file_name in ("index", "_index") else []
    return Locale(page.language.code, "/".join([*page.folders, *own, f"{page.file_name}.md"]))


def fields(site: Site, _path: str, given: Config) -> Config:
    """Front matter with the date that Hugo takes for a page without one."""
    name = next((name for name in rules_of(site).dates if given.get(name)), "")
    return {**given, "date": given[name]} if name and not given.get("date") else given


def unbuilt(site: Site, path: str, fields: Config | None) -> str:
    """Why there is no page of a file, "" if there is one."""
    site_rules = rules_of(site)
    if site_rules.ignored and any(pattern.search("/" + path) for pattern in site_rules.ignored):
        return "left out by ignoreFiles"
    page = page_of(site, path)
    if page is None:
        folder = path.rpartition("/")[0]
        mounted = _mount_of(site_rules, path) is not None
        missing = f"{folder or 'the root'}/ is no folder of the content in any language"
        return "in a language that is not built" if mounted else missing
    bundle = _bundle_above(site, path, page)
    if bundle:
        return f"a part of the page in {bundle}/"
    if page.kind in site_rules.unbuilt_kinds:
        return f"pages of kind {page.kind} are not built"
    return _not_rendered(fields) if fields else ""


def _bundle_above(site: Site, path: str, page: Page) -> str:
    """The folder of the page that a file belongs to without being one itself, "" if it is one."""
    mount = _mount_of(rules_of(site), path)
    folder = path.rpartition("/")[0]
    if page.file_name == "index":
        folder = folder.rpartition("/")[0] if page.bundle else ""
    while mount and folder and folder.startswith(mount.source):
        if "index" in pages_in(site, folder):
            return folder
        folder = folder.rpartition("/")[0]
    return ""


def pages_in(site: Site, folder: str) -> frozenset[str]:
    """Which of "index" and "_index" are pages in a folder below the root. Asked once while the site is in use."""
    listed = rules_of(site).listed
    if folder not in listed:
        try:
            names = os.listdir(site.root / folder)
        except (OSError, ValueError):
            names = []
        stems = (name.partition(".")[0] for name in names if name.lower().endswith(_CONTENT))
        listed[folder] = frozenset(stem for stem in stems if stem in ("index", "_index"))
    return listed[folder]


def sections_of(site: Site, path: str, page: Page) -> tuple[str, ...]:
    """The folders of the nearest section that a page is in: a folder at the top, or one with a page of its own."""
    if page.branch:
        return (*page.folders, page.name) if page.name else ()
    folders = page.folders
    below = path.rpartition("/")[0]
    if page.bundle:
        below = below.rpartition("/")[0]
    while len(folders) > 1 and "_index" not in pages_in(site, below):
        folders, below = folders[:-1], below.rpartition("/")[0]
    return folders


def _not_rendered(fields: Config) -> str:
    low = {key.lower(): value for key, value in fields.items()}
    if low.get("headless") == "true":
        return "headless: true"
    build = low.get("build") or low.get("_build")
    render = build.get("render") if isinstance(build, dict) else None
    return f"build: {{render: {render}}}" if isinstance(render, str) and render.lower() in _NEVER else ""
