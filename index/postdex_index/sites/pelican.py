"""Pelican: links by patterns of its settings, whose literals are read, names in ASCII, and lines `Title: text`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING
from unicodedata import normalize

from ..formats import dates
from ..formats.python_literals import Unread, assignments
from ..model import Problem
from ..text.globs import wildcard
from ..text.latin_letters import in_latin_letters
from .detect import file_text
from .generator import Address, Config, Generator, PlainBody, Site
from .locales import Locale
from .python_markdown import as_commonmark, ascii_shape, underscored, unicode_shape
from .safe_patterns import safe_pattern
from .site_config import language, path_of, table, text
from .slugs import Slugger, SlugStyle

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: The settings that a site is published with stand above those that it is written with.
_SETTINGS, _PUBLISHED = "pelicanconf.py", "publishconf.py"
_DEFAULTS: Config = {
    "ARTICLE_PATHS": [""],
    "PAGE_PATHS": ["pages"],
    "ARTICLE_URL": "{slug}.html",
    "ARTICLE_LANG_URL": "{slug}-{lang}.html",
    "DRAFT_URL": "drafts/{slug}.html",
    "DRAFT_LANG_URL": "drafts/{slug}-{lang}.html",
    "PAGE_URL": "pages/{slug}.html",
    "PAGE_LANG_URL": "pages/{slug}-{lang}.html",
    "DRAFT_PAGE_URL": "drafts/pages/{slug}.html",
    "DRAFT_PAGE_LANG_URL": "drafts/pages/{slug}-{lang}.html",
    "DEFAULT_LANG": "en",
    "DEFAULT_CATEGORY": "misc",
    "USE_FOLDER_AS_CATEGORY": "true",
    "SLUGIFY_SOURCE": "title",
    "FILENAME_METADATA": r"(?P<date>\d{4}-\d{2}-\d{2}).*",
    "WITH_FUTURE_DATES": "true",
    "SLUG_REGEX_SUBSTITUTIONS": [[r"[^\w\s-]", ""], [r"\A\s*", ""], [r"\s*\Z", ""], [r"[-\s]+", "-"]],
    "MARKDOWN": {"extension_configs": {"markdown.extensions.extra": {}}},
}
#: A title is cut here before its name is made: some substitutions take the square of its length.
_LONGEST_TITLE = 500
#: Names are not known where a setting has more substitutions; so many patterns of files are read.
_MOST_SUBSTITUTIONS, _MOST = 50, 500
_SUFFIXES = ("md", "markdown", "mkd", "mdown")
_STATUSES = ("", "published", "hidden", "draft", "skip")
_FALSE = frozenset(("", "false", "0"))
_PLACEHOLDER = re.compile(r"\{(\w+)(?::((?:%-?[YmdHMSyjbBaA]|[^%{}])*))?\}")
_NAMED_DATE = re.compile("%-?[bBaA]")
_TAG = re.compile(r"<!--.*?-->|<[^<>]*>")
#: The first line of indented code, where it names the language.
_CODE_LANGUAGE = re.compile(r"(?<=\n\n)(?: {4}|\t)[ \t]*:::[\w+#.-]+[^\n]*")
#: A link to a source, or to a file beside it.
_SOURCE_LINK = re.compile(r"(?<=[(\"' <])[{|](?:filename|static|attach)[|}]")


def _configure(site: Site, config: Config) -> Site:
    config = assignments(file_text(site.root / _PUBLISHED), config)
    given = {**_DEFAULTS, **{name: value for name, value in config.items() if not isinstance(value, Unread)}}
    folder = posixpath.normpath(text(given, "PATH") or ("content" if (site.root / "content").is_dir() else "."))
    unread = [name for name in (*_DEFAULTS, "PATH", "SITEURL") if isinstance(config.get(name), Unread)]
    given |= {name: None for name in unread if name.endswith("_URL")}
    message = "%s is no literal, so that postdex does not know it; links may be missing"
    return site._replace(
        timezone=text(given, "TIMEZONE"),
        language=language(given["DEFAULT_LANG"]),
        base=path_of(text(given, "SITEURL")),
        anchors=_anchors(given).name,
        source="" if folder == "." or folder.startswith(("/", "..")) else folder + "/",
        config=given,
        problems=tuple(Problem(_SETTINGS, 1, "note", message % name, "write its value there") for name in unread),
    )


def _anchors(config: Config) -> SlugStyle:
    """The style of the extension `toc`, if it is on; else headings have the ids alone that they are given."""
    markdown = table(config, "MARKDOWN")
    configs = table(markdown, "extension_configs")
    extensions = markdown.get("extensions")
    names = {name.rpartition(".")[2]: name for name in [*configs, *map(str, extensions or ())]}
    style = _GIVEN
    if "toc" in names:
        slugify = text(table(configs, names["toc"]), "slugify")
        style = _UNICODE if "unicode" in slugify or "slugs" in slugify or "case=" in slugify else _ASCII
    return style if {"extra", "attr_list"} & names.keys() else _PLAIN[style]


def _fields(site: Site, path: str, front_matter: Config) -> Config:
    """Front matter with what the settings, the folder and the file's name say, and with the name that links have."""
    below = path.removeprefix(site.source)
    own = {name.lower(): value for name, value in front_matter.items() if value not in (None, "", [])}
    fields = {**table(site.config, "DEFAULT_METADATA"), **_metadata_of_path(site, below), **own}
    fields.pop("permalink", None)
    fields.pop("path", None)
    for name in ("tags", "authors"):
        if isinstance(value := fields.get(name), str):
            fields[name] = [*re.split(";" if ";" in value else ",", value)]
    if "category" not in fields and not _is_page(site, below):
        fields["category"] = _folder_category(site, below)
    if isinstance(category := fields.get("category"), str):
        fields["category"] = [category]
    if not text(fields, "slug"):
        by_title = text(site.config, "SLUGIFY_SOURCE") == "title"
        name = text(fields, "title") if by_title else posixpath.basename(below).rpartition(".")[0]
        fields["slug"] = _slug(site, name)
    if isinstance(title := fields.get("title"), str):
        fields["title"] = unescape(title)
    if text(site.config, "WITH_FUTURE_DATES").lower() in _FALSE and "publishdate" not in fields:
        fields["publishdate"] = fields.get("date")
    return fields


