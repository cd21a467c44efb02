"""Is this index in order, and are the posts in it?

What `Index.status` and `Index.problems` say. Nothing is changed here, and no search needs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from postdex_index.content.own_fields import AUTO
from postdex_index.content.reader import clashes, read, site, walk
from postdex_index.engine.api import CommitInfo, Engine, FileTable, Reader, Search, Stats
from postdex_index.formats.field_names import name_of
from postdex_index.model import Post, Problem, StoredFields
from postdex_index.named_tuple import NamedTuple
from postdex_index.public import public
from postdex_index.query import Everything
from postdex_index.settings import Pin, Settings
from postdex_index.sites.locales import of_path, translation_key
from postdex_index.update import refresh

from .index_location import sites_below
from .links import dead
from .request import ALL_POSTS

#: So few pages in several languages may be there by chance.
_FEW = 2


@public
class Status(NamedTuple):
    """An index as it stands: where, in numbers, how it stands to the files, and which commits are kept.

    `stats.bytes` is what a search may read, `bytes_on_disk` all that lies in the index's folder. `fresh` is None of an
    index of several sites, which no folder has the files of.
    """

    folder: str
    directory: str
    stats: Stats
    fresh: bool | None
    changed_files: int
    bytes_on_disk: int
    commits: tuple[CommitInfo, ...]


def status(folder: Path, engine: Engine, settings: Settings, reader: Reader, indexed_files: FileTable) -> Status:
    """How an index stands now."""
    stats = reader.stats()
    if stats.sites:
        return Status(str(folder), engine.place, stats, None, 0, engine.size(), engine.commits())
    todo = refresh.plan(folder, indexed_files, settings)
    changed = refresh.changed_files(folder, indexed_files, settings, todo)
    state = not todo.pending, changed, engine.size(), engine.commits()
    return Status(str(folder), engine.place, stats, *state)


def problems_of_files(folder: Path, settings: Settings) -> list[Problem]:
    """What `problems` says, where there is no index: each file is read for it."""
    walked, its_site = walk(folder, settings), site(folder)
    readings = [read(folder, path, its_site, settings) for path in walked.files]
    published = [reading.post for reading in readings if reading.post and not reading.post.unpublished]
    problems = [problem for reading in readings for problem in reading.problems]
    problems += [*clashes(published), *_of_site(folder), *sites_below(folder), *_apart(published, settings)]
    problems += lost_fields(published, settings)
    posts = {reading.post.path: reading.post.unpublished for reading in readings if reading.post}
    problems += lost_pins(settings.pins, posts, posts)
    problems += dead.of_posts(folder, [reading.post for reading in readings if reading.post], settings)
    return sorted([*walked.problems, *problems])


def problems(folder: Path, engine: Engine, reader: Reader, settings: Settings) -> list[Problem]:
    """What was skipped, is unpublished, lost something, has the address or the translation key of another post, is a
    site of its own, a translation that is not known as one, or has a link that leads nowhere, and pins without a post;
    by path and line. Of several sites only what each carries itself."""
    if reader.stats().sites:
        return sorted(engine.problems())
    candidates = reader.search(Search(Everything(), sort="title", limit=ALL_POSTS, drafts=True)).candidates
    every = [candidate.document for candidate in candidates]
    published = [post for post in every if not post.unpublished]
    problems = [*engine.problems(), *clashes(published), *_of_site(folder), *sites_below(folder)]
    problems += [*_apart(published, settings), *lost_fields(published, settings)]
    problems += pins_of(reader, settings, [post.path for post in published])
    return sorted([*problems, *dead.of_documents(folder, every, settings)])


def pins_of(reader: Reader, settings: Settings, published: Sequence[str]) -> list[Problem]:
    """What is wrong with the pins of settings in an index; `published` are the paths of its posts, where one may be
    meant."""
    paths = [path for pin in settings.pins for path in pin.posts]
    reasons = {post.path: post.unpublished for post in reader.documents(paths) if post} if paths else {}
    return lost_pins(settings.pins, reasons, published)


def lost_pins(pins: Iterable[Pin], reasons: Mapping[str, str], published: Iterable[str]) -> list[Problem]:
    """What is wrong with pins whose posts are not there, or unpublished; `reasons` has those that are there, and
    why they are unpublished ("" for those that are not)."""
    from difflib import get_close_matches

    problems: list[Problem] = []
    for pin in pins:
        for path in pin.posts:
            if path not in reasons:
                near = get_close_matches(path, published, 1, 0.75)
                hint = f"did you mean {near[0]}?" if near else "name a post by its path from this folder"
                problems.append(Problem(pin.file, pin.line, "malformed", f"{path} is pinned and not there", hint))
            elif reasons[path]:
                hint = "it comes first as soon as it is published"
                problems.append(
                    Problem(pin.file, pin.line, "note", f"{path} is pinned and unpublished ({reasons[path]})", hint)
                )
    return problems


def lost_fields(published: Iterable[Post | StoredFields], settings: Settings) -> list[Problem]:
    """A note on each field that the settings name and no post has."""
    from difflib import get_close_matches

    sought = [name for name in settings.fields if name != AUTO]
    names = {field.name for post in published for field in post.fields} if sought else set()
    problems: list[Problem] = []
    for name in sought:
        if not any(field == name_of(name) or field.startswith(f"{name_of(name)}.") for field in names):
            near = get_close_matches(name_of(name), names, 1, 0.6)
            hint = f"did you mean {near[0]}?" if near else "`postdex fields` lists those that there are"
            message = f"no post has the field {name}, which the setting fields names"
            problems.append(Problem("postdex.toml", 0, "note", message, hint))
    return problems


def _apart(published: Iterable[Post | StoredFields], settings: Settings) -> list[Problem]:
    """A note on pages that lie there in several languages, where neither the settings nor the site's own say that they
    are translations."""
    languages: dict[str, set[str]] = {}
    for post in published:
        if post.lang and not post.translation and settings.translations == "auto":
            languages.setdefault(translation_key(post.path, of_path(post.path), post.lang), set()).add(post.lang)
    several = sum(len(codes) > 1 for codes in languages.values())
    message = f"{several:,} pages seem to be there in several languages, and each of these is a hit of its own"
    hint = 'translations = "group" in postdex.toml makes one hit of them, "all" keeps them apart'
    return [Problem("postdex.toml", 0, "note", message, hint)] if several > _FEW else []


def _of_site(folder: Path) -> list[Problem]:
    """What is wrong with the settings of the site that a folder of posts belongs to, with paths from that folder."""
    its = site(folder)
    return [it._replace(path=os.path.relpath(its.root / it.path, os.path.abspath(folder))) for it in its.problems]
