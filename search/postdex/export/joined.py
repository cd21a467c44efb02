"""How do the reader's modules become one script?

They are written as the library is, a file for each question; a browser gets them as one, so that nothing waits for a
chain of requests. They stand one behind the other in one function, in an order in which nobody asks for what is not
there yet, with short names of which none is another's (`short_names`), without comments and indentation. No tool of
JavaScript is needed for that, as the modules keep to few forms, which `Module.read` holds them to: a script that is
joined is one that was checked.

A second script can be joined from modules that need some of the first: it exports a function that takes those.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from postdex_index.named_tuple import NamedTuple

from ..http.page.sent import without_comments
from ..output.wire import dumps
from .parameters import READER, mark_of_names
from .short_names import Script, short_names

#: Modules by which others come in.
DOORS = ("http/parameters", "output/wire", "parameters", "reader", "worker")
#: Modules that few queries need, which come in a second script. What others use of them are functions and classes, and
#: none of it while modules are read. Of 63 KB they are 13.
SECOND = frozenset(
    (
        *("close_matches", "results/left_nothing", "site_synonyms", "text/edit_distance", "text/globs"),
        *(f"engine/read/{name}" for name in ("own_columns", "translations")),
        *(f"formats/{name}" for name in ("dates", "field_names", "periods", "typed_values")),
        *(f"query/{name}" for name in ("argument_filters", "by_owner", "corrections", "filters", "named_fields")),
        *(f"query/{name}" for name in ("own_fields", "own_values", "pasted", "patterns", "similar", "synonyms")),
    )
)
#: What asks for the second script.
_ASKS = "second_script", "second"
#: The module of errors.
_ERRORS = "errors"

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

    def script(self) -> Script:
        """Its text, in tokens."""
        return _script(self.body)

    def origins(self) -> dict[str, tuple[str, str]]:
        """Where each name that it imports comes from, and how that is called there: `{ a as b }` is `b` here."""
        pairs = [(source, re.split(r"\s+as\s+", name)) for source, names in self.imports.items() for name in names]
        return {parts[-1]: (source, parts[0]) for source, parts in pairs}


def reader() -> str:
    """The script that answers in a worker, or in a page that imports it. It exports `modules`, of each of `DOORS` the
    exports by its name and of others what the painter needs, what the second script needs (`shared`), and a mark of the
    constants that it reckons with (`names`)."""
    names = _short_names(closure("worker"))
    modules, _ = _first_and_second()
    shown = {(module.name, name) for module in modules if module.name in DOORS for name in module.exports}
    shown |= {origin for module in closure("http/search_page") for origin in module.origins().values()} & names.keys()
    every = ",".join(
        f"{dumps(module)}:{{{','.join(f'{name}:{names[module, name]}' for _, name in of_module)}}}"
        for module, of_module in groupby(sorted(shown), itemgetter(0))
    )
    body = "".join(_written(modules, names)) + "".join(_stand_ins(names))
    taken, _ = _between()
    shared = ",".join([dumps(_version()), *(names[origin] for origin in taken)])
    given = f"{{{every}}},[{shared}],{dumps(mark_of_names())}"
    return f"const all=(()=>{{\n{body}return[{given}];\n}})();export const[modules,shared,names]=all;\n"


def second() -> str:
    """The script of what few queries need: it exports a function that takes what the first one shares and gives what
    that asks for; null if the two are of different versions."""
    names = _short_names(closure("worker"))
    _, modules = _first_and_second()
    taken, given = _between()
    shared = ",".join(["version", *(names[origin] for origin in taken)])
    body = "".join(_written(modules, names))
    asked = ",".join(names[origin] for origin in given)
    version = dumps(_version())
    return f"export const second=([{shared}])=>{{\nif(version!=={version})return null;\n{body}return{{{asked}}};\n}};\n"


@cache
def _version() -> str:
    """A mark of both scripts: what one says of the other is by its short names."""
    modules = closure("worker")
    text = "".join(_written(modules, _short_names(modules)))
    return sha256(text.encode()).hexdigest()[:12]


@cache
def _first_and_second() -> tuple[list[Module], list[Module]]:
    modules = closure("worker")
    return [it for it in modules if it.name not in SECOND], [it for it in modules if it.name in SECOND]


def _between() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What the second script takes of the first one, and what it gives to that."""
    first, later = _first_and_second()
    taken = {origin for module in later for origin in module.origins().values() if origin[0] not in SECOND}
    given = {origin for module in first for origin in module.origins().values() if origin[0] in SECOND}
    return sorted(taken), sorted(given)


def _stand_ins(names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """In the first script what stands for what the second one has."""
    asks = names[_ASKS]
    _, given = _between()
    for module, name in given:
        short = names[module, name]
        if f"class {name}" in _module(module).body:
            yield f"function {short}(...given){{return new({asks}({dumps(short)}))(...given);}}\n"
        else:
            yield f"function {short}(...given){{return {asks}({dumps(short)})(...given);}}\n"


def painter(calls: Mapping[tuple[str, str], object]) -> str:
    """The script that paints the search page: it exports a function that takes the reader's `modules` and gives the
    exports of `http/search_page`. `calls` are made before anything else: of which function of a module, with what."""
    given = {module.name for module in closure("worker")}
    all_modules = closure("http/search_page")
    modules = [module for module in all_modules if module.name not in given]
    names = _short_names(modules)
    taken: dict[str, list[str]] = {}
    called = ""
    for source, name in names:
        if source in given:
            taken.setdefault(source, []).append(f"{name}:{names[source, name]}")
    for (source, function), value in calls.items():
        of = f"modules[{dumps(source)}].{function}" if source in given else names[source, function]
        called += f"{of}({dumps(value)});\n"
    before = "".join(f"const{{{','.join(pairs)}}}=modules[{dumps(source)}];\n" for source, pairs in taken.items())
    body = "".join(_written(modules, names))
    page = ",".join(f"{name}:{names[modules[-1].name, name]}" for name in modules[-1].exports)
    return f"export const painter=modules=>{{\n{before}{body}{called}return{{{page}}};\n}};\n"


def _short_names(modules: Sequence[Module]) -> dict[tuple[str, str], str]:
    """What is called how where modules are one: what they declare at the top and what they import, each by its module
    and its name there. What has the name of an error keeps it, since that is told."""
    uses = Counter[tuple[str, str]]()
    free = {"modules"}
    for module in modules:
        script = module.script()
        origins = module.origins()
        for name in {*script.above, *origins}:
            uses[origins.get(name, (module.name, name))] += script.uses[name]
        free |= script.free.difference(origins)
    kept = {(source, name): name for source, name in uses if source == _ERRORS}
    in_order = sorted(uses.keys() - kept.keys(), key=lambda key: (-uses[key], key))
    return kept | dict(zip(in_order, short_names(free.union(kept.values())), strict=False))


def _written(modules: Iterable[Module], names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Each module's text with these names."""
    for module in modules:
        script = module.script()
        own = {name: names[module.name, name] for name in script.above}
        yield script.written(own | {name: names[origin] for name, origin in module.origins().items()})


@cache
def _script(body: str) -> Script:
    return Script(body)


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
