"""Does the cluster answer as the embedded engine does? Every kind of question over both, compared to the last digit.

    POSTDEX_OPENSEARCH_HOSTS=... python benchmarks/parity.py FOLDER [--site NAME] [--rounds 3] [--sampled 150]
        [--queries FILE] [--many 300] [--seed 1]

Both indexes are built anew, then all is asked of both: `parity_questions` has the table, `--queries` names a file with
a query on each line, or JSON with one under "query". Equal means: all that the library gives is equal, to the spans of
a snippet, and numbers differ by a millionth at most. Differences are printed with where they begin; the exit status is
1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from parity_questions import Asked, questions

import postdex
from postdex.output import wire
from postdex.results.explain import Verdict
from postdex.results.values import HitList
from postdex_index.errors import PostdexError

#: Numbers may differ by so much, and by so much of themselves.
TOLERANCE = 1e-6
#: What a search says of itself, not of the posts.
UNCOMPARED = {"took_ms", "index"}


class Difference(NamedTuple):
    """A question with two answers, and where they begin to differ."""

    asked: Asked
    where: str


def differences(
    ours: postdex.Index, theirs: postdex.Index, asked: Iterable[Asked], unscored: bool = False
) -> Iterator[Difference]:
    """The questions that two indexes answer differently; with `unscored` only what no score decides is compared."""
    for question in asked:
        answers = [answer(index, question) for index in (ours, theirs)]
        if unscored:
            answers = [_unscored(question, given) for given in answers]
        if where := difference(*answers):
            yield Difference(question, where)


def _unscored(asked: Asked, given: Any) -> Any:
    """Of an answer what no score decides: counts and messages, hits where they come in another order, lines whatever
    the order of their posts."""
    if asked.what == "explain":
        return given.rank > 0 if isinstance(given, Verdict) else given
    if asked.what == "lines" and isinstance(given, list):
        return sorted(given)
    if not isinstance(given, HitList) or asked.arguments.get("sort", "score") != "score":
        return given
    return given.total, given.parsed, given.facets, given.corrections, given.warnings, given.grouped


def answer(index: postdex.Index, asked: Asked) -> Any:
    """All that an index says to a question; an error as its code and message."""
    arguments: dict[str, Any] = dict(asked.arguments)
    try:
        if asked.what == "search":
            return index.search(asked.text, **{"deadline_ms": None} | arguments)
        if asked.what in ("problems", "fields"):
            return getattr(index, asked.what)()
        given = getattr(index, asked.what)(asked.text, **arguments)
        if asked.what == "lines":
            return [*given]
        return wire.document(given) if asked.what == "get" else given
    except PostdexError as error:
        return {"error": error.code, "message": error.message}


def difference(ours: Any, theirs: Any, where: str = "") -> str:
    """Where two values begin to differ, with both of them; "" if nowhere.

    >>> difference({"a": [1, 2.0]}, {"a": [1, 2.0000000001]}), difference([(1, "b")], [(1, "c")])
    ('', "[0][1]: 'b' / 'c'")
    """
    if isinstance(ours, HitList) and isinstance(theirs, HitList):
        ours, theirs = (
            {
                name: value
                for name, value in zip(HitList.__slots__, hits.values(), strict=True)
                if name not in UNCOMPARED
            }
            for hits in (ours, theirs)
        )
    if isinstance(ours, float) and isinstance(theirs, float):
        equal = abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours))
    elif isinstance(ours, Mapping) and isinstance(theirs, Mapping) and list(ours) == list(theirs):
        return _first(difference(ours[key], theirs[key], f"{where}.{key}") for key in ours)
    elif isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)) and len(ours) == len(theirs):
        names = [f".{name}" for name in getattr(ours, "_fields", ())] or [f"[{at}]" for at in range(len(ours))]
        return _first(map(difference, ours, theirs, [where + name for name in names]))
    else:
        equal = ours == theirs
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping) and ours.keys() != theirs.keys():
        ours, theirs = sorted(ours.keys() - theirs.keys()), sorted(theirs.keys() - ours.keys())
    return "" if equal else f"{where}: {ours!r:.200} / {theirs!r:.200}"


def _first(found: Iterable[str]) -> str:
    return next(filter(None, found), "")


@contextmanager
def both(folder: Path, site: str, scratch: Path) -> Iterator[tuple[postdex.Index, postdex.Index]]:
    """A folder's index of the embedded engine and that of the cluster; neither is built here."""
    with chosen("embedded"):
        embedded = postdex.Index(folder, index=scratch / "embedded", refresh="never")
    with chosen("opensearch", site):
        cluster = postdex.Index(folder, index=scratch / "hints", refresh="never")
    with embedded, cluster:
        yield embedded, cluster


@contextmanager
def chosen(name: str, site: str = "") -> Iterator[None]:
    """The settings that choose an engine, while an index is made."""
    chosen = {"POSTDEX_ENGINE": name, "POSTDEX_SITE": site}
    before = {variable: os.environ.get(variable) for variable in chosen}
    os.environ.update(chosen)
    try:
        yield
    finally:
        for variable, value in before.items():
            os.environ.pop(variable, None)
            if value is not None:
                os.environ[variable] = value


def _typed(file: Path) -> list[Asked]:
    """The queries of a file: a line each, or JSON with one under "query"."""
    lines = filter(None, file.read_text(encoding="utf-8").splitlines())
    return [Asked(json.loads(line)["query"] if line.startswith("{") else line) for line in lines]


def main() -> int:
    """Compare, print the differences and how many there were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", default="parity", help="the site's name on the cluster")
    parser.add_argument("--rounds", type=int, default=3, help="times that each kind is asked, with other words")
    parser.add_argument("--sampled", type=int, default=150, help="pieces of the posts that are asked")
    parser.add_argument("--queries", type=Path, help="a file of queries, asked besides")
    parser.add_argument("--many", type=int, help="so many of them, drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scratch", type=Path, help="where the embedded index is, if both are built already")
    options = parser.parse_args()
    asked = questions(options.folder, options.rounds, options.sampled, options.seed)
    if options.queries:
        typed = _typed(options.queries)
        asked += random.Random(options.seed).sample(typed, min(len(typed), options.many or len(typed)))
    with (
        tempfile.TemporaryDirectory(prefix="postdex-parity-") as temporary,
        both(options.folder, options.site, options.scratch or Path(temporary)) as (embedded, cluster),
    ):
        if not options.scratch:
            embedded.refresh(full=True)
            cluster.refresh(full=True)
        found = list(differences(embedded, cluster, asked))
    for kind, where in found:
        print(f"{kind.what} {kind.text!r:.100} {dict(kind.arguments) or ''}\n    {where}")
    print(f"{len(asked) - len(found)} of {len(asked)} answers are identical")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
