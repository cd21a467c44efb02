"""Which engine keeps the index? The one that the setting `engine` names: one of our two, or one that is installed.

The settings may lie in a folder that somebody else wrote, so the name is never a module to import: it is looked up
among the entry points of the group `postdex.engines`, which only installed packages have. What such an engine gives is
compared with what `engine` promises, so that a mistake in it is one line and no traceback from somewhere else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeAlias, cast, get_args, get_origin, get_type_hints

from .engine.api import Engine, Reader, Writer
from .errors import ConfigError, MissingExtraError
from .paths import StrPath
from .settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from .engine.embedded.sites_engine import SitesEngine

GROUP, EMBEDDED, OPENSEARCH = "postdex.engines", "embedded", "opensearch"
#: What the engine of a cluster needs besides.
_CLIENT = ("opensearchpy", "urllib3")

#: What an entry point names: it is called with the folder of the posts, the place that was named for the index (else
#: the directory where the embedded one would lie), and the settings.
Factory: TypeAlias = "Callable[[Path, str, Settings], Engine]"


def make(folder: StrPath, place: str, settings: Settings) -> Engine:
    """The index of a folder by the engine of the settings; opens nothing. Raises ConfigError, MissingExtraError."""
    name = settings.engine
    if name == EMBEDDED:
        from .engine.embedded.engine import EmbeddedEngine

        return EmbeddedEngine(place)
    from pathlib import Path

    if name == OPENSEARCH:
        try:
            from .engine.opensearch.engine import OpenSearchEngine
        except ModuleNotFoundError as error:
            if error.name not in _CLIENT:
                raise
            raise MissingExtraError(
                f"the engine {name} needs opensearch-py", f"pip install 'postdex[{name}]'"
            ) from error
        return OpenSearchEngine(Path(folder), place, settings)
    from importlib.metadata import entry_points

    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in installed:
        raise ConfigError(
            f"there is no engine {name}", f"there are {', '.join(sorted({EMBEDDED, OPENSEARCH, *installed}))}"
        )
    try:
        factory: Factory = installed[name].load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"the engine {name} cannot be loaded ({error})", "install its package anew") from error
    if not callable(factory):
        raise _breach(name, f"{installed[name].value} cannot be called")
    return cast(Engine, _checked(name, installed[name].value, factory(Path(folder), place, settings), Engine))


def together(engines: Mapping[str, Engine], origins: Mapping[str, str]) -> SitesEngine:
    """The indexes of several sites by their names, for who only reads them as one; `origins` are what links begin with
    that are only paths, where that is known of a site. Raises ConfigError for other engines than the embedded one."""
    from .engine.embedded.engine import EmbeddedEngine
    from .engine.embedded.sites_engine import SitesEngine

    embedded = {site: engine for site, engine in engines.items() if isinstance(engine, EmbeddedEngine)}
    if others := engines.keys() - embedded.keys():
        hint = "in a cluster several sites are named in the setting sites of one folder"
        raise ConfigError(f"{min(others)} has another engine than {EMBEDDED}, which searches folders as one", hint)
    return SitesEngine(embedded, origins)


class _Checked:
    """A part of a foreign engine, which is asked through it."""

    def __init__(self, name: str, part: Any, promise: type) -> None:
        self._name, self._part, self._promise = name, part, promise

    def __getattr__(self, attribute: str) -> Any:
        member = getattr(self._part, attribute)
        promised = vars(self._promise).get(attribute)
        where = f"{self._promise.__name__}.{attribute}"
        if isinstance(promised, property):
            return _checked(self._name, where, member, get_type_hints(promised.fget)["return"])
        if promised is None:
            return member
        # `api` has `Path` for type checkers only, and nobody looks at the types of arguments here.
        hint = get_type_hints(promised, localns={"Path": os.PathLike})["return"]
        return lambda *values, **named: _checked(self._name, where, member(*values, **named), hint)


def _checked(name: str, where: str, value: Any, hint: Any) -> Any:
    """What `where` gave, if it is what was promised; a part of the engine is checked further. Raises ConfigError."""
    types = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    for kind in types:
        if getattr(kind, "_is_protocol", False):
            members = [member for member in vars(kind) if not member.startswith("_")]
            missing = [member for member in members if not hasattr(value, member)]
            if missing and len(missing) < len(members):
                raise _breach(name, f"what {where} gives has no {missing[0]}")
            if not missing:
                return _Checked(name, value, kind) if kind in (Engine, Reader, Writer) else value
        elif isinstance(value, get_origin(kind) or kind):
            return value
    kinds = " or ".join(getattr(kind, "__name__", str(kind)) for kind in types)
    raise _breach(name, f"{where} gives {type(value).__name__} instead of {kinds}")


def _breach(name: str, message: str) -> ConfigError:
    return ConfigError(f"the engine {name} breaks its contract: {message}", "update its package, or choose another")
