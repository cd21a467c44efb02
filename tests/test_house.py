"""Does the code keep the rules of the house: floors, who imports what, sizes, docstrings, words?

The rules and their reasons stand in ARCHITECTURE.md; the floor table is here, since a table that
a test reads cannot be out of date. Everything is taken from the syntax trees, nothing is imported.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import conftest
import pytest

ROOT = Path(__file__).parent.parent
SOURCES = (ROOT / "index", ROOT / "search")

#: Module (or package, for all that is in it) -> floor. Imports go down or stay on their floor.
FLOORS = {
    "postdex_index.errors": 0,
    "postdex_index.model": 0,
    "postdex_index.query": 0,
    "postdex_index.schema": 0,
    "postdex_index.scoring": 0,
    "postdex_index.spelling": 0,
    "postdex_index.globs": 0,
    "postdex_index.ignore": 0,
    "postdex_index.forks": 0,
    "postdex_index.config": 1,
    "postdex_index.dates": 1,
    "postdex_index.sites": 1,
    "postdex_index.yaml_block": 1,
    "postdex_index.plain_yaml": 1,
    "postdex_index.structured": 1,
    "postdex_index.frontmatter": 1,
    "postdex_index.fields": 1,
    "postdex_index.blocks": 1,
    "postdex_index.fences": 1,
    "postdex_index.shortcodes": 1,
    "postdex_index.rendering": 1,
    "postdex_index.markdown": 1,
    "postdex_index.scripts": 1,
    "postdex_index.languages": 1,
    "postdex_index.analysis": 1,
    "postdex_index.analyzer": 1,
    "postdex_index.compounds": 1,
    "postdex_index.walk": 2,
    "postdex_index.parsing": 2,
    "postdex_index.posts": 2,
    "postdex_index.document": 0,
    "postdex_index.engine": 2,
    "postdex_index.embedded": 3,
    "postdex_index.engines": 4,
    "postdex_index.build": 4,
    "postdex_index.events": 5,
    "postdex_index.watch": 5,
    "postdex_index": 5,
    "postdex.faces": 6,
    "postdex.lexer": 6,
    "postdex.words": 6,
    "postdex.grammar": 6,
    "postdex.pasted": 6,
    "postdex.tree": 6,
    "postdex.as_typed": 6,
    "postdex.filters": 6,
    "postdex.request": 6,
    "postdex.argument_filters": 6,
    "postdex.json_arguments": 6,
    "postdex.syntax": 6,
    "postdex.suggest": 6,
    "postdex.rescue": 6,
    "postdex.meant": 6,
    "postdex.rank": 6,
    "postdex.printable": 6,
    "postdex.snippets": 6,
    "postdex.wholes": 6,
    "postdex.marking": 6,
    "postdex.stretches": 6,
    "postdex.hits": 6,
    "postdex.written": 6,
    "postdex.places": 6,
    "postdex.values": 6,
    "postdex.views": 6,
    "postdex.why": 7,
    "postdex.library": 7,
    "postdex.answers": 7,
    "postdex.checkup": 7,
    "postdex.terminal": 7,
    "postdex.render": 7,
    "postdex.sections": 7,
    "postdex.console": 8,
    "postdex.searching": 8,
    "postdex.upkeep": 8,
    "postdex.golden": 8,
    "postdex.commands": 8,
    "postdex.cli": 8,
    "postdex.__main__": 8,
    "postdex.service": 8,
    "postdex.mcp": 8,
    "postdex.stdio": 8,
    "postdex": 8,
}
#: Imports of somebody else's package that only one module may make, and why.
SOLE_IMPORTERS = {
    "whoosh": "postdex_index.embedded.codec",  # the one place that knows Whoosh; costs 35-50 ms
    "pyromark": "postdex_index.markdown",  # one function, so that another parser can be its oracle
    "yaml": "postdex_index.yaml_block",  # its limits on YAML hold only if nobody goes around them
    "frontmatter": "postdex_index.yaml_block",  # loaded only where there is YAML to read
}
#: Packages whose import name is not their name.
DISTRIBUTIONS = {"frontmatter": "python-frontmatter", "Stemmer": "PyStemmer", "yaml": "PyYAML"}
#: Names that say nothing about what a module is for.
EMPTY_NAMES = {"common", "core", "data", "entry", "helper", "helpers", "manager", "misc", "util", "utils"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FILE_LINES = 450
FUNCTION_LINES = 80
#: What must not stand in any file: unfinished work, a registry's host, a path of the machine it was written on.
FORBIDDEN = re.compile(
    r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b"
    r"|py" r"pi\.org|pythonhosted\.or" r"g|npm" r"js\.(?:org|com)"
    r"|(?<![\w.])/wor" r"k/"
)  # fmt: skip


class Import(NamedTuple):
    """`module` imports `target` on this line; `level` is the number of dots, `runs` is False for type checkers only."""

    module: str
    target: str
    level: int
    line: int
    runs: bool


@cache
def modules() -> dict[str, Path]:
    """Every module of both halves by its dotted name; a package by its own."""
    found = {}
    for source in SOURCES:
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(module: str) -> Iterator[Import]:
    """All imports of a module, those inside functions and for type checkers only included."""
    path = modules()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    checking = [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    typing = {below for node in checking for top in node.body for below in ast.walk(top)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, 0, node.lineno, node not in typing)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                target = full if full in modules() else base
                yield Import(module, target, node.level, node.lineno, node not in typing)


def floor(module: str) -> int | None:
    """The floor of a module, or of the nearest package around it that has one (never of the two roots)."""
    if module in FLOORS:
        return FLOORS[module]
    around = module.rpartition(".")[0]
    return floor(around) if around.count(".") else None


def ours(name: str) -> bool:
    """Whether a module is of this project."""
    return name.split(".")[0] in ("postdex", "postdex_index")


@cache
def all_imports() -> list[Import]:
    """All imports of all modules."""
    return [found for module in modules() for found in imports(module)]


def generators() -> dict[str, str]:
    """The modules that are one site generator each, with their own names."""
    with_record = re.compile("^GENERATOR = ", re.MULTILINE)
    return {
        name: name.rpartition(".")[2]
        for name, path in modules().items()
        if name.startswith("postdex_index.sites.") and with_record.search(path.read_text(encoding="utf-8"))
    }


def check(broken: list[str], rule: str) -> None:
    """One rule, and each place that breaks it."""
    assert not broken, f"{rule}:\n  " + "\n  ".join(broken)


def test_there_is_a_house() -> None:
    assert {"postdex_index.errors", "postdex_index.query"} <= set(modules())


def test_every_module_has_a_floor() -> None:
    check([name for name in modules() if floor(name) is None], "give the module a floor in FLOORS and ARCHITECTURE.md")


def test_the_architecture_shows_these_modules_and_floors() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (?:(\d) \| )?(`postdex.*?) \|", text)
    shown = {name: int(number or 3) for number, names in rows for name in re.findall(r"`([\w.]+)`", names)}
    apart = {"postdex", "postdex_index", "postdex_index.sites", *generators()}
    assert shown == {name: floor(name) for name in modules() if name not in apart}


def test_imports_never_go_up() -> None:
    broken = [
        f"{it.module}:{it.line} (floor {floor(it.module)}) imports {it.target} (floor {floor(it.target)})"
        for it in all_imports()
        if ours(it.target) and (floor(it.target) or 0) > (floor(it.module) or 0)
    ]
    check(broken, "imports go down or stay on their floor")


def test_the_lower_half_imports_alone() -> None:
    broken = [
        f"{it.module}:{it.line} imports {it.target}"
        for it in all_imports()
        if it.module.startswith("postdex_index") and it.target.split(".")[0] == "postdex"
    ]
    check(broken, "postdex_index knows nothing of postdex")


def test_the_upper_half_reaches_the_engine_by_its_door() -> None:
    broken = [
        f"{it.module}:{it.line} imports {it.target}"
        for it in all_imports()
        if it.module.split(".")[0] == "postdex" and it.target.startswith("postdex_index.embedded.")
    ]
    check(broken, "postdex asks postdex_index.engine and postdex_index.embedded, not what is inside")


def test_the_import_graph_has_no_cycle() -> None:
    edges = {(it.module, it.target) for it in all_imports() if it.runs and it.target in modules()}
    while True:
        sources, targets = {source for source, _ in edges}, {target for _, target in edges}
        inner = {edge for edge in edges if edge[0] in targets and edge[1] in sources}
        if inner == edges:
            break
        edges = inner
    check([f"{source} -> {target}" for source, target in sorted(edges)], "these form a cycle")


def test_the_lower_half_knows_no_face() -> None:
    words = re.compile(r"(?<![\w`-])--[a-z]|(?<!\w)-C\b|`postdex (?!search`)\w|\bexit[_ ](?:code|status)|\bhttp_status")
    broken = [
        f"{name}:{number} {found[0]}"
        for name, path in modules().items()
        if name.startswith("postdex_index")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := words.search(line))
    ]
    check(broken, "remedies are codes, which `postdex.faces` puts into words")


def test_each_remedy_has_words() -> None:
    named = {node.attr for node in ast.walk(tree(modules()["postdex.faces"])) if isinstance(node, ast.Attribute)}
    (remedies,) = [
        node for node in tree(modules()["postdex_index.errors"]).body if getattr(node, "name", "") == "Remedy"
    ]
    codes = {ast.unparse(node.targets[0]) for node in ast.walk(remedies) if isinstance(node, ast.Assign)}
    assert codes - named == set()


def test_imports_inside_a_package_are_relative() -> None:
    broken = [
        f"{it.module}:{it.line} imports {it.target}"
        for it in all_imports()
        if not it.level and ours(it.target) and it.target.split(".")[0] == it.module.split(".")[0]
    ]
    check(broken, "write `from .x import y`")


@pytest.mark.parametrize("package", SOLE_IMPORTERS)
def test_sole_importers(package: str) -> None:
    broken = [
        f"{it.module}:{it.line}"
        for it in all_imports()
        if it.target.split(".")[0] == package and it.module != SOLE_IMPORTERS[package]
    ]
    check(broken, f"only {SOLE_IMPORTERS[package]} imports {package}")


def test_dependencies_are_what_the_modules_import() -> None:
    with open(ROOT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]
    core = {distribution(need) for need in project["dependencies"]}
    optional = {distribution(need) for extra in ("watch", "server", "mcp") for need in extras[extra]}
    tops = {it.target.split(".")[0] for it in all_imports() if not ours(it.target)} - sys.stdlib_module_names
    imported = {DISTRIBUTIONS.get(top, top).lower().replace("_", "-") for top in tops}
    assert core - imported == set(), "nothing imports these"
    assert imported - core - optional == set(), "these are not declared"


def distribution(need: str) -> str:
    """The name in a requirement: `PyYAML>=6` is `pyyaml`."""
    return re.split(r"[^\w.-]", need, maxsplit=1)[0].lower()


def test_only_render_writes_json_for_others() -> None:
    broken = []
    for name, path in modules().items():
        if not name.startswith("postdex.") or name == "postdex.render":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "json" and {"dump", "dumps"} & names_of(node):
                broken.append(f"{name}:{node.lineno}")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("json.dump", "json.dumps"):
                broken.append(f"{name}:{node.lineno}")
    check(broken, "render.py owns every wire form")


def names_of(node: ast.ImportFrom) -> set[str]:
    """The names that a `from` import takes."""
    return {alias.name for alias in node.names}


def test_a_site_generator_is_named_in_its_own_file_alone() -> None:
    broken = []
    for name, path in modules().items():
        others = "|".join(generator for module, generator in generators().items() if module != name)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := re.search(rf"(?i)(?<![a-z])(?:{others})(?![a-z])", line):
                broken.append(f"{name}:{number} {match[0]}")
    assert len(generators()) >= 10
    check(broken, "what only one generator does is a field of `Generator`, and stands in its file")


def test_nothing_is_ever_unpickled() -> None:
    readers = {"load", "loads", "Unpickler"}
    broken = []
    for name, path in modules().items():
        named = {it.target.split(".")[0] for it in imports(name)}
        if named & {"shelve", "marshal", "dill", "joblib"}:
            broken.append(f"{name} imports a module that unpickles")
        if "pickle" not in named:
            continue
        for node in ast.walk(tree(path)):
            if (isinstance(node, ast.Attribute) and node.attr in readers) or (
                isinstance(node, ast.ImportFrom) and node.module == "pickle" and readers & names_of(node)
            ):
                broken.append(f"{name}:{node.lineno}")
    check(broken, "a pickle in an index would run code of whoever made the index")


def test_no_private_door_of_another_package_is_used() -> None:
    broken = [
        f"{it.module}:{it.line} imports {it.target}"
        for it in all_imports()
        if not ours(it.target)
        and it.target not in sys.stdlib_module_names
        and any(part.startswith("_") and not part.startswith("__") for part in it.target.split("."))
    ]
    for name, path in modules().items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and not node.level and not ours(node.module or ""):
                broken += [f"{name}:{node.lineno} imports {each}" for each in names_of(node) if each.startswith("_")]
    check(broken, "what begins with _ may be another thing in the next version")


def test_no_code_is_made_from_text() -> None:
    broken = [
        f"{name}:{node.lineno} {node.func.id}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]
    check(broken, "no eval, no exec")


def test_only_an_analyzer_says_how_text_is_read() -> None:
    broken = [
        f"{name}:{node.lineno} {node.name}: {parameter.arg}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTIONS)
        for parameter, default in parameters(node)
        if parameter.arg == "simplify" or (parameter.arg == "analyzer" and default)
    ]
    check(broken, "take the Analyzer of the index")


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function, each with its default."""
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    yield from zip(positional, [*[None] * (len(positional) - len(defaults)), *defaults], strict=True)
    yield from zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)


