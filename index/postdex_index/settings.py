"""What did people ask for: defaults < `postdex.toml` or [tool.postdex] < POSTDEX_… < arguments.

Also which folder is meant when none is named. A setting that cannot be used is an error with its
place, never ignored; a folder's own settings never name a path outside it. What the site's generator
says (`sites`) is not a setting: it is asked where a setting here is left empty or "auto".
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import forks
from .errors import ConfigError, FolderError, Remedy
from .named_tuple import NamedTuple
from .paths import StrPath, plain, with_those_above
from .sites.detect import LARGEST, detect, posts_folder, style_names

#: Languages that the search page speaks; `http/page/messages.json` has the words of each.
UI_LANGUAGES = ("en", "zh-CN", "zh-TW", "ja", "ko", "de", "fr", "es", "ru", "ar")


class Settings(NamedTuple):
    """The settings in force; each one's meaning stands in `SETTINGS`."""

    include: tuple[str, ...] = ("*.md", "*.markdown", "*.mkd", "*.mdx", "*.qmd", "*.Rmd")
    exclude: tuple[str, ...] = ()
    anchors: str = "auto"
    timezone: str = ""
    language: str = ""
    translations: str = "auto"
    simplify: bool = True
    url: str = ""
    base_url: str = ""
    editor: str = "file://{path}"
    colors: str = "title=1:path=2:line=32:heading=36:mark=1;31:note=33:dim=2"
    max_bytes: int = 10 * 1024 * 1024
    max_changed_files: int = 100
    max_changed_bytes: int = 2_000_000
    max_wait_ms: int = 200
    origins: tuple[str, ...] = ()
    site: str = ""
    sites: tuple[str, ...] = ()
    name: str = ""
    home: str = ""
    ui: str = ""
    paths: str = "auto"
    css: str = ""
    engine: str = "embedded"
    opensearch_prefix: str = "postdex"
    opensearch_shards: int = 1
    opensearch_replicas: int = 1


class Setting(NamedTuple):
    """A setting as it is documented: `type` is "text", "texts", "number" or "flag". One of a table has its name before
    a dot (`opensearch.prefix`); `field` is the name in `Settings`."""

    name: str
    type: str
    default: Any
    doc: str

    @property
    def field(self) -> str:
        """The name in `Settings`: `opensearch_prefix`."""
        return self.name.replace(".", "_")


_DOCS = {
    "include": "Files to index, as in .gitignore (`*.md`, `docs/**/*.mdx`).",
    "exclude": "Files and folders to leave out, as in .gitignore.",
    "anchors": f"How headings become anchors: auto (as the site does), {', '.join(style_names()[:-1])}"
    f" or {style_names()[-1]}.",
    "timezone": "Time zone of dates, shown and written without one: Asia/Shanghai, or +08:00; else the site's.",
    "language": "Language of posts that do not say theirs (en, zh-cn); else the site's.",
    "translations": "Whether translations of a post are one hit (group) or each is (all); auto: one, if the site's"
    " own settings name two languages.",
    "simplify": "Whether traditional and simplified Chinese characters find each other.",
    "url": "Pattern of links, such as /:year/:month/:slug/; else the site's.",
    "base_url": "What links begin with, such as https://example.org/blog; else the site's path"
    " (for the service and assistants its address).",
    "editor": "Link that a terminal opens for a hit; {path} is the file, {line} its line.",
    "colors": "Colours on a terminal, as those of GREP_COLORS: numbers of Select Graphic Rendition, or none"
    " (docs/cli.md); what is left out is as usual.",
    "max_bytes": "Larger files are skipped, with a problem.",
    "max_changed_files": "With more changed files than this, a search answers from the index as it is.",
    "max_changed_bytes": "With more changed bytes than this, a search answers from the index as it is.",
    "max_wait_ms": "So long a search waits for another writer of the index; then it answers from the index as it is.",
    "origins": "Web pages that may ask the service, such as https://example.org.",
    "site": "Name of these posts among those of other sites, and in a cluster; else that of the site's folder.",
    "sites": "Several sites to search as one: folders in this one, each by its name (blog=content/blog), or called like"
    " it (docs); in a cluster their names.",
    "name": "Name of the site, as the search page shows it; else as the site's own settings have it.",
    "home": "Where the search page leads back to, such as https://example.org or /; else base_url, or the site's"
    " address.",
    "ui": f"Language of the search page's own words, one of {', '.join(UI_LANGUAGES)}; else each reader's.",
    "paths": "Whether the search page names files and lines (show) or never does (hide); auto: as long as nothing"
    " says where the posts are published.",
    "css": "A file of CSS in the folder that the search page takes after its own, for the colours of the site.",
    "engine": "What keeps the index: embedded, opensearch (a cluster), or the name of an installed engine"
    " (docs/embedding.md).",
    "opensearch.prefix": "What the names of all indices in the cluster begin with: lower case, as index names are.",
    "opensearch.shards": "Parts of a site's index, when it is next built in full: one for each 200,000 posts.",
    "opensearch.replicas": "Copies of each part, so that a node may fail.",
}
#: Settings of a table, in postdex.toml `[opensearch]`.
_TABLES = ("opensearch",)
#: What a folder's settings never say, since the environment's password would go to whoever wrote them.
_FROM_ENVIRONMENT = {"hosts", "user", "password", "api_key", "ca", "aws_region", "aws_service"}
_TYPES = {tuple: "texts", str: "text", bool: "flag", int: "number"}

