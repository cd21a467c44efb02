"""Which index does a program open: that of a folder, or those of several sites as one?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, overload

from postdex_index import engines, forks, paths, settings
from postdex_index.errors import ConfigError, IndexDamagedError, IndexMissingError, QueryError
from postdex_index.paths import StrPath
from postdex_index.public import public
from postdex_index.settings import Settings, TextTable

from ..index import FIRST_BUILD_WAIT_S, Index
from ..index_location import posts_folder
from ..methods import named
from ..request import Refresh

if TYPE_CHECKING:
    from .sites import Sites

__all__ = ["open"]


@overload
def open(
    folder: Mapping[str, StrPath],
    *,
    index: StrPath | None = None,
    refresh: Refresh = "auto",
    create: bool = True,
    synonyms: TextTable | None = None,
) -> Sites: ...


@overload
def open(
    folder: StrPath = ".",
    *,
    texts: Mapping[str, str] | None = None,
    index: StrPath | None = None,
    refresh: Refresh = "auto",
    create: bool = True,
    synonyms: TextTable | None = None,
) -> Index: ...


@public
@named
def open(
    folder: StrPath | Mapping[str, StrPath] = ".",
    *,
    texts: Mapping[str, str] | None = None,
    index: StrPath | None = None,
    refresh: Refresh = "auto",
    create: bool = True,
    synonyms: TextTable | None = None,
) -> Index:
    """The index of a folder of posts, or those of several folders as one, by the names of the sites; built now if there
    is none and `create` is true. Or that of `texts` by their paths, which lie in a temporary folder until it is closed.

    `index` is where it lies (`.postdex` in the folder by default; of several each has a folder of its name there). With
    `refresh="auto"` each search first brings it up to the files, as far as that is quickly done; "require" makes a
    search fail rather than answer from an older index; "never" leaves it as it is. An index that is damaged so that
    none of its commits can be used is built anew, with "never" it is an IndexDamagedError. `synonyms` take the place of
    those of the settings (docs/tuning.md): `{"k8s": ["kubernetes"]}`. Raises FolderError, ConfigError,
    IndexMissingError.

    >>> with open("posts") as ix:
    ...     ix.search("SMC fallback").hits[0].path
    '2022/refcount-bug.md'
    """
    if texts is not None:
        return _of_texts(folder, texts, index, refresh, synonyms)
    folder = folder if isinstance(folder, Mapping) else posts_folder(folder)
    several = folder if isinstance(folder, Mapping) else named_in_settings(folder, settings.load(folder))
    if several is None:
        assert not isinstance(folder, Mapping)
        return _opened(Index(folder, index=index, refresh=refresh, synonyms=synonyms), create)
    with forks.barred:
        from .sites import Sites

    sites = Sites.of(
        several, "" if isinstance(folder, Mapping) else folder, index=index, refresh=refresh, synonyms=synonyms
    )
    for missing in sites.absent.values():
        raise missing
    for site in sites.sites.values():
        _opened(site, create)
    return sites


def _of_texts(
    folder: object,
    written: Mapping[str, str],
    index: StrPath | None,
    refresh: Refresh,
    synonyms: TextTable | None,
) -> Index:
    with forks.barred:
        from . import texts

    if folder != ".":
        raise QueryError("an index is of a folder or of texts", "leave out one of them")
    place = texts.write(written)
    opened = Index(place, index=index, refresh=refresh, synonyms=synonyms)
    opened.on_close = texts.remove_with(opened, place)
    return _opened(opened, create=True)


def _opened(index: Index, create: bool) -> Index:
    """An index that can be searched; built if there is none, or none that is any good."""
    try:
        index.snapshots.opened()
        return index
    except IndexMissingError:
        if not create:
            raise
    except IndexDamagedError:
        if index.snapshots.refresh == "never":
            raise
    index.refresh(wait=FIRST_BUILD_WAIT_S)
    return index


def of_settings(index: Index, place: StrPath | None, refresh: Refresh) -> Index:
    """The sites that the settings of an index name, as one index; itself if they name none that lie in folders."""
    several = named_in_settings(index.folder, index.settings)
    if several is None:
        return index
    with forks.barred:
        from .sites import Sites

    return Sites.of(several, index.folder, index=place, refresh=refresh)


def named_in_settings(folder: StrPath, its: Settings) -> dict[str, StrPath] | None:
    """The folders that the settings of a folder name as sites, where the embedded engine searches them as one; else
    None. Raises ConfigError for one that leads out of the folder by a link."""
    if not its.sites or its.engine != engines.EMBEDDED:
        return None
    with forks.barred:
        from postdex_index.sites.names import setting_folder

    inside = os.path.join(os.path.realpath(folder), "")
    places: dict[str, StrPath] = {}
    for name, below in map(setting_folder, its.sites):
        places[name] = place = paths.plain(os.path.join(folder, below))
        if not os.path.join(os.path.realpath(place), "").startswith(inside):
            hint = f"name it where the command runs: -C {name}=…"
            raise ConfigError(f"sites: {below} leads out of the folder", hint, path=str(folder))
    return places