def test_no_except_catches_bugs() -> None:
    broken = [
        f"{name}:{node.lineno}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    check(broken, "name the errors that are expected")


def test_modules_and_public_names_say_what_they_are() -> None:
    broken = []
    for name, path in modules().items():
        if not ast.get_docstring(tree(path)):
            broken.append(f"{name} (the module)")
        for node in tree(path).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith(
                "_"
            ):
                overloads = any("overload" in ast.unparse(mark) for mark in node.decorator_list)
                if not ast.get_docstring(node) and not overloads:
                    broken.append(f"{name}:{node.lineno} {node.name}")
    check(broken, "no docstring")


def test_module_names_mean_something() -> None:
    check([name for name in modules() if name.rpartition(".")[2] in EMPTY_NAMES], "name the module by what it is for")


def own_files(pattern: str = "*") -> Iterator[Path]:
    """The project's own files: what is no cache, build or index."""
    skipped = {"__pycache__", ".git", ".venv", "venv", "build", "dist", ".postdex", ".hypothesis"}
    for path in sorted(ROOT.rglob(pattern)):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(part in skipped or part.endswith(("_cache", ".egg-info")) for part in parts):
            yield path


def test_no_file_is_long() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in own_files("*.py")
        if path.parent.name != "tests"  # a table of cases is as long as its subject
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    ]
    check(broken, f"more than {FILE_LINES} lines")


def test_no_function_is_long() -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines"
        for path in own_files("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTIONS)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    check(broken, f"more than {FUNCTION_LINES} lines")


def test_each_test_module_is_quick_or_thorough() -> None:
    declared = sorted([*conftest.QUICK, *conftest.THOROUGH])
    assert declared == sorted(path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.py"))


def test_no_forbidden_words() -> None:
    broken = []
    for path in own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if match := FORBIDDEN.search(line):
                broken.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    check(broken, "does not belong into the project")