#: All settings in the order of the documentation.
SETTINGS = tuple(
    Setting(name, _TYPES[type(default)], default, doc)
    for (name, doc), default in zip(_DOCS.items(), Settings._field_defaults.values(), strict=True)
)


def load(folder: StrPath | None, **arguments: object) -> Settings:
    """The settings for a folder of posts, or of None where no folder has a say; an argument of None is one that was not
    given.

    Raises `ConfigError` for a name, type or value that is wrong, wherever it was set.

    >>> load("/nowhere", language="en").language
    'en'
    """
    values: dict[str, Any] = {**(_from_files(folder) if folder else {}), **_from_environment(os.environ)}
    names = {setting.field: setting.name for setting in SETTINGS}
    for field, value in arguments.items():
        if value is not None:
            values[names.get(field, field)] = _checked(names.get(field, field), value, "", 0)
    return Settings()._replace(
        **{setting.field: values[setting.name] for setting in SETTINGS if setting.name in values}
    )


def find_folder(start: StrPath, explicit: str | None = None) -> str:
    """The folder of posts that is meant by somebody who stands in `start`.

    `explicit`, else POSTDEX_FOLDER, or if that is the root of a site where its generator keeps the posts; else the
    nearest folder upwards that has an index or settings, or the posts of a site that has them and its root there; else
    where the site's generator keeps its posts; else `start` itself.
    Raises `FolderError` when a folder that was named is none.
    """
    named = explicit or os.environ.get("POSTDEX_FOLDER", "")
    if named:
        folder = plain(os.path.join(start, os.path.expanduser(named)))
        if not os.path.isdir(folder):
            what = "this is not a folder" if os.path.exists(folder) else "there is no such folder"
            raise FolderError(what, Remedy.NAME_FOLDER, path=named)
        generator = "" if _is_home_of_posts(folder) else detect(folder)
        return posts_folder(folder, generator) if generator else folder
    start = plain(start)
    for folder in (start, *with_those_above(start)[1:]):
        if _is_home_of_posts(folder):
            return folder
        site = detect(folder)
        if site and _is_home_of_posts(posts := posts_folder(folder, site)):
            return posts
    generator = detect(start)
    if generator:
        return posts_folder(start, generator)
    usual = [plain(os.path.join(start, name)) for name in ("posts", "source/_posts", "content")]
    return next(filter(os.path.isdir, usual), start)


def _is_home_of_posts(folder: str) -> bool:
    """Whether an index or settings of ours lie in this folder."""
    try:
        if stat.S_ISDIR(os.lstat(os.path.join(folder, ".postdex")).st_mode):  # a link may lead anywhere
            return True
    except OSError:
        pass
    if _is_file(os.path.join(folder, "postdex.toml")):
        return True
    project = os.path.join(folder, "pyproject.toml")
    return _is_file(project) and b"[tool.postdex" in _bytes(project)


def _from_files(folder: StrPath) -> dict[str, object]:
    """The settings of the folder itself, checked."""
    own, project = (plain(os.path.join(folder, name)) for name in ("postdex.toml", "pyproject.toml"))
    if _is_file(own):
        content = _bytes(own)
        return _checked_table(_toml(content, own), content, own, "")
    if _is_file(project) and b"[tool.postdex" in (content := _bytes(project)):
        tool = _toml(content, project).get("tool", {})
        table = tool.get("postdex", {}) if isinstance(tool, dict) else {}
        return _checked_table(table, content, project, "tool.postdex")
    return {}


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    """POSTDEX_LANGUAGE and so on; lists are separated by commas. Other names that begin with POSTDEX_ are not ours
    to judge: a cluster sets POSTDEX_PORT for a service of that name."""
    values: dict[str, object] = {}
    for setting in SETTINGS:
        variable = "POSTDEX_" + setting.field.upper()
        text = environment.get(variable)
        if text is not None:
            values[setting.name] = _checked(setting.name, _typed(setting.type, text), variable, 0)
    return values


