"""The commands that look after an index: build it, show a post as it is indexed, list what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from postdex_index.errors import IndexFault, NotFoundError
from postdex_index.model import Problem

from .console import Bar, note, out, post_path, shown_path, usual_jobs

if TYPE_CHECKING:
    from postdex_index.build import Report
    from postdex_index.engine import Document

    from .library import Index
    from .searching import Place

#: Kinds of problems that mean that something is lost; the others are only said.
_LOST = ("damaged", "skipped", "malformed")


@click.command()
@click.option("--full", is_flag=True, help="Read all posts again, not only those that changed.")
@click.option("--dry-run", is_flag=True, help="Only list what would be done.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Use so many processes (one a processor, 4 at most).")
@click.option("--wait", type=click.FloatRange(0), metavar="S", default=10.0, help="Wait so long for another writer.")
@click.pass_obj
def index(place: Place, /, full: bool, dry_run: bool, jobs: int | None, wait: float) -> int:
    """Build the index, or bring it up to the files."""
    ix = place.open()
    with Bar("indexing") as bar:
        report = ix.refresh(full=full, dry_run=dry_run, jobs=jobs or usual_jobs(), wait=wait, progress=bar)
    if dry_run:
        for sign, paths in (("+", report.added), ("~", report.changed), ("-", report.removed)):
            out(*(f"{sign} {path}" for path in paths))
    _say_report(ix, report, dry_run)
    return 0


def _say_report(ix: Index, report: Report, dry_run: bool) -> None:
    from .printable import printable

    counts = f"{len(report.added):,} added, {len(report.changed):,} changed, {len(report.removed):,} removed"
    would = "would be " if dry_run else ""
    out(f"{printable(str(ix.folder))}: {would}{counts}, {report.unchanged:,} unchanged ({report.seconds:.2f} s)")
    kinds = Counter(problem.kind for problem in report.problems)
    if kinds:
        out(", ".join(f"{kind}: {count:,}" for kind, count in sorted(kinds.items())) + " (`postdex doctor` lists them)")


@click.command()
@click.argument("path", metavar="PATH[#SECTION]")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(place: Place, /, path: str, as_json: bool) -> int:
    """Show a post, or one of its sections, as it is indexed."""
    from . import render
    from .searching import ready

    with ready(place, "auto") as ix:
        document, section = _document(ix, path)
        out(render.dumps(render.document(document, section)) if as_json else render.document_text(document, section))
    return 0


def _document(ix: Index, typed: str) -> tuple[Document, int | None]:
    """The post, and the number of the section if one was named by its anchor or heading."""
    path, sign, name = typed.rpartition("#")
    try:
        return ix.get(post_path(ix.folder, typed)), None
    except NotFoundError:
        if not sign:
            raise
    document = ix.get(post_path(ix.folder, path))
    for number, section in enumerate(document.sections):
        if name in (section.anchor, section.heading):
            return document, number
    anchors = ", ".join(section.anchor for section in document.sections if section.anchor)
    raise NotFoundError(f"it has no section {name}", f"its sections are {anchors}" if anchors else "", path=path)


@click.command()
@click.option("--verify", is_flag=True, help="Check every byte of the index.")
@click.option("--fix", is_flag=True, help="Build what is missing, old or damaged.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def doctor(place: Place, /, verify: bool, fix: bool, as_json: bool) -> int:
    """List what is wrong: posts that were skipped, are unpublished or lost something; the state of the index.

    Exit status: 0 if nothing is lost, 1 if something is, 2 if the index cannot be used.
    """
    ix = place.open()
    fault = _fault(ix, verify or fix)
    if fix:
        with Bar("indexing") as bar:
            _say_report(ix, ix.refresh(full=bool(fault), jobs=usual_jobs(), progress=bar), dry_run=False)
        fault = _fault(ix, verify)
    if fault:
        return _say_fault(fault, as_json)
    problems, status = ix.problems(), ix.status()
    if as_json:
        from . import render

        rows = [problem._asdict() for problem in problems]
        state = {**status._asdict(), "stats": status.stats._asdict()}
        out(render.dumps({"schema": render.SCHEMA, "index": state, "problems": rows}))
    else:
        _say_problems(ix, problems)
        stats = status.stats
        out(f"{stats.posts:,} posts, {stats.unpublished:,} unpublished; {stats.bytes:,} bytes in {status.directory}")
        if not status.fresh:
            out(f"{status.changed_files:,} files changed since it was built; `postdex index` takes them in")
    return 1 if any(problem.kind in _LOST for problem in problems) else 0


def _fault(ix: Index, verify: bool) -> list[Problem]:
    """What is wrong with the index itself."""
    from postdex_index import embedded

    try:
        ix.status()
        return embedded.verify(ix.directory) if verify else []
    except IndexFault as error:
        return [Problem(error.path or str(ix.directory), 0, "damaged", error.message, error.hint)]


def _say_fault(fault: list[Problem], as_json: bool) -> int:
    from . import render

    if as_json:
        rows = [problem._asdict() for problem in fault]
        out(render.dumps({"schema": render.SCHEMA, "index": None, "problems": rows}))
    else:
        out(render.problems_text(fault))
        note("the index cannot be used as it is; `postdex doctor --fix` makes it right")
    return 2


def _say_problems(ix: Index, problems: Iterable[Problem]) -> None:
    from . import render

    text = render.problems_text(problems, where=shown_path(ix.folder))
    if text:
        out(text, "")
