"""What does `postdex export` do: which folders get what, and what is said of it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postdex_index.engine.hosting import hosted
from postdex_index.errors import PostdexError

from .console import Bar, note, out, out_json, usual_jobs
from .search_command import insist_on_files, insist_on_posts, say_other_folder

if TYPE_CHECKING:
    from ..export.llms import LlmsExport
    from ..export.owned_files import Written
    from ..index import Index
    from .search_command import Place


@click.command(short_help="Make files of the posts that need no server.")
@click.option("--llms", metavar="DIR", help="Write llms.txt, llms-full.txt and a page of Markdown for each post.")
@click.option("--base", metavar="URL", default="", help="Where the site is published (default: as its settings say).")
@click.option("--dry-run", is_flag=True, help="Write nothing; only say what would be written, and how large it is.")
@click.option("--engine", metavar="NAME", help="Use this engine, whatever the setting says.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def export(place: Place, /, llms: str | None, base: str, dry_run: bool, engine: str | None, as_json: bool) -> int:
    """Write the published posts as files that any host can serve.

    The index is brought up to the files first. Files that are as they should be are not touched, and only those that
    an export has written are ever replaced or removed.
    """
    if not llms:
        raise click.UsageError("name what to write, and where: --llms DIR")
    ix = _up_to_date(place._replace(engine=engine))
    made: dict[str, Any] = {}
    if llms:
        made["llms"] = _export_llms(ix, Path(llms), base, dry_run, quiet=as_json)
    if as_json:
        from ..output import wire

        out_json(wire.dumps({"schema": wire.SCHEMA, "dry_run": dry_run, **made}))
    return 0


def _up_to_date(place: Place) -> Index:
    """The index that is meant, as new as its files."""
    ix = place.open()
    servers = hosted(ix.engine)
    if ix.sites or (servers and servers.sites):
        raise PostdexError("an export is of one site", "name each folder in turn: `postdex -C FOLDER export …`")
    say_other_folder(ix)
    insist_on_files(ix)
    with Bar("indexing") as bar:
        ix.refresh(jobs=usual_jobs(), progress=bar)
    insist_on_posts(ix)
    return ix


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
