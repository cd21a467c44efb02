"""Is what is indexed what the site shows? Links, titles, anchors and words, against pages that the generators made.

    python benchmarks/sites.py                          # the sites in tests/sites, by what is kept of their pages
    python benchmarks/sites.py --build hugo mkdocs      # build them and keep the pages anew
    python benchmarks/sites.py --real ~/blog hugo --differences
    python benchmarks/sites.py --built ~/blog/public --real ~/blog hugo

A site is built from a copy in which each source ends with a word of its own, so that its page is found whatever its
address. A page that is left out is wrong, and so is one that is indexed and not there. Generators are those that
`--tools` names, or on PATH; `--install` puts them there. A real site may be built and read in its own way (`--command`,
`--content`, `--output`, `--selector`); with `--scratch` what was built stays and is used again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import site_builders
from site_builders import BUILDERS, SITES, TOOLS, Builder, BuildError
from site_pages import (
    Golden,
    PageComparison,
    all_pages,
    built_pages,
    compare,
    indexed_pages,
    matched,
    read_golden,
    write_golden,
)

HEAD = "| site and generator | links right | titles right | anchors right / wrong | words recall / precision |"
RULE = "| --- | ---: | ---: | ---: | ---: |"


def row(name: str, pages: Mapping[str, PageComparison]) -> str:
    """A row of the table: a page counts as one link and one title, whichever side lacks it."""
    found = pages.values()
    shared = sum(page.shared_words for page in found)
    recall = shared / max(1, sum(page.built_words for page in found))
    precision = shared / max(1, sum(page.indexed_words for page in found))
    columns = [
        name,
        f"{sum(page.link for page in found):,} of {len(pages):,}",
        f"{sum(page.title for page in found):,} of {len(pages):,}",
        f"{sum(page.right_ids for page in found):,} / {sum(page.wrong_ids for page in found):,}",
        f"{recall:.3f} / {precision:.3f}",
    ]
    return f"| {' | '.join(columns)} |"


def differences(pages: Mapping[str, PageComparison], worst: int = 20) -> list[str]:
    """A line for each link, title and heading that is wrong, and for the pages with the worst words."""
    lines = []
    for path, page in pages.items():
        if page.built is None or page.indexed is None:
            lines += [f"{path}: not indexed ({page.built.link})"] if page.built else []
            lines += [f"{path}: indexed, but no page ({page.indexed.link})"] if page.indexed else []
            continue
        if not page.link:
            lines.append(f"{path}: link {page.indexed.link or '(none)'}, not {page.built.link}")
        if not page.title:
            lines.append(f"{path}: title {page.indexed.title!r}, not {page.built.title!r}")
        if page.missing or page.extra:
            lines.append(
                f"{path}: anchors {' '.join(page.extra) or '(none)'}, not {' '.join(page.missing) or '(none)'}"
            )
    by_words = sorted(pages.items(), key=lambda item: min(item[1].recall, item[1].precision))
    for path, page in by_words[:worst]:
        if page.built and page.indexed and min(page.recall, page.precision) < 1:
            lines.append(f"{path}: words {page.recall:.3f} / {page.precision:.3f}{_words(page)}")
    return lines


def _words(page: PageComparison, most: int = 12) -> str:
    """The first words that only one side has."""
    if not page.built or not page.indexed:
        return ""
    theirs, ours = Counter(page.built.words.split()), Counter(page.indexed.words.split())
    pieces = []
    for what, left in (("missed", theirs - ours), ("too many", ours - theirs)):
        if left:
            pieces.append(f"; {what}: {' '.join(list(left)[:most])}")
    return "".join(pieces)


def make_golden(builder: Builder, scratch: Path, tools: Path) -> Golden:
    """Build a generator's own site, and what its pages say."""
    source = site_builders.own_site(builder, scratch)
    build = site_builders.build(builder, source, scratch, tools)
    pages = built_pages(build.output, build.markers, builder.main, builder.ignored)
    if not pages:
        raise BuildError(f"{builder.name}: no page in {builder.output} has a marker in {builder.main}")
    return Golden(site_builders.version(builder, scratch / "site", tools), pages)


