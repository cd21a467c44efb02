"""What do the settings of a Hugo site say of its pages? Files of three formats and folders of them -> `Rules`.

Keys have any case, and each of them may have a file of its own below `config/`. What pages they make of a file is for
`hugo_pages`. Settings of themes, modules from elsewhere and variables of the environment are not read.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..named_tuple import NamedTuple
from .safe_patterns import safe_pattern
from .site_config import language, read_settings, table, text, texts

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value
    from ..model import Problem
    from .generator import Config

#: Folders of settings, the later of them above the earlier.
FOLDERS = ("config/_default", "config/production")
#: So many files of settings are read in each of them.
_MOST_FILES = 500
_TAXONOMIES = frozenset(("tags", "categories"))
_DATES = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
#: Longer patterns of paths are not used, nor those with more parts of any length.
_LONGEST, _REPEATS = 200, 3


class Language(NamedTuple):
    """A language of the site: the key that files and links have, its code ("" for what is none), what its links begin
    with ("" or the key), and the address that its pages are below, where each language has one of its own."""

    key: str
    code: str
    prefix: str
    host: str = ""


class Mount(NamedTuple):
    """A folder or file of the site that is content: its path, that in the content ("" for all), and the key of the
    language of its files, "" for the default one."""

    source: str
    target: str
    language: str


class Pattern(NamedTuple):
    """The pattern of links of pages of a kind ("" for any) whose path in the content fits."""

    kind: str
    path: re.Pattern[str]
    pattern: str


class Rules(NamedTuple):
    """What the settings say of pages and links.

    `languages` and `disabled` are by their keys, and so are `patterns` of links; `mounts` are by their sources. `ugly`
    are the sections whose links end with `.html`, "*" for all of them. `dates` are the fields that a page's date is
    taken from, the first that holds one; ":filename" is its name. `listed` is what `hugo_pages` knows of folders by
    now, `latest` the page that it was asked for last.
    """

    languages: Mapping[str, Language]
    disabled: frozenset[str]
    default: str
    mounts: Mapping[str, Mount]
    patterns: Mapping[str, tuple[Pattern, ...]]
    ugly: frozenset[str]
    lower: bool
    accents: bool
    taxonomies: frozenset[str]
    unbuilt_kinds: frozenset[str]
    ignored: tuple[re.Pattern[str], ...]
    dates: tuple[str, ...]
    listed: dict[str, frozenset[str]]
    latest: dict[str, object]


def merged(root: Path, config: Config) -> tuple[dict[str, Value], list[Problem]]:
    """All settings of a site with keys in lower case, from the root's own file and the folders; and what is wrong."""
    whole: dict[str, Value] = {}
    problems: list[Problem] = []
    _merge(whole, config)
    for folder in FOLDERS:
        for name in _settings_in(root, folder):
            value, wrong = read_settings(root / folder / name, f"{folder}/{name}")
            problems += wrong
            _merge(whole, _in_place(posixpath.splitext(name)[0].lower(), value))
    return whole, problems


