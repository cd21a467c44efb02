"""Which parts of the documents are taken from the program? Runs the program and puts them in.

    python docs/update.py            rewrites README.md, ARCHITECTURE.md, docs/*.md, openapi.json, terminal.svg
    python docs/update.py --check    says which of them are out of date, exit 1 if any is

Two kinds of places:

* `<!-- NAME -->` ... `<!-- /NAME -->`: what stands between is made here. NAME is `help` (of the
  program), `help COMMAND`, `settings`, `fields`, `errors`, `generators`, `sites` (what is right of each generator's),
  `arguments` (of a search), `parameters` and `limits` (of the service) or `crate` (the files of the compiled kernel).
* a block of ```` ```console ````: each line `$ postdex ...` is run in a scratch folder that holds
  a copy of `posts/`, one block after the other, and its output put below it: what a terminal shows, or with
  `| cat` behind the line what goes into a pipe.

`tests/test_docs.py` holds the documents to it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SITES = ROOT / "index" / "postdex_index" / "sites"
#: The files of the sample posts get this time: a note without a date shows its file's.
MTIME = 1_717_243_200
#: What differs from run to run or from machine to machine, and what documents show in its place.
VOLATILE = (
    (re.compile(r'("took_ms": )[\d.]+'), r"\g<1>0.8"),
    (re.compile(r"(posts?(?:, [^,\n]*)?, )[\d.]+ ms"), r"\g<1>4.2 ms"),
    (re.compile(r"\d[\d,]* bytes"), "130,575 bytes"),
)
#: The columns of the terminal in documents.
COLUMNS = 92
_PROGRAM = (
    *(sys.executable, "-c"),
    "import sys; sys.argv[0] = 'postdex'; from postdex.cli.main import main; sys.exit(main())",
)
#: Where the scratch folder seems to be.
HOME = "/home/you"
_PLACE = re.compile(
    r"(<!-- (help|help [\w-]+|settings|fields|errors|limits|generators|sites|arguments|parameters|crate) -->\n)"
    r".*?(<!-- /\2 -->)",
    re.DOTALL,
)
_CONSOLE = re.compile(r"(?m)^```console\n(.*?)^```$", re.DOTALL)


def documents() -> list[Path]:
    """All documents that may hold such places."""
    # The table first: the program that makes the others reads it.
    own = [_SITES / "generators.txt", *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"))]
    return [*own, *sorted((ROOT / "docs").glob("*.md"))]


def updated(text: str) -> str:
    """A document with its made places filled as of now."""
    text = _PLACE.sub(lambda place: place[1] + _made(place[2]) + place[3], text)
    with sample_folder() as folder:
        return _CONSOLE.sub(lambda block: f"```console\n{_transcript(block[1], folder)}```", text)


def run(*arguments: str, folder: Path) -> str:
    """What `postdex ARGUMENTS` prints into a pipe, standard error first; its exit status is not looked at."""
    done = subprocess.run(
        [*_PROGRAM, *arguments],
        cwd=folder,
        env=_environment() | {"NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return _as_documented(shlex.join(arguments), done.stderr + done.stdout, folder)


def on_terminal(line: str, *, folder: Path, columns: int = COLUMNS, color: bool = False) -> str:
    """What the line `postdex ...` prints on a terminal of so many columns, and of lines for all of it."""
    reading, writing = os.openpty()
    termios.tcsetwinsize(writing, (10_000, columns))
    told = {"TERM": "xterm-256color", "COLUMNS": str(columns), **({} if color else {"NO_COLOR": "1"})}
    with subprocess.Popen(
        [*_PROGRAM, *shlex.split(line)[1:]], cwd=folder, env=_environment() | told, stdout=writing, stderr=writing
    ) as process:
        os.close(writing)
        octets = b""
        with suppress(OSError):  # that is how a terminal ends
            while piece := os.read(reading, 65_536):
                octets += piece
        os.close(reading)
        process.wait(120)
    return _as_documented(line, octets.decode().replace("\r\n", "\n"), folder)


def _environment() -> dict[str, str]:
    """The environment of a command whose output is shown, the same on every machine."""
    ours = ("POSTDEX_", "PYTHON", "LINES", "COLUMNS", "NO_COLOR", "CLICOLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    return kept | {"PYTHONPATH": roots, "PYTHONUTF8": "1", "COLUMNS": "80", "TZ": "UTC", "POSTDEX_PURE": "1"}


def _as_documented(command: str, shown: str, folder: Path) -> str:
    """What a command has printed, without what differs from run to run. Raises RuntimeError if it crashed."""
    if "Traceback (most recent call last)" in shown:
        raise RuntimeError(f"{command} crashed:\n{shown}")
    shown = shown.replace(str(folder.resolve()), HOME)
    for pattern, fixed in VOLATILE:
        shown = pattern.sub(fixed, shown)
    return shown


@cache
def help_text(command: str = "") -> str:
    """The help of the program or of one of its commands; an error if it has none."""
    text = run(*command.split(), "--help", folder=ROOT)
    if not text.startswith("Usage: "):
        raise RuntimeError(f"postdex {command} --help says: {text}")
    return text


def commands() -> list[str]:
    """The names of all commands, as the program lists them."""
    _, _, listed = help_text().partition("Commands:\n")
    return re.findall(r"(?m)^  ([a-z][\w-]*)", listed)


def options(command: str = "") -> dict[str, str]:
    """The options of a command: how they are written, and what the help says of them."""
    _, _, listed = help_text(command).partition("Options:\n")
    listed = listed.partition("Commands:\n")[0]
    found = re.findall(r"(?m)^  (-\S(?: ?\S)*)((?:(?:  +|\n {6,}).*)*)", listed)
    return {option: " ".join(words.split()) for option, words in found}


@contextmanager
def sample_folder() -> Iterator[Path]:
    """A scratch folder that holds a copy of `posts/`, its files all of one time."""
    with tempfile.TemporaryDirectory(prefix="postdex-docs-") as scratch:
        folder = Path(scratch)
        shutil.copytree(ROOT / "posts", folder / "posts", ignore=shutil.ignore_patterns(".postdex"))
        for path in (folder / "posts").rglob("*"):
            os.utime(path, (MTIME, MTIME))
        yield folder


def _transcript(block: str, folder: Path) -> str:
    lines = []
    for line in block.splitlines():
        if line.startswith("$ postdex"):
            typed, piped, _ = line[2:].partition(" | cat")
            shown = run(*shlex.split(typed)[1:], folder=folder) if piped else on_terminal(typed, folder=folder)
            lines += ["", line, *(row.rstrip() for row in shown.splitlines())]
    return "\n".join(lines).removeprefix("\n") + "\n"


def _made(place: str) -> str:
    tables = {
        "settings": _settings,
        "fields": _fields,
        "errors": _errors,
        "limits": _limits,
        "generators": _generators,
        "sites": _sites,
        "arguments": _arguments,
        "parameters": _parameters,
        "crate": _crate,
    }
    if place in tables:
        return tables[place]()
    return f"```text\n{help_text(place.removeprefix('help').strip())}```\n"


def _settings() -> str:
    from postdex_index.settings import SETTINGS

    defaults = [{} if it.type == "table of texts" else it.default for it in SETTINGS]
    rows = zip(SETTINGS, defaults, strict=True)
    lines = [f"| `{it.name}` | {it.type} | `{json.dumps(default)}` | {it.doc} |" for it, default in rows]
    return "\n".join(["| setting | type | default | meaning |", "| --- | --- | --- | --- |", *lines, ""])


def _generators() -> str:
    modules = (import_module(f"postdex_index.sites.{path.stem}") for path in _SITES.glob("[a-z]*.py"))
    found = [module.GENERATOR for module in modules if hasattr(module, "GENERATOR")]
    rows = []
    for it in sorted(found, key=lambda generator: generator.rank):
        styles = (style.name for style in it.styles)
        columns = " ".join(it.posts), "; ".join(it.moved), " ".join(styles), " ".join(it.besides), "; ".join(it.signs)
        rows.append(f"{' | '.join((it.name, *columns))}\n")
    return "".join(rows)


def _sites() -> str:
    sys.path.append(str(ROOT / "benchmarks"))
    sites = import_module("sites")
    rows: list[str] = [sites.row(name, pages) for name, pages in sites.kept().items()]
    return "\n".join([sites.HEAD, sites.RULE, *rows, ""])


def _fields() -> str:
    from postdex_index.schema import FIELDS

    wire = {"hit": "hits, documents", "document": "documents"}
    lines = []
    for it in FIELDS:
        names = [f"`{name}:`" if name else "" for name in (it.searched and it.name, it.filter)]
        cells = [f"`{it.name}`", f"{it.weight:g}" if it.weight else "", *names, it.facet and f"`{it.facet}`"]
        cells += ["yes" if it.sort else "", wire.get(it.wire, "")]
        lines.append(f"| {' | '.join(cell or '-' for cell in cells)} |")
    head = "| field | weight | searched alone | filter | facet | sorts | in JSON |"
    return "\n".join([head, "| --- " * 7 + "|", *lines, ""])


def _errors() -> str:
    from postdex import faces
    from postdex_index import errors

    rows = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PostdexError)]
    lines = [
        f"| `{kind.__name__}` | `{kind.code}` | {faces.EXIT_STATUS} | {faces.http_status(kind)} | {_first_line(kind)} |"
        for kind in rows
    ]
    return "\n".join(["| error | code | exit | HTTP | what happened |", "| --- | --- | --- | --- | --- |", *lines, ""])


def _limits() -> str:
    sys.path.append(str(ROOT / "docs"))
    lines = [f"| {' | '.join(row)} |" for row in import_module("limits").rows()]
    return "\n".join(["| what | limit | beyond it |", "| --- | --- | --- |", *lines, ""])


def _arguments() -> str:
    from postdex.request import arguments

    rows = [it for it in arguments().values() if it.name != "query"]
    lines = [f"| `{it.name}` | `{it.default!r}` | ".replace("'", '"') + f"{it.in_full()} |" for it in rows]
    return "\n".join(["| argument | default | means |", "| --- | --- | --- |", *lines, ""])


def _parameters() -> str:
    from postdex.http.endpoints import ENDPOINTS

    rows: dict[str, str] = {}
    for it in (parameter for endpoint in ENDPOINTS for parameter in endpoint.parameters):
        of = ", ".join(point.name for point in ENDPOINTS if it.name in {each.name for each in point.parameters})
        default = "" if it.default in (None, (), "") else f"`{json.dumps(it.default)}`"
        words = it._replace(more="").in_full()  # of values that only a program of Python can give
        rows.setdefault(it.name, f"| `{it.name}` | {of} | {default} | {words} |")
    return "\n".join(["| parameter | of | default | means |", "| --- | --- | --- | --- |", *rows.values(), ""])


def _crate() -> str:
    rows = []
    for path in sorted((ROOT / "index" / "native" / "src").glob("*.rs")):
        head, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
        opening = " ".join(line.removeprefix("//!").strip() for line in head.splitlines() if line.startswith("//!"))
        rows.append(f"| `{path.name}` | {opening} |")
    return "\n".join(["| file | the question it answers, and for which Python |", "| --- | --- |", *rows, ""])


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").partition("\n")[0].strip()


def main() -> int:
    """Rewrite the documents, or with `--check` only name those that would change."""
    sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]
    stale = 0
    for path in documents():
        old = path.read_text(encoding="utf-8")
        new = updated(old)
        if new == old:
            continue
        stale += 1
        print(path.relative_to(ROOT), "is out of date" if "--check" in sys.argv else "is updated")
        if "--check" not in sys.argv:
            path.write_text(new, encoding="utf-8")
    import openapi  # of this folder, as is the script
    import terminal_picture

    return max(openapi.main(), terminal_picture.main(), int(stale > 0 and "--check" in sys.argv))


if __name__ == "__main__":
    sys.exit(main())
