"""Whose site is this: the files around a folder of posts -> its generator, and what its settings say.

Every search asks which files to watch, so that the generators themselves are imported only where their marks lie:
what all of them have in common stands in `generators.txt`, which `docs/update.py` makes of the modules beside it.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from .generator import Generator, Site
    from .slugs import SlugStyle

#: A site's root is looked for in the folder of posts and so many folders above it.
ABOVE = 4
_TABLE = os.path.join(os.path.dirname(__file__), "generators.txt")


@cache
def _table() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """The marks of each generator, in the order of their ranks, and the generator of each style of anchors."""
    marks: dict[str, tuple[str, ...]] = {}
    styles: dict[str, str] = {}
    with open(_TABLE, encoding="utf-8") as file:
        for line in file:
            if " | " in line:
                name, mark, style = line.split(" | ")
                marks[name] = tuple(mark.split())
                styles |= dict.fromkeys(style.split(), name)
    return marks, styles


@cache
def site_files() -> frozenset[str]:
    """Names of files that lie in the root of a site and nowhere else."""
    return frozenset(mark for marks in _table()[0].values() for mark in marks if not mark.endswith("/"))


@cache
def _watched() -> tuple[frozenset[str], tuple[str, ...]]:
    """Names that are watched in a root, and the folders in folders whose files all are."""
    folders = {mark[:-1] for marks in _table()[0].values() for mark in marks if mark.endswith("/")}
    deep = tuple(sorted(folder for folder in folders if "/" in folder))
    return site_files() | folders.difference(deep), deep


def generator_names() -> tuple[str, ...]:
    """All generators, in the order in which a folder is tried."""
    return tuple(_table()[0])


def named(name: str) -> Generator:
    """The generator of this name, `UNKNOWN` for ""; KeyError for any other."""
    if name and name not in _table()[0]:
        raise KeyError(name)
    module = import_module(f".{name or 'generator'}", __package__)
    generator: Generator = module.GENERATOR if name else module.UNKNOWN
    return generator


def style_names() -> tuple[str, ...]:
    """The names of all styles of anchors, sorted."""
    return tuple(sorted(_table()[1]))


@cache
def slug_style(name: str) -> SlugStyle:
    """The style of anchors of this name, one of `style_names`; KeyError for any other."""
    from .slugs import GITHUB

    if name == GITHUB.name:
        return GITHUB
    return next(style for style in named(_table()[1][name]).styles if style.name == name)


def site(folder: Path) -> Site:
    """The site that a folder of posts belongs to; a `Site` of nobody if no generator's is found. Never raises."""
    from .generator import Site

    start = Path(os.path.abspath(folder))
    for root in (start, *start.parents[:ABOVE]):
        generator = detect(root)
        if generator:
            prefix = start.relative_to(root).as_posix()
            return _configured(Site(generator, root, "" if prefix == "." else prefix + "/", generator.styles[0].name))
        if os.path.exists(root / ".git") or str(root) == os.path.expanduser("~"):
            break
    return Site(root=start)


def detect(folder: Path) -> Generator | None:
    """The generator whose site has this folder as its root, None if there is none.

    >>> detect(Path("/nowhere")) is None
    True
    """
    names = _names(folder)
    for name, marks in _table()[0].items():
        if any(_lies(mark, folder, names) for mark in marks):
            generator = named(name)
            if generator.owns is None or generator.owns(folder, names):
                return generator
    return None


def surroundings(folder: Path) -> list[Path]:
    """The files and folders that say how the site of a folder of posts makes links, anchors and dates."""
    start = Path(os.path.abspath(folder))
    watched, deep = _watched()
    around: list[Path] = []
    for root in (start, *start.parents[:ABOVE]):
        names = _names(root)
        around += [root / name for name in sorted(names & watched)]
        around += [
            root / below / name
            for below in deep
            if below.partition("/")[0] in names
            for name in sorted(_names(root / below))
        ]
        if ".git" in names:
            break
    return around


def _names(folder: Path) -> Set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _lies(mark: str, folder: Path, names: Set[str]) -> bool:
    if mark.endswith("/"):
        return mark.partition("/")[0] in names and os.path.isdir(folder / mark)
    return mark in names


def _configured(site: Site) -> Site:
    """A site with what the first of its files of settings says."""
    from .site_config import read_config

    generator = site.generator
    name = next((name for name in generator.settings if os.path.isfile(site.root / name)), "")
    config, problems = read_config(site.root / name, name) if name else ({}, ())
    site = site._replace(problems=problems)
    if generator.configure:
        site = generator.configure(site, config)
    return _with_known_zone(site, name) if site.timezone else site


def _with_known_zone(site: Site, name: str) -> Site:
    """A site without a time zone, and with a note, if its zone is none."""
    from ..dates import find_zone
    from ..model import Problem

    if find_zone(site.timezone) is not None:
        return site
    unknown = f"timezone {site.timezone} is not known here; dates are read as UTC"
    problem = Problem(name, 1, "note", unknown, "write a name such as Asia/Shanghai")
    return site._replace(timezone="", problems=(*site.problems, problem))