def _settings_in(root: Path, folder: str) -> list[str]:
    """The names of the files of settings in a folder; links are passed over."""
    above, _, _ = folder.partition("/")
    if os.path.islink(root / above) or os.path.islink(root / folder):
        return []
    try:
        with os.scandir(root / folder) as entries:
            names = [it.name for it in entries if it.name.endswith(_SUFFIXES) and it.is_file(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(names)[:_MOST_FILES]


def _in_place(name: str, value: Config) -> Config:
    """Settings as if they stood in one file: those of `markup.toml` are `markup`, of `languages.fr.toml` those of a
    language."""
    if name in ("hugo", "config"):
        return value
    key, _, code = name.partition(".")
    low = {field.lower(): item for field, item in value.items()}
    inner = low.get(key) if len(low) == 1 else None
    if not code:
        return {key: low if inner is None else inner}
    return {"languages": {code: low}} if key == "languages" else {}


def _merge(into: dict[str, Value], config: Config) -> None:
    for key, value in config.items():
        before, low = into.get(key.lower()), _lower(value)
        if isinstance(before, dict) and isinstance(low, dict):
            _merge(before, low)
        else:
            into[key.lower()] = low


def _lower(value: Value) -> Value:
    """The value with all keys in lower case."""
    if isinstance(value, dict):
        return {key.lower(): _lower(item) for key, item in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


def rules(config: Config) -> Rules:
    """What settings with keys in lower case say of pages and links; never raises on what they hold."""
    named = _named_languages(config)
    disabled = frozenset(
        (
            *(code.lower() for code in texts(config, "disablelanguages")),
            *(key for key, of in named.items() if text(of, "disabled") == "true"),
        )
    )
    enabled = {key: of for key, of in named.items() if key not in disabled}
    default = text(config, "defaultcontentlanguage").lower() or "en"
    default = default if default in enabled else next(iter(enabled), default)
    ugly = config.get("uglyurls")
    sections = [key for key, value in ugly.items() if value == "true"] if isinstance(ugly, dict) else []
    return Rules(
        languages=_languages(config, enabled, default),
        disabled=disabled,
        default=default,
        mounts=_mounts(config, enabled),
        patterns={
            key: tuple(_patterns(of["permalinks"] if "permalinks" in of else config.get("permalinks")))
            for key, of in enabled.items()
        },
        ugly=frozenset(["*"] if ugly == "true" else sections),
        lower=text(config, "disablepathtolower") != "true",
        accents=text(config, "removepathaccents") != "true",
        taxonomies=frozenset(it for it in table(config, "taxonomies").values() if isinstance(it, str)) or _TAXONOMIES,
        unbuilt_kinds=frozenset(kind.lower() for kind in texts(config, "disablekinds")),
        ignored=tuple(filter(None, map(safe_pattern, texts(config, "ignorefiles")))),
        dates=tuple(_dates(texts(table(config, "frontmatter"), "date"))),
        listed={},
        latest={},
    )


def _named_languages(config: Config) -> dict[str, Config]:
    """The settings of each language, those of lowest weight first."""
    languages = {key: of if isinstance(of, dict) else {} for key, of in table(config, "languages").items()}
    if not languages:
        return {text(config, "defaultcontentlanguage").lower() or "en": {}}

    def weight(key: str) -> int:
        number = text(languages[key], "weight")
        return int(number) if re.fullmatch(r"-?[0-9]{1,9}", number) else 0

    return {key: languages[key] for key in sorted(languages, key=lambda key: (weight(key) or 1 << 30, key))}


def _languages(config: Config, enabled: Mapping[str, Config], default: str) -> dict[str, Language]:
    in_folder = text(config, "defaultcontentlanguageinsubdir") == "true"
    hosts = {key: text(of, "baseurl") for key, of in enabled.items()}
    several = any(hosts.values())
    return {
        key: Language(
            key,
            language(key) or language(of.get("locale") or of.get("languagecode")),
            "" if several or (key == default and not in_folder) else key,
            hosts[key].rstrip("/"),
        )
        for key, of in enabled.items()
    }


def _mounts(config: Config, enabled: Mapping[str, Config]) -> dict[str, Mount]:
    """What is content: the mounts that are named, else the folder of each language."""
    listed = table(config, "module").get("mounts")
    named = [mount for item in (listed if isinstance(listed, list) else []) if (mount := _mount(item))]
    if not named:
        base = text(config, "contentdir") or "content"
        folders = {key: text(of, "contentdir") or base for key, of in enabled.items()}
        named = [
            Mount(path, "", "" if folder == base else key)
            for key, folder in folders.items()
            if (path := _inside(folder)) is not None
        ]
    return {mount.source: mount for mount in reversed(named)}


def _mount(item: Value) -> Mount | None:
    """A mount of content, None for one of anything else, and for one that leads out of the site."""
    if not isinstance(item, dict):
        return None
    source, target = _inside(text(item, "source")), _inside(text(item, "target"))
    if source is None or target is None or target.partition("/")[0] != "content":
        return None
    matrix = table(table(item, "sites"), "matrix")
    codes = [code.lower() for code in (texts(matrix, "languages") or texts(item, "lang"))]
    return Mount(source, target.partition("/")[2], codes[0] if len(codes) == 1 and "*" not in codes[0] else "")


def _inside(path: str) -> str | None:
    """A path below the root without `.` and a last slash, "" for the root; None for one that leads elsewhere."""
    path = posixpath.normpath(path)
    return None if path.startswith(("/", "..")) else "" if path == "." else path


def _patterns(value: Value) -> Iterator[Pattern]:
    """Those of a table of sections, of one of kinds with sections, or of a list; what fits more paths comes later."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and text(item, "pattern"):
                target = table(item, "target")
                path = _glob(text(target, "path") or "**")
                if path:
                    yield Pattern(text(target, "kind"), path, text(item, "pattern"))
    elif isinstance(value, dict):
        for section in sorted(value, key=len, reverse=True):
            of = value[section]
            if isinstance(of, dict):
                for below in sorted(of, key=len, reverse=True):
                    yield from _of_section(section, below, of[below])
            else:
                yield from _of_section("page", section, of)
                yield from _of_section("term", section, of)


def _of_section(kind: str, section: str, pattern: Value) -> Iterator[Pattern]:
    if isinstance(pattern, str) and pattern:
        section = section.strip(" /")
        path = rf"/{re.escape(section)}(?:/.*)?" if section else "/[^/]*"
        yield Pattern(kind, re.compile(path, re.DOTALL), pattern)


def _glob(pattern: str) -> re.Pattern[str] | None:
    """Paths that a pattern with `*`, `**`, `?` and `{a,b}` fits; None for one that would take long."""
    if len(pattern) > _LONGEST or len(re.findall(r"\*+", pattern)) > _REPEATS:
        return None
    meanings = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}
    depth, regex = 0, ""
    for piece in re.findall(r"\*\*|.", pattern.lower(), re.DOTALL):
        depth += (piece == "{") - (piece == "}")
        regex += "|" if piece == "," and depth > 0 else meanings.get(piece) or re.escape(piece)
    try:
        return re.compile(regex, re.DOTALL)
    except re.error:
        return None


def _dates(fields: list[str]) -> Iterator[str]:
    for field in fields or [":default"]:
        yield from _DATES if field == ":default" else [field.lower()]
