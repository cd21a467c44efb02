"""Is the compiled kernel used where it is the right one, and refused in one line where it isn't?

Here the kernels are broken ones and strangers, made on the spot, in processes of their own; what the right one answers
is for `test_native.py`.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any, NoReturn

import pytest
import Stemmer
from serving import serving

import postdex
from postdex.mcp import tools
from postdex.mcp.posts import Posts
from postdex_index import native
from postdex_index.engine.embedded.write.index_writer import IndexWriter
from postdex_index.errors import NativeError
from postdex_index.text import analyzer

ROOT = Path(__file__).parent.parent
CLI = "import sys; sys.argv[0] = 'postdex'; from postdex.__main__ import main; sys.exit(main())"
#: A line for people, of a kernel that is not used.
REFUSED = re.compile(r"postdex-native is not used: .*; install postdex-native [\d.]+ anew")
REFCOUNT = "2022/refcount-bug.md"
#: A whole module of machine code that is there on every machine which runs these tests.
MACHINE_CODE = Path(str(Stemmer.__file__)).read_bytes()


def source(text: str) -> Callable[[Path], None]:
    """A kernel that is a file of Python with this text."""
    return partial(_write, "postdex_native.py", text.encode())


def machine_code(content: bytes) -> Callable[[Path], None]:
    """A kernel that is a file of machine code with this content."""
    return partial(_write, f"postdex_native{EXTENSION_SUFFIXES[0]}", content)


def _write(name: str, content: bytes, folder: Path) -> None:
    (folder / name).write_bytes(content)


def of_another_python(folder: Path) -> None:
    """A package as wheels have it, whose module of machine code is for a Python that does not run here."""
    package = folder / "postdex_native"
    package.mkdir()
    (package / "__init__.py").write_text("from .postdex_native import *\n", encoding="utf-8")
    (package / "postdex_native.cpython-27-pdp11.so").write_bytes(MACHINE_CODE)


def cut_package(folder: Path) -> None:
    """A package as wheels have it, whose module of machine code was copied in half."""
    package = folder / "postdex_native"
    package.mkdir()
    (package / "__init__.py").write_text("from .postdex_native import *\n", encoding="utf-8")
    (package / f"postdex_native{EXTENSION_SUFFIXES[0]}").write_bytes(MACHINE_CODE[: len(MACHINE_CODE) // 2])


#: What lies there as the kernel, and what of it is said.
KERNELS: dict[str, tuple[Callable[[Path], None], str]] = {
    "other interface": (
        source(f"VERSION, INTERFACE = {postdex.__version__!r}, 0"),
        f"{postdex.__version__} (interface 0) is here",
    ),
    "other release": (source(f"VERSION, INTERFACE = '9.9.9', {native.INTERFACE}"), "9.9.9 (interface "),
    "no attributes": (source(""), "unknown (interface unknown) is here"),
    "raises": (source("raise RuntimeError('no\\n\\x1b[31mway')"), "RuntimeError: no [31mway"),
    "ends the process": (source("raise SystemExit(3)"), "SystemExit: 3"),
    "panics": (
        source("class PanicException(BaseException): ...\nraise PanicException('at once')"),
        "PanicException: at",
    ),
    "no syntax": (source("def"), "SyntaxError"),
    "lacks a package": (source("import no_such_package"), "No module named 'no_such_package'"),
    "of another Python": (of_another_python, "No module named 'postdex_native.postdex_native'"),
    "empty": (machine_code(b""), "ImportError"),
    "no machine code": (machine_code(b"no machine code\n" * 1000), "ImportError"),
    "cut to 4,096 bytes": (machine_code(MACHINE_CODE[:4096]), "is cut short"),
    "cut in half": (machine_code(MACHINE_CODE[: len(MACHINE_CODE) // 2]), "is cut short"),
    "cut by a byte": (machine_code(MACHINE_CODE[:-1]), "is cut short"),
    "cut in half, in a package": (cut_package, "is cut short"),
    "of another machine": (machine_code(MACHINE_CODE[:18] + b"\xff\x7f" + MACHINE_CODE[20:]), "ImportError"),
    "another module": (machine_code(MACHINE_CODE), "ImportError"),
}


def python(kernels: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python, which finds these kernels first."""
    roots = os.pathsep.join(map(str, (kernels, ROOT / "search", ROOT / "index")))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("POSTDEX_", "PYTHON"))}
    command = [sys.executable, "-B", *arguments]
    return subprocess.run(
        command,
        env={**kept, "PYTHONPATH": roots, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample posts, indexed without a kernel."""
    folder = tmp_path_factory.mktemp("kernel") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    assert python(folder, "-c", CLI, "-C", str(folder), "index", POSTDEX_PURE="1").returncode == 0
    return folder


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_that_does_not_fit_is_refused_in_one_line(tmp_path: Path, posts: Path, name: str) -> None:
    """Each command goes on in Python alone and says so once."""
    make, why = KERNELS[name]
    make(tmp_path)
    done = python(tmp_path, "-c", CLI, "-C", str(posts), "search", "refcount")
    assert done.returncode == 0 and REFCOUNT in done.stdout, done
    (line,) = done.stderr.splitlines()
    assert REFUSED.fullmatch(line.removeprefix("postdex: ")) and line.startswith("postdex: ") and why in line, line


@pytest.mark.parametrize("command", ["index", f"show {REFCOUNT}", "doctor", "doctor --json", "search --json a"])
def test_each_command_says_that_a_kernel_is_refused(tmp_path: Path, posts: Path, command: str) -> None:
    """Once, on standard error, whatever it does besides."""
    source("VERSION = '0.0.1'")(tmp_path)
    done = python(tmp_path, "-c", CLI, "-C", str(posts), *command.split())
    assert done.returncode == 0, done
    (line,) = done.stderr.splitlines()
    assert REFUSED.fullmatch(line.removeprefix("postdex: ")), line
    if command == "doctor":
        assert done.stdout.splitlines()[-1] == f"kernel: Python alone; {line.removeprefix('postdex: ')}"
    if command == "doctor --json":
        kernel = {"version": None, "refused": line.removeprefix("postdex: ")}
        assert json.loads(done.stdout)["kernel"] == kernel


def test_the_version_says_what_runs(tmp_path: Path) -> None:
    source("VERSION = '0.0.1'")(tmp_path)
    for environment, said in (({"POSTDEX_PURE": "1"}, r"Python alone"), ({}, f"Python alone; {REFUSED.pattern}")):
        done = python(tmp_path, "-c", CLI, "--version", **environment)
        version = postdex.__version__
        assert (
            re.fullmatch(f"postdex, version {version}\nmeaning: .*\nkernel: {said}\n", done.stdout) and not done.stderr
        )


def test_the_library_logs_once_that_a_kernel_is_refused(tmp_path: Path, posts: Path) -> None:
    source("VERSION = '0.0.1'")(tmp_path)
    code = "import logging, sys; logging.basicConfig(format='%(name)s %(levelname)s %(message)s'); import postdex\n"
    code += f"for _ in range(3): postdex.open({str(posts)!r}).search('refcount')"
    (line,) = python(tmp_path, "-c", code).stderr.splitlines()
    assert line.startswith("postdex.native WARNING postdex-native is not used: 0.0.1"), line


@pytest.mark.parametrize("variable", ["1", "yes"])
def test_what_is_turned_off_is_not_looked_at(tmp_path: Path, posts: Path, variable: str) -> None:
    """POSTDEX_PURE is for whoever has a kernel that is broken, too."""
    source("raise RuntimeError")(tmp_path)
    done = python(tmp_path, "-c", CLI, "-C", str(posts), "doctor", POSTDEX_PURE=variable)
    assert not done.stderr and done.stdout.endswith("\nkernel: Python alone\n"), done


def test_a_folder_of_its_name_is_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python takes any folder for a package, if there is no other."""
    (tmp_path / "postdex_native").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setitem(sys.modules, "postdex_native", sys)
    monkeypatch.delitem(sys.modules, "postdex_native")
    monkeypatch.delenv("POSTDEX_PURE", raising=False)
    kernel, refused = native._load()
    assert kernel is None and "unknown (interface unknown) is here" in refused


def test_importing_postdex_loads_no_kernel(tmp_path: Path) -> None:
    source("raise RuntimeError")(tmp_path)
    code = "import sys, postdex; print(any('native' in name for name in sys.modules))"
    assert python(tmp_path, "-c", code).stdout == "False\n"


def test_one_release() -> None:
    """The package, its extra, the crate and the door are of one release, and both sides of one interface."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    crate = ROOT / "index" / "native"
    locked = tomllib.loads((crate / "Cargo.lock").read_text("utf-8"))["package"]
    assert {
        postdex.__version__,
        project["optional-dependencies"]["fast"][0].removeprefix("postdex-native=="),
        tomllib.loads((crate / "Cargo.toml").read_text("utf-8"))["package"]["version"],
        *(package["version"] for package in locked if package["name"] == "postdex-native"),
    } == {postdex.__version__}
    interfaces = re.findall(r"(?m)^const INTERFACE: u32 = (\d+);", (crate / "src" / "lib.rs").read_text("utf-8"))
    assert interfaces == [str(native.INTERFACE)]


def test_its_wheel_brings_the_licences_of_what_is_in_it() -> None:
    """Those of the crates that are linked; the others are named, so that a new one is looked at."""
    crate = ROOT / "index" / "native"
    assert (crate / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    locked = tomllib.loads((crate / "Cargo.lock").read_text("utf-8"))["package"]
    said = (crate / "THIRD-PARTY.txt").read_text("utf-8")
    names = {package["name"] for package in locked} - {"postdex-native"}
    assert {name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", said)} == set()


# -- a kernel that fails


def failing(*_: Any, **__: Any) -> NoReturn:
    """What a function of the kernel does that panicked."""
    raise NativeError("panicked at src/characters.rs:7: index out of bounds")


SAID = "the compiled kernel failed (panicked at src/characters.rs:7: index out of bounds)"
REMEDY = "set POSTDEX_PURE=1 to do without it, and report this"


def test_each_face_says_that_the_kernel_failed(
    posts: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str]]
) -> None:
    """An error with a remedy, as any other; and the next search may be answered."""
    told = {"error": {"code": "native", "message": SAID, "hint": REMEDY}}
    with serving(posts) as served, postdex.Index(posts) as ix:
        with monkeypatch.context() as patched:
            patched.setattr(analyzer, "raw_spans", failing)
            assert run("-C", str(posts), "search", '"a phrase"') == (2, f"postdex: {SAID}; {REMEDY}\n")
            answer = served.ask("/search?q=%22a+phrase%22")
            body = answer.json()
            assert body["error"].pop("request_id") and (answer.status, body) == (500, told)
            said, failed = tools.answer(Posts.of(ix), "search", {"query": '"a phrase"'})
            assert failed and said == told
            with pytest.raises(NativeError, match="index out of bounds"):
                ix.search('"a phrase"')
        assert served.ask("/search?q=%22a+phrase%22").status == 200
        assert ix.search("refcount").total == 2


def contents(index: Path) -> dict[str, bytes]:
    """The files of an index; the lock says who last wrote."""
    return {path.name: path.read_bytes() for path in index.iterdir() if path.name != "lock"}


def test_a_build_in_which_the_kernel_fails_leaves_the_index_as_it_was(
    posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str]]
) -> None:
    folder = tmp_path / "posts"
    shutil.copytree(posts, folder)
    before = contents(folder / ".postdex")
    with monkeypatch.context() as patched:
        patched.setattr(IndexWriter, "put", failing)
        assert run("-C", str(folder), "index", "--full") == (2, f"postdex: {SAID}; {REMEDY}\n")
    assert contents(folder / ".postdex") == before


def test_a_failure_comes_from_a_process_of_a_build_as_it_was() -> None:
    """What the worker processes of a build raise is pickled."""
    error = pickle.loads(pickle.dumps(NativeError("index out of bounds")))
    assert str(error) == f"the compiled kernel failed (index out of bounds); {REMEDY}"
