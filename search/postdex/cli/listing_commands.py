"""Which tags, posts and fields are there? `postdex tags`, `postdex list` and `postdex fields`.

The first two take a query, in the language of `search`, that says of which posts; without words of them all. On a
terminal what they say has columns, in a pipe a tab between its fields.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ..answering import in_order
from ..request import SearchRequest
from .console import note, out_json, out_paths, where_shown, width
from .printed_results import say_notes, screen_of
from .query_command import QueryCommand
from .search_command import PAGE, ready, within
from .search_options import SearchOption

if TYPE_CHECKING:
    from ..index import Index
    from ..results.values import Hit
    from .search_command import Place

_JSON = SearchOption(("--json",), "as_json", "As JSON.", "flag")
_LIST = (
    SearchOption(("-n", "--limit"), "limit", "So many posts, instead of all.", "number", metavar="N"),
    SearchOption(
        ("--sort",), "sort", "The order (date, the newest first); or a field of the site's own.",
        choices=("date", "updated", "title"), own_fields=True,
    ),
    SearchOption(("--drafts",), "drafts", "Unpublished posts too.", "flag"),
    SearchOption(("-l", "--files-with-matches"), "paths", "Only the paths.", "flag"),
    SearchOption(("-0", "--null"), "null", "Only the paths, each followed by a NUL byte.", "flag"),
    _JSON,
)  # fmt: skip
#: What can be counted instead of tags, by the option that says so: the name in JSON.
_COUNTED = {"categories": "categories", "authors": "authors", "languages": "lang", "years": "year"}
_TAGS = (
    *(SearchOption((f"--{name}",), name, f"Count {name} instead.", "flag") for name in _COUNTED),
    SearchOption(("-n", "--limit"), "limit", "So many, instead of all.", "number", metavar="N"),
    _JSON,
)


@click.command("list", cls=QueryCommand, options=_LIST)
@click.pass_obj
def list_posts(
    place: Place, /, query: tuple[str, ...], limit: int | None, sort: str | None, drafts: bool, paths: bool,
    null: bool, as_json: bool,
) -> int:  # fmt: skip
    """List the posts, newest first: date, title and path. Exit status: 0 if there are any, 1 if there are none.

    With a query only those that it finds, of several words those with all of them: `postdex list tag:linux
    after:"last year"`.
    """
    if as_json and (paths or null):
        raise click.UsageError("--json and -l exclude each other")
    with ready(place.open("auto")) as ix:
        posts = list(_posts(ix, " ".join(query), sort=sort or "date", drafts=drafts, most=limit))
        where = where_shown(ix)
        if as_json:
            from ..output import wire

            out_json(wire.dumps(wire.listed_posts(posts)))
        elif paths or null:
            out_paths([where(post.path) for post in posts], null=null)
        else:
            from ..output import listings

            table = listings.posts_table if sys.stdout.isatty() else listings.posts_lines
            _print(table(posts, screen_of(ix, where)))
    return 0 if posts else 1


@click.command(cls=QueryCommand, options=_TAGS)
@click.pass_obj
def tags(place: Place, /, query: tuple[str, ...], limit: int | None, as_json: bool, **counted: bool) -> int:
    """List the tags with the number of their posts. Exit status: 0 if there are any, 1 if there are none.

    With a query only those of the posts that it finds: `postdex tags after:"last year"`.
    """
    named = [name for name, given in counted.items() if given]
    if len(named) > 1:
        raise click.UsageError(f"--{named[0]} and --{named[1]} exclude each other")
    name = _COUNTED[named[0]] if named else "tags"
    with ready(place.open("auto")) as ix:
        counts = _counts(ix, name, " ".join(query))
        if not counts:
            note(f"{'no post that was found' if query else 'no post'} has {named[0] if named else name}")
    shown = dict(list(counts.items())[:limit])
    if as_json:
        from ..output import wire

        out_json(wire.dumps(wire.counted(name, shown)))
    else:
        from ..output import listings

        _print(listings.counts_columns(shown, width()) if sys.stdout.isatty() else listings.counts_lines(shown))
    return 0 if shown else 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def fields(place: Place, /, as_json: bool) -> int:
    """List the site's own fields, which queries may name. Each with its kind, the number of its posts and some values.
    Exit status: 0 if there are any, 1 if there are none.

    Front matter has them beside what postdex knows, at least three posts do, or the setting fields names them:
    `postdex search status:draft rating:">=4"`.
    """
    with ready(place.open("auto")) as ix:
        own_fields = ix.fields()
        if as_json:
            from ..output import wire

            out_json(wire.dumps(wire.fields(own_fields)))
        elif own_fields:
            from ..output import listings

            on_terminal = sys.stdout.isatty()
            screen = screen_of(ix, where_shown(ix))
            _print(listings.fields_table(own_fields, screen) if on_terminal else listings.fields_lines(own_fields))
        else:
            note(_why_no_field(ix.settings.fields))
    return 0 if own_fields else 1


def _why_no_field(named: Sequence[str]) -> str:
    """What is to be said where there is no field of the site's own, by those that the setting names."""
    if "auto" in named:
        return "no field is in the front matter of three posts beside those that postdex knows"
    return (
        f"no post has what the setting fields names: {', '.join(named)}" if named else "the setting fields names none"
    )


def _print(lines: Iterable[str]) -> None:
    """Lines, through a pager where a terminal has not room for all of them."""
    from . import pager

    lines = list(lines)
    pager.print_text("".join(f"{line}\n" for line in lines), len(lines))


def _counts(ix: Index, name: str, query: str) -> dict[str, int]:
    """How many of the posts that a query finds have each value: the most frequent first, years the last one first."""
    if name != "authors":
        results = ix.search(within(ix, query), limit=0, facets=(name,), snippets=False, deadline_ms=None)
        say_notes(results)
        return in_order(results.facets)[name]
    reader = ix.engine.open_reader()
    paths = [post.path for post in _posts(ix, query)]
    counts = Counter[str]()
    for start in range(0, len(paths), PAGE):
        for document in reader.documents(paths[start : start + PAGE]):
            counts.update(set(document.authors) if document else ())
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _posts(
    ix: Index, query: str, *, sort: str = "date", drafts: bool = False, most: int | None = None
) -> Iterator[Hit]:
    """The posts that a query finds, all of them or so many."""
    request = SearchRequest.of(
        within(ix, query), sort=sort, drafts=drafts, snippets=False, translations="all", deadline_ms=None
    )
    at = 0
    while most is None or at < most:
        results = ix.answer(request._replace(offset=at, limit=PAGE if most is None else min(PAGE, most - at)))
        if not at:
            say_notes(results)
        yield from results.hits
        at += len(results.hits)
        if at >= results.total or not results.hits:
            return
