"""How well does postdex rank real posts for what people would type?

    python benchmarks/relevance.py FOLDER [--seed 1] [--each 100] [--kinds link,slip] [--misses 10]

Any folder of posts will do: the questions are made from the posts themselves, so that a
constant that was tuned on one site can be looked at on another. Kinds of question, one post
(sometimes several) being right for each:

    link     the text of a link from another post
    heading  a heading that few posts have, with one word left out if it has three or more
    recall   three words that someone remembers of one sentence, the most telling ones
    code     an identifier that stands in one post only, written out as words
    slip     a heading with one slip of the keyboard in its longest word

Printed: nDCG@10, success@1 and recall@100 of posts, by kind, and how often the right section
comes first in a right post (heading, recall, code, slip). What this is not: judgements of
people. It says whether a change moves things, and where.

`Adapter` is the same engine for other instruments: `build(folder)`, `search(query, limit)` and
`sections(query, limit)`, as pairs of (path, anchor).
"""

from __future__ import annotations

import argparse
import math
import os
import posixpath
import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import postdex


class Adapter:
    """postdex as a library, its index in a folder of its own; `POSTDEX_ANCHORS` chooses the style of anchors."""

    def __init__(self) -> None:
        os.environ.setdefault("POSTDEX_ANCHORS", "github")
        self._home = tempfile.TemporaryDirectory(prefix="postdex-relevance-")

    def build(self, folder: Path) -> None:
        self._index = postdex.open(folder, index=self._home.name, refresh="never")
        self._index.refresh()

    def search(self, query: str, limit: int) -> list[tuple[str, str | None]]:
        return [(hit.path, hit.anchor) for hit in self._index.search(query, limit=limit, snippets=False).hits]

    def sections(self, query: str, limit: int) -> list[tuple[str, str]]:
        found = self._index.search(query, limit=limit, units="sections", snippets=False)
        return [(hit.path, hit.anchor) for hit in found.hits]

    def headings(self, query: str, limit: int) -> list[tuple[str, str]]:
        """As `search`, with the heading of the best section instead of its anchor."""
        hits = self._index.search(query, limit=limit, snippets=False).hits
        return [(hit.path, hit.headings[-1] if hit.headings else "") for hit in hits]


class Question(NamedTuple):
    """What is typed, the paths that are right, and the heading under which it stands there (None: not known)."""

    kind: str
    query: str
    paths: frozenset[str]
    heading: str | None


class Page(NamedTuple):
    """A post as these questions need it: its file's text and, cut out of that by lines, its sections."""

    path: str
    text: str
    sections: list[tuple[str, str]]


class Measured(NamedTuple):
    """How one question was answered; `section` is None where no right section is known or no right post came."""

    ndcg: float
    first: float
    recall: float
    section: float | None


FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
FRONT = re.compile(r"\A(---|\+\+\+)\s*$.*?^\1\s*$", re.M | re.S)
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.M)
LINK = re.compile(r"(?<!!)\[([^\[\]`!]{4,60})\]\((?!#|mailto:)([^)\s]+)\)")
MARKUP = re.compile(r"\{[{%#].*?[}%]\}|<[^>]*>|\]\([^)]*\)|\{#[^}]*\}|[*`\[\]!|\\]")
SENTENCE = re.compile(r"[^.!?。！？；\n]{20,300}")
WORD = re.compile(r"[^\W\d_]{3,}|[\u4e00-\u9fff]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")
IDENTIFIER = re.compile(r"\b[a-z]{3,}(?:_[a-z]{3,}){1,3}\b|\b[a-z]{3,}(?:[A-Z][a-z]{2,}){1,3}\b")
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def read(folder: Path) -> list[Page]:
    """All Markdown files below a folder, in the order of their paths."""
    pages = []
    for file in sorted(folder.rglob("*.md")):
        text = FRONT.sub("", file.read_text(encoding="utf-8-sig", errors="replace"))
        pages.append(Page(file.relative_to(folder).as_posix(), text, list(_sections(text))))
    return pages