def _metadata_of_path(site: Site, path: str) -> dict[str, Value]:
    """What the settings find in a path: the first that gives a field has it, but for those of the path as a whole."""
    fields: dict[str, Value] = {}
    for prefix, values in sorted(table(site.config, "EXTRA_PATH_METADATA").items()):
        if isinstance(values, dict) and (path == prefix or path.startswith(prefix.rstrip("/") + "/")):
            fields |= values
    metadata: dict[str, Value] = {}
    for setting, where in (("FILENAME_METADATA", posixpath.basename(path).rpartition(".")[0]), ("PATH_METADATA", path)):
        pattern = safe_pattern(text(site.config, setting))
        match = pattern.match(where) if pattern else None
        for name, value in match.groupdict().items() if match else ():
            if value is not None:
                metadata.setdefault(name.lower(), value)
    return fields | metadata


def _folder_category(site: Site, path: str) -> str:
    folder = posixpath.basename(posixpath.dirname(path))
    by_folder = text(site.config, "USE_FOLDER_AS_CATEGORY").lower() not in _FALSE
    return folder if folder and by_folder else text(site.config, "DEFAULT_CATEGORY")


def _slug(site: Site, name: str, setting: str = "SLUG_REGEX_SUBSTITUTIONS") -> str:
    """The name in links of a title, category or author; "" if what makes it is not known here."""
    shown = " ".join(unescape(_TAG.sub("", name[:_LONGEST_TITLE])).split())
    with_all = text(site.config, "SLUGIFY_USE_UNICODE") == "true"
    spelled = normalize("NFKC", shown) if with_all else in_latin_letters(shown)
    substitutions = site.config.get(setting) or site.config.get("SLUG_REGEX_SUBSTITUTIONS")
    if spelled is None or not isinstance(substitutions, list) or len(substitutions) > _MOST_SUBSTITUTIONS:
        return ""
    for pair in substitutions:
        source, target = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        pattern = safe_pattern(source, re.IGNORECASE) if isinstance(source, str) else None
        if pattern is None or not isinstance(target, str) or "\\" in target:
            return ""
        spelled = pattern.sub(target, spelled)
    keeps_case = text(site.config, "SLUGIFY_PRESERVE_CASE") == "true"
    return (spelled if keeps_case else spelled.lower()).strip()


def _is_below(path: str, folders: Value) -> bool:
    names = [name.strip("/") for name in folders if isinstance(name, str)] if isinstance(folders, list) else []
    return any(name in ("", ".") or path.startswith(name + "/") or path == name for name in names)


def _is_page(site: Site, path: str) -> bool:
    config = site.config
    articles = [name for name in config["ARTICLE_PATHS"] or () if name]
    return _is_below(path, config["PAGE_PATHS"]) and not _is_below(
        path, [*(config.get("PAGE_EXCLUDES") or ()), *articles]
    )


def _is_article(site: Site, path: str) -> bool:
    config = site.config
    excluded = [*(config.get("ARTICLE_EXCLUDES") or ()), *(config["PAGE_PATHS"] or ())]
    return _is_below(path, config["ARTICLE_PATHS"]) and not _is_below(path, [name for name in excluded if name])


