"""What do the commands do that look after an index? Build it, show a post as it is indexed, list what is wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import click

from postdex_index import native, settings
from postdex_index.engine.hosting import hosted
from postdex_index.errors import EngineUnavailableError, IndexFault, IndexMissingError, PostdexError
from postdex_index.model import Problem
from postdex_index.named_tuple import NamedTuple

from ..meaning import installed
from ..near_posts import naming_near_posts
from .console import Bar, flush, note, out, out_json, usual_jobs, where_shown
from .number_types import Number, WholeNumber
from .printed_results import screen_of
from .search_command import insist_on_files, insist_on_posts, ready, say_other_folder, typed_path

if TYPE_CHECKING:
    from postdex_index.engine.hosting import Inspection
    from postdex_index.update.refresh import Report

    from ..diagnostics import Status
    from ..index import Index
    from .search_command import Place

#: Kinds of problems that mean that something is lost; the others are only said.
_LOST = ("damaged", "skipped", "malformed")
#: After a change of more files than these only their number is told, and of no more problems what they are.
_MAX_LISTED, _MAX_PROBLEMS = 10, 20


@click.command()
@click.option("--full", is_flag=True, help="Read all posts again, not only those that changed.")
@click.option("--watch", is_flag=True, help="Go on, and follow every change until interrupted.")
@click.option("--dry-run", is_flag=True, help="Only list what would be done.")
@click.option("--jobs", type=WholeNumber(1), metavar="N", help="Use so many processes (one a processor, 4 at most).")
@click.option("--wait", type=Number(0), metavar="S", default=10.0, help="Wait so long for another writer.")
@click.option("--engine", metavar="NAME", help="Build it with this engine, whatever the setting says.")
@click.option("--rollback", is_flag=True, help="Put the index of before the last full build back (on servers).")
@click.pass_obj
def index(
    place: Place, /, full: bool, watch: bool, dry_run: bool, jobs: int | None, wait: float, engine: str | None,
    rollback: bool,
) -> int:  # fmt: skip
    """Build the index, or bring it up to the files."""
    named = {"--rollback": rollback, "--watch": watch, "--dry-run": dry_run}
    given = [name for name, value in named.items() if value]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} exclude each other")
    ix = place._replace(engine=engine).open()
    if rollback:
        return _roll_back(ix)
    say_other_folder(ix)
    if not watch:
        insist_on_files(ix)
    with Bar("indexing") as bar:
        report = ix.refresh(full=full, dry_run=dry_run, jobs=jobs or usual_jobs(), wait=wait, progress=bar)
    if dry_run:
        out(*_signed(ix, report))
    elif not watch:
        insist_on_posts(ix)
    _say_losses(ix, report)
    _say_report(ix, report, dry_run)
    if not dry_run:
        _say_other_engine(ix)
    return _follow(ix, jobs or usual_jobs()) if watch else 0


def _roll_back(ix: Index) -> int:
    """Put the former index back in place."""
    servers = hosted(ix.engine)
    if servers is None:
        message = f"the engine {ix.settings.engine} keeps no index of before"
        raise PostdexError(message, "`postdex index --full` builds it anew from the posts")
    servers.rollback()
    stats = ix.engine.open_reader().stats()
    posts = f"{stats.posts:,} posts, {stats.unpublished:,} unpublished"
    out(f"{ix.engine.place}: the index of before is back in place: {posts}, generation {stats.generation}")
    return 0


def _say_other_engine(ix: Index) -> None:
    """If this engine was named for this run alone: which one the other commands ask, and how they come to ask this."""
    usual, used = settings.load(ix.folder).engine, ix.settings.engine
    if used != usual:
        note(
            f'the other commands ask the engine {usual} still; write engine = "{used}" into the settings of {ix.folder}'
            " (postdex.toml), and they ask this one"
        )


def _signed(ix: Index, report: Report) -> Iterator[str]:
    """A line for each file that was added, changed or removed."""
    from ..text_safety import printable

    where = where_shown(ix)
    for sign, paths in (("+", report.added), ("~", report.changed), ("-", report.removed)):
        yield from (f"{sign} {printable(where(path))}" for path in paths)


def _follow(ix: Index, jobs: int) -> int:
    """Keep the index as new as the files until a signal says that it is enough."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    first = True

    def say(report: Report) -> None:
        nonlocal first
        if report.added or report.changed or report.removed or not first:
            _say_round(ix, report)
        if first:
            flush()
            note("watching; interrupt to end")
        first = False

    with ix.watch(on_report=say, on_error=lambda error: note(str(error)), jobs=jobs) as watching:
        try:
            while watching.running:
                time.sleep(60)
        except KeyboardInterrupt:
            note("watched no longer")
            return 0
    return 2  # nobody asked for that: the thread said why


def _say_round(ix: Index, report: Report) -> None:
    """What a round of watching did: the files if they are few, and what is wrong with those that were read."""
    lines = list(_signed(ix, report))
    if len(lines) > _MAX_LISTED:
        lines = []
    counts = f"+{len(report.added):,} ~{len(report.changed):,} -{len(report.removed):,}"
    out(*lines, f"{time.strftime('%H:%M:%S')} {counts} ({report.seconds:.2f} s)")
    _say_losses(ix, report)
    flush()