def questions(pages: Sequence[Page], each: int, seed: int) -> list[Question]:
    """At most `each` questions of every kind, the same for the same pages and seed."""
    kinds = {"link": _links, "heading": _headings, "recall": _recalls, "code": _identifiers, "slip": _slips}
    chosen = []
    for kind, make in kinds.items():
        chance = random.Random(f"{seed} {kind}")
        made = sorted({question.query: question for question in make(pages, chance)}.values())
        chosen += chance.sample(made, min(each, len(made)))
    return chosen


def measured(adapter: Adapter, question: Question) -> Measured:
    """One question asked: gains of 1 for every right path, discounted by rank."""
    hits = adapter.headings(question.query, 100)
    found = [heading for path, heading in hits if path in question.paths]
    known = question.heading is not None and found
    return Measured(
        ndcg([path for path, _ in hits], dict.fromkeys(question.paths, 1)),
        float(bool(hits) and hits[0][0] in question.paths),
        len(found) / len(question.paths),
        float(_plain(found[0]) == question.heading) if known else None,
    )


def ndcg(ranked: Sequence[str], gains: Mapping[str, float]) -> float:
    """nDCG@10: what the first ten of a ranking gain, each discounted by its rank, of what the best ranking would.

    >>> ndcg(["a", "b"], {"a": 2}), round(ndcg(["b", "a"], {"a": 2}), 2), ndcg([], {"a": 2})
    (1.0, 0.63, 0.0)
    """
    first, best = [gains.get(path, 0) for path in ranked[:10]], sorted(gains.values(), reverse=True)[:10]
    return _discounted(first) / _discounted(best)


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))


def randomisation_test(differences: Iterable[float], rounds: int = 2_000) -> float:
    """How likely (p) a mean difference as large as this one is, in either direction, if chance had given each its sign.

    >>> round(randomisation_test([0.5] * 8), 2), randomisation_test([0.5, -0.5]), randomisation_test([0.0])
    (0.01, 1.0, 1.0)
    """
    moved = [difference for difference in differences if difference]
    observed, chance = abs(sum(moved)), random.Random(1)
    as_large = sum(
        abs(sum(by if chance.random() < 0.5 else -by for by in moved)) >= observed - 1e-12 for _ in range(rounds)
    )
    return (as_large + 1) / (rounds + 1)


def _sections(text: str) -> Iterable[tuple[str, str]]:
    """(heading, prose) of a text; code blocks don't hold headings."""
    bare = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text)
    heading, start = "", 0
    for match in HEADING.finditer(bare):
        yield heading, bare[start : match.start()]
        heading, start = _plain(match[1]), match.end()
    yield heading, bare[start:]


def _plain(text: str) -> str:
    return " ".join(MARKUP.sub("", text).split())


def _links(pages: Sequence[Page], chance: random.Random) -> Iterable[Question]:
    addresses = {_address(page.path): page.path for page in pages}
    targets: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        for text, destination in LINK.findall(page.text):
            target = _resolved(page.path, destination, addresses)
            if target and target != page.path:
                targets[_plain(text)].add(target)
    for text, paths in targets.items():
        if len(paths) == 1 and len(WORD.findall(text)) > 0:
            yield Question("link", text, frozenset(paths), None)


def _address(path: str) -> str:
    return re.sub(r"(^|/)_?index$", "", re.sub(r"\.md$", "", path)).strip("/").lower()


def _resolved(path: str, destination: str, addresses: dict[str, str]) -> str | None:
    """The path that a link leads to: beside the post, or the longest end of its address that is one."""
    bare = re.sub(r"[#?].*", "", destination)
    if "://" not in bare and not bare.startswith("/"):
        for base in (posixpath.dirname(path), path[:-3]):
            near = _address(posixpath.normpath(posixpath.join(base, bare)))
            if near in addresses:
                return addresses[near]
    parts = _address(re.sub(r"^\w+://[^/]*", "", bare).strip("/")).split("/")
    for start in range(len(parts) - 1):
        if (end := "/".join(parts[start:])) in addresses:
            return addresses[end]
    return None


def _by_heading(pages: Sequence[Page]) -> Iterable[tuple[str, frozenset[str]]]:
    where: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        for heading, _ in page.sections:
            where[heading].add(page.path)
    for heading, paths in where.items():
        if (len(paths) <= 2 and 1 < len(heading.split()) < 9) or (HAN.search(heading) and 4 <= len(heading) < 25):
            yield heading, frozenset(paths)