def _typed(kind: str, text: str) -> object:
    """A variable's text as the type that the setting has; left as text when it is none."""
    if kind == "texts":
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind == "number" and re.fullmatch(r"\s*\d{1,15}\s*", text, re.ASCII):
        return int(text)
    if kind == "flag":
        word = text.strip().lower()
        return True if word in ("1", "true", "yes", "on") else False if word in ("0", "false", "no", "off") else text
    return text


def _checked_table(table: object, content: bytes, file: str, header: str) -> dict[str, object]:
    if not isinstance(table, dict):
        raise ConfigError("tool.postdex is not a table", "write [tool.postdex]", path=file)
    text = content.decode("utf-8", "replace")
    values: dict[str, object] = {}
    for name, value in table.items():
        if name not in _TABLES:
            values[name] = _checked(name, value, file, _line(text, name, header))
            continue
        line = _line(text, name, header)
        if not isinstance(value, dict):
            raise ConfigError(f"{name} is not a table", f"write [{_dotted(header, name)}]", path=file, line=line)
        for inner, part in value.items():
            full = f"{name}.{inner}"
            inner_line = _line(text, full, header) or _line(text, inner, _dotted(header, name)) or line
            values[full] = _checked(full, part, file, inner_line)
    return values


def _dotted(*names: str) -> str:
    """The name of a table within others, those without a name left out."""
    return ".".join(filter(None, names))


def _line(text: str, name: str, header: str) -> int:
    """The line where a setting stands in its file, 0 if it is not found (written in an unusual way)."""
    table = re.search(rf"^[ \t]*\[{re.escape(header)}\]", text, re.MULTILINE) if header else None
    start = table.end() if table else 0
    match = re.compile(rf"^[ \t]*\[?[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*[.=\]]", re.MULTILINE).search(text, start)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _checked(name: str, value: object, path: str, line: int) -> object:
    """The value of a setting as `Settings` holds it, else `ConfigError` with its place."""
    setting = next((item for item in SETTINGS if item.name == name), None)
    if setting is None:
        table, _, inner = name.rpartition(".")
        if table in _TABLES and inner in _FROM_ENVIRONMENT:
            hint = f"set POSTDEX_{table.upper()}_{inner.upper()} in the environment"
            raise ConfigError(f"{name} is not taken from the settings of a folder", hint, path=path, line=line)
        names = [item.name for item in SETTINGS]
        hint = _nearest(name, names).removeprefix("; ") or "the settings are " + ", ".join(names)
        raise ConfigError(f"there is no setting {name}", hint, path=path, line=line)
    if setting.type == "texts":
        value = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, (list, tuple)) else value
        fits = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    elif setting.type == "number":
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    else:
        fits = isinstance(value, bool if setting.type == "flag" else str)
    if not fits:
        expected = {"texts": "a list of texts", "text": "a text", "number": "a whole number, not negative"}
        raise ConfigError(
            f"{name} must be {expected.get(setting.type, 'true or false')}", setting.doc, path=path, line=line
        )
    wrong = _WRONG[name](value) if name in _WRONG else ""
    if wrong:
        raise ConfigError(f"{name}: {wrong}", setting.doc, path=path, line=line)
    return value


