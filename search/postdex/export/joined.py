"""How do the reader's modules become one script?

They are written as the library is, a file for each question; a browser gets them as one, so that nothing waits for a
chain of requests. Each module becomes a function that gives what it exports, in an order in which nobody asks for what
is not there yet. Comments and indentation are left out. No tool of JavaScript is needed for that, as the modules keep
to few forms, which `Module.read` holds them to: a script that is joined is one that was checked.

A second script can be joined from modules that need some of the first (`beside`): it exports a function that takes
those.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from postdex_index.named_tuple import NamedTuple

from ..http.page.sent import without_comments
from ..output.wire import dumps
from .parameters import READER

#: An import, of names only, each on a line or all on one.
_IMPORT = re.compile(r'^import \{([\w$\s,]+)\} from "(\.\.?/[\w./]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*? ?|class |const )([\w$]+))", re.MULTILINE)
#: A type within a line: `/** @type {string} */ (text)`.
_TYPE = re.compile(r"/\*\* (?:@type|@param|@returns?) [^\n]*?\*/ ?")
#: What no form of the above has taken, though it can only be one.
_LEFT = re.compile(r"^.*(?:^import\b|^export\b|/\*\*?(?= )|(?<=[;{},]) // ).*$", re.MULTILINE)


class Module(NamedTuple):
    """A module: its name below the reader's folder without `.js`, its names from each other module, what it exports,
    and the rest of its text."""

    name: str
    imports: Mapping[str, Sequence[str]]
    exports: Sequence[str]
    body: str

    @classmethod
    def read(cls, name: str, text: str) -> Module:
        r"""The module of this text. Raises ValueError for a form that cannot be joined.

        >>> Module.read("a/b", 'import { f } from "../c.js";\n\n// Why.\nexport const g = () => f();\n')
        Module(name='a/b', imports={'c': ['f']}, exports=['g'], body='const g = () => f();\n')
        """
        odd = next((line for line in text.split("\n") if line.replace(r"\`", "").count("`") % 2), "")
        if odd and not odd.lstrip().startswith(("*", "//", "/*")):
            raise ValueError(f"{name}.js: a template text is not all on one line (or write \\x60): {odd.strip()}")
        text = _TYPE.sub("", without_comments(text.encode()).decode())
        imports: dict[str, Sequence[str]] = {}
        for names, path in _IMPORT.findall(text):
            source = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            imports[source] = [one.strip() for one in names.split(",") if one.strip()]
        body = re.sub(r"\n{2,}", "\n", _IMPORT.sub("", text)).lstrip("\n")
        exports = _EXPORT.findall(body)
        body = _EXPORT.sub("", body)
        if left := _LEFT.search(body):
            raise ValueError(f"{name}.js: this cannot be joined: {left[0].strip()}")
        return cls(name, imports, exports, body)


def reader() -> str:
    """The script that answers in a worker, or in a page that imports it. `modules` is all that it exports: the exports
    of each module by its name."""
    modules = closure("worker")
    names = {module.name: f"m{number}" for number, module in enumerate(modules)}
    every = ",".join(f"{dumps(name)}:{variable}" for name, variable in names.items())
    return f"{''.join(_functions(modules, names))}export const modules={{{every}}};\n"


def painter(calls: Mapping[tuple[str, str], object]) -> str:
    """The script that paints the search page: it exports a function that takes the reader's `modules` and gives the
    exports of `http/search_page`. `calls` are made before anything else: of which function of a module, with what."""
    given = {module.name: f"modules[{dumps(module.name)}]" for module in closure("worker")}
    modules = [module for module in closure("http/search_page") if module.name not in given]
    names = given | {module.name: f"p{number}" for number, module in enumerate(modules)}
    called = "".join(f"{names[name]}.{function}({dumps(value)});\n" for (name, function), value in calls.items())
    functions = "".join(_functions(modules, names))
    return f"export const painter=modules=>{{\n{functions}{called}return {names['http/search_page']};\n}};\n"


def _functions(modules: Iterable[Module], names: Mapping[str, str]) -> Iterator[str]:
    """Each module as a function that is called at once; `names` are the variables that hold what modules export."""
    for module in modules:
        taken = "".join(f"const {{{_taken(wanted)}}}={names[name]};\n" for name, wanted in module.imports.items())
        given = ",".join(module.exports)
        yield f"const {names[module.name]}=(()=>{{\n{taken}{module.body}return{{{given}}};\n}})();\n"


def _taken(wanted: Iterable[str]) -> str:
    """The names of an import as those of a pattern: `a as b` is `a:b` there."""
    return ",".join(re.sub(r"\s+as\s+", ":", name) for name in wanted)


@cache
def _module(name: str) -> Module:
    return Module.read(name, (READER / f"{name}.js").read_text(encoding="utf-8"))


def closure(entry: str) -> list[Module]:
    """A module and all that it needs, each behind those that it imports from. Raises ValueError for a cycle."""
    ordered: dict[str, Module] = {}

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"these modules import one another: {' -> '.join((*above, name))}")
        if name not in ordered:
            module = _module(name)
            for source in sorted(module.imports):
                add(source, (*above, name))
            ordered[name] = module

    add(entry, ())
    return list(ordered.values())
