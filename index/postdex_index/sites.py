"""Whose site is this: the files around a folder of posts -> its generator, and what that says of dates and links.

Reads the site's own settings (never runs them), so that links, time zone and anchors
are right without settings of ours. Modest on purpose: ten makers of sites are known, the common keys of six read.
A settings file that cannot be read is a note. How a link is made is for `urls`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .model import Problem

if TYPE_CHECKING:
    from .plain_yaml import Value

#: The rule for headings' anchors that each generator follows.
ANCHORS = {"hexo": "hexo", "hugo": "hugo", "jekyll": "kramdown", "mkdocs": "mkdocs", "zola": "zola"}
#: Where each generator keeps its posts, best first.
FOLDERS = {
    "hexo": ("source/_posts", "source"),
    "hugo": ("content",),
    "zola": ("content",),
    "jekyll": (),
    "astro": ("src/content", "src/pages"),
    "mkdocs": ("docs",),
    "mdbook": ("src",),
    "obsidian": (),
    "logseq": (),
    "pelican": ("content",),
}
#: Where each generator keeps the settings that are read, best first.
_SETTINGS = {
    "hexo": ("_config.yml",),
    "jekyll": ("_config.yml",),
    "hugo": (
        *("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml"),
        *("config/_default/hugo.toml", "config/_default/config.toml", "config/_default/hugo.yaml"),
    ),
    "zola": ("config.toml",),
    "mkdocs": ("mkdocs.yml", "mkdocs.yaml"),
    "mdbook": ("book.toml",),
}
#: Settings that are a program are never read.
_ASTRO = frozenset(f"astro.config.{ending}" for ending in ("mjs", "js", "ts", "mts", "cjs", "cts"))
#: Files that lie in the root of a site and nowhere else; with `package.json`, which tells Hexo from Jekyll.
SITE_FILES = _ASTRO | {
    "package.json",
    "pelicanconf.py",
    *(name for names in _SETTINGS.values() for name in names if "/" not in name),
}
#: Folders that tell one generator from another, too.
_SIGNS = frozenset(("scaffolds", ".obsidian", "logseq"))
_DEFAULT = "config/_default"
#: A site's root is looked for in the folder of posts and so many folders above it.
ABOVE = 4
#: A file of settings has no more bytes: what is larger is not read.
LARGEST = 1024 * 1024


class Site(NamedTuple):
    """A site, as far as its posts need it.

    `prefix` leads from `root` to the folder of posts ("source/_posts/" or ""). `url` is the pattern of
    a post's link in the generator's own placeholders, `permalinks` those of sections (Hugo), collections (Jekyll) or
    languages (Zola, whose `url` is how it makes names of files).
    `base` is the path that all links begin with ("/blog" or ""). `dated` says that a date at
    the beginning of a file's name is no part of the link.
    """

    flavour: str = ""
    root: Path = Path()
    prefix: str = ""
    anchors: str = "github"
    timezone: str = ""
    language: str = ""
    url: str = ""
    base: str = ""
    permalinks: tuple[tuple[str, str], ...] = ()
    dated: bool = False
    problems: tuple[Problem, ...] = ()


_Config: TypeAlias = "Mapping[str, Value]"


def site(folder: Path) -> Site:
    """The site that a folder of posts belongs to; a `Site` without flavour if none is known. Never raises."""
    start = Path(os.path.abspath(folder))
    for root in (start, *start.parents[:ABOVE]):
        flavour = detect(root)
        if flavour:
            prefix = start.relative_to(root).as_posix()
            return _read(flavour, root, "" if prefix == "." else prefix + "/")
        if os.path.exists(root / ".git") or str(root) == os.path.expanduser("~"):
            break
    return Site(root=start)


def detect(folder: Path) -> str:
    """The generator whose files lie in this folder, "" if none is known.

    >>> detect(Path("/nowhere"))
    ''
    """
    names = _names(folder)
    if "_config.yml" in names:
        hexo = '"hexo"' in _text(folder / "package.json") if "package.json" in names else "scaffolds" in names
        return "hexo" if hexo else "jekyll"
    if names & {"hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"} or os.path.isdir(folder / _DEFAULT):
        return "hugo"
    if "config.toml" in names:
        text = _text(folder / "config.toml")
        if re.search(r"^\s*(?:\[markdown\]|base_url\s*=)", text, re.MULTILINE):
            return "zola"
        return "hugo" if re.search(r"^\s*baseurl\s*=", text, re.MULTILINE | re.IGNORECASE) or "content" in names else ""
    if names & _ASTRO:
        return "astro"
    if not names.isdisjoint(_SETTINGS["mkdocs"]):
        return "mkdocs"
    if "book.toml" in names:
        return "mdbook"
    if "pelicanconf.py" in names:
        return "pelican"
    if os.path.isdir(folder / ".obsidian"):
        return "obsidian"
    return "logseq" if os.path.isfile(folder / "logseq" / "config.edn") else ""


def surroundings(folder: Path) -> list[Path]:
    """The files and folders that say how the site of a folder of posts makes links, anchors and dates."""
    start = Path(os.path.abspath(folder))
    found: list[Path] = []
    for root in (start, *start.parents[:ABOVE]):
        names = _names(root)
        found += [root / name for name in sorted(names & (SITE_FILES | _SIGNS))]
        found += [root / _DEFAULT / name for name in sorted(_names(root / _DEFAULT))] if "config" in names else []
        if ".git" in names:
            break
    return found


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _read(flavour: str, root: Path, prefix: str) -> Site:
    found = Site(flavour, root, prefix, ANCHORS.get(flavour, "github"))
    name = next((name for name in _SETTINGS.get(flavour, ()) if os.path.isfile(root / name)), "")
    config: _Config = {}
    if name:
        config, problems = _config(root / name, name)
        found = found._replace(problems=problems)
    if flavour in _RULES:
        found = _RULES[flavour](found, config)
    if found.timezone:
        from .dates import find_zone

        if find_zone(found.timezone) is None:
            unknown = f"timezone {found.timezone} is not known here; dates are read as UTC"
            problem = Problem(name, 1, "note", unknown, "write a name such as Asia/Shanghai")
            found = found._replace(timezone="", problems=(*found.problems, problem))
    return found


def _hexo(site: Site, config: _Config) -> Site:
    root = _string(config, "root")
    return site._replace(
        timezone=_string(config, "timezone"),
        language=_language(config.get("language")),
        url=_string(config, "permalink") or ":year/:month/:day/:title/",
        base=root.rstrip("/") if root.startswith("/") else _path_of(_string(config, "url")),
        dated=":day" in _string(config, "new_post_name"),
    )


def _jekyll(site: Site, config: _Config) -> Site:
    return site._replace(
        timezone=_string(config, "timezone"),
        language=_language(config.get("lang")),
        url=_string(config, "permalink") or "date",
        base="/" + _string(config, "baseurl").strip("/") if _string(config, "baseurl").strip("/") else "",
        dated=True,
        permalinks=tuple(
            (name, _string(each, "permalink"))
            for name, each in _table(config, "collections").items()
            if isinstance(each, dict) and _string(each, "output").lower() == "true" and name != "posts"
        ),
    )


def _hugo(site: Site, config: _Config) -> Site:
    low = {key.lower(): value for key, value in config.items()}
    permalinks = low.get("permalinks")
    pages: dict[str, Value] = permalinks if isinstance(permalinks, dict) else {}
    of_pages = pages.get("page")
    if isinstance(of_pages, dict):
        pages = of_pages
    return site._replace(
        timezone=_string(low, "timezone"),
        language=_language(low.get("defaultcontentlanguage") or low.get("languagecode")),
        base=_path_of(_string(low, "baseurl")),
        permalinks=tuple((name, value) for name, value in pages.items() if isinstance(value, str)),
    )


def _zola(site: Site, config: _Config) -> Site:
    slugs = _table(config, "slugify")
    return site._replace(
        language=_language(config.get("default_language")),
        base=_path_of(_string(config, "base_url")),
        dated=_string(slugs, "paths_keep_dates") != "true",
        anchors="zola-safe" if _string(slugs, "anchors") in ("safe", "off") else "zola",
        url=_string(slugs, "paths"),
        permalinks=tuple((code, "") for code in _table(config, "languages")),
    )


def _mkdocs(site: Site, config: _Config) -> Site:
    theme = config.get("theme")
    language = theme.get("language") if isinstance(theme, dict) else None
    ugly = _string(config, "use_directory_urls").lower() in ("false", "no", "off")
    docs = (_string(config, "docs_dir") or "docs").strip("/")
    return site._replace(
        language=_language(language),
        base=_path_of(_string(config, "site_url")),
        url="ugly" if ugly else "",
        permalinks=(("docs_dir", docs),),
    )


def _mdbook(site: Site, config: _Config) -> Site:
    book = _table(config, "book")
    return site._replace(
        language=_language(book.get("language")),
        base=_path_of(_string(_table(_table(config, "output"), "html"), "site-url")),
        url="ugly",
        permalinks=(("docs_dir", (_string(book, "src") or "src").strip("/")),),
    )


_RULES: dict[str, Callable[[Site, _Config], Site]] = {
    "hexo": _hexo,
    "jekyll": _jekyll,
    "hugo": _hugo,
    "zola": _zola,
    "mkdocs": _mkdocs,
    "mdbook": _mdbook,
}


def _config(path: Path, name: str) -> tuple[_Config, tuple[Problem, ...]]:
    """A settings file's mapping; an empty one, and a note, if it cannot be read."""
    from .structured import read_block

    kind = {".toml": "TOML", ".json": "JSON"}.get(path.suffix, "YAML")
    value, found = read_block(kind, _text(path).removeprefix("\ufeff"))
    hint = "links and dates may be off until the site's settings can be read"
    problems = tuple(Problem(name, line + 1, "note", message, hint) for line, message in found)
    return (value if isinstance(value, dict) else {}), problems


def _text(path: Path) -> str:
    """A file's text; "" if it is no regular file, cannot be read, or is larger than any settings file."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return ""
    with open(number, "rb") as file:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            return ""
        try:
            return file.read(LARGEST).decode("utf-8", "replace")
        except OSError:
            return ""


def _string(config: _Config, name: str) -> str:
    value = config.get(name)
    return value.strip() if isinstance(value, str) else ""


def _table(config: _Config, name: str) -> _Config:
    value = config.get(name)
    return value if isinstance(value, dict) else {}


def _language(value: Value) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    code = value.strip().lower().replace("_", "-") if isinstance(value, str) else ""
    return code if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", code) else ""


def _path_of(address: str) -> str:
    """The path of a site's address, without its last slash: "https://a.org/blog/" -> "/blog"."""
    match = re.fullmatch(r"(?:https?:)?//[^/]*(/[^?#]*)?.*", address)
    path = (match[1] or "") if match else address if address.startswith("/") else ""
    return path.rstrip("/")
