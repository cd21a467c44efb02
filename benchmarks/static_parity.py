"""Does the reader of a published index answer as the library does? Every kind of question to both, compared to the bit.

    python benchmarks/static_parity.py FOLDER [--queries FILE] [--most 300] [--rounds 6] [--sampled 300]
        [--fuzzed 2000] [--seed 1] [--write FILE] [--show 20]

The folder is indexed and exported, what the library answers is written down (`--write` keeps that as JSON), then node
reads the bundle and answers the same. Asked are: the table of `parity_questions`, words, pieces, slips and names drawn
from the posts, each example of docs/query.md, what nobody types, and the queries of a file, a line each or JSON with
one under "query". Equal means: every hit with its path, sections, snippets, marks, lines and score, order, totals,
facets, corrections, warnings and strength are the same. What is not possible in a published index says so in a warning,
and is counted apart. The exit status is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from generate import read, walk
from parity_questions import KINDS, SAMPLE, Asked, drawn, filled

import postdex
from postdex.export import bundle
from postdex.http.parameters import SEARCH, from_query
from postdex.results.values import HitList
from postdex_index.errors import PostdexError

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from reader_bundle import ReaderBundle  # noqa: E402
from reader_process import js  # noqa: E402

#: What a search says of itself, not of the posts.
UNCOMPARED = ("took_ms", "index")
#: How the reader says that something is not possible.
NOT_POSSIBLE = "is not possible in a published index"
#: What is drawn from the posts, by kind.
DRAWN = {
    "words": ("{word}", "{word} {other}", "{common} {word} {other}"),
    "titles": ("{title}", "{heading}", "{title} {word}"),
    "pieces": ("{sentence}", "{piece}", "{paragraph}"),
    "names": ("{identifier}", "{word}_{other}", "{word}.{other}", "{identifier} {word}", "code:{code}"),
    "slips": ("{slip}", "{slip} {common}", "{slip} {word}"),
    "chinese": ("{chinese}", "{chinese} {word}", '"{chinese}"'),
    "quoted": ('"{phrase}"', '+"{phrase}" {word}', '"{phrase}"~3'),
    "patterns": ("{begin}*", "+{begin}* {common}", "+*{end}", "{begin}?{rest}", "{slip}~2"),
    "filters": ("tag:{tag} {word}", "path:{folder} {common}", "date:{year} {common}", "{field}:{value}"),
}
#: What nobody types is made of these.
SIGNS = [*"\"()+-^*?~:[]{}<>=\\/,;|!$@#%&'`", "OR", "AND", "NOT", "..", "^3", "~2", '"~5', "||", "&&", "title:", "tag:"]


class Question(NamedTuple):
    """What is asked, as the query string of GET /search, and which kind of question it is."""

    kind: str
    params: str


def questions(
    folder: Path,
    files: Sequence[Path] = (),
    *,
    most: int = 300,
    rounds: int = 1,
    sampled: int = 10,
    fuzzed: int = 100,
    seed: int = 1,
) -> Iterator[Question]:
    """All that is asked of a folder's index."""
    chance = random.Random(seed)
    paths = walk(folder)
    posts = list(read(folder, chance.sample(paths, min(len(paths), SAMPLE))))
    for asked in [kind for kind in KINDS if kind.what == "search"] * rounds:
        yield Question("table", _params(filled(asked, drawn(posts, chance))))
    for kind, forms in DRAWN.items():
        for number in range(sampled):
            yield Question(kind, _params(filled(Asked(forms[number % len(forms)]), drawn(posts, chance))))
    for example in examples():
        yield Question("docs", _params(Asked(example)))
    for _ in range(fuzzed):
        yield Question("fuzzed", _params(Asked(_fuzzed(drawn(posts, chance), chance))))
    for file in files:
        typed = [
            json.loads(line)["query"] if line[:1] == "{" else line for line in file.read_text("utf-8").splitlines()
        ]
        for text in chance.sample(typed, min(len(typed), most)):
            yield Question(file.stem, _params(Asked(text)))


