"""What does a cold start import? A budget, kept by name, since milliseconds differ from machine to machine.

Bare Python starts in 9 ms. On top of it dataclasses cost 15, tomllib 14, yaml 18, click 24-29,
whoosh 35-50, pathspec 40, numpy 100. `-X importtime` lists what was imported, whatever way the process ends.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Packages that no cold start may touch: they are for building, watching and serving.
HEAVY = {
    "asyncio",
    "fastapi",
    "frontmatter",
    "http.server",
    "httpx",
    "markdown_it",
    "mcp",
    "multiprocessing",
    "numpy",
    "pathspec",
    "prometheus_client",
    "pydantic",
    "pyromark",
    "re2",
    "rich",
    "sqlite3",
    "starlette",
    "tomllib",
    "unittest",
    "uvicorn",
    "watchfiles",
    "whoosh",
    "yaml",
}
#: And what `import postdex` alone has no use for.
FOR_USE = {"Stemmer", "ast", "click", "dataclasses", "inspect", "json", "mmap", "postdex_index"}
#: What builds, watches and repairs an index: a search of one that is as new as its files has no use for it.
BUILDING = {
    *(
        "postdex_index.content.metadata",
        "postdex_index.content.front_matter",
        "postdex_index.content.markdown.sections",
        "postdex_index.content.parser",
        "postdex_index.update.watch",
    ),
    *(
        "postdex_index.sites.generator",
        "postdex_index.sites.permalinks",
        "postdex_index.sites.reading",
        "postdex_index.sites.slugs",
    ),
    *(
        "postdex_index.engine.embedded.whoosh.codec",
        "postdex_index.engine.embedded.storage.verify_checksums",
        "postdex_index.engine.embedded.write.segment_builder",
        "postdex_index.engine.embedded.write.inverter",
        "postdex_index.engine.embedded.write.term_dictionary_writer",
        "postdex_index.engine.embedded.storage.retained_commits",
    ),
    *(
        "postdex_index.engine.embedded.write.posting_columns",
        "postdex_index.engine.embedded.write.postings_writer",
        "postdex_index.engine.embedded.storage.write_lock",
        "postdex_index.engine.embedded.check.verify_contents",
        "postdex_index.engine.embedded.write.merger",
        "postdex_index.engine.embedded.storage.whoosh_toc",
        "postdex_index.engine.embedded.write.workers",
        "postdex_index.engine.embedded.write.index_writer",
    ),
}
#: What `pathlib` brings with it, and what a search that takes paths as text does without.
PATHS = {"fnmatch", "ipaddress", "pathlib", "urllib"}
RUN_CLI = "import sys; sys.argv[0] = 'postdex'; from postdex.__main__ import main; sys.exit(main())"


def imported(code: str, *arguments: str, cwd: Path, status: int = 0) -> set[str]:
    """The modules and all their parents that a fresh interpreter imports to run `code`."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("POSTDEX_", "PYTHON"))},
        "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index"))),
    }
    command = [sys.executable, "-X", "importtime", "-c", code, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stdout + re.sub(r"(?m)^import time:.*\n", "", done.stderr)
    names = set(re.findall(r"(?m)^import time:.*\|\s+([\w.]+)$", done.stderr))
    return {".".join(parts[: n + 1]) for name in names if (parts := name.split(".")) for n in range(len(parts))}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the interpreter imports to do nothing, here: the site may load packages of its own."""
    return imported("pass", cwd=tmp_path_factory.mktemp("bare"))


def check(found: set[str], bare: set[str], budget: set[str]) -> None:
    """Nothing of `budget` was imported beyond what a bare start imports."""
    assert not (found - bare) & budget, sorted((found - bare) & budget)


def test_import_postdex(tmp_path: Path, bare: set[str]) -> None:
    found = imported("import postdex", cwd=tmp_path)
    check(found, bare, HEAVY | FOR_USE - {"postdex_index"})  # which has the version, and nothing else
    assert {name for name in found if name.startswith(("postdex.", "postdex_index."))} == set(), (
        "the front door is lazy"
    )


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("search", "--help")])
def test_help(tmp_path: Path, bare: set[str], arguments: tuple[str, ...]) -> None:
    found = imported(RUN_CLI, *arguments, cwd=tmp_path)
    check(found, bare, HEAVY)
    assert "postdex_index.engine.embedded.engine" not in found, "help needs no index"


def test_a_search_of_a_built_index_imports_only_the_read_path(tmp_path: Path, bare: set[str]) -> None:
    posts = tmp_path / "posts"
    shutil.copytree(ROOT / "posts", posts, ignore=shutil.ignore_patterns(".postdex"))
    imported(RUN_CLI, "-C", "posts", "index", cwd=tmp_path)
    for options in ([], ["-n", "3", "--json", "--tag=linux", "--no-typo"], ["after:99y"]):
        found = imported(RUN_CLI, "-C", "posts", "search", "SMC fallback", *options, cwd=tmp_path)
        check(found, bare, HEAVY | BUILDING | PATHS | {"click"})


def test_a_look_at_a_file_that_may_have_changed_needs_no_generator(tmp_path: Path, bare: set[str]) -> None:
    check(imported("import postdex_index.update.comparison", cwd=tmp_path), bare, HEAVY | BUILDING)


def test_a_search_that_finds_a_plain_new_post_needs_no_yaml(tmp_path: Path, bare: set[str]) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "old.md").write_text("---\ntitle: Old\n---\nSomething\n")
    imported(RUN_CLI, "-C", "posts", "index", cwd=tmp_path)
    (posts / "new.md").write_text("---\ntitle: 'New'\ntags: [a, b]\n---\nAnything\n")
    found = imported(RUN_CLI, "-C", "posts", "search", "anything", cwd=tmp_path)
    check(found, bare, {"frontmatter", "tomllib", "yaml"})
    assert "postdex_index.content.parser" in found


def test_a_search_through_the_library_needs_no_command_line(tmp_path: Path, bare: set[str]) -> None:
    posts = tmp_path / "posts"
    shutil.copytree(ROOT / "posts", posts, ignore=shutil.ignore_patterns(".postdex"))
    code = "import postdex; assert postdex.open('posts').search('SMC fallback').hits"
    imported(code, cwd=tmp_path)
    check(imported(code, cwd=tmp_path), bare, HEAVY | PATHS | {"click"})


def test_a_search_looks_for_no_cycles(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "posts", tmp_path / "posts", ignore=shutil.ignore_patterns(".postdex"))
    counted = (
        "import gc, sys; runs = []; gc.callbacks.append(lambda phase, _: runs.append(phase));"
        "from postdex.__main__ import main; status = main(); print(status, len(runs), file=sys.stderr)"
    )
    imported(RUN_CLI, "-C", "posts", "index", cwd=tmp_path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    command = [sys.executable, "-c", counted, "-C", "posts", "search", "SMC fallback"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.split()[-2:] == ["0", "0"], "it would take .15 of the search"


def test_a_search_for_chinese_words_compiles_no_wide_pattern(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "posts", tmp_path / "posts", ignore=shutil.ignore_patterns(".postdex"))
    imported(RUN_CLI, "-C", "posts", "index", cwd=tmp_path)
    asked = (
        "import sys; from postdex.__main__ import main; status = main(); from postdex_index.text import characters;"
        "print(status, characters._plain_pattern.cache_info().currsize, file=sys.stderr)"
    )
    paths = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    environment = {**os.environ, "PYTHONPATH": paths, "POSTDEX_PURE": "1"}
    command = [sys.executable, "-c", asked, "-C", "posts", "search", "引用计数"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.split()[-2:] == ["0", "0"], "its classes would take a tenth of the search"
