"""What did people ask for: defaults < `postdex.toml` or [tool.postdex] < POSTDEX_… < arguments.

Also which folder is meant when none is named. A setting that cannot be used is an error with its
place, never ignored; a folder's own settings never name a path outside it. What the site's generator
says (`sites`) is not a setting: it is asked where a setting here is left empty or "auto".
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from . import forks
from .errors import ConfigError, FolderError, Remedy
from .named_tuple import NamedTuple
from .paths import StrPath, plain, with_those_above
from .sites.detect import LARGEST, detect, posts_folder, style_names

#: Languages that the search page speaks; `http/page/messages.json` has the words of each.
UI_LANGUAGES = ("en", "zh-CN", "zh-TW", "ja", "ko", "de", "fr", "es", "ru", "ar")
#: Those that lie in `postdex/synonym_lists`.
SYNONYM_LISTS = ("computing-en", "computing-zh")
#: A setting that is a table of texts as a program gives it.
TextTable: TypeAlias = Mapping[str, str | Sequence[str] | Mapping[str, str | Sequence[str]]]


class TableRow(NamedTuple):
    """A row of a setting that is a table of texts: `k8s = ["kubernetes"]`. `table` is the inner table that it stands in
    (`zh`), or ""."""

    key: str
    texts: tuple[str, ...]
    table: str = ""


class Pin(NamedTuple):
    """A row of the setting `pins`: the posts, by their paths, that come first for any of these queries, and where in
    which file it stands, if that is known."""

    queries: tuple[str, ...]
    posts: tuple[str, ...]
    file: str = ""
    line: int = 0


class Settings(NamedTuple):
    """The settings in force; each one's meaning stands in `SETTINGS`."""

    include: tuple[str, ...] = ("*.md", "*.markdown", "*.mkd", "*.mdx", "*.qmd", "*.Rmd")
    exclude: tuple[str, ...] = ()
    anchors: str = "auto"
    fields: tuple[str, ...] = ("auto",)
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
    synonyms: tuple[TableRow, ...] = ()
    synonym_lists: tuple[str, ...] = ()
    glossary: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()
    recency: str = ""
    meaning: str = "questions"
    engine: str = "embedded"
    opensearch_prefix: str = "postdex"
    opensearch_shards: int = 1
    opensearch_replicas: int = 1
    record_file: str = ""
    record_max_bytes: int = 1_000_000
    record_clicks: bool = False


