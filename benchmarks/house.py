"""In figures that anyone can make again: how large is the house, how is it divided, and how does it speak?

    python benchmarks/house.py [CHECKOUT ...]

Everything is read from the syntax trees of `index/` and `search/` of each checkout, nothing is imported, so any commit
can be measured with this file. Each row names its measure; what it counts exactly stands in the function's docstring.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PRIVATE_WORDS = ("found", "known", "one", "each", "kept", "said", "made", "wanted")
#: A docstring that has one of these says in what a number is counted, or what a value looks like.
UNITS = re.compile(
    r"\b(seconds?|milliseconds?|ms|microseconds?|bytes?|bits?|characters?|code points?|lines?|positions?|days?|years?"
    r"|how (many|often)|numbers? of|counts?|from 0|0 to \d+|1 to \d+|between 0|one of|arrays?|lists?|pairs?)\b|->"
)
ERRORS = re.compile(r"\b[Rr]aises?\b|\w(Error|Fault|Exception|Interrupt)\b|\bnever (raises|fails)\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """A file of the house: dotted name, whether it is a package's own, number of lines, syntax tree."""

    name: str
    package: bool
    lines: int
    tree: ast.Module


def modules(checkout: Path) -> list[Module]:
    """All modules of both halves, by name."""
    parsed = []
    for source in (checkout / "index", checkout / "search"):
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            package = parts[-1] == "__init__"
            text = path.read_text(encoding="utf-8")
            parsed.append(
                Module(".".join(parts[:-1] if package else parts), package, len(text.splitlines()), ast.parse(text))
            )
    return parsed


def functions(house: Iterable[Module]) -> list[Function]:
    """All functions and methods, those inside others included."""
    return [node for module in house for node in ast.walk(module.tree) if isinstance(node, Function)]


def layers(checkout: Path) -> dict[str, int]:
    """Module or package -> layer, as tests/test_house.py has it: a mapping to numbers, or a list from below upwards.

    In a list an entry may itself be a list, of packages that stand beside each other.
    """
    tree = ast.parse((checkout / "tests" / "test_house.py").read_text(encoding="utf-8"))
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and target.id in ("FLOORS", "LAYERS") and value is not None:
            table = ast.literal_eval(value)
            if isinstance(table, dict):
                return table
            rows = [[row] if isinstance(row, str) else row for row in table]
            return {name: number for number, row in enumerate(rows) for name in row}
    raise SystemExit(f"{checkout}/tests/test_house.py has neither FLOORS nor LAYERS")


def unit_of(name: str, table: dict[str, int]) -> str:
    """The entry of the layer table that a module belongs to: itself, or the nearest package around it; "" if none."""
    while name and name not in table:
        name = name.rpartition(".")[0]
    return name


def imports(module: Module, names: set[str]) -> Iterator[str]:
    """The modules of the house that a module imports, anywhere in it."""
    package = module.name if module.package else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            targets = {f"{base}.{alias.name}" for alias in node.names}
            yield from sorted({target if target in names else base for target in targets} & names)


def same_layer_imports(house: Iterable[Module], table: dict[str, int]) -> tuple[int, int]:
    """Imports between two entries of the layer table, and those of them whose entries are on one layer.

    Imports inside one entry (a package that the table names as a whole) cross nothing and are not counted.
    """
    crossing = same = 0
    names = {module.name for module in house}
    for module in house:
        here = unit_of(module.name, table)
        for target in imports(module, names):
            there = unit_of(target, table)
            if here and there and here != there:
                crossing += 1
                same += table[here] == table[there]
    return crossing, same


def anonymous_tuples(house: Iterable[Module]) -> int:
    """Functions with `tuple[X, Y, ...]` of two or more parts anywhere in an annotation; `tuple[X, ...]` is a list."""

    def anonymous(annotation: ast.expr | None) -> bool:
        return any(
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id == "tuple"
            and isinstance(node.slice, ast.Tuple)
            and not any(isinstance(part, ast.Constant) and part.value is Ellipsis for part in node.slice.elts)
            and len(node.slice.elts) > 1
            for node in ast.walk(annotation)
        ) if annotation else False  # fmt: skip

    return sum(any(map(anonymous, annotated(function))) for function in functions(house))