def _say_losses(ix: Index, report: Report) -> None:
    """What was lost of the files that were read, or passed over in a first build."""
    from ..output import reports

    read = {*report.added, *report.changed}
    new = (problem for problem in report.problems if problem.path in read or not report.unchanged)
    lost = [problem for problem in new if problem.kind in _LOST]
    if lost:
        out(reports.problems_text(lost[:_MAX_PROBLEMS], screen_of(ix, where_shown(ix))))
    if len(lost) > _MAX_PROBLEMS:
        out(f"and {len(lost) - _MAX_PROBLEMS:,} more; `postdex doctor` lists them all")


def _say_report(ix: Index, report: Report, dry_run: bool) -> None:
    from ..text_safety import printable

    counts = f"{len(report.added):,} added, {len(report.changed):,} changed, {len(report.removed):,} removed"
    would = "would be " if dry_run else ""
    where = f" in {ix.engine.place}" if hosted(ix.engine) else ""
    unchanged = f"{report.unchanged:,} unchanged ({report.seconds:.2f} s)"
    out(f"{printable(str(ix.folder))}{where}: {would}{counts}, {unchanged}")
    kinds = Counter(problem.kind for problem in report.problems)
    if kinds:
        out(", ".join(f"{kind}: {count:,}" for kind, count in sorted(kinds.items())) + " (`postdex doctor` lists them)")


@click.command()
@click.argument("path", metavar="PATH[#SECTION]")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(place: Place, /, path: str, as_json: bool) -> int:
    """Show a post, or one of its sections, as it is indexed."""
    from .. import section_lookup
    from ..links.ends import connections
    from ..output import reports, screen, wire
    from ..output.connected import connections_text
    from . import pager

    with ready(place.open("auto")) as ix, naming_near_posts(ix, where_shown(ix)):
        document, section = section_lookup.find(ix, path, partial(typed_path, ix))
        around = connections(ix.snapshots.opened(), document, drafts=True)
        if as_json:
            out_json(wire.dumps(wire.document(document, section, around)))
        else:
            on = screen_of(ix, where_shown(ix))._replace(link="")  # a pager may not pass links
            text = reports.document_text(document, section, on)
            if section is None:
                text += connections_text(around, document.path, on)
            pager.print_text(text, screen.rows(text, on))
    return 0


