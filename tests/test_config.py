"""Which settings are in force, and which folder is meant: files, variables, arguments -> settings, folder, error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from postdex_index.errors import ConfigError, FolderError
from postdex_index.settings import SETTINGS, Pin, Settings, TableRow, find_folder, load
from postdex_index.sites.detect import LARGEST

#: postdex.toml, variables, arguments, what is then in force
LAYERS: list[tuple[str, dict[str, str], dict[str, object], dict[str, Any]]] = [
    ("", {}, {}, Settings()._asdict()),
    ("language = 'de'", {}, {}, {"language": "de"}),
    ("language = 'de'", {"LANGUAGE": "fr"}, {}, {"language": "fr"}),
    ("language = 'de'", {"LANGUAGE": "fr"}, {"language": "ja"}, {"language": "ja"}),
    ("language = 'de'", {}, {"language": None}, {"language": "de"}),
    (
        "include = ['*.md', 'docs/**/*.txt']\nexclude = 'old/'",
        {},
        {},
        {"include": ("*.md", "docs/**/*.txt"), "exclude": ("old/",)},
    ),
    ("", {"EXCLUDE": "a/, b/"}, {}, {"exclude": ("a/", "b/")}),
    ("max_bytes = 5\nsimplify = false", {}, {}, {"max_bytes": 5, "simplify": False}),
    ("", {"MAX_BYTES": " 5 ", "SIMPLIFY": "off"}, {}, {"max_bytes": 5, "simplify": False}),
    ("anchors = 'hugo'\ntimezone = '+08:00'", {}, {}, {"anchors": "hugo", "timezone": "+08:00"}),
    ("timezone = 'Asia/Shanghai'", {}, {}, {"timezone": "Asia/Shanghai"}),
    (
        "url = '/:year/:slug/'\nbase_url = 'https://a.org/b'",
        {},
        {},
        {"url": "/:year/:slug/", "base_url": "https://a.org/b"},
    ),
    ("editor = 'vscode://file{path}:{line}'", {}, {}, {"editor": "vscode://file{path}:{line}"}),
    ("colors = 'mark=7:path=38;5;208:dim='", {}, {}, {"colors": "mark=7:path=38;5;208:dim="}),
    (
        "origins = ['https://a.org', 'http://localhost:4000']",
        {},
        {},
        {"origins": ("https://a.org", "http://localhost:4000")},
    ),
    ("\ufefflanguage = 'de'\r\n", {}, {}, {"language": "de"}),
    ("[opensearch]\nprefix = 'p'\nshards = 3", {}, {}, {"opensearch_prefix": "p", "opensearch_shards": 3}),
    ("site = '博客'", {"SITE": "b"}, {}, {"site": "b"}),
    ("sites = ['a', 'b=c/d']", {}, {}, {"sites": ("a", "b=c/d")}),
    ("", {"SITES": "a, b=c/d"}, {}, {"sites": ("a", "b=c/d")}),
    (
        "",
        {"OPENSEARCH_REPLICAS": "0"},
        {"opensearch_prefix": "x"},
        {"opensearch_replicas": 0, "opensearch_prefix": "x"},
    ),
    (
        "[synonyms]\nk8s = ['kubernetes', 'kube']\n'repo ->' = 'repository'\n[synonyms.zh]\n'数据库' = ['DB']",
        {},
        {},
        {
            "synonyms": (
                TableRow("k8s", ("kubernetes", "kube")),
                TableRow("repo ->", ("repository",)),
                TableRow("数据库", ("DB",), "zh"),
            )
        },
    ),
    (
        "name = 'x'\n[[pins]]\nquery = 'install'\npost = './a.md'\n\n"
        " [[ pins ]] \nquery = ['a', 'b']\npost = ['c.md', 'd.md']",
        {},
        {},
        {
            "pins": (
                Pin(("install",), ("a.md",), "postdex.toml", 2),
                Pin(("a", "b"), ("c.md", "d.md"), "postdex.toml", 6),
            )
        },
    ),
    ("\npins = [{query = 'a', post = 'b.md'}]", {}, {}, {"pins": (Pin(("a",), ("b.md",), "postdex.toml", 2),)}),
    ("", {}, {"pins": [{"query": "a", "post": "b.md"}]}, {"pins": (Pin(("a",), ("b.md",)),)}),
    ("meaning = 'off'", {"MEANING": "always"}, {}, {"meaning": "always"}),
    ("recency = '6 months'", {"RECENCY": "1y"}, {}, {"recency": "1y"}),
    ("synonyms.k8s = ['kubernetes']", {}, {}, {"synonyms": (TableRow("k8s", ("kubernetes",)),)}),
    (
        "synonyms = {k8s = ['kubernetes']}",
        {},
        {"synonyms": {"ci": ("continuous integration",), "de": {"art": "sorte"}}},
        {"synonyms": (TableRow("ci", ("continuous integration",)), TableRow("art", ("sorte",), "de"))},
    ),
    ("", {"PORT": "tcp://10.0.0.1:80", "FOLDER": ""}, {}, {"language": ""}),
]

#: postdex.toml, line, words of the error
BAD_FILES = [
    ("languag = 'de'", 1, "did you mean language?"),
    ("# x\n\nxyzzy = 1", 3, "the settings are include"),
    ("a = 1\nlanguage = ", 2, "not valid TOML"),
    ("[folder]\nx = 1", 1, "no setting folder"),
    ("language = 1", 1, "must be a text"),
    ("include = [1]", 1, "must be a list of texts"),
    ("include = []", 1, "the list is empty"),
    ("max_bytes = '5'", 1, "must be a whole number"),
    ("max_bytes = true", 1, "must be a whole number"),
    ("max_bytes = -1", 1, "must be a whole number"),
    ("max_bytes = 0", 1, "more than 0"),
    ("simplify = 1", 1, "must be true or false"),
    ("\nanchors = 'x'", 2, "x is not one of auto"),
    ("meaning = 'question'", 1, "question is not one of off, questions, always; did you mean questions?"),
    ("meaning = true", 1, "meaning must be a text"),
    ("anchors = 'hexxo'", 1, "zola-safe; did you mean hexo?"),
    ("timezone = 'Mars/Olympus'", 1, "no time zone"),
    ("timezone = '../../etc/passwd'", 1, "no time zone"),
    ("language = 'English'", 1, "no code such as en"),
    ("include = ['../*.md']", 1, "leads out of the folder"),
    ("exclude = ['~/x']", 1, "leads out of the folder"),
    ("exclude = ['C:\\\\x']", 1, "leads out of the folder"),
    ("exclude = ['']", 1, "a pattern is empty"),
    ("url = ':year/'", 1, "must begin with /"),
    ("url = '/:yaer/'", 1, ":yaer is not known"),
    ("base_url = 'javascript:x'", 1, "neither an http"),
    (
        "colors = 'mark=7:marc=1'",
        1,
        "marc is not one of title, path, line, heading, mark, note, dim; did you mean mark?",
    ),
    ("colors = 'mark=red'", 1, "mark=red is no list of numbers, such as 1;31"),
    ("colors = 'mark=1;'", 1, "is no list of numbers"),
    ("colors = 'mark'", 1, "mark= is no list of numbers"),
    ("colors = 'mark=\x1b[2J'", 1, "TOML"),
    ("editor = 'javascript:{path}'", 1, "must be a link"),
    ("editor = 'x://{file}'", 1, "{file} is not known"),
    ("origins = ['*']", 1, "no origin"),
    ("home = 'javascript:x'", 1, "neither an http"),
    ("ui = 'zh'", 1, "zh is not one of en, zh-CN"),
    ("paths = 'yes'", 1, "yes is not one of auto, show, hide"),
    ("opensearch = 1", 1, "opensearch is not a table; write [opensearch]"),
    ("site = 's'\n[opensearch]\nprefix = 'Blog'", 3, "Blog is not in lower case"),
    ("engine = 'opensearch'\nopensearch.prefix = 'a b'", 2, "holds a blank or one of"),
    ("\nsites = ['a', '-b']", 2, "-b begins with -"),
    ("site = '" + "é" * 51 + "'", 1, "longer than 100 bytes"),
    ("site = 'blog-000001'", 1, "blog-000001 is how something else is called there"),
    ("sites = ['blog', 'locks']", 1, "locks is how something else is called there"),
    ("sites = ['blog', 'My Blog=b']", 1, "My Blog is not in lower case"),
    ("sites = ['blog', 'blog=b']", 1, "two sites are called blog"),
    ("sites = ['blog=../other']", 1, "../other leads out of the folder"),
    ("sites = ['blog=/etc']", 1, "/etc leads out of the folder"),
    ("sites = ['blog=~/notes']", 1, "~/notes leads out of the folder"),
    ("sites = ['=b']", 1, "a name is empty"),
    ("opensearch.site = 'blog'", 1, "no setting opensearch.site"),
    ("[opensearch]\nprefix = ''", 2, "it is empty"),
    ("[opensearch]\nshards = 0", 2, "from 1 to 1024"),
    ("[opensearch]\nreplicas = 21", 2, "at most 20"),
    ("[opensearch]\nreplicas = '1'", 2, "must be a whole number"),
    ("[opensearch]\nprefx = 'a'", 2, "there is no setting opensearch.prefx; did you mean opensearch.prefix?"),
    ("[opensearch]\nhosts = 'x'", 2, "not taken from the settings of a folder; set POSTDEX_OPENSEARCH_HOSTS in"),
    ("[opensearch]\npassword = 'x'", 2, "set POSTDEX_OPENSEARCH_PASSWORD in the environment"),
    ("opensearch_prefix = 'a'", 1, "there is no setting opensearch_prefix; did you mean opensearch.prefix?"),
    ("pins = 'install'", 1, "pins must be tables, each with a query and a post"),
    ("pins = ['install']", 1, "pins: each is a table with a query and a post"),
    ("[[pins]]\nquery = 'a'\npost = 'a.md'\n[[pins]]\nquery = 'b'", 4, "pins: post must be a text or a list of texts"),
    ("[[pins]]\nquery = ['a', 1]\npost = 'a.md'", 1, "pins: query must be a text or a list of texts"),
    ("[[pins]]\nqueries = 'a'\npost = 'a.md'", 1, "pins: queries is not known; did you mean query?"),
    ("[[pins]]\nquery = '!!'\npost = 'a.md'", 1, "pins: the query !! has no word"),
    ("[[pins]]\nquery = 'a'\npost = '../a.md'", 1, "pins: ../a.md leads out of the folder"),
    ("[[pins]]\nquery = 'a'\npost = [" + "'a.md', " * 101 + "]", 1, "pins: post has more than 100 values"),
    ("recency = 'soon'", 1, "recency: soon is no length of time such as 1y, 6m or 90d"),
    ("recency = '0d'", 1, "recency: 0d is no length of time"),
    ("recency = 1", 1, "recency must be a text"),
    ("synonym_lists = ['computing-en', 'computing']", 1, "computing is not one of computing-en, computing-zh; did you"),
    ("glossary = ['../words/*']", 1, "../words/* leads out of the folder"),
    ("synonyms = ['k8s']", 1, "synonyms must be a table of lists of texts"),
    ("[synonyms]\nk8s = 'kubernetes'\nci = 1", 3, "synonyms: ci must be a list of texts"),
    ("[synonyms]\nci = ['x', 1]", 2, "synonyms: ci must be a list of texts"),
    ("[synonyms]\nci = ['CI']", 2, "ci stands for itself"),
    ("[synonyms]\n'ci  cd ->' = ['x', 'CI CD']", 2, "ci  cd stands for itself"),
    ("[synonyms]\nci = []", 2, "ci has no word beside it"),
    ("[synonyms]\nci = ['x', '']", 2, "'' beside ci holds no word"),
    ("[synonyms]\nci = ['x', '?!']", 2, "'?!' beside ci holds no word"),
    ("[synonyms]\n'' = ['x']", 1, "'' holds no word"),
    ("[synonyms]\n'->' = ['x']", 2, "'->' holds no word"),
    ("[synonyms]\n'a -> b' = ['x']", 2, 'a -> b has -> inside; write "word ->" = ["other word"]'),
    ("[synonyms]\nx = ['y']\n'a' = ['" + "b " * 11 + "']", 3, "has more than 10 words"),
    ("[synonyms]\nx = ['y']\n'a' = [" + "'b', " * 51 + "]", 3, "a has 51 words beside it; 50 are the most"),
    ("[synonyms.zh]\nx = ['y']\n\n'数' = []", 4, "数 has no word beside it"),
    ("[synonyms.Chinese]\nx = ['y']", 2, "Chinese is no code such as en or zh-cn"),
    ("[synonyms.zh.cn]\nx = ['y']", 1, "cn must be a list of texts"),
    ("synonyms.x = ['x']", 1, "x stands for itself"),
    ("\nsynonyms = {x = ['x']}", 2, "x stands for itself"),
    ("a = " + "[" * 5000, 0, "not valid TOML"),
    ("a = '\udcff'", 0, "not valid TOML"),
    (".".join("a" * 30_000) + " = 1", 0, "a key with 50 parts"),
]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("POSTDEX_"):
            monkeypatch.delenv(name)


def check(folder: Path, toml: str = "", name: str = "postdex.toml", **arguments: object) -> Settings:
    """The one call of what is tested."""
    if toml:
        (folder / name).write_bytes(toml.encode("utf-8", "surrogateescape"))
    return load(folder, **arguments)


@pytest.mark.parametrize(("toml", "variables", "arguments", "expected"), LAYERS)
def test_layers(
    toml: str,
    variables: dict[str, str],
    arguments: dict[str, Any],
    expected: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv("POSTDEX_" + name, value)
    found = check(tmp_path, toml, **arguments)._asdict()
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(("toml", "line", "words"), BAD_FILES)
def test_bad_files(toml: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        check(tmp_path, toml)
    assert words in str(error.value) and error.value.line == line and error.value.hint
    assert error.value.path == str(tmp_path / "postdex.toml")


def test_pyproject(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\nlanguage = 1\n\n[tool.postdex]\nlanguage = 'de'\n"
    assert check(tmp_path, text, "pyproject.toml").language == "de"
    with pytest.raises(ConfigError) as error:
        check(tmp_path, text + "anchors = 'x'\nlanguag = ''\n", "pyproject.toml")
    assert error.value.line == 7
    with pytest.raises(ConfigError, match="not a table"):
        check(tmp_path, "[tool]\npostdex = 1\n# [tool.postdex]", "pyproject.toml")


def test_own_file_stands_above_pyproject_and_others_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other\n")
    assert check(tmp_path) == Settings()
    (tmp_path / "pyproject.toml").write_text("[tool.postdex]\nlanguage = 'de'\n")
    assert check(tmp_path, "simplify = false").language == ""


@pytest.mark.parametrize(
    ("name", "value"), [("MAX_BYTES", "many"), ("SIMPLIFY", "perhaps"), ("ANCHORS", "x"), ("SYNONYMS", "a=b")]
)
def test_bad_variables(name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTDEX_" + name, value)
    with pytest.raises(ConfigError) as error:
        check(tmp_path)
    assert error.value.path == "POSTDEX_" + name


@pytest.mark.parametrize(
    "arguments",
    [{"nope": 1}, {"max_bytes": "5"}, {"include": []}, {"synonyms": {1: ["a"]}}, {"synonyms": {"a": 1}}],
)
def test_bad_arguments(arguments: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        check(tmp_path, **arguments)


def test_settings_that_are_no_file_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "postdex.toml")
    os.mkfifo(tmp_path / "pyproject.toml")
    assert check(tmp_path) == Settings() and Path(find_folder(tmp_path)) == tmp_path


def test_settings_of_a_great_size_are_refused(tmp_path: Path) -> None:
    text = "language = 'de'\n#"
    assert check(tmp_path, text.ljust(LARGEST)).language == "de"
    with pytest.raises(ConfigError, match="larger than 1,048,576 bytes") as error:
        check(tmp_path, text.ljust(LARGEST + 1))
    assert error.value.path == str(tmp_path / "postdex.toml") and error.value.hint


def test_a_great_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "postdex.toml").touch()
    os.truncate(tmp_path / "postdex.toml", 1 << 33)
    with pytest.raises(ConfigError, match="larger"):
        check(tmp_path)


def test_every_setting_is_documented_with_its_default() -> None:
    assert [setting.field for setting in SETTINGS] == list(Settings._fields)
    assert all(
        setting.doc.endswith(".") and setting.default == getattr(Settings(), setting.field) for setting in SETTINGS
    )
    assert {setting.type for setting in SETTINGS} == {"text", "texts", "number", "flag", "table of texts", "tables"}


#: files, where somebody stands, the folder that is meant
FOLDERS = [
    ([], "a/b", "a/b"),
    (["a/.postdex/x"], "a/b/c", "a"),
    (["a/postdex.toml", "a/b/.postdex/x"], "a/b/c", "a/b"),
    ([".postdex/x", "a/hugo.toml", "a/content/.postdex/x"], "a/themes", "a/content"),
    ([".postdex/x", "a/hugo.toml", "a/content/x"], "a", "."),
    (["a/hugo.toml", "a/content/postdex.toml"], "a/content/b", "a/content"),
    (["pyproject.toml: [tool.postdex]", "posts/x"], ".", "."),
    (["pyproject.toml: [tool.other]", "posts/x"], ".", "posts"),
    (["a/posts/x"], "a", "a/posts"),
    (["_config.yml", "scaffolds/x", "source/_posts/x", "posts/x"], ".", "source/_posts"),
    (["hugo.toml", "content/x", "posts/x"], ".", "content"),
    (["config.toml: base_url = ''", "content/x"], ".", "content"),
    (["mkdocs.yml", "docs/x"], ".", "docs"),
    (["_config.yml", "Gemfile", "_posts/x"], ".", "."),
    (["content/x"], ".", "content"),
    (["hugo.toml"], ".", "."),
    (["mkdocs.yml: docs_dir: 'guide' # not docs", "docs/x", "guide/x"], ".", "guide"),
    (["mkdocs.yml: docs_dir: ../a", "docs/x", "../a/x"], ".", "docs"),
    (["mkdocs.yml: docs_dir: .", "docs/x"], ".", "."),
    (["mkdocs.yml: docs_dir: gone", "docs/x"], ".", "docs"),
    (['book.toml: [book]\nsrc = "text"', "src/x", "text/x"], ".", "text"),
    (['hugo.toml: title = "x"\nContentDir = "text"\n[a]', "content/x", "text/x"], ".", "text"),
    (['hugo.toml: [languages.en]\ncontentDir = "text"', "content/x", "text/x"], ".", "content"),
    (["hugo.yaml: contentDir: text", "text/x"], ".", "text"),
    (["pelicanconf.py: PATH = 'text'", "content/x", "text/x"], ".", "text"),
    (["_config.yml: source: text", "text/x"], ".", "text"),
    (["_config.yml: source_dir: source", "scaffolds/x", "source/_posts/x"], ".", "source/_posts"),
    (["_config.yml: source_dir: text", "scaffolds/x", "source/_posts/x", "text/x"], ".", "text"),
]


@pytest.mark.parametrize(("files", "start", "expected"), FOLDERS)
def test_find_folder(files: list[str], start: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / start).mkdir(parents=True, exist_ok=True)
    for file in files:
        name, _, text = file.partition(": ")
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert Path(find_folder(tmp_path / start)) == tmp_path / expected
    if start == "." and expected != "posts":  # named as a run in it, where it is a site's
        at_home = not files or files == ["content/x"]
        assert Path(find_folder(tmp_path.parent, str(tmp_path))) == tmp_path / ("." if at_home else expected)


def test_a_folder_of_posts_that_is_a_link_out_of_its_site_is_none(tmp_path: Path) -> None:
    (tmp_path / "site/content").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site/hugo.toml").write_text("contentDir = 'text'\n")
    (tmp_path / "site/text").symlink_to(tmp_path / "elsewhere")
    assert Path(find_folder(tmp_path / "site")) == tmp_path / "site/content"


def test_find_folder_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POSTDEX_FOLDER", "x")
    assert Path(find_folder(tmp_path)) == tmp_path / "x"
    assert Path(find_folder(tmp_path, "y")) == tmp_path / "y"
    assert Path(find_folder(tmp_path, str(tmp_path))) == tmp_path
    for name in ("none", "file"):
        with pytest.raises(FolderError, match=name):
            find_folder(tmp_path, name)


def test_an_index_that_is_a_link_marks_no_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/.postdex").symlink_to(tmp_path / "elsewhere")
    assert Path(find_folder(tmp_path / "a/b")) == tmp_path / "a/b"
