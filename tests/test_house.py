"""Does the code keep the rules of the house: layers, who imports what, sizes, docstrings, words?

The rules and their reasons stand in ARCHITECTURE.md; the list of layers is here, since a list that
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
#: A distribution of its own, which is no code.
VECTORS = ROOT / "search" / "vectors"

#: The packages of both halves, and the modules that stand in none, in layers from the bottom: each imports only from
#: layers below its own, or from within itself.
LAYERS = (
    (
        "postdex_index.elementary",
        "postdex_index.logs",
        "postdex_index.named_tuple",
        "postdex_index.posix",
        "postdex_index.public",
    ),
    (
        "postdex_index.errors",
        "postdex_index.forks",
        "postdex_index.model",
        "postdex_index.native",
        "postdex_index.paths",
        "postdex_index.posix_locks",
        "postdex_index.query",
        "postdex_index.schema",
    ),
    (
        "postdex.faces",
        "postdex.request",
        "postdex.text_safety",
        "postdex_index.document",
        "postdex_index.engine.embedded.format",
        "postdex_index.formats",
        "postdex_index.scoring",
        "postdex_index.text",
    ),
    (
        "postdex.json_arguments",
        "postdex.meaning",
        "postdex.methods",
        "postdex.notebook",
        "postdex_index.sites",
    ),
    (
        "postdex_index.content.markdown",
        "postdex_index.settings",
    ),
    ("postdex_index.engine",),
    (
        "postdex.query",
        "postdex_index.content",
        "postdex_index.engine.embedded.storage",
        "postdex_index.engine.opensearch.cluster",
    ),
    (
        "postdex.index_location",
        "postdex.site_clock",
        "postdex.site_synonyms",
        "postdex_index.engine.embedded.read",
        "postdex_index.update",
    ),
    (
        "postdex.links",
        "postdex.results",
        "postdex_index.engine.embedded.whoosh",
        "postdex_index.engine.embedded.write",
        "postdex_index.engine.static",
    ),
    (
        "postdex.diagnostics",
        "postdex.snapshots",
        "postdex.web_address",
        "postdex_index.engine.embedded.check",
        "postdex_index.engine.opensearch.format",
    ),
    (
        "postdex.answering",
        "postdex.output",
        "postdex_index.engine.embedded",
        "postdex_index.engine.opensearch.storage",
    ),
    (
        "postdex.http.page",
        "postdex.record",
        "postdex.result_set",
        "postdex_index.engine.opensearch.read",
    ),
    ("postdex_index.engine.opensearch.write",),
    ("postdex_index.engine.opensearch",),
    ("postdex_index.engines",),
    ("postdex.index",),
    (
        "postdex.export",
        "postdex.near_posts",
        "postdex.opening",
        "postdex.section_lookup",
    ),
    ("postdex.cli",),
    ("postdex.mcp",),
    (
        "postdex.__main__",
        "postdex.http",
    ),
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
#: What a program imports; whatever is inside has its names from the modules.
FRONT_DOORS = ("postdex", "postdex_index")
#: What runs in the one thread that there is while a command begins.
ONE_THREAD = (
    "postdex.__main__",
    "postdex.cli",
    "postdex.http",
    "postdex.mcp",
    "postdex.index_location",
    "postdex_index.engines",
)
#: Imports of somebody else's package that only one module may make, and why.
SOLE_IMPORTERS = {
    "numpy": "postdex.meaning.vectors",  # 70 ms and 30 MB, which only a search by meaning pays
    "whoosh": "postdex_index.engine.embedded.whoosh.codec",  # the one place that knows Whoosh; costs 35-50 ms
    "pyromark": "postdex_index.content.markdown.sections",  # one function, so that another parser can be its oracle
    "opensearchpy": "postdex_index.engine.opensearch.cluster.node",  # so that its errors are known in one place
    "re2": "postdex_index.text.regexes",  # so that every expression has its limits, and no other engine sees one
    "yaml": "postdex_index.formats.yaml_lenient",  # its limits on YAML hold only if nobody goes around them
    "frontmatter": "postdex_index.formats.yaml_lenient",  # loaded only where there is YAML to read
}
#: Packages whose import name is not their name.
DISTRIBUTIONS = {
    "frontmatter": "python-frontmatter",
    "opensearchpy": "opensearch-py",
    "Stemmer": "PyStemmer",
    "postdex_native": "postdex-native",
    "postdex_vectors": "postdex-vectors",
    "re2": "google-re2",
    "yaml": "PyYAML",
}
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
        for path in sorted(set(source.rglob("*.py")) - {*VECTORS.rglob("*.py")}):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def imports(module: str) -> tuple[Import, ...]:
    """All imports of a module, those inside functions and for type checkers only included."""
    return tuple(_imports(module))


def _imports(module: str) -> Iterator[Import]:
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


def place(module: str) -> str:
    """The package of a module; the module itself where it stands in none, or is one."""
    package = module.rpartition(".")[0]
    return module if package in ("", *FRONT_DOORS) or modules()[module].name == "__init__.py" else package


def inner_imports() -> list[Import]:
    """The imports of our own modules by our own modules, those for type checkers only included."""
    files = {name for name, path in modules().items() if path.name != "__init__.py"}
    return [it for it in all_imports() if {it.module, it.target} <= files]


def package_edges() -> set[tuple[str, str]]:
    """Which package imports from which other one."""
    return {(a, b) for it in inner_imports() if (a := place(it.module)) != (b := place(it.target))}


def picture() -> str:
    """The packages by layer in Mermaid; an arrow that follows from others is left out.

    Names with a folder of their own are packages; a layer lies above those that it imports from.
    """
    edges = package_edges()
    further: dict[str, set[str]] = {}
    for name in sorted(LAYER, key=LAYER.__getitem__):
        below = {target for source, target in edges if source == name}
        further[name] = below.union(*(further[target] for target in below))
    shown = [(a, b) for a, b in sorted(edges) if not any(b in further[c] for source, c in edges if source == a)]
    rows = ["```mermaid", "flowchart TD"]
    for door, title in (("postdex", "search/postdex"), ("postdex_index", "index/postdex_index")):
        rows.append(f'  subgraph {door}["{title}"]')
        rows += [f'    {name}["{name.partition(".")[2]}"]' for name in LAYER if name.split(".")[0] == door]
        rows.append("  end")
    return "\n".join([*rows, *(f"  {a} --> {b}" for a, b in shown), "```\n"])


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
        if name.startswith("postdex_index.") and with_record.search(path.read_text(encoding="utf-8"))
    }


def check(broken: list[str], rule: str) -> None:
    """One rule, and each place that breaks it."""
    assert not broken, f"{rule}:\n  " + "\n  ".join(broken)


def test_there_is_a_house() -> None:
    assert {"postdex_index.errors", "postdex_index.query"} <= set(modules())


def test_every_package_has_a_layer() -> None:
    places = {place(name) for name, path in modules().items() if path.name != "__init__.py"}
    assert places == set(LAYER), "name it in LAYERS, or leave it out there"


def test_the_architecture_shows_these_modules_and_layers() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = {name: int(layer) for layer, name in re.findall(r"(?m)^\| (\d+) \| `(postdex[\w.]+)` \|", text)}
    files = {name for name, path in modules().items() if path.name != "__init__.py"} - set(generators())
    assert shown == {name: LAYER[place(name)] for name in files}


def test_the_picture_of_the_packages_is_current(request: pytest.FixtureRequest) -> None:
    path = ROOT / "ARCHITECTURE.md"
    text = path.read_text(encoding="utf-8")
    current = re.sub(r"```mermaid\n.*?```\n", lambda _: picture(), text, flags=re.DOTALL)
    if request.config.getoption("--update"):
        path.write_text(current, encoding="utf-8")
    assert text == current, "run `pytest tests/test_house.py --update`"


def test_imports_go_down() -> None:
    broken = [
        f"{it.module}:{it.line} (layer {LAYER[place(it.module)]}) imports {it.target} (layer {LAYER[place(it.target)]})"
        for it in inner_imports()
        if place(it.module) != place(it.target) and LAYER[place(it.target)] >= LAYER[place(it.module)]
    ]
    check(broken, "a package imports from layers below its own, never from its own or above")


def test_packages_are_folders_only() -> None:
    broken = [name for name, path in modules().items() if path.name == "__init__.py" and path.stat().st_size]
    check(sorted({*broken} - {*FRONT_DOORS}), "an __init__.py is empty: each import of the package would pay for it")


def test_what_windows_lacks_has_one_door() -> None:
    """Elsewhere it would be an AttributeError of some import; there it is a sentence that says what to do."""
    names = (
        r"\bfcntl\b|\bos\.(?:O_(?:CLOEXEC|DIRECTORY|NOFOLLOW|NONBLOCK)|fork\b|geteuid|getuid|pread|pwrite|register_at)"
    )
    broken = [
        f"{name}:{number} {line.strip()}"
        for name, path in modules().items()
        if name not in ("postdex_index.posix", "postdex_index.posix_locks")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(names, line.partition("#")[0]) and "`" not in line
    ]
    check(broken, "this stands in postdex_index.posix")


def test_the_import_graph_has_no_cycle() -> None:
    edges = {(it.module, it.target) for it in inner_imports()}
    while True:
        sources, targets = {source for source, _ in edges}, {target for _, target in edges}
        inner = {edge for edge in edges if edge[0] in targets and edge[1] in sources}
        if inner == edges:
            break
        edges = inner
    check([f"{source} -> {target}" for source, target in sorted(edges)], "these form a cycle, types included")


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
        if it.module.split(".")[0] == "postdex"
        and it.target.startswith("postdex_index.engine.embedded.")
        and it.target != "postdex_index.engine.embedded.engine"
    ]
    check(broken, "postdex asks engine.api and engine.embedded.engine, not what is inside")


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
    optional = {distribution(need) for extra in set(extras) - {"test", "bench", "docs"} for need in extras[extra]}
    tops = {it.target.split(".")[0] for it in all_imports() if not ours(it.target)} - sys.stdlib_module_names
    imported = {DISTRIBUTIONS.get(top, top).lower().replace("_", "-") for top in tops}
    assert core - imported == set(), "nothing imports these"
    assert imported - core - optional == set(), "these are not declared"


def distribution(need: str) -> str:
    """The name in a requirement: `PyYAML>=6` is `pyyaml`."""
    return re.split(r"[^\w.-]", need, maxsplit=1)[0].lower()


def test_only_wire_writes_json_for_others() -> None:
    broken = []
    for name, path in modules().items():
        if not name.startswith("postdex.") or name == "postdex.output.wire":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "json" and {"dump", "dumps"} & names_of(node):
                broken.append(f"{name}:{node.lineno}")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("json.dump", "json.dumps"):
                broken.append(f"{name}:{node.lineno}")
    check(broken, "output/wire.py owns every wire form")


def names_of(node: ast.ImportFrom) -> set[str]:
    """The names that a `from` import takes."""
    return {alias.name for alias in node.names}


def test_a_site_generator_is_named_in_its_own_file_alone() -> None:
    def owns(generator: str, module: str) -> bool:
        """Whether a module is this generator's: its own file, or one that has its name before a `_`."""
        return module == generator or module.startswith(f"{generator}_")

    broken = []
    for name, path in modules().items():
        others = "|".join(generator for module, generator in generators().items() if not owns(module, name))
        text = path.read_text(encoding="utf-8").lower()
        for match in re.finditer(rf"(?:{others})(?![a-z])", text):
            if not re.match("[a-z]", text[match.start() - 1]):
                broken.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1} {match[0]}")
    assert len(generators()) >= 10
    check(broken, "what only one generator does is a field of `Generator`, and stands in its file")


