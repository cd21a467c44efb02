"""VitePress: pages as they lie, or where `rewrites` puts them, anchors of its own, and Vue between the lines."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING
from unicodedata import normalize

from ..formats.structured import read_block
from ..text import globs
from ..text.fences import Fences
from .detect import LARGEST, file_text
from .generator import Address, Config, Generator, LinkRules, PlainBody, Site
from .includes import Include, apart, below, fence_around, without_front_matter
from .locales import Locale, of_path
from .permalinks import page
from .site_config import language, languages, path_of, table, text, without_addresses, without_stress
from .slugs import SlugStyle, skipping

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

_ENDINGS = ("ts", "mts", "js", "mjs", "cts", "cjs")
#: So many patterns of paths are read.
_MOST = 500
_CONTROL, _COMBINING = re.compile("[\0-\x1f]"), re.compile("[\u0300-\u036f]")
_SPECIAL = re.compile(r"""[\s\ufeff~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+""")
_EMOJI = re.compile(r"(?<![\w:]):(?:[a-z][a-z0-9_+-]*|[+-]1|\d+):(?![\w:])")
_CODE_OR_EMOJI = re.compile(rf"(`+[^`]*`+)|{_EMOJI.pattern}")
_CONTAINER = re.compile(r"[ \t]*(:{3,})[ \t]*([\w-]*)")
_LABEL = re.compile(r"([^\[\]]*+)\[([^\[\]]+)\]")
_INTERPOLATION = re.compile(r"(`+[^`]*`+)|\{\{(?:[^{}\n`]|\{(?!\{)|\}(?!\}))*+\}\}")
_RAW_ELEMENT = re.compile(r"<(\w++)(?=[^<>]*\sv-pre[\s>])[^<>]*>[^<]*</\1>")
#: A mark in a comment of code that colours a line.
_CODE_MARK = re.compile(
    r"(?<![ \t])[ \t]*(?://|/\*|<!--|#|--|%%?|;;?|\")[ \t]*\[!code[ \t](?:(?!\[!code)[^\]\n])*+\][ \t]*(?:\*/|-->)?"
)
#: A file as code: its path, a region of it, what is marked, its language and attributes, and its title.
_CODE_FILE = re.compile(
    r"(?P<path>[^#{}\[\]\s]+)(?:#(?P<region>[\w-]+))?[ \t]*+(?:\{(?P<marks>[^{}]*)\})?[ \t]*+"
    r"(?:\[(?P<title>[^\[\]]+)\])?"
)
_INCLUDE = re.compile(r"<!--[ \t]*@include:[ \t]*([^\s{}#<>]+)(?:#([\w-]+))?(?:\{(\d*),(\d*)\})?[ \t]*-->")
_REGION = re.compile(
    r"[ \t]*(?://[ ]?#?|/\*[ ]?#|#pragma[ ]|<!--[ ]#?|::#|#[ ]?)(end ?)?region[ ]([\w*-]+)[ ]?(?:\*/|-->)?[ \t]*",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r":(\w+)(\([^()]*\))?([*+?]?)")


def _configure(site: Site, config: Config) -> Site:
    home = "" if os.path.isdir(site.root / ".vitepress") else "docs/"
    folder = site.root / home / ".vitepress" / "config"
    config = _together(folder) if os.path.isdir(folder) else _flat({**config})
    locales = table(config, "locales")
    codes = {name: language(table(locales, name).get("lang")) or language(name.strip("/")) for name in locales}
    named = tuple((f"/{name.strip('/')}/", code) for name, code in codes.items() if name != "root" and "\\" not in name)
    moved = tuple((old, new) for old, new in table(config, "rewrites").items() if isinstance(new, str))
    source = posixpath.normpath(home + text(config, "srcDir"))
    excluded = config.get("srcExclude")
    return site._replace(
        name=text(config, "title"),
        language=codes.get("root") or language(config.get("lang")),
        languages=languages(codes.values()),
        base=path_of(text(config, "base")),
        url="" if text(config, "cleanUrls") == "true" else "ugly",
        source="" if source == "." else source + "/",
        config=dict(named[:_MOST]),
        permalinks=moved[:_MOST],
        excluded=tuple(glob for glob in excluded[:_MOST] if isinstance(glob, str))
        if isinstance(excluded, list)
        else (),
    )


def _together(folder: Path) -> Config:
    """What settings say that are cut into modules: those that the first one imports are read before it."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.rpartition(".")[2] in _ENDINGS)
    except OSError:
        return {}
    names.sort(key=lambda name: name.startswith("index."))
    modules = [file_text(folder / name) for name in names]
    if sum(map(len, modules)) > LARGEST:
        return {}
    # Only the first module's `default` counts, and that is the last one.
    code = "\n".join([*(module.replace("export default", "") for module in modules[:-1]), *modules[-1:]])
    return _flat(read_block("JavaScript", code).value)


def _flat(value: Value) -> dict[str, Value]:
    """A mapping, with what calls are spread in it: `{...defineConfig({base}), title}`."""
    if not isinstance(value, dict):
        return {}
    flat: dict[str, Value] = {}
    for name, member in value.items():
        if name.endswith("()"):
            for argument in member if isinstance(member, list) else ():
                flat |= _flat(argument)
        else:
            flat[name] = _flat(member) if isinstance(member, dict) else member
    return flat


def _place(site: Site, path: str) -> str:
    """Where a page lies below the folder of sources, after `rewrites`."""
    below = path.removeprefix(site.source)
    moved = (_moved(pattern, target, below) for pattern, target in site.permalinks)
    return next(filter(None, moved), below)


def _moved(pattern: str, target: str, path: str) -> str:
    """The path that a rewrite gives this one, "" if it is about others.

    >>> _moved("packages/:pkg/docs/:rest*", ":pkg/:rest*", "packages/oven/docs/a/b.md")
    'oven/a/b.md'
    """
    if pattern == path:
        return target
    match = _rewrite(pattern).fullmatch(path) if ":" in pattern else None
    return _PARAMETER.sub(lambda name: match.groupdict().get(name[1]) or "", target) if match else ""


@lru_cache(maxsize=2 * _MOST)
def _rewrite(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern: `:name` is a name in a path, `:name*` any number of folders and names. Each but the
    last ends where what stands behind it first does, so that matching takes no longer than the path is long."""
    names = list(_PARAMETER.finditer(pattern))
    ends = [*(name.start() for name in names), len(pattern)]
    regex = re.escape(pattern[: ends[0]])
    for name, end in zip(names, ends[1:], strict=True):
        run = ".*" if name[2] or name[3] in ("*", "+") else "[^/]+"
        behind = re.escape(pattern[name.end() : end])
        if name is names[-1]:
            regex += f"(?P<{name[1]}>{run}){behind}"
        else:
            regex += f"(?>(?P<{name[1]}>{run}?){behind})"
    try:
        return re.compile(regex)
    except re.error:  # a name that stands there twice
        return re.compile(r"(?!)")


def _locale(site: Site, path: str) -> Locale:
    place = _place(site, path)
    for folder in site.config:
        if f"/{place}".startswith(folder):
            return Locale(text(site.config, folder), place[len(folder) - 1 :])
    return Locale("", place) if site.languages else of_path(place)


def _fields(_site: Site, _path: str, fields: Config) -> Config:
    """Front matter without what says nothing here, its title without Markdown; that of a home page is its hero's."""
    own = without_addresses(fields)
    hero = table(own, "hero") if text(own, "layout") == "home" else {}
    title = text(own, "title") or text(hero, "name") or text(hero, "text")
    return {**own, "title": without_stress(title)} if title else own


def _unbuilt(site: Site, path: str, _fields: Config | None) -> str:
    below = path.removeprefix(site.source)
    if not path.startswith(site.source):
        return "it lies outside of the site's srcDir"
    if any(_covers(glob).fullmatch(below) for glob in site.excluded):
        return "the site's settings exclude it (srcExclude)"
    if re.search(r"\[[^\[\]/]+\]", below):
        return "it is a template, of which pages are made"
    return "in dist/" if "dist" in below.split("/")[:-1] else ""


@lru_cache(maxsize=2 * _MOST)
def _covers(glob: str) -> re.Pattern[str]:
    """The expression of a pattern of srcExclude; of several in braces, each counts."""
    braces = re.fullmatch(r"([^{}]*)\{([^{}]*)\}([^{}]*)", glob)
    several = [braces[1] + part + braces[3] for part in braces[2].split(",")] if braces else [glob]
    regexes = [globs.gitignore(part.removeprefix("./").split("/")) or "(?!)" for part in several]
    return re.compile("|".join(f"(?:{regex})" for regex in regexes), re.S)


def _link(site: Site, post: Address) -> str:
    return page(_place(site, post.path), ".html" if site.url == "ugly" else "")


def _shape(heading: str) -> str:
    """A heading in its compatibility form without diacritics, what is special as `-`, `_` before a digit."""
    plain = _CONTROL.sub("", _COMBINING.sub("", normalize("NFKD", heading)))
    slug = _SPECIAL.sub("-", plain).strip("-")
    return ("_" + slug if "0" <= slug[:1] <= "9" else slug).lower()


def _shown(fields: Config) -> Iterator[str]:
    """The hero and the features of a home page."""
    if text(fields, "layout") != "home":
        return
    hero = table(fields, "hero")
    yield from (text(hero, name) for name in ("name", "text", "tagline"))
    actions, features = hero.get("actions"), fields.get("features")
    for members, names in ((actions, ("text",)), (features, ("title", "details", "linkText"))):
        for member in members if isinstance(members, list) else ():
            yield from (text(member, name) for name in names if isinstance(member, dict))


def _includes(site: Site, path: str, body: str) -> Sequence[Include]:
    """Comments with the path of a page, in code too, and lines with that of a file that is shown as code."""
    if not path.endswith(".md") or ("@include" not in body and "<<<" not in body):
        return ()
    matches = []
    for match in _INCLUDE.finditer(body):
        select = partial(_part, region=match[2] or "", first=match[3] or "", last=match[4] or "")
        matches.append(Include(*match.span(), _target(site, path, match[1]), select))
    start, fences = 0, Fences()
    for line in body.split("\n"):
        shown = line.lstrip(" ") if "<<<" in line else ""
        if not fences.holds(line) and shown.startswith("<<<") and (file := _CODE_FILE.fullmatch(shown[3:].strip())):
            select = partial(_code, file=file, indent=line[: len(line) - len(shown)])
            matches.append(Include(start, start + len(line), _target(site, path, file["path"]), select))
        start += len(line) + 1
    return apart(matches)


def _target(site: Site, path: str, target: str) -> str:
    """The file that a page names: from its own folder, or with `@` from that of the sources."""
    if target.startswith("@"):
        return below(site.source, target[1:].lstrip("/"), site.above)
    return below(posixpath.dirname(path), target, site.above)


def _part(text: str, region: str, first: str, last: str) -> str:
    """A region or the lines from one to another; all but the front matter where neither is named."""
    if not (region or first or last):
        return without_front_matter(text)
    lines = _region(text.split("\n"), region) if region else text.split("\n")
    return "\n".join(lines[max(int(first[:9] or 1) - 1, 0) : int(last[:9]) if last else None])


def _code(text: str, file: re.Match[str], indent: str) -> str:
    """A file as a block of code, by its language and with its title or name."""
    marks = [mark for mark in (file["marks"] or "").split() if not re.fullmatch(r"\d[\d,-]*", mark)]
    name = posixpath.basename(file["path"])
    language = marks[0] if marks else name.rpartition(".")[2] if "." in name else ""
    lines = text.removesuffix("\n").split("\n")
    if file["region"]:
        inside = [line for line in _region(lines, file["region"]) if not _REGION.fullmatch(line)]
        lines = dedent("\n".join(inside)).split("\n")
    fence = fence_around(text)
    return "\n".join(indent + line for line in (f"{fence}{language} [{file['title'] or name}]", *lines, fence))


def _region(lines: Sequence[str], name: str) -> Sequence[str]:
    """The lines of a region, without its marks; all of them if there is none of this name."""
    marks = [
        (at, mark) for at, line in enumerate(lines) if "egion" in line.lower() and (mark := _REGION.fullmatch(line))
    ]
    named = [(at, mark[1] is None) for at, mark in marks if mark[2] == name]
    start = next((at for at, begins in named if begins), None)
    stop = next((at for at, begins in named if not begins and start is not None and at > start), None)
    return lines if start is None or stop is None else lines[start + 1 : stop]


def _dialect(body: str, _fields: Config) -> PlainBody:
    """Labels of code groups as titles, braces in `v-pre` as code, no marks in code, and no emoji."""
    if "{{" not in body and "[!code" not in body and ":::" not in body and not _EMOJI.search(body):
        return PlainBody(body)
    lines = body.split("\n")
    fences = Fences()
    containers: list[str] = []
    for at, line in enumerate(lines):
        opened = not fences.open
        if fences.holds(line):
            if opened and containers[-1:] == ["code-group"]:
                label = _LABEL.match(line)
                lines[at] = f'{label[1]}title="{label[2]}"{line[label.end() :]}' if label else line
            elif "[!code" in line:
                lines[at] = _CODE_MARK.sub("", line)
        elif container := _CONTAINER.match(line) if ":::" in line else None:
            _enter(containers, container[2])
        else:
            if line.count(":") > 1:
                line = _CODE_OR_EMOJI.sub(lambda match: match[1] or "", line)
            lines[at] = _raw(line, "v-pre" in containers) if "{{" in line else line
    return PlainBody("\n".join(lines))


def _enter(containers: list[str], name: str) -> None:
    """Open a container; a mark without a name closes the last one."""
    if name:
        containers.append(name)
    elif containers:
        containers.pop()


def _raw(line: str, within: bool) -> str:
    """A line whose braces are code where Vue leaves them alone."""

    def as_code(match: re.Match[str]) -> str:
        return match[1] or f"`{match[0]}`"

    if within:
        return _INTERPOLATION.sub(as_code, line)
    return _RAW_ELEMENT.sub(lambda element: _INTERPOLATION.sub(as_code, element[0]), line)


def _settings() -> Sequence[str]:
    """Where settings may be."""
    return [
        f"{home}.vitepress/config{index}.{ending}"
        for home in ("", "docs/")
        for index in ("", "/index")
        for ending in _ENDINGS
    ]


GENERATOR = Generator(
    name="vitepress",
    title="VitePress",
    rank=55,
    signs=(*(f".vitepress/config.{ending}" for ending in _ENDINGS), ".vitepress/config/", "docs/.vitepress/"),
    posts=("docs",),
    published=("sitemap.hostname",),
    settings=tuple(_settings()),
    configure=_configure,
    styles=(SlugStyle("vitepress", _shape, skipping, "reserved", literal=True),),
    locale=_locale,
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(files=True, published=("public/", "docs/public/")),
    shown=_shown,
    includes=_includes,
    dialect=_dialect,
)