def _nearest(name: str, names: Sequence[str]) -> str:
    """A question for the name that was meant, behind a message; "" if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1, 0.5)
    return f"; did you mean {near[0]}?" if near else ""


def _wrong_globs(globs: Iterable[str]) -> str:
    for glob in globs:
        if not glob.strip("/! "):
            return "a pattern is empty"
        if ".." in re.split(r"[/\\]", glob) or glob.startswith("~") or re.match(r"[A-Za-z]:[/\\]", glob):
            return f"{glob} leads out of the folder; patterns are relative to it"
    return ""


def _wrong_timezone(value: str) -> str:
    if not value:
        return ""
    with forks.barred:
        from .formats.dates import find_zone

    hint = "without a system's zones: pip install tzdata"
    return "" if find_zone(value) else f"{value} is no time zone known here ({hint})"


def _wrong_language(value: str) -> str:
    fits = re.fullmatch(r"(?:[a-z]{2,3}(?:-[a-z0-9]{2,8})*)?", value)
    return "" if fits else f"{value} is no code such as en or zh-cn"


def _wrong_choice(value: str, choices: Sequence[str]) -> str:
    return "" if value in choices else f"{value} is not one of {', '.join(choices)}{_nearest(value, choices)}"


def _wrong_url(value: str) -> str:
    if not value:
        return ""
    if not re.match(r"/(?!/)|https?://", value):
        return "the pattern must begin with / or https://"
    with forks.barred:
        from .sites.permalinks import PLACEHOLDERS

    unknown = [name for name in re.findall(r":([a-z_]+)", value) if name not in PLACEHOLDERS]
    return f":{unknown[0]} is not known; there are :{', :'.join(sorted(PLACEHOLDERS))}" if unknown else ""


def _wrong_base_url(value: str) -> str:
    fits = re.fullmatch(r"(?:https?://[^\s/?#\\][^\s?#\\]*|/(?!/)[^\s?#\\]*)?", value)
    return "" if fits else f"{value} is neither an http(s) address nor a path"


def _wrong_editor(value: str) -> str:
    if value and not re.match(r"(?!javascript:|data:)[a-z][a-z0-9+.-]*:[^\s]*$", value):
        return "it must be a link such as vscode://file{path}:{line}"
    unknown = set(re.findall(r"\{([^{}]*)\}", value)) - {"path", "line"}
    return f"{{{min(unknown)}}} is not known; there are {{path}} and {{line}}" if unknown else ""


def _wrong_colors(value: str) -> str:
    names = [pair.partition("=")[0] for pair in Settings().colors.split(":")]
    for pair in filter(None, value.split(":")):
        name, _, code = pair.partition("=")
        if name not in names:
            return f"{name} is not one of {', '.join(names)}{_nearest(name, names)}"
        if not re.fullmatch(r"=(?:\d{1,3}(?:;\d{1,3})*)?", pair[len(name) :], re.ASCII):
            return f"{name}={code} is no list of numbers, such as 1;31"
    return ""


def _wrong_origins(origins: Iterable[str]) -> str:
    wrong = [origin for origin in origins if not re.fullmatch(r"https?://[^\s/?#\\@*]+", origin)]
    return f"{wrong[0]} is no origin (scheme and host, without a path)" if wrong else ""


def _wrong_prefix(name: str) -> str:
    with forks.barred:
        from .sites.names import wrong_index_name

    return wrong_index_name(name) if name else "it is empty"


def _wrong_sites(names: Iterable[str]) -> str:
    with forks.barred:
        from .sites.names import wrong_sites

    return wrong_sites(names)


_WRONG: dict[str, Callable[[Any], str]] = {
    "include": lambda globs: _wrong_globs(globs) or ("" if globs else "the list is empty"),
    "exclude": _wrong_globs,
    "anchors": lambda value: _wrong_choice(value, ("auto", *style_names())),
    "timezone": _wrong_timezone,
    "language": _wrong_language,
    "translations": lambda value: _wrong_choice(value, ("auto", "group", "all")),
    "url": _wrong_url,
    "base_url": _wrong_base_url,
    "editor": _wrong_editor,
    "colors": _wrong_colors,
    "max_bytes": lambda size: "" if size else "it must be more than 0",
    "origins": _wrong_origins,
    "site": lambda name: _wrong_sites([name]) if name else "",
    "sites": _wrong_sites,
    "opensearch.prefix": _wrong_prefix,
    "home": _wrong_base_url,
    "css": lambda path: _wrong_globs([path]) if path else "",
    "ui": lambda value: _wrong_choice(value, UI_LANGUAGES) if value else "",
    "paths": lambda value: _wrong_choice(value, ("auto", "show", "hide")),
    "opensearch.shards": lambda count: "" if 0 < count <= 1024 else "it must be from 1 to 1024",
    "opensearch.replicas": lambda count: "" if count <= 20 else "it must be at most 20",
}


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _bytes(path: str) -> bytes:
    """A file of settings, of which no more is read than any has. Raises ConfigError."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        reason = f"the settings cannot be read ({error.strerror})"
        raise ConfigError(reason, "make the file readable or remove it", path=path) from error
    if len(content) > LARGEST:
        reason = f"the settings are larger than {LARGEST:,} bytes, and were not read"
        raise ConfigError(reason, "make the file smaller or remove it", path=path)
    return content


def _toml(content: bytes, file: str) -> dict[str, Any]:
    import tomllib

    with forks.barred:
        from .formats.structured import is_slow_toml

    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        if is_slow_toml(text):
            raise ValueError("a key with 50 parts")
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError too
        match = re.search(r"line (\d+)", str(error))
        line = int(match[1]) if match else content.count(b"\n") + 1 if "end of document" in str(error) else 0
        raise ConfigError(f"this is not valid TOML ({error})", "correct the file", path=file, line=line) from error