def test_a_fork_waits_for_what_threads_load() -> None:
    """A module that is half loaded when a process forks can never be loaded in the child (`forks`)."""
    broken = []
    for name, path in modules().items():
        if place(name) in ONE_THREAD or name in (*ONE_THREAD, *FRONT_DOORS):
            continue
        for top in ast.walk(tree(path)):
            if not isinstance(top, FUNCTIONS):
                continue
            barred = {
                below
                for node in ast.walk(top)
                if isinstance(node, ast.With) and ast.unparse(node.items[0]) == "forks.barred"
                for below in ast.walk(node)
            }
            broken += [
                f"{name}:{node.lineno} {ast.unparse(node)}"
                for node in ast.walk(top)
                if isinstance(node, ast.ImportFrom) and node not in barred
                if node.level or (node.module or "").split(".")[0] not in sys.stdlib_module_names
            ]
    check(broken, "write `with forks.barred:` around an import in a function")


def test_named_tuples_are_of_the_light_kind() -> None:
    """A class of `typing.NamedTuple` costs each cold start ten times as much (`postdex_index.named_tuple`)."""
    heavy = {"typing": "NamedTuple", "collections": "namedtuple"}
    broken = [
        f"{name}:{node.lineno} {heavy[node.module]}"
        for name, path in modules().items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in heavy and heavy[node.module] in names_of(node)
        if name != "postdex_index.named_tuple"
    ]
    check(broken, "take NamedTuple from postdex_index.named_tuple")
    eager = [
        name
        for name, path in modules().items()
        if name != "postdex_index.named_tuple" and "NamedTuple" in path.read_text(encoding="utf-8")
        if not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree(path).body)
    ]
    check(eager, "named tuples want `from __future__ import annotations`, so that no annotation is evaluated")


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
        if not ast.get_docstring(tree(path)) and tree(path).body:  # an __init__ is empty
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
    declared = sorted([*conftest.QUICK, *conftest.THOROUGH, *conftest.NATIVE, *conftest.READER])
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