def _unbuilt(site: Site, path: str, fields: Config | None) -> str:
    below = path.removeprefix(site.source)
    if fields is None:
        fields = _fields(site, path, {})
    checks = (
        (_is_ignored(site, path), "left out by IGNORE_FILES"),
        (not path.startswith(site.source), f"not in {site.source}, where Pelican looks for posts"),
        (path.rpartition(".")[2] not in _SUFFIXES, "Pelican reads no files with this suffix"),
        (not _is_page(site, below) and not _is_article(site, below), "neither in ARTICLE_PATHS nor in PAGE_PATHS"),
        (not fields.get("title"), "it has no title"),
        (not _is_page(site, below) and not _date(site, fields), "it has no date"),
        (text(fields, "status").lower() not in _STATUSES, "its status is none that Pelican knows"),
    )
    return next((reason for holds, reason in checks if holds), "")


def _is_ignored(site: Site, path: str) -> bool:
    name = posixpath.basename(path).encode()
    patterns = site.config.get("IGNORE_FILES")
    listed = patterns[:_MOST] if isinstance(patterns, list) else []
    return any(_pattern(pattern).fullmatch(name) for pattern in listed if isinstance(pattern, str))


@lru_cache(maxsize=2 * _MOST)
def _pattern(pattern: str) -> re.Pattern[bytes]:
    return re.compile(wildcard(pattern))


def _date(site: Site, fields: Config) -> Value:
    return fields.get("date") or site.config.get("DEFAULT_DATE")


def _link(site: Site, post: Address) -> str:
    fields, config = post.fields, site.config
    below = post.path.removeprefix(site.source)
    draft, page = text(fields, "status").lower() == "draft", _is_page(site, below)
    kind = ("DRAFT_PAGE" if draft else "PAGE") if page else "DRAFT" if draft else "ARTICLE"
    default = text(config, "DEFAULT_LANG").lower()
    lang = text(fields, "lang") or default
    author = fields.get("authors") or fields.get("author") or config.get("AUTHOR")
    values = {name: value for name, value in fields.items() if isinstance(value, str)} | {
        "lang": lang,
        "path": below,
        "category": _slug(site, _first(fields.get("category")), "CATEGORY_REGEX_SUBSTITUTIONS"),
        "author": _slug(site, _first(author), "AUTHOR_REGEX_SUBSTITUTIONS"),
    }
    pattern = text(config, f"{kind}_URL" if lang == default else f"{kind}_LANG_URL")
    return _expanded(pattern, values, post.date_seconds, named_dates=not config.get("LOCALE"))


def _first(value: Value) -> str:
    """A text, or the first of a list, "" if it is none."""
    first = value[0] if isinstance(value, list) and value else value
    return first.strip() if isinstance(first, str) else ""


def _expanded(pattern: str, values: Mapping[str, str], date: int | None, *, named_dates: bool) -> str:
    """The pattern with its placeholders filled; "" if one has nothing to stand for, or a name of another language."""
    pieces: list[str] = []
    at = 0
    for placeholder in _PLACEHOLDER.finditer(pattern):
        name, form = placeholder.groups()
        pieces.append(pattern[at : placeholder.start()])
        at = placeholder.end()
        if name == "date" and form and date is not None and (named_dates or not _NAMED_DATE.search(form)):
            pieces.append(dates.at(date).strftime(form))
        elif name != "date" and form is None and values.get(name):
            pieces.append(values[name])
        else:
            return ""
    path = "".join([*pieces, pattern[at:]])
    return "" if "{" in path or not pattern else "/" + path.lstrip("/")


def _dialect(body: str, _fields: Config) -> PlainBody:
    """Without marks of links to sources and languages of indented code, and with the headings of Python-Markdown."""
    if "filename" in body or "static}" in body or "attach" in body:
        body = _SOURCE_LINK.sub("", body)
    if "    :::" in body or "\t:::" in body:
        body = _CODE_LANGUAGE.sub("", body)
    return PlainBody(as_commonmark(body))


def _no_shape(_heading: str) -> str:
    return ""


def _no_number(_slugs: Slugger, _slug: str) -> str:
    return ""


_GIVEN = SlugStyle("pelican", _no_shape, _no_number, "anchor", html=False)
_ASCII = SlugStyle("pelican-toc", ascii_shape, underscored, "reserved", html=False)
_UNICODE = SlugStyle("pelican-toc-unicode", unicode_shape, underscored, "reserved", html=False)
#: Where braces behind a heading are text.
_PLAIN = {style: style._replace(name=f"{style.name}-plain", explicit="text") for style in (_GIVEN, _ASCII, _UNICODE)}

GENERATOR = Generator(
    name="pelican",
    rank=80,
    signs=(_SETTINGS,),
    posts=("content",),
    moved=(r"pelicanconf.py has ^PATH[ \t]*=[ \t]*(?:\"|')([^\"'\n]+)",),
    published=("SITEURL",),
    site_names=("SITENAME",),
    settings=(_SETTINGS,),
    besides=(_PUBLISHED,),
    configure=_configure,
    styles=(*_PLAIN, *_PLAIN.values()),
    locale=lambda _site, path: Locale("", path),
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    dialect=_dialect,
    unopened="usual",
    headers=True,
    keeps_quotes=True,
    translation_keys=("slug",),
    hidden_statuses=("draft", "hidden", "skip"),
)
