"""What does a site say of its posts: a folder of posts -> its `Site`, with what the settings of the generator say.

How a file of settings is read is for `site_config`; which keys mean what is known to each generator.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from pathlib import Path

from ..formats.dates import find_zone
from ..model import Problem
from ..paths import StrPath
from .detect import ABOVE, detect, generators
from .generator import UNKNOWN, Generator, Site
from .site_config import ReadSettings, base_of, origin_of, read_settings
from .site_config import named as named_setting
from .slugs import GITHUB, SlugStyle


def site(folder: StrPath) -> Site:
    """The site that a folder of posts belongs to; one of `UNKNOWN` if there is none. Never raises."""
    start = Path(os.path.abspath(folder))
    for root in (start, *start.parents[:ABOVE]):
        name = detect(root)
        if name:
            prefix = start.relative_to(root).as_posix()
            candidate = _configured(Site(named(name), root, "" if prefix == "." else prefix + "/", above=_above(root)))
            if not _is_beside(candidate):
                return candidate
        if os.path.exists(root / ".git") or str(root) == os.path.expanduser("~"):
            break
    return Site(root=start)


def _is_beside(site: Site) -> bool:
    """Whether the folder lies beside all that the generator makes pages of, as posts beside a project's documents."""
    return not (site.prefix.startswith(site.source) or site.source.startswith(site.prefix))


def _above(root: Path) -> int:
    """How many folders the root of the repository lies above a site's, if that is near; 0 for one at home."""
    for ups, folder in enumerate((root, *root.parents[:ABOVE])):
        if str(folder) == os.path.expanduser("~"):
            break
        if os.path.exists(folder / ".git"):
            return ups
    return 0


def _configured(site: Site) -> Site:
    """A site with what the first of its files of settings says."""
    generator, root = site.generator, site.root
    site = site._replace(anchors=generator.styles[0].name)
    there = [name for name in generator.settings if os.path.lexists(root / name)]
    settings = next((name for name in there if os.path.isfile(root / name)), there[0] if there else "")
    config, problems = read_settings(root / settings, settings) if settings else ReadSettings({}, ())
    if problems:  # which files are pages is not known then, and nothing is to be lost
        site = site._replace(generator=generator._replace(unbuilt=None))
    if generator.configure:
        site = generator.configure(site, config)
    all_settings = {**config, **site.config}
    addresses = (named_setting(all_settings, name) for name in generator.published)
    origin = origin_of(next((value for value in addresses if value), None))
    names = (
        value.strip() for name in generator.site_names if isinstance(value := named_setting(all_settings, name), str)
    )
    site = site._replace(origin=origin, base=base_of(site.base), name=site.name or next(filter(None, names), ""))
    problems = (*problems, *site.problems)
    if site.timezone and find_zone(site.timezone) is None:
        unknown = f"timezone {site.timezone} is not known here; dates are read as UTC"
        problems = (*problems, Problem(settings, 1, "note", unknown, "write a name such as Asia/Shanghai"))
        site = site._replace(timezone="")
    return site._replace(problems=problems)


@cache
def named(name: str) -> Generator:
    """The generator of this name, `UNKNOWN` for ""; KeyError for any other."""
    if not name:
        return UNKNOWN
    if name not in generators():
        raise KeyError(name)
    generator: Generator = import_module(f".{name}", __package__).GENERATOR
    return generator


def title_of(name: str) -> str:
    """How a generator of this name is called."""
    return named(name).title or name.capitalize()


@cache
def slug_style(name: str) -> SlugStyle:
    """The style of anchors of this name, one of `detect.style_names`; KeyError for any other."""
    if name == GITHUB.name:
        return GITHUB
    generator = {style: generator for generator, row in generators().items() for style in row.styles}[name]
    return next(style for style in named(generator).styles if style.name == name)
