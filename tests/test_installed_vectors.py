"""Is it said when the vectors of meaning are not here, or not those that belong to this code?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from vectors_package import ASKED, TEXTS, write_package

import postdex
from postdex.meaning.installed import RELEASE

ROOT = Path(__file__).parent.parent
CLI = "import sys; sys.argv[0] = 'postdex'; from postdex.__main__ import main; sys.exit(main())"
#: A line for people, of vectors that are not used.
REFUSED = re.compile(r"postdex-vectors is not used: .*; install (postdex-vectors [\d.]+|postdex\[meaning\]) anew")


def whole(folder: Path) -> None:
    write_package(folder)


def of_another_version(folder: Path) -> None:
    write_package(folder, version="9.9.9")


def without_tables(folder: Path) -> None:
    write_package(folder, tables={})


def without_its_first_file(folder: Path) -> None:
    """Python takes any folder for a package, if there is no other."""
    (write_package(folder) / "__init__.py").unlink()


def changed(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A package whose table has other bytes than were written."""

    def make(folder: Path) -> None:
        table = write_package(folder) / "en.vectors"
        table.write_bytes(change(table.read_bytes()))

    return make


def raises(text: str) -> Callable[[Path], None]:
    """A package that runs this."""

    def make(folder: Path) -> None:
        (write_package(folder) / "__init__.py").write_text(text, encoding="utf-8")

    return make


def with_numpy(text: str) -> Callable[[Path], None]:
    """A package beside a numpy that runs this."""

    def make(folder: Path) -> None:
        write_package(folder)
        (folder / "numpy").mkdir()
        (folder / "numpy" / "__init__.py").write_text(text, encoding="utf-8")

    return make


