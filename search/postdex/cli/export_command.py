"""What does `postdex export` do: which folders get what, and what is said of it?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from postdex_index.engine.hosting import hosted
from postdex_index.errors import PostdexError

from .console import Bar, note, out, out_json, usual_jobs
from .search_command import insist_on_files, insist_on_posts, say_other_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..export.bundle import StaticExport
    from ..export.llms import LlmsExport
    from ..export.owned_files import Written
    from ..index import Index
    from .search_command import Place

#: From so many posts on it is said before what an export will take: a file each, of so many bytes with its share of the
#: index (1,294,938 of 942 pages of documentation), besides these.
_VERY_MANY, _BYTES_A_POST, _OTHER_FILES = 100_000, 1_400, 80


@click.command(short_help="Make files of the posts that need no server.")
@click.option("--static", metavar="DIR", help="Write a search page, a search box, and an index that browsers read.")
@click.option("--llms", metavar="DIR", help="Write llms.txt, llms-full.txt and a page of Markdown for each post.")
@click.option("--base", metavar="URL", default="", help="Where the site is published (default: as its settings say).")
@click.option("--no-gzip", is_flag=True, help="Leave the files of the index as they are, for a host that compresses.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only say what would be written, and how large it is.")
@click.option("--engine", metavar="NAME", help="Use this engine, whatever the setting says.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def export(
    place: Place, /, static: str | None, llms: str | None, base: str, no_gzip: bool, dry_run: bool, engine: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Write the published posts as files that any host can serve.

    The index is brought up to the files first. Files that are as they should be are not touched, and only those that
    an export has written are ever replaced or removed.
    """
    if not static and not llms:
        raise click.UsageError("name what to write, and where: --static DIR, --llms DIR, or both")
    ix = place._replace(engine=engine).open()
    _check(ix, static, llms, base)
    _bring_up_to_date(ix)
    made: dict[str, Any] = {}
    if static:
        made["static"] = _export_static(ix, Path(static), base, dry_run, compress=not no_gzip, quiet=as_json)
    if llms:
        made["llms"] = _export_llms(ix, Path(llms), base, dry_run, quiet=as_json)
    if as_json:
        from ..output import wire

        out_json(wire.dumps({"schema": wire.SCHEMA, "dry_run": dry_run, **made}))
    return 0


def _check(ix: Index, static: str | None, llms: str | None, base: str) -> None:
    """Raise PostdexError for what cannot be, before an index is built that takes minutes."""
    from ..export import addresses, bundle, destination

    servers = hosted(ix.engine)
    if ix.sites or (servers and servers.sites):
        raise PostdexError("an export is of one site", "name each folder in turn: `postdex -C FOLDER export …`")
    if static:
        bundle.check(ix, Path(static), base)
    if llms:
        destination.check_folder(llms)
        addresses.Base(ix.folder, ix.settings, base)


def _bring_up_to_date(ix: Index) -> None:
    """Make the index as new as its files."""
    say_other_folder(ix)
    insist_on_files(ix)
    with Bar("indexing") as bar:
        ix.refresh(jobs=usual_jobs(), progress=bar)
    insist_on_posts(ix)


def _export_static(
    ix: Index, folder: Path, base: str, dry_run: bool, *, compress: bool, quiet: bool
) -> dict[str, Any]:  # fmt: skip
    """Publish the index; what was written, as JSON has it."""
    from ..export import bundle
    from ..export.addresses import Base

    ix.engine.hurry()  # all of the index is read, once: mapped it takes no memory of our own
    posts = ix.snapshots.opened().stats().posts
    if posts >= _VERY_MANY and not dry_run:
        bundle.check(ix, folder, base)
        note(f"{posts:,} posts make about as many files, {_told(posts * _BYTES_A_POST)} in all; --dry-run says exactly")
    with Bar("writing") as bar:
        most = posts + _OTHER_FILES
        made = bundle.write(
            ix, folder, base=base, compress=compress, dry_run=dry_run,
            progress=lambda files, _: bar(min(files, most), most),
        )  # fmt: skip
    if not quiet:
        out(*_told_static(folder, made, Base(ix.folder, ix.settings, base).path, dry_run))
    return {"folder": str(folder), **bundle.form(made)}


def _told_static(folder: Path, made: StaticExport, path: str, dry_run: bool) -> Iterator[str]:
    """What was published, what a visitor fetches of it, and how a site gets the box that begins at a path."""
    same = made.files - made.written
    new = "" if dry_run else f": {made.written:,} new or changed, {same:,} as they were"
    removed = f", {made.removed:,} old ones removed" if made.removed else ""
    yield f"{_place(folder, dry_run)}{made.posts:,} posts in {made.files:,} files, {_told(made.bytes)}{new}{removed}"
    if dry_run:
        yield from (f"  {kind}: {files:,} files, {_told(size)}" for kind, (files, size) in made.data.kinds.items())
    yield f"a first query fetches about {_told(made.first_query)}, the scripts among them"
    where = f"{path}/{quote(Path(os.path.abspath(folder)).name)}/"
    yield f'the box, in a page: <script src="{where}postdex.js" data-index="{where}" defer></script>'


def _told(size: int) -> str:
    """A size in words.

    >>> _told(999), _told(45_678), _told(1_294_938)
    ('999 bytes', '46 KB', '1.3 MB')
    """
    if size < 10_000:
        return f"{size:,} bytes"
    return f"{size / 1e6:,.1f} MB" if size >= 1_000_000 else f"{size / 1000:,.0f} KB"


def _export_llms(ix: Index, folder: Path, base: str, dry_run: bool, *, quiet: bool) -> dict[str, Any]:
    """Write the pages of Markdown; what was written, as JSON has it."""
    from ..export.llms import FULL, LIST, export_llms

    with Bar("writing") as bar:
        made = export_llms(ix, folder, base=base, dry_run=dry_run, progress=bar)
    for line in made.notes:
        note(line)
    if not quiet:
        sizes = f"{LIST} ({made.list_bytes:,} bytes), {FULL} ({made.full_bytes:,} bytes)"
        out(f"{_place(folder, dry_run)}{made.pages:,} pages of Markdown, {sizes}", _counted(made.written))
    return _form(folder, made)


def _form(folder: Path, made: LlmsExport) -> dict[str, Any]:
    written = made.written._asdict() | {"removed": len(made.written.removed), "left": list(made.written.left)}
    return {"folder": str(folder), **made._asdict(), "written": written, "notes": list(made.notes)}


def _place(folder: Path, dry_run: bool) -> str:
    """How a line begins that tells what was written where."""
    return f"{folder}: would be " if dry_run else f"{folder}: "


def _counted(written: Written) -> str:
    """How many files were written, and what became of those of before."""
    same = written.files - written.changed
    said = (
        f"{written.files:,} files, {written.bytes:,} bytes: {written.changed:,} new or changed, {same:,} as they were"
    )
    if written.removed:
        said += f", {len(written.removed):,} of before removed"
    if written.left:
        said += f"; {written.left[0]} was changed by somebody and left"
    return said