class Setting(NamedTuple):
    """A setting as it is documented: `type` is "text", "texts", "number", "flag", "table of texts" (lists of them by
    names, some of which may stand in tables within) or "tables", a list of them. With `choices` its value is one of
    them. One of a table has its name before a dot (`opensearch.prefix`); `field` is the name in `Settings`."""

    name: str
    type: str
    default: Any
    doc: str
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name in `Settings`: `opensearch_prefix`."""
        return self.name.replace(".", "_")


_DOCS = {
    "include": "Files to index, as in .gitignore (`*.md`, `docs/**/*.mdx`).",
    "exclude": "Files and folders to leave out, as in .gitignore.",
    "anchors": f"How headings become anchors: auto (as the site does), {', '.join(style_names()[:-1])}"
    f" or {style_names()[-1]}.",
    "fields": "Fields of the front matter to filter, count and sort by (docs/tuning.md), by their names; auto: all that"
    " at least three posts share.",
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
    "synonyms": 'Words that readers type for words of the posts: `k8s = ["kubernetes"]`; one way only as'
    ' `"repo ->" = ["repository"]`; those for posts in one language in a table of its code (docs/tuning.md).',
    "synonym_lists": f"Ready lists of synonyms, short names of computing: {', '.join(SYNONYM_LISTS)} (docs/tuning.md).",
    "glossary": "Posts whose title and aliases are synonyms, by their paths: `glossary/*` (docs/tuning.md).",
    "pins": 'Posts that come first for a query: `[[pins]]` with `query = "install"` and `post = "docs/install.md"`,'
    " each one text or several (docs/tuning.md).",
    "recency": "The age (1y, 6m, 90d) at which a post counts half as much for being new; else age does not count.",
    "meaning": "Which queries are answered by meaning, too, where `postdex[meaning]` is installed (docs/meaning.md):"
    " questions in plain words (questions), all of words (always), or none (off).",
    "engine": "What keeps the index: embedded, opensearch (a cluster), or the name of an installed engine"
    " (docs/embedding.md).",
    "opensearch.prefix": "What the names of all indices in the cluster begin with: lower case, as index names are.",
    "opensearch.shards": "Parts of a site's index, when it is next built in full: one for each 200,000 posts.",
    "opensearch.replicas": "Copies of each part, so that a node may fail.",
    "record.file": "A file beside the index, such as queries.jsonl, in which the service notes what people ask"
    " (docs/tuning.md); else it notes nothing.",
    "record.max_bytes": "How large that file may get; queries that were asked least leave first.",
    "record.clicks": "Whether it notes as well which hits are opened.",
}
#: Settings of a table, in postdex.toml `[opensearch]`.
_TABLES = ("opensearch", "record")
#: What a folder's settings never say, since the environment's password would go to whoever wrote them.
_FROM_ENVIRONMENT = {"hosts", "user", "password", "api_key", "ca", "aws_region", "aws_service"}
_TYPES = {tuple: "texts", str: "text", bool: "flag", int: "number"}
#: Settings whose default does not say of which type they are.
_TYPES_BY_NAME = {"synonyms": "table of texts", "pins": "tables"}
_CHOICES = {
    "anchors": ("auto", *style_names()),
    "translations": ("auto", "group", "all"),
    "synonym_lists": SYNONYM_LISTS,
    "ui": ("", *UI_LANGUAGES),
    "paths": ("auto", "show", "hide"),
    "meaning": ("off", "questions", "always"),
}

#: All settings in the order of the documentation.
SETTINGS = tuple(
    Setting(name, _TYPES_BY_NAME.get(name) or _TYPES[type(default)], default, doc, _CHOICES.get(name, ()))
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
            values[names.get(field, field)] = _checked(names.get(field, field), value, _Place())
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
            values[setting.name] = _checked(setting.name, _typed(setting.type, text), _Place(variable))
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


class _Place(NamedTuple):
    """Where settings stand: a file with its text and the name of their table in it, or a variable."""

    path: str = ""
    text: str = ""
    header: str = ""

    def line(self, *names: str) -> int:
        """The line where a setting stands, or what is in it by these names; where that is not found (it is written in
        an unusual way) that of what it is in, else 0."""
        if not names:
            return 0
        *tables, name = names
        inner = self._line(name, _dotted(self.header, *tables)) if tables else 0
        return self._line(_dotted(*names), self.header) or inner or self.line(*tables)

    def line_of_table(self, name: str, number: int) -> int:
        """The line where a table of a list of tables begins, counted from 0; that of the list if it is not found."""
        head = rf"^[ \t]*\[\[[ \t]*{re.escape(_dotted(self.header, name))}[ \t]*\]\]"
        heads = [*re.finditer(head, self.text, re.MULTILINE)]
        return self.text.count("\n", 0, heads[number].start()) + 1 if number < len(heads) else self.line(name)

    def _line(self, name: str, header: str) -> int:
        table = re.search(rf"^[ \t]*\[{re.escape(header)}\]", self.text, re.MULTILINE) if header else None
        start = table.end() if table else 0
        pattern = re.compile(rf"^[ \t]*\[?[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*[.=\]]", re.MULTILINE)
        match = pattern.search(self.text, start)
        return self.text.count("\n", 0, match.start()) + 1 if match else 0


def _checked_table(table: object, content: bytes, file: str, header: str) -> dict[str, object]:
    if not isinstance(table, dict):
        raise ConfigError("tool.postdex is not a table", "write [tool.postdex]", path=file)
    place = _Place(file, content.decode("utf-8", "replace"), header)
    values: dict[str, object] = {}
    for name, value in table.items():
        if name not in _TABLES:
            values[name] = _checked(name, value, place)
            continue
        if not isinstance(value, dict):
            hint = f"write [{_dotted(header, name)}]"
            raise ConfigError(f"{name} is not a table", hint, path=file, line=place.line(name))
        for inner, part in value.items():
            values[f"{name}.{inner}"] = _checked(f"{name}.{inner}", part, place)
    return values


def _dotted(*names: str) -> str:
    """The name of a table within others, those without a name left out."""
    return ".".join(filter(None, names))


def _checked(name: str, value: object, place: _Place) -> object:
    """The value of a setting as `Settings` holds it, else `ConfigError` with its place."""
    with forks.barred:
        from .sites.setting_values import EXPECTED, nearest, wrong

    line = place.line(*name.split(".")) if place.text else 0
    setting = next((item for item in SETTINGS if item.name == name), None)
    if setting is None:
        table, _, inner = name.rpartition(".")
        if table == "opensearch" and inner in _FROM_ENVIRONMENT:
            hint = f"set POSTDEX_{table.upper()}_{inner.upper()} in the environment"
            raise ConfigError(f"{name} is not taken from the settings of a folder", hint, path=place.path, line=line)
        names = [item.name for item in SETTINGS]
        hint = nearest(name, names).removeprefix("; ") or "the settings are " + ", ".join(names)
        raise ConfigError(f"there is no setting {name}", hint, path=place.path, line=line)
    if setting.type == "table of texts" and isinstance(value, Mapping):
        return _rows(setting, value, place)
    if setting.type == "tables" and isinstance(value, (list, tuple)):
        return _pins(setting, value, place)
    if setting.type == "texts":
        value = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, (list, tuple)) else value
        fits = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    elif setting.type == "number":
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    else:
        fits = isinstance(value, {"flag": bool, "text": str}.get(setting.type, ()))
    if not fits:
        raise ConfigError(f"{name} must be {EXPECTED[setting.type]}", setting.doc, path=place.path, line=line)
    if because := wrong(name, value, setting.default, setting.choices):
        raise ConfigError(f"{name}: {because}", setting.doc, path=place.path, line=line)
    return value


def _rows(setting: Setting, table: Mapping[object, object], place: _Place, inner: str = "") -> tuple[TableRow, ...]:
    """The rows of a table of texts and of the tables in it, each checked with its place."""
    with forks.barred:
        from .sites.setting_values import wrong_row

    rows: list[TableRow] = []
    for key, value in table.items():
        if isinstance(value, Mapping) and isinstance(key, str) and not inner:
            rows += _rows(setting, value, place, key)
            continue
        texts = (value,) if isinstance(value, str) else value
        if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in (key, *texts)):
            because = f"{key} must be a list of texts"
        else:
            row = TableRow(str(key), tuple(texts), inner)
            rows.append(row)
            because = wrong_row(setting.name, *row)
        if because:
            line = place.line(*filter(None, (setting.name, inner, str(key))))
            raise ConfigError(f"{setting.name}: {because}", setting.doc, path=place.path, line=line)
    return tuple(rows)


def _pins(setting: Setting, tables: Iterable[object], place: _Place) -> tuple[Pin, ...]:
    """The rows of pins, each checked with its place."""
    with forks.barred:
        from .sites.setting_values import texts_of, wrong_pin

    pins: list[Pin] = []
    for number, table in enumerate(tables):
        line = place.line_of_table(setting.name, number)
        if isinstance(table, Pin):
            pins.append(table)
        elif because := wrong_pin(table):
            raise ConfigError(f"{setting.name}: {because}", setting.doc, path=place.path, line=line)
        elif isinstance(table, Mapping):
            posts = tuple([path.replace("\\", "/").removeprefix("./") for path in texts_of(table["post"])])
            pins.append(Pin(texts_of(table["query"]), posts, os.path.basename(place.path), line))
    return tuple(pins)


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