def annotated(function: Function) -> list[ast.expr | None]:
    """The annotations of a function: of its parameters, and last of what it returns."""
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [*(parameter.annotation for parameter in parameters if parameter), function.returns]


def long_calls(house: Iterable[Module]) -> int:
    """Calls that pass six or more values by position; `*rows` counts as one."""
    return sum(isinstance(node, ast.Call) and len(node.args) >= 6 for module in house for node in ast.walk(module.tree))


def public_functions(house: Iterable[Module]) -> list[Function]:
    """Functions of modules and methods of public classes whose names do not begin with an underscore."""
    shown: list[Function] = []
    for module in house:
        for node in module.tree.body:
            inside = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
            shown += [item for item in inside if isinstance(item, Function) and not item.name.startswith("_")]
    return shown


def with_numbers(shown: Iterable[Function]) -> list[str]:
    """The docstrings of those functions that take or return `int`, `float` or an array of them; "" where none is."""

    def numeric(annotation: ast.expr | None) -> bool:
        nodes = ast.walk(annotation) if annotation else ()
        return any(isinstance(node, ast.Name) and node.id in ("int", "float", "array") for node in nodes)

    return [ast.get_docstring(function) or "" for function in shown if any(map(numeric, annotated(function)))]


def with_raise(shown: Iterable[Function]) -> list[str]:
    """The docstrings of those functions whose own body has a `raise` with a value; what they call may raise more."""
    return [
        ast.get_docstring(function) or ""
        for function in shown
        if any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(function))
    ]


def words(house: Iterable[Module]) -> Counter[str]:
    """How often each private word is bound as a name: a variable, a parameter, a function."""
    bound: Counter[str] = Counter()
    for module in house:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound[node.id] += 1
            elif isinstance(node, ast.arg):
                bound[node.arg] += 1
            elif isinstance(node, Function):
                bound[node.name] += 1
    return Counter({word: bound[word] for word in PRIVATE_WORDS})


def figures(checkout: Path) -> dict[str, str]:
    """Measure -> figure, of one checkout."""
    house = modules(checkout)
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions(house)]
    crossing, same = same_layer_imports(house, layers(checkout))
    shown = public_functions(house)
    documented = sum(ast.get_docstring(function) is not None for function in shown)
    numbers, raising = with_numbers(shown), with_raise(shown)
    bound = words(house)
    sizes = [module.lines for module in house]
    return {
        "modules": f"{len(house)}",
        "lines": f"{sum(sizes):,}",
        "lines of a file, median and longest": f"{median(sizes):.0f}, {max(sizes)}",
        "lines of a function, median and longest": f"{median(lengths):.0f}, {max(lengths)}",
        "imports on the same layer": f"{same} of {crossing}",
        "signatures with anonymous tuples": f"{anonymous_tuples(house)}",
        "calls with six or more values by position": f"{long_calls(house)}",
        "public functions with a docstring": f"{documented} of {len(shown)}",
        "  with numbers: that name a unit or shape": f"{sum(bool(UNITS.search(text)) for text in numbers)}"
        f" of {len(numbers)}",
        "  with a raise: that name an error": f"{sum(bool(ERRORS.search(text)) for text in raising)} of {len(raising)}",
        "names from the private vocabulary": f"{bound.total()} ("
        + ", ".join(f"{w} {n}" for w, n in bound.items())
        + ")",
    }


def main(arguments: list[str]) -> int:
    """Print a row for each measure, a column for each checkout; of this one where none is given."""
    checkouts = [Path(argument) for argument in arguments] or [ROOT]
    columns = [figures(checkout) for checkout in checkouts]
    for measure in columns[0]:
        print(f"{measure:<44}", " | ".join(column[measure] for column in columns))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