@click.command(short_help="Say what is wrong with posts and index, and mend it.")
@click.option("--verify", is_flag=True, help="Check every byte of the index.")
@click.option("--fix", is_flag=True, help="Build what is missing, old or damaged.")
@click.option(
    "--fail-on",
    "fail_on",
    multiple=True,
    type=click.Choice(["dead-links", "notes", "unpublished"]),
    help="End with 1 for these, too (repeat it for several).",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def doctor(place: Place, /, verify: bool, fix: bool, fail_on: tuple[str, ...], as_json: bool) -> int:
    """List what is wrong: posts that were skipped, are unpublished or lost something, links that lead nowhere; the
    state of the index.

    Exit status: 0 if nothing is lost, 1 if something is, 2 if there is no index or it cannot be used.
    """
    ix = place.open()
    if fix:
        _fix(ix, quiet=as_json)
    from .installed_whoosh import installed_whoosh

    checkup, whoosh = _checked(ix, verify), installed_whoosh()
    if as_json:
        from ..output import wire

        out_json(wire.dumps({**wire.checkup(*checkup), "whoosh": whoosh._asdict()}))
    else:
        _say_checkup(ix, checkup, verify)
        out(f"whoosh: {whoosh.in_words()}")
        out("; ".join([f"meaning: {installed.in_words()}", *_wrong_vectors(ix, verify)]))
        out(f"kernel: {native.in_words()}")
    if checkup.status is None:
        return 2
    failing = {*_LOST, *(kind.removesuffix("s") for kind in fail_on)}
    unseen = bool(fail_on) and checkup.status.fresh is False
    if unseen:
        note("the index is older than the posts; --fail-on needs `--fix` with it, which takes in what changed")
    return int(unseen or any(problem.kind in failing for problem in checkup.problems))


def _fix(ix: Index, quiet: bool) -> None:
    """Make the index right, whatever is wrong with it."""
    damaged = ix.engine.newest() is not None and _checked(ix, verify=True).status is None
    servers = hosted(ix.engine)
    mended = servers.mend() if servers else []
    if not quiet:
        out(*mended)
    with Bar("indexing") as bar:
        report = ix.refresh(full=damaged, jobs=usual_jobs(), progress=bar)
    if not quiet:
        _say_report(ix, report, dry_run=False)


class _Checkup(NamedTuple):
    """What doctor says: the state of the index, what is wrong, and how the servers are that keep it, if any do.

    `status` is None if there is no index, with what is wrong with the files; or if it cannot be used or is damaged
    anywhere, with what is wrong with itself or its servers.
    """

    status: Status | None
    problems: list[Problem]
    servers: Inspection | None = None


def _checked(ix: Index, verify: bool) -> _Checkup:
    """The state of the index, of the posts in it, and of its servers. Raises EngineUnavailableError."""
    if (servers := hosted(ix.engine)) is None:
        return _Checkup(*_stated(ix, verify))
    inspection = servers.inspect()
    try:
        status, problems = _stated(ix, verify)
    except EngineUnavailableError as error:
        status, problems = None, [Problem(ix.engine.place, 0, "damaged", str(error))]
    if any(problem.kind == "damaged" for problem in inspection.problems):
        status = None
    return _Checkup(status, problems, inspection)


def _stated(ix: Index, verify: bool) -> tuple[Status | None, list[Problem]]:
    """Its state and the problems, as a `_Checkup` has them."""
    from ..diagnostics import problems_of_files

    try:
        status = ix.status()
        damages = ix.engine.verify() if verify else []
        problems = [] if damages else ix.problems()  # which read posts, and end at the first that is damaged
    except IndexMissingError:
        return None, problems_of_files(ix.folder, ix.settings)
    except IndexFault as error:
        return None, [Problem(error.path or ix.engine.place, 0, "damaged", error.message, error.hint)]
    for commit in status.commits:
        if commit.state == "damaged" and not damages and not ix.sites:  # of several their problems tell
            path, hint = f"{ix.engine.place}/commit-{commit.generation:06}", "run `postdex doctor --fix` to rebuild it"
            damages = [Problem(path, 0, "damaged", "this commit of the index is damaged", hint)]
    return (None, damages) if damages else (status, problems)


def _why_missing(ix: Index) -> str:
    """Why there is no index that this version can search: none at all, or one of another version."""
    try:
        ix.snapshots.opened()
    except IndexMissingError as error:
        return error.message
    return "another process has just made the index"


def _wrong_vectors(ix: Index, verify: bool) -> list[str]:
    """What to say of the vectors besides: where each post says in what language it is, and they know none of these; and
    which are damaged."""
    known = installed.installed().languages
    languages: dict[str, int] = {}
    with suppress(PostdexError):  # a problem has been said of it
        languages = ix.facets()["lang"] if known else {}
        if languages and sum(languages.values()) < ix.search("", limit=0).total:
            languages = {}  # a post that says nothing counts as one that they know
    told = []
    if languages and not any(installed.language_of(tag) in known for tag in languages):
        told.append(f"they know none of the languages of the posts ({', '.join(languages)})")
    if verify and (changed := installed.changed_tables()):
        told.append(f"{', '.join(changed)} damaged, install postdex-vectors {installed.RELEASE} anew")
    return told


def _without_address(ix: Index) -> list[str]:
    """A line on the posts that have no address; of several sites one for each that can be read."""
    from ..web_address import addresses, without_address

    lines = []
    for name, site in (ix.sites or {"": ix}).items():
        with suppress(IndexFault):  # a problem has been said of it
            told = without_address(addresses(site.snapshots.opened()), site.folder)
            lines += [f"{name}: {line}" if name else line for line in told]
    return lines


def _say_checkup(ix: Index, checkup: _Checkup, verified: bool) -> None:
    """The problems, then the servers, then the index in two lines."""
    from ..output import reports
    from ..text_safety import printable

    status, problems, servers = checkup
    damaged = any(problem.kind == "damaged" for problem in [*problems, *(servers.problems if servers else ())])
    screen = screen_of(ix, str if damaged else where_shown(ix), linked=not damaged)
    text = reports.problems_text(problems, screen)
    told = [printable(f"{name}: {fact}") for name, fact in servers.facts.items()] if servers else []
    told += [reports.problems_text(servers.problems)] if servers and servers.problems else []
    if status is None:
        out(*filter(None, [text, *told]))
        if damaged:
            note("the index cannot be used as it is; `postdex doctor --fix` makes it right")
        else:
            note(f"{_why_missing(ix)}; `postdex index` or `postdex doctor --fix` makes it")
        return
    if text:
        out(text, "")
    out(*told)
    stats, retained = status.stats, [commit.generation for commit in status.commits if commit.state == "kept"]
    where = printable(ix.engine.place)
    out(f"{stats.posts:,} posts, {stats.unpublished:,} unpublished; {status.bytes_on_disk:,} bytes in {where}")
    out(*_without_address(ix))
    beside = f"; generation {retained[0]} is kept beside it" if retained else ""
    checked = "; every checksum is right" if verified else ""
    out(f"generation {stats.generation}, {stats.segments} segment{'s' * (stats.segments != 1)}{beside}{checked}")
    if status.changed_files:
        files = f"{status.changed_files:,} file{'s' * (status.changed_files != 1)}"
        out(f"{files} changed since it was built, not looked at here; `postdex index` takes them in")
    elif status.fresh is None:
        out(f"the sites {', '.join(status.stats.sites)} are only read here; each follows the files in its own folder")
    elif not status.fresh:
        out("settings changed since it was built; `postdex index` takes them in")
    else:
        out("as new as the files")
