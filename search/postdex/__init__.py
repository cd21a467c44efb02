"""Full-text search for folders of Markdown posts with front matter.

    import postdex

    with postdex.open("posts") as ix:
        for hit in ix.search("SMC fallback").hits:
            print(hit.path, hit.line, hit.title)

The front door: every public name, each imported when it is first asked for (PEP 562), so that
`import postdex` costs nothing.
"""

from __future__ import annotations

from postdex_index import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from postdex_index.document import Document as Document
    from postdex_index.errors import ConfigError as ConfigError
    from postdex_index.errors import EngineUnavailableError as EngineUnavailableError
    from postdex_index.errors import FolderError as FolderError
    from postdex_index.errors import IndexDamagedError as IndexDamagedError
    from postdex_index.errors import IndexFault as IndexFault
    from postdex_index.errors import IndexLockedError as IndexLockedError
    from postdex_index.errors import IndexMissingError as IndexMissingError
    from postdex_index.errors import IndexVersionError as IndexVersionError
    from postdex_index.errors import IndexWriteError as IndexWriteError
    from postdex_index.errors import MissingExtraError as MissingExtraError
    from postdex_index.errors import NativeError as NativeError
    from postdex_index.errors import NotFoundError as NotFoundError
    from postdex_index.errors import PostdexError as PostdexError
    from postdex_index.errors import QueryError as QueryError
    from postdex_index.errors import StaleError as StaleError
    from postdex_index.model import OwnField as OwnField
    from postdex_index.model import Problem as Problem
    from postdex_index.model import Span as Span
    from postdex_index.update.refresh import Report as Report
    from postdex_index.update.watch import Watching as Watching

    from .diagnostics import Status as Status
    from .faces import http_status as http_status
    from .index import Index as Index
    from .links.ends import PostLink as PostLink
    from .opening.folders import open as open
    from .opening.sites import Sites as Sites
    from .result_set import Results as Results
    from .results.explain import Verdict as Verdict
    from .results.lines import LineMatch as LineMatch
    from .results.lines import Lines as Lines
    from .results.values import FieldCounts as FieldCounts
    from .results.values import Hit as Hit
    from .results.values import SectionHit as SectionHit
    from .results.values import Snippet as Snippet

_HOMES = {
    "postdex.diagnostics": ("Status",),
    "postdex.links.ends": ("PostLink",),
    "postdex.faces": ("http_status",),
    "postdex.index": ("Index",),
    "postdex.result_set": ("Results",),
    "postdex.opening.folders": ("open",),
    "postdex.opening.sites": ("Sites",),
    "postdex.results.explain": ("Verdict",),
    "postdex.results.lines": ("LineMatch", "Lines"),
    "postdex.results.values": ("FieldCounts", "Hit", "SectionHit", "Snippet"),
    "postdex_index.update.refresh": ("Report",),
    "postdex_index.document": ("Document",),
    "postdex_index.errors": (
        *("ConfigError", "EngineUnavailableError", "FolderError", "IndexDamagedError", "IndexFault"),
        *("IndexLockedError", "IndexMissingError", "IndexVersionError", "IndexWriteError", "MissingExtraError"),
        *("NativeError", "NotFoundError", "PostdexError", "QueryError", "StaleError"),
    ),
    "postdex_index.model": ("OwnField", "Problem", "Span"),
    "postdex_index.update.watch": ("Watching",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ConfigError",
    "Document",
    "EngineUnavailableError",
    "FieldCounts",
    "FolderError",
    "Hit",
    "Index",
    "IndexDamagedError",
    "IndexFault",
    "IndexLockedError",
    "IndexMissingError",
    "IndexVersionError",
    "IndexWriteError",
    "MissingExtraError",
    "NativeError",
    "NotFoundError",
    "OwnField",
    "PostLink",
    "PostdexError",
    "Problem",
    "QueryError",
    "Report",
    "Results",
    "SectionHit",
    "Sites",
    "Snippet",
    "Span",
    "StaleError",
    "Status",
    "Verdict",
    "Watching",
    "__version__",
    "http_status",
    "open",
]


def __getattr__(name: str) -> object:
    """A public name, from where it lives."""
    home = _HOME.get(name)
    if home is None:
        import sys

        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
    from importlib import import_module

    module = import_module(home)
    value: object = getattr(module, name)
    globals()[name] = value
    if hasattr(value, "_fields"):
        _let_annotations_be_read(value, vars(module))
    return value


def _let_annotations_be_read(named: object, there: dict[str, object]) -> None:
    """Have the names in a value's annotations here, where `typing.get_type_hints` and what serialises by it looks."""
    from re import findall

    words = {word for text in named.__annotations__.values() for word in findall(r"\w+", text)}
    for word in words & there.keys():
        globals().setdefault(word, there[word])


def __dir__() -> list[str]:
    return __all__