def compare_own(builder: Builder, golden: Golden) -> dict[str, PageComparison]:
    """A generator's own site beside what is kept of its pages."""
    with tempfile.TemporaryDirectory() as scratch:
        source = site_builders.own_site(builder, Path(scratch))
        return compare(golden.pages, indexed_pages(source, builder.content), builder.clean)


def compare_real(builder: Builder, folder: Path, scratch: Path, given: argparse.Namespace) -> dict[str, PageComparison]:
    """A real site beside its pages, built here or before."""
    indexed = indexed_pages(folder, builder.content)
    if given.built:
        pages = matched(all_pages(given.built, builder.main, builder.ignored), indexed, builder.clean)
    else:
        build = site_builders.build(builder, folder, scratch, given.tools)
        pages = built_pages(build.output, build.markers, builder.main, builder.ignored)
    return compare(pages, indexed, builder.clean)


def _overridden(builder: Builder, given: argparse.Namespace) -> Builder:
    """The builder with what was given for a real site."""
    changes = {
        "build": given.command,
        "content": tuple(given.content) if given.content else None,
        "output": given.output,
        "main": given.selector,
        "ignored": given.ignored,
    }
    return builder._replace(**{name: value for name, value in changes.items() if value is not None})


def _parsed() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = sorted(BUILDERS)
    options.add_argument("--build", nargs="*", metavar="NAME", help="make these goldens anew (all without a name)")
    options.add_argument("--install", nargs="+", metavar="NAME", choices=names, help="install these generators")
    options.add_argument("--real", nargs=2, metavar=("FOLDER", "NAME"), help="a real site, and its generator")
    options.add_argument("--built", type=Path, metavar="FOLDER", help="the HTML of that site, built before")
    options.add_argument("--differences", action="store_true", help="what is wrong, page by page")
    options.add_argument("--tools", type=Path, default=TOOLS, metavar="DIR", help="where generators are installed")
    options.add_argument("--scratch", type=Path, metavar="DIR", help="where the site is built, and stays")
    options.add_argument("--command", help="builds the real site, in its root")
    options.add_argument("--content", nargs="+", metavar="FOLDER", help="its folders of posts")
    options.add_argument("--output", metavar="FOLDER", help="where its HTML is, below its root")
    options.add_argument("--selector", help="CSS selector of the main content")
    options.add_argument("--ignored", help="CSS selector of what is no text in it")
    options.add_argument("--clean", action="store_true", help="its links have no .html")
    return options.parse_args()


def see_html_reader(tools: Path) -> None:
    """What reads HTML is taken from the tools if it is not installed here."""
    sys.path += map(str, (tools / "py" / "lib").glob("python*/site-packages"))


def main() -> None:
    """Compare and print."""
    given = _parsed()
    see_html_reader(given.tools)
    for name in given.install or ():
        site_builders.install(BUILDERS[name], given.tools)
    with tempfile.TemporaryDirectory() as temporary:
        try:
            rows = _rows(given, given.scratch or Path(temporary))
        except BuildError as error:
            sys.exit(str(error))
    print(HEAD, RULE, sep="\n")
    for name, pages in rows.items():
        print(row(name, pages))
    if given.differences:
        for pages in rows.values():
            print("", *differences(pages), sep="\n")


def _rows(given: argparse.Namespace, scratch: Path) -> dict[str, dict[str, PageComparison]]:
    """What the rows of the table are made of, by what stands first in them."""
    if given.real:
        folder, name = given.real
        builder = _overridden(BUILDERS[name], given)._replace(clean=given.clean or BUILDERS[name].clean)
        return {f"{Path(folder).name}, {name}": compare_real(builder, Path(folder).resolve(), scratch, given)}
    made = [name for name in BUILDERS if name in (given.build or BUILDERS) and (SITES / name).is_dir()]
    for name in made if given.build is not None else ():
        write_golden(SITES / f"{name}.json", make_golden(BUILDERS[name], scratch / name, given.tools))
    return kept(made)


def kept(names: Iterable[str] = BUILDERS) -> dict[str, dict[str, PageComparison]]:
    """The sites beside what is kept of their pages, by name and version of their generators."""
    rows = {}
    for name in names:
        file = SITES / f"{name}.json"
        if file.exists():
            golden = read_golden(file)
            rows[f"{BUILDERS[name].title} {golden.version}"] = compare_own(BUILDERS[name], golden)
    return rows


if __name__ == "__main__":
    main()