def examples() -> list[str]:
    """The queries in the tables of docs/query.md."""
    rows = re.findall(r"^\| (`.*?) \| ", (ROOT / "docs" / "query.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [example.strip() for row in rows for example in re.findall(r"(?<!`)`([^`]+)`", row)]


def _params(asked: Asked) -> str:
    pairs = [("q", asked.text)]
    for name, value in asked.arguments.items():
        several = value if isinstance(value, tuple) else (value,)
        pairs += [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in several]
    return urlencode(pairs)


def _fuzzed(values: Mapping[str, str], chance: random.Random) -> str:
    words = [values[name] for name in ("word", "other", "common", "slip", "chinese", "identifier", "begin", "tag")]
    parts = [chance.choice(chance.choice((words, SIGNS, ["é", "👩‍👧", "\u202e", "C++", "a->b", "0xff", "the"])))
             for _ in range(chance.choice((2, 3, 5, 9, 40)))]  # fmt: skip
    return chance.choice(("", " ", " ")).join(parts)


def library_answer(index: postdex.Index, params: str) -> Any:
    """What the library answers, as JSON with nothing rounded."""
    try:
        arguments = from_query(params.encode(), SEARCH)
        arguments.pop("record")
        results = index.search(arguments.pop("q"), **{"deadline_ms": None} | arguments)
        return _compared({name: js(getattr(results, name)) for name in HitList.__slots__})
    except PostdexError as error:
        return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}


def _compared(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer less what it says of itself; counts as pairs, whose order tells, too."""
    compared = {name: value for name, value in answer.items() if name not in UNCOMPARED}
    if isinstance(facets := compared.get("facets"), Mapping):
        compared["facets"] = [[name, [[*pair] for pair in counts.items()]] for name, counts in facets.items()]
    return compared


def difference(ours: Any, theirs: Any, where: str = "") -> str:
    """Where two answers begin to differ, with both of them; "" if nowhere.

    >>> difference({"a": [1, 2.5]}, {"a": [1, 2.25]})
    '.a[1]: 2.5 / 2.25'
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in ours.keys() | theirs.keys():
            if found := difference(ours.get(name), theirs.get(name), f"{where}.{name}"):
                return found
        return ""
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return next(filter(None, (difference(a, b, f"{where}[{at}]") for at, (a, b) in pairs)), "")
    return "" if ours == theirs else f"{where}: {ours!r:.300} / {theirs!r:.300}"


def answers(folder: Path, asked: Sequence[Question], scratch: Path) -> tuple[list[Any], list[Any]]:
    """What the library answers to each question, and what the reader does from what was exported; asked again where a
    day has begun meanwhile, since `date:yesterday` means another one then."""
    day = _day()
    with postdex.Index(folder, index=scratch / "index", refresh="never") as index:
        index.refresh(full=True)
        bundle.write(index, scratch / "published")
        started = time.perf_counter()
        expected = [library_answer(index, question.params) for question in asked]
        between = time.perf_counter()
    with ReaderBundle(scratch / "published", joined=True) as reader:
        given = [_compared(reader.search(question.params)) for question in asked]
    print(f"library {between - started:.1f} s, reader {time.perf_counter() - between:.1f} s")
    return (expected, given) if _day() == day else answers(folder, asked, scratch)


def _day() -> tuple[date, date]:
    """Today, here and in UTC."""
    return date.today(), datetime.now(UTC).date()


def outcome(ours: Any, theirs: Any) -> str:
    """What came of a question: "" if both answers are the same, "told" where the reader says that something is not
    possible, else where they differ."""
    if any(NOT_POSSIBLE in warning for warning in theirs.get("warnings", ())):
        return "told"
    return difference(ours, theirs)


def main() -> int:
    """Compare, print a row for each kind and what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--queries", type=Path, action="append", default=[], help="a file of queries, asked besides")
    parser.add_argument("--most", type=int, default=300, help="so many of each file, drawn")
    parser.add_argument("--rounds", type=int, default=6, help="times that the table is asked, with other words")
    parser.add_argument("--sampled", type=int, default=300, help="questions of each kind that is drawn from the posts")
    parser.add_argument("--fuzzed", type=int, default=2_000, help="questions that nobody types")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="keep what the library answers, as JSON")
    parser.add_argument("--show", type=int, default=20, help="differences that are printed, at most")
    options = parser.parse_args()
    drawn_by = {name: getattr(options, name) for name in ("most", "rounds", "sampled", "fuzzed", "seed")}
    asked = list(dict.fromkeys(questions(options.folder, options.queries, **drawn_by)))
    with tempfile.TemporaryDirectory(prefix="postdex-parity-") as temporary:
        expected, given = answers(options.folder, asked, Path(temporary))
    if options.write:
        rows = [{**question._asdict(), "answer": answer} for question, answer in zip(asked, expected, strict=True)]
        options.write.write_text(json.dumps(rows, ensure_ascii=False, indent=0), encoding="utf-8")
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    shown = 0
    for question, ours, theirs in zip(asked, expected, given, strict=True):
        where = outcome(ours, theirs)
        outcomes[question.kind][where if where == "told" else "differ" if where else "same"] += 1
        if where not in ("", "told"):
            shown += 1
            if shown <= options.show:
                print(f"{question.kind} {question.params[:300]}\n    {where}")
    print(f"{'kind':<12} {'same':>6} {'told':>6} {'differ':>6}")
    for kind, counts in outcomes.items():
        print(f"{kind:<12} {counts['same']:>6} {counts['told']:>6} {counts['differ']:>6}")
    return 1 if any(counts["differ"] for counts in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
