"""Which index is meant and is it ready? What does `postdex search` do with its words, and what does it print where?

The other commands ask the first here, too. Knows nothing of click: the plain case (`postdex search some words`) is
answered without importing it, which would cost a cold process 26 ms. Looks are those of `terminal` and `wire`, work
is `index`'s.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from postdex_index import native
from postdex_index.errors import FolderError, IndexDamagedError, IndexFault, IndexMissingError, PostdexError, Remedy
from postdex_index.named_tuple import NamedTuple

from .console import Bar, here, note, out, out_json, post_path, usual_jobs, where_shown
from .printed_results import Output, for_people, print_paths, print_results, say_notes, screen_of

if TYPE_CHECKING:
    from ..index import Index, Results
    from ..request import Refresh, SearchRequest

#: So many paths are fetched at once when all are asked for.
PAGE = 1000
#: The options that say which index is meant, of all commands.
PLACE_OPTIONS = ("-C", "--index")


class Place(NamedTuple):
    """What -C and --index said; `engine` is one that shall keep the index in this run, whatever is set. `sites` are the
    folders of several, each as it was typed: `blog=posts`."""

    folder: str | None = None
    directory: str | None = None
    engine: str | None = None
    sites: tuple[str, ...] = ()

    def at(self, folders: Sequence[str]) -> Place:
        """The same with these folders, if there are any: one, or several sites as one."""
        each = tuple(dict.fromkeys(folders))
        if len(each) > 1 or any("=" in folder and not os.path.isdir(folder) for folder in each):
            return self._replace(folder=None, sites=each)
        return self._replace(folder=each[0], sites=()) if each else self

    def open(self, refresh: Refresh = "never") -> Index:
        """The index of the folder that is meant, or that of the sites, whether there is one or not."""
        if native.REFUSED:
            from .console import log_like_notes

            log_like_notes()
        if self.sites:
            from . import site_folders

            return site_folders.opened(self.sites, self.directory, refresh)
        from postdex_index.settings import find_folder

        from ..index import Index

        folder = find_folder(here(), self.folder)
        index = Index(folder, index=self.directory, refresh=refresh, engine=self.engine)
        if not index.settings.sites:
            return index
        from ..opening.folders import of_settings

        return of_settings(index, self.directory, refresh)


def search(place: Place, request: SearchRequest, output: Output) -> int:
    """Search and print; the exit status: 0 if there are hits, 1 if there are none. Raises PostdexError."""
    refresh: Refresh = "never" if output.no_refresh else "require" if output.require_fresh else "auto"
    ix = place.open(refresh)
    ix.engine.hurry()
    with ready(ix):
        if output.suggest:
            return _suggest(ix, request, output)
        if "regex:" in request.query and (status := _lines(ix, request, output)) is not None:
            return status
        if output.explain:
            return _explain(ix, request, output.explain, output)
        if output.open_hit or output.open_best:
            return _open(ix, request, output)
        return _search(ix, request, output)


def ready(ix: Index) -> Index:
    """An index to search in; it is built first if there is none, or anew if it is damaged and may be written."""
    if ix.sites:
        from . import site_folders

        return site_folders.ready(ix, ready)
    refresh = ix.snapshots.refresh
    other = say_other_folder(ix, anew=refresh == "auto")
    fault = must_build_first(ix, mend=refresh != "never")
    if fault or (other and refresh == "auto"):
        from ..index import FIRST_BUILD_WAIT_S

        insist_on_files(ix)
        with Bar("indexing") as bar:
            report = ix.refresh(wait=FIRST_BUILD_WAIT_S, jobs=usual_jobs(), progress=bar)
        insist_on_posts(ix)
        inside = os.path.dirname(ix.engine.place) == str(ix.folder)
        if report.added:  # else another process was first
            place = "" if inside else f" in {ix.engine.place}"
            why = f" anew: {fault.message}" if fault and fault.remedy is not Remedy.BUILD else ""
            note(f"indexed {len(report.added):,} posts of {ix.folder}{place}{why}")
    return ix


def say_other_folder(ix: Index, *, anew: bool = True, say: Callable[[str], None] = note) -> bool:
    """Whether the index was made of another folder, which is said: two that share one make it anew in turn."""
    if not (other := ix.other_folder):
        return False
    what = f"it is made anew of {ix.folder}" if anew else "paths are those of that folder"
    say(f"the index in {ix.engine.place} was made of {other}; {what} (give each folder an --index of its own)")
    return True


def must_build_first(ix: Index, *, mend: bool = True) -> IndexFault | None:
    """Why an index has to be built before anybody can search in it, None if not: there is none, one of another version,
    or one that is damaged.

    Raises FolderError where somebody who only wants to search may stand by mistake; without `mend` IndexDamagedError.
    """
    try:
        ix.snapshots.opened()
    except IndexDamagedError as error:
        if not mend:
            raise
        return error
    except IndexMissingError as error:
        from ..index_location import check_unasked

        check_unasked(ix.folder, ix.settings)
        return error
    return None


def insist_on_files(ix: Index) -> None:
    """Raise FolderError if there is no index and no file for one: it would be left behind, and found by all below."""
    if ix.engine.newest() is None and not ix.refresh(dry_run=True).added:
        hint = "name the folder of the posts with -C, or other files with the setting include"
        if left_out := ", ".join(ix.settings.exclude):
            hint += f"; the setting exclude leaves out {left_out}"
        from ..index_location import hint_with_sites

        hint = hint_with_sites(ix.folder, hint)
        raise FolderError(f"there is no post here ({', '.join(ix.settings.include)})", hint, path=str(ix.folder))


def insist_on_posts(ix: Index) -> None:
    """Raise FolderError if the index holds no post at all, so that nothing could ever be found."""
    stats = ix.engine.open_reader().stats()
    if not stats.posts + stats.unpublished:
        hint = "name the folder of the posts with -C; `postdex doctor` lists what was skipped"
        raise FolderError("no post could be indexed", hint, path=str(ix.folder))


def _search(ix: Index, request: SearchRequest, output: Output) -> int:
    only_paths = output.paths or output.null
    if not output.limited and (only_paths or output.only_count):
        request = request._replace(limit=PAGE if only_paths else 0)
    request = request._replace(explain=output.explain is not None, snippets=not only_paths)
    if for_people(output) and not output.oneline:
        request = request._replace(section_snippets=True)
    results = _answer(ix, request, output)
    _say_refused_vectors()
    if only_paths:
        say_notes(results)
        results_of_page = results
        while results_of_page.hits:
            print_paths(ix, results_of_page, output.null)
            shown = results_of_page.offset + len(results_of_page.hits)
            if output.limited or shown >= results_of_page.total:
                break
            results_of_page = _answer(ix, request._replace(offset=shown), output)
    else:
        print_results(ix, results, output)
    return 0 if results.hits or (request.limit == 0 and results.total) else 1


def _say_refused_vectors() -> None:
    """A note where the search had a use for vectors that do not fit: it went on without."""
    installed = sys.modules.get("postdex.meaning.installed")  # else it had none
    if installed and (refused := installed.refusal()):
        note(refused)


def _lines(ix: Index, request: SearchRequest, output: Output) -> int | None:
    """Print the lines that an expression in the query matches; None if there is none."""
    from ..query.line_patterns import of_query

    asked = of_query(request.query)
    if not asked.pattern:
        return None
    from ..request import LINE_FILTERS
    from .printed_lines import LineOutput, print_lines

    filters = {name: getattr(request, name) for name in LINE_FILTERS}
    matches = ix.lines(asked.pattern, within(ix, asked.posts), ignore_case=asked.any_case, **filters)
    return print_lines(ix, matches, LineOutput.of(output, request.limit))


def _answer(ix: Index, request: SearchRequest, output: Output) -> Results:
    """A page of the posts like one, or of those that the query finds."""
    if output.like is not None:
        from ..near_posts import naming_near_posts

        with naming_near_posts(ix, where_shown(ix)):
            return ix.like(typed_path(ix, output.like), limit=request.limit, offset=request.offset)
    return ix.answer(request._replace(query=within(ix, request.query))).replaced(query=request.query)


def _open(ix: Index, request: SearchRequest, output: Output) -> int:
    """Become the editor with the hit that was asked for; 1 if there are not so many."""
    nth = request.offset + (output.open_hit or 1)
    results = _answer(ix, request._replace(offset=nth - 1, limit=1), output)
    say_notes(results)
    if not results.hits:
        if results.total:
            note(f"there is no hit {nth:,}; the query finds {results.total:,}")
        return 1
    hit = results.hits[0]
    if hit.site and not ix.sites:
        raise PostdexError("the files of several sites lie in no folder here", "open it where its site is")
    from .editor import open_at

    open_at(os.path.abspath(ix.file(hit.path)), hit.line)


def typed_path(ix: Index, typed: str) -> str:
    """The path of a post, or of a folder of posts, from one typed where the person stands (or already such a path)."""
    if not ix.sites:
        return post_path(ix.snapshots.folder, typed)
    from . import site_folders

    return site_folders.path_of(ix, typed)


def within(ix: Index, text: str) -> str:
    """A query with the paths of its filters as the folder of the posts has them: people copy what they are shown."""
    if "path:" not in text and "links:" not in text and "linked:" not in text:
        return text
    import re  # here, because few queries have a path

    from ..query.lexer import LINKS

    def inside(match: re.Match[str]) -> str:
        typed = match[2] or match[3]
        name, sign, part = typed.partition("#" if match[1] in LINKS else "\0")
        path = typed_path(ix, name) + sign + part
        return match[0] if path == typed else f'{match[1]}:"{path}"'

    return re.sub(r'(?<![^\s(+-])(path|links|linked):(?:"([^"]+)"|([^\s"]+))', inside, text)


def _suggest(ix: Index, request: SearchRequest, output: Output) -> int:
    text = request.query
    words = ix.suggest(text, limit=request.limit or 10)
    if output.as_json:
        from ..output import wire

        out_json(wire.dumps(wire.suggestions(text, words)))
    else:
        out(*(word.text for word in words))
    return 0 if words else 1


def _explain(ix: Index, request: SearchRequest, path: str, output: Output) -> int:
    """Why a query finds a post, or why not."""
    from ..output import reports, wire

    text = within(ix, request.query)
    verdict = ix.explain(text, typed_path(ix, path), recency=request.recency, meaning=request.meaning)
    if output.as_json:
        out_json(wire.dumps(wire.verdict(verdict)))
        return 0 if verdict.rank else 1
    screen = screen_of(ix, where_shown(ix), output.color)
    out(reports.verdict_text(verdict, text, screen), end="")
    return 0 if verdict.rank else 1