def _headings(pages: Sequence[Page], chance: random.Random) -> Iterable[Question]:
    for heading, paths in _by_heading(pages):
        words = heading.split()
        if len(words) >= 3:
            del words[chance.randrange(len(words))]
        yield Question("heading", " ".join(words), paths, heading)


def _recalls(pages: Sequence[Page], chance: random.Random) -> Iterable[Question]:
    found = Counter(word for page in pages for word in set(WORD.findall(page.text.lower())))
    for page in pages:
        heading, prose = chance.choice(page.sections)
        sentences = [s for s in SENTENCE.findall(_plain(prose)) if len(WORD.findall(s)) > 4 or len(HAN.findall(s)) > 12]
        if not sentences:
            continue
        words = dict.fromkeys(_short(w, chance) for w in WORD.findall(chance.choice(sentences).lower()) if w.isalpha())
        telling = sorted((word for word in words if found[word] > 1 or HAN.match(word)), key=lambda word: found[word])[
            :3
        ]
        if len(telling) == 3:
            yield Question("recall", " ".join(w for w in words if w in telling), frozenset([page.path]), heading)


def _short(word: str, chance: random.Random) -> str:
    """Of a long run of Chinese four characters: what somebody would type of it."""
    start = chance.randrange(len(word) - 3) if HAN.match(word) and len(word) > 5 else 0
    return word[start : start + 4] if HAN.match(word) else word


def _identifiers(pages: Sequence[Page], chance: random.Random) -> Iterable[Question]:
    found = Counter(name for page in pages for name in set(IDENTIFIER.findall(page.text)))
    for page in pages:
        names = sorted(name for name in set(IDENTIFIER.findall(page.text)) if found[name] == 1)
        if names:
            words = re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", chance.choice(names)).lower()
            yield Question("code", words, frozenset([page.path]), None)


def _slips(pages: Sequence[Page], chance: random.Random) -> Iterable[Question]:
    for heading, paths in _by_heading(pages):
        longest = max(re.findall(r"[a-z]{5,}", heading), key=len, default="")
        if longest:
            yield Question("slip", heading.replace(longest, slipped(longest, chance), 1), paths, heading)


def slipped(word: str, chance: random.Random) -> str:
    """The word with one slip after its first letter: swapped, dropped, doubled, or a neighbouring key."""
    at = chance.randrange(1, len(word) - 1)
    row = next(row for row in KEYS if word[at] in row)
    key = row.index(word[at])
    beside = chance.choice(row[max(key - 1, 0) : key] + row[key + 1 : key + 2])
    return chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + beside + word[at + 1 :],
        ]
    )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else math.nan


def main() -> None:
    """Make the questions of a folder, ask them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--kinds", default="link,heading,recall,code,slip")
    parser.add_argument("--misses", type=int, default=0, help="print so many of the worst questions")
    options = parser.parse_args()
    wanted = options.kinds.split(",")
    asked = [q for q in questions(read(options.folder), options.each, options.seed) if q.kind in wanted]
    adapter = Adapter()
    adapter.build(options.folder)
    started = time.perf_counter()
    answers = [(question, measured(adapter, question)) for question in asked]
    took_ms = 1000 * (time.perf_counter() - started) / max(1, len(answers))
    print(f"{len(asked)} questions, {took_ms:.1f} ms each with 100 hits")
    print(f"{'':8} {'n':>4} {'nDCG@10':>8} {'first':>6} {'recall':>7} {'section':>8}")
    for kind in [*dict.fromkeys(wanted), "all"]:
        of_kind = [m for question, m in answers if kind in (question.kind, "all")]
        section = _mean(m.section for m in of_kind if m.section is not None)
        ndcg, first, recall = (_mean(m[column] for m in of_kind) for column in range(3))  # type: ignore[misc]
        print(f"{kind:8} {len(of_kind):4} {ndcg:8.3f} {first:6.3f} {recall:7.3f} {section:8.3f}")
    for question, answer in sorted(answers, key=lambda pair: pair[1].ndcg)[: options.misses]:
        print(f"  {answer.ndcg:.2f} {question.kind:8} {question.query!r} -> {', '.join(sorted(question.paths))}")


if __name__ == "__main__":
    main()