#: What lies there as the vectors, and what of it is said.
BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "another version": (of_another_version, f"9.9.9 is here, {RELEASE} belongs to this postdex"),
    "no tables": (without_tables, "it holds no table"),
    "no first file": (without_its_first_file, "unknown is here"),
    "no numpy": (
        with_numpy("raise ImportError('no\\n\\x1b[31mnumpy')"),
        "numpy cannot be loaded (no [31mnumpy); install postdex[meaning] anew",
    ),
    "numpy of another Python": (with_numpy("raise ValueError('no way')"), "numpy cannot be loaded (no way); install"),
    "numpy that ends the process": (with_numpy("raise SystemExit(3)"), "numpy cannot be loaded (3); install"),
    "half of numpy": (with_numpy(""), "numpy"),
    "a version that is none": (
        raises("class V:\n def __ne__(self, other): raise ValueError\n __str__ = __ne__\nVERSION = V()"),
        "is not used: ",
    ),
    "raises": (raises("raise RuntimeError('no\\n\\x1b[31mway')"), "RuntimeError: no [31mway"),
    "ends the process": (raises("raise SystemExit(3)"), "SystemExit: 3"),
    "empty": (changed(lambda table: b""), ""),
    "cut in half": (changed(lambda table: table[: len(table) // 2]), "bytes where"),
    "cut by a byte": (changed(lambda table: table[:-1]), "bytes where"),
    "no table": (changed(lambda table: b"no table\n" * 100), ""),
    "another format": (changed(lambda table: table.replace(b'"format": 1', b'"format": 2')), "format is 2"),
}


def python(*arguments: str, vectors: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Python, which finds these vectors, or none."""
    roots = os.pathsep.join(map(str, (*filter(None, [vectors]), ROOT / "search", ROOT / "index")))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("POSTDEX_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        env={**kept, "PYTHONPATH": roots, "PYTHONUTF8": "1", "POSTDEX_PURE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Posts of which that which answers best has few of the words, indexed."""
    folder = tmp_path_factory.mktemp("meaning")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert python("-c", CLI, "-C", str(folder), "index").returncode == 0
    return str(folder)


def paths(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The paths of the hits that a command printed as JSON."""
    return [hit["path"] for hit in json.loads(done.stdout)["hits"]]


@pytest.mark.parametrize("name", BROKEN)
def test_vectors_that_do_not_fit_are_refused_in_one_line(tmp_path: Path, posts: str, name: str) -> None:
    """A search goes on by words and says so once; who asks for meaning by name gets an error."""
    make, why = BROKEN[name]
    make(tmp_path)
    by_words = python("-c", CLI, "-C", posts, "search", "--json", ASKED)
    done = python("-c", CLI, "-C", posts, "search", "--json", ASKED, vectors=tmp_path)
    assert done.returncode == 0 and paths(done) == paths(by_words) and not by_words.stderr, done
    (line,) = done.stderr.splitlines()
    assert REFUSED.fullmatch(line.removeprefix("postdex: ")) and line.startswith("postdex: ") and why in line, line
    for option in ("--no-meaning", "--sort=date"):
        assert "not used" not in python("-c", CLI, "-C", posts, "search", option, ASKED, vectors=tmp_path).stderr
    insisting = python("-c", CLI, "-C", posts, "search", "--meaning", ASKED, vectors=tmp_path)
    assert insisting.returncode == 2 and insisting.stderr.splitlines() == [line]


def test_each_report_says_what_is_here(tmp_path: Path, posts: str) -> None:
    said: list[tuple[Path | None, str, object]] = [
        (None, "not installed", {"version": None, "languages": [], "refused": None})
    ]
    for name, make in (("whole", whole), ("other", of_another_version)):
        (tmp_path / name).mkdir()
        make(tmp_path / name)
    words = f"postdex-vectors is not used: 9.9.9 is here, {RELEASE} belongs to this postdex; install postdex-vectors"
    said += [
        (
            tmp_path / "whole",
            f"postdex-vectors {RELEASE} (en)",
            {"version": RELEASE, "languages": ["en"], "refused": None},
        ),
        (
            tmp_path / "other",
            f"{words} {RELEASE} anew",
            {"version": None, "languages": [], "refused": f"{words} {RELEASE} anew"},
        ),
    ]
    for vectors, line, form in said:
        version = python("-c", CLI, "--version", vectors=vectors)
        assert f"\nmeaning: {line}\n" in version.stdout and not version.stderr
        doctor = python("-c", CLI, "-C", posts, "doctor", vectors=vectors)
        assert f"\nmeaning: {line}\n" in doctor.stdout and not doctor.stderr
        assert json.loads(python("-c", CLI, "-C", posts, "doctor", "--json", vectors=vectors).stdout)["meaning"] == form


def test_doctor_says_that_no_post_is_in_a_language_of_the_vectors(tmp_path: Path) -> None:
    write_package(tmp_path, tables={"xx": ("de", "zh")})
    (tmp_path / "posts").mkdir()
    for lang, said in (("en", "; they know none of the languages of the posts (en)"), ("zh-CN", ""), ("de_AT", "")):
        (tmp_path / "posts" / "a.md").write_text(f"---\nlang: {lang}\n---\nimage", encoding="utf-8")
        done = python("-c", CLI, "-C", str(tmp_path / "posts"), "doctor", "--fix", vectors=tmp_path)
        assert f"\nmeaning: postdex-vectors {RELEASE} (de, zh){said}\n" in done.stdout
    (tmp_path / "posts" / "a.md").write_text("---\nlang: en\n---\nimage", encoding="utf-8")
    (tmp_path / "posts" / "b.md").write_text("image", encoding="utf-8")  # which counts as one in Chinese, too
    done = python("-c", CLI, "-C", str(tmp_path / "posts"), "doctor", "--fix", vectors=tmp_path)
    assert f"\nmeaning: postdex-vectors {RELEASE} (de, zh)\n" in done.stdout


def test_doctor_reads_all_of_the_vectors_if_told_so(tmp_path: Path, posts: str) -> None:
    table = write_package(tmp_path) / "en.vectors"
    for content, said in ((b"", ""), (b"?", f"; en.vectors damaged, install postdex-vectors {RELEASE} anew")):
        table.write_bytes(table.read_bytes()[: -len(content) or None] + content)
        told = python("-c", CLI, "-C", posts, "doctor", "--verify", vectors=tmp_path).stdout
        assert f"\nmeaning: postdex-vectors {RELEASE} (en){said}\n" in told
        assert (
            f"\nmeaning: postdex-vectors {RELEASE} (en)\n"
            in python("-c", CLI, "-C", posts, "doctor", vectors=tmp_path).stdout
        )


def test_the_library_logs_once_that_vectors_are_refused(tmp_path: Path, posts: str) -> None:
    of_another_version(tmp_path)
    code = "import logging; logging.basicConfig(format='%(name)s %(levelname)s %(message)s'); import postdex\n"
    code += f"for _ in range(3): postdex.open({posts!r}).search({ASKED!r})"
    (line,) = python("-c", code, vectors=tmp_path).stderr.splitlines()
    assert line.startswith("postdex.meaning WARNING postdex-vectors is not used: 9.9.9 is here"), line


def test_without_the_extra_it_is_said_how_to_install_it(posts: str, run: Callable[..., tuple[int, str]]) -> None:
    told = "an order by meaning needs more packages; pip install 'postdex[meaning]'"
    with postdex.open(posts) as ix:
        assert ix.search(ASKED).meaning is ix.search(ASKED, meaning=False).meaning is False
        with pytest.raises(postdex.MissingExtraError, match="needs more packages"):
            ix.search(ASKED, meaning=True)
    assert run("-C", posts, "search", "--meaning", ASKED) == (2, f"postdex: {told}\n")


def test_importing_and_searching_by_words_load_no_vectors(tmp_path: Path, posts: str) -> None:
    raises("raise SystemExit('loaded')")(tmp_path)
    code = f"import sys, postdex; postdex.open({posts!r}).search('images')\n"
    code += "print([name for name in sys.modules if 'numpy' in name or 'vectors' in name or 'meaning' in name])"
    assert python("-c", code, vectors=tmp_path).stdout == "[]\n"


def test_one_release() -> None:
    """The package of the vectors, its door and the extra are of the release that the code asks for."""
    vectors = ROOT / "search" / "vectors"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"postdex-vectors=={RELEASE}" in project["optional-dependencies"]["meaning"]
    assert f'VERSION = "{RELEASE}"' in (vectors / "postdex_vectors" / "__init__.py").read_text("utf-8")
    assert (need := project["optional-dependencies"]["meaning"][0]).startswith("numpy")
    assert need in project["optional-dependencies"]["test"]
