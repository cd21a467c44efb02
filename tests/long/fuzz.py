"""Which bytes break what a post, a query or a segment promises? libFuzzer, by way of atheris, looks for them.

    python tests/long/fuzz.py TARGET --seconds S [--seed N] [--corpus FOLDER]
    python tests/long/fuzz.py TARGET --again FILE

Targets: frontmatter, markdown, query, segments; and native, which compares the compiled kernel (it must be installed)
with the Python that it stands for. All others run without it, since libFuzzer sees what Python executes. An input that
raises, breaks a promise or takes over 20 seconds ends the run with 1; it is shown, and kept in a file that `--again`
tries once, without atheris. What libFuzzer found worth keeping goes into the corpus, if one is named. The promises are
those of the ordinary tests, where what was found becomes a line of a table.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import cache
from math import isclose
from pathlib import Path
from typing import Any
from zlib import crc32

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "index"), str(ROOT / "search")]

LONGEST_S = 20
#: In this the children of a run know that they are to fuzz.
_INSIDE = "POSTDEX_FUZZ_INSIDE"

os.environ["POSTDEX_PURE"] = "1"
# atheris counts what is executed in modules that are imported while it looks on.
with (
    importlib.import_module("atheris").instrument_imports(include=["postdex", "postdex_index"])
    if _INSIDE in os.environ
    else nullcontext()
):
    import postdex
    import postdex.index
    import postdex.output.terminal
    import postdex.output.wire
    from postdex.output.screen import Screen
    from postdex.results.values import Snippet
    from postdex_index.content import parser as parsing
    from postdex_index.errors import IndexDamagedError, IndexFault
    from postdex_index.settings import Settings

import both_ways  # noqa: E402
import storage  # noqa: E402
import test_analysis  # noqa: E402
import test_damage  # noqa: E402
import test_frontmatter  # noqa: E402
import test_hostile  # noqa: E402
import test_invariants  # noqa: E402
import test_malformed  # noqa: E402
import test_markdown  # noqa: E402
import test_posts  # noqa: E402
import test_syntax  # noqa: E402

from postdex_index.sites.detect import generators, style_names  # noqa: E402
from postdex_index.sites.generator import Site  # noqa: E402
from postdex_index.sites.reading import named  # noqa: E402

GENERATORS = ("", *sorted(generators()))
STYLES = style_names()
NOW = 1_800_000_000.0
#: How a query is asked that `explain` speaks of.
EXPLAINED = {
    **{"sort": "score", "units": "posts", "prefix_last": False},
    **{"typo": True, "drafts": False, "deadline_ms": None},
}
Target = Callable[[bytes], None]
_SURROGATE = re.compile("[\ud800-\udfff]")


def text_of(data: bytes) -> tuple[int, str]:
    """The options that an input begins with, and its text, in which bytes that are no UTF-8 are lone surrogates."""
    return int.from_bytes(data[:2], "little"), data[2:].decode("utf-8", "surrogateescape")


@cache
def site_of(name: str) -> Site:
    """A site of this generator whose settings say nothing."""
    generator = named(name)
    site = Site(generator, ROOT / "no site", anchors=generator.styles[0].name)
    return generator.configure(site, {}) if generator.configure else site


# -- what people write


def frontmatter(root: Path) -> Target:
    """Front matter, its fields, and the post that is made of them."""

    def check(data: bytes) -> None:
        options, text = text_of(data)
        site = site_of(GENERATORS[options % len(GENERATORS)])
        front = test_frontmatter.check(text, site.generator.name)
        assert all(isinstance(name, str) for name in front.fields)
        path = ("a.md", "zh/2022-01-02-a.md", "_posts/index.md", "Ünï/_index.en.md")[options // 64 % 4]
        test_posts.check_post(parsing.parse(text, path, site, Settings(), mtime=NOW, now=NOW), text)

    return check


def markdown(root: Path) -> Target:
    """A body, as the site's dialect has it: its sections and their tokens."""

    def check(data: bytes) -> None:
        options, text = text_of(data)
        parsed = test_markdown.check_lines(_SURROGATE.sub("\ufffd", text), STYLES[options % len(STYLES)])
        assert len(parsed.excerpt) <= 300 and "\n" not in parsed.excerpt
        site = site_of(GENERATORS[options // 16 % len(GENERATORS)])
        post = parsing.parse(f"\n{text}", "a.md", site, Settings(), now=NOW)
        test_posts.check_post(post, f"\n{text}")
        for section in post.sections[:20]:
            test_analysis.check_any(section.text[:2000], bool(options >> 12 & 1))

    return check


# -- what people type


def query(root: Path) -> Target:
    """A query: read, and answered on the sample posts."""
    folder = root / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    with postdex.open(folder):
        pass
    ix = postdex.Index(folder, refresh="never")
    lines = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8").count("\n") + 1 for path in folder.rglob("*.md")
    }

    def check(data: bytes) -> None:
        options, text = text_of(data)
        test_syntax.check_any(text, bool(options & 1), bool(options & 2))
        asked: dict[str, Any] = {
            "sort": ("score", "score", "score", "date", "title", "updated")[options // 4 % 6],
            "units": ("posts", "sections")[options // 64 % 2],
            "prefix_last": bool(options & 2),
            "typo": not options & 128,
            "drafts": bool(options & 256),
            "deadline_ms": None,
        }
        try:
            whole = ix.search(text, limit=1000, facets=test_malformed.FACETS, section_snippets=True, **asked)
        except postdex.QueryError:
            return
        check_results(whole, lines)
        some = ix.search(text, limit=3, offset=1, snippets=False, **asked)
        assert some.total == whole.total
        places = [(hit.path, hit.sections[0].line) for hit in whole]
        assert [(hit.path, hit.sections[0].line) for hit in some] == places[1:4]
        postdex.output.terminal.full(whole, Screen(80))
        if whole and whole[0].score and asked == EXPLAINED:
            verdict = ix.explain(text, whole[0].path)
            assert verdict.score and verdict.rank == 1 and isclose(verdict.score.value, whole[0].score, rel_tol=1e-6)

    return check


def check_results(results: postdex.Results, lines: dict[str, int]) -> None:
    """What holds of any answer."""
    assert results.total == len(results) and results.complete
    postdex.output.wire.dumps(results.to_dict()).encode()
    assert all(0 < count <= results.total for counts in results.facets.values() for count in counts.values())
    for hit in results:
        assert hit.sections and hit.score >= 0
        test_posts.check_spans([(span.start, span.start + span.length) for span in hit.title_spans], hit.title)
        check_snippet(hit.snippet, lines[hit.path])
        for section in hit.sections:
            assert 1 <= section.line <= section.match_line <= lines[hit.path], section
            if section.snippet:
                check_snippet(section.snippet, lines[hit.path])


def check_snippet(snippet: Snippet, lines: int) -> None:
    """Its line is the file's, its spans are its text's."""
    assert 1 <= snippet.line <= lines and "\n" not in snippet.text
    test_posts.check_spans([(span.start, span.start + span.length) for span in snippet.spans], snippet.text)


# -- what lies on the disk


class Drawn(random.Random):
    """Dice that fall as the bytes of an input say, so that libFuzzer learns which throw leads where; then by chance."""

    def __init__(self, data: bytes) -> None:
        super().__init__(crc32(data))
        self.left = list(reversed(data))

    def getrandbits(self, k: int) -> int:
        if not self.left:
            return super().getrandbits(k)
        taken = [self.left.pop() if self.left else 0 for _ in range((k + 7) // 8)]
        return int.from_bytes(bytes(taken), "little") & ((1 << k) - 1)

    def random(self) -> float:
        return self.getrandbits(24) / (1 << 24)


def segments(root: Path) -> Target:
    """A segment whose columns make no sense and have their checksums, and files that do not have them."""
    malformed, damaged = test_malformed.Malformed(root / "malformed"), test_damage.Damaged(root / "damaged")

    def check(data: bytes) -> None:
        dice = Drawn(data)
        with storage.disk_is(storage.Calls()):  # which syncs nothing: no power fails here
            if dice.random() < 0.7:
                check_malformed(malformed, dice)
            else:
                check_damaged(damaged, dice)

    return check


def check_malformed(trial: test_malformed.Malformed, dice: random.Random) -> None:
    """Whoever wrote the checksums, no use ends otherwise than with an answer or an error that names the index."""
    use = dice.choice(test_malformed.USES)
    _, columns, meta = test_malformed.mutate(trial, dice)
    trial.publish(columns, meta)
    with suppress(postdex.NotFoundError), postdex.Index(trial.posts, index=trial.index, refresh="never") as ix:
        try:
            use(ix)
        except IndexDamagedError as error:
            assert str(trial.index) in str(error) and "\n" not in str(error)


def check_damaged(trial: test_damage.Damaged, dice: random.Random) -> None:
    """An answer is that of before, or of the commit before, or there is an error: nothing is empty, or lost."""
    trial.reset()
    files = sorted(path for path in trial.index.iterdir() if path.name not in ("lock", ".gitignore", "made-of"))
    path, other = dice.sample([*(file for file in files if file.suffix == ".segment"), *files], 2)
    if path != other:
        dice.choice(test_damage.DAMAGES)(path, other, dice)
    for asked in dice.sample(test_damage.QUERIES, 2):
        with suppress(IndexFault), postdex.Index(trial.posts, index=trial.index, refresh="never") as ix:
            told = ix.search(asked, facets=["tags"], section_snippets=True).to_dict()
            answer = json.dumps([told["hits"], told["total"], told["facets"]])
            assert answer in (trial.right[asked], trial.before[asked]), (path.name, asked, answer)


# -- the compiled kernel


def native(root: Path) -> Target:
    """Posts and a query: the same segments, and the same answers, as in a process where the kernel runs."""
    other = both_ways.Other(pure=False)
    here, there = root / "here", root / "there"
    for folder in (here, there):
        folder.mkdir()

    def check(data: bytes) -> None:
        typed, *posts = data.split(b"\0")
        queries = queries_of(typed.decode("utf-8", "surrogateescape"), posts)
        for folder in (here, there):
            for file in folder.glob("*.md"):
                file.unlink()
            for number, content in enumerate(posts):
                (folder / f"{number}.md").write_bytes(content)
                os.utime(folder / f"{number}.md", (NOW, NOW))
        pure, compiled = (one.told(at, queries, build=True) for one, at in ((both_ways, here), (other, there)))
        assert pure == compiled, (pure, compiled)

    return check


def queries_of(typed: str, posts: list[bytes]) -> list[str]:
    """What is asked of posts: what was typed, and a few words of theirs, alone, as a phrase, begun and mistyped."""
    words = [word for content in posts for word in content.decode("utf-8", "replace").split()[-40::5]][:6]
    some = " ".join(words[:3])
    return [
        _SURROGATE.sub("?", one) for one in (typed, some, f'"{some}"', f"{some[:4]}*", some[1:], " OR ".join(words))
    ]


# -- the run

TARGETS: dict[str, Callable[[Path], Target]] = {
    one.__name__: one for one in (frontmatter, markdown, query, segments, native)
}


def seeds(target: str) -> list[bytes]:
    """What the ordinary tests try, as inputs to begin with."""
    samples = [content[:600] for content in test_hostile.SAMPLES]
    if target == "segments":
        return [random.Random(number).randbytes(60) for number in range(40)]
    if target == "native":
        texts = [
            "\0".join((one[:40], *test_markdown.HOSTILE[at : at + 3]))[:1100]
            for at, one in enumerate(test_hostile.WORDS)
        ]
        return [text.encode("utf-8", "surrogatepass") for text in texts] + [b"a phrase\0" + one for one in samples]
    if target == "query":
        typed = (ROOT / "tests" / "syntax_queries.txt").read_text("utf-8").splitlines()
        texts = [*typed, *test_invariants.QUERIES, *test_damage.QUERIES]
    elif target == "frontmatter":
        texts = [str(row[0]) for row in (*test_frontmatter.BLOCKS, *test_frontmatter.BROKEN)]
    else:
        texts = [one[:300] for one in test_markdown.HOSTILE]
    contents = [*(text.encode("utf-8", "surrogatepass") for text in texts), *(samples if target != "query" else [])]
    return [bytes([number % 256, number // 7 % 256]) + content for number, content in enumerate(contents)]


def pieces(target: str) -> list[bytes]:
    """What means something to some parser, for libFuzzer to put in."""
    typed = [*test_hostile.WORDS, *test_hostile.OPERATORS, *test_hostile.FIELDS]
    means = [one.encode("utf-8", "surrogatepass") for one in typed] if target == "query" else test_hostile.PIECES
    return [] if target == "segments" else [one for one in means if len(one) < 60]


def fuzz(target: str, root: Path) -> None:
    """Inside: give the target to libFuzzer, whose options stand on the command line; this never returns."""
    atheris = importlib.import_module("atheris")
    atheris.Setup(sys.argv, TARGETS[target](root))
    atheris.Fuzz()


def run(target: str, seconds: float, seed: int, corpus: Path | None) -> int:
    """Fuzz in a child, which libFuzzer ends as it likes, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="postdex-fuzz-") as folder:
        root = Path(folder)
        begin = root / "seeds"
        begin.mkdir()
        for number, content in enumerate(seeds(target)):
            (begin / str(number)).write_bytes(content)
        words = ["".join(f"\\x{byte:02x}" for byte in one) for one in pieces(target)]
        (root / "words").write_text("\n".join(f'"{word}"' for word in [*words, "\\x00"]))
        kept = corpus or root / "corpus"
        kept.mkdir(exist_ok=True)
        command = [
            *(sys.executable, "-W", "ignore", __file__, f"-max_total_time={seconds:.0f}", f"-seed={seed or 1}"),
            *(f"-timeout={LONGEST_S}", "-rss_limit_mb=3000", "-max_len=1200", "-print_final_stats=1"),
            *(f"-dict={root / 'words'}", f"-artifact_prefix={root}/found-", str(kept), str(begin)),
        ]
        environment = os.environ | {_INSIDE: f"{target}:{root}"}
        ended = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        numbers = dict(re.findall(r"stat::(\w+):\s+(\d+)", ended.stdout))
        grown = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", ended.stdout) or [("0", "0", "0")]
        print(
            f"{target}: {numbers.get('number_of_executed_units', '?')} inputs in {seconds:.0f} s, seed {seed}; "
            f"{grown[0][0]} places reached by the seeds, {grown[-1][0]} in the end; corpus {grown[-1][2]}"
        )
        found = sorted(root.glob("found-*"))
        for file in found:
            shutil.copy(file, f"fuzz-{target}-{file.name}")
            print(f"fuzz-{target}-{file.name}: {file.read_bytes()!r}")
        if found or ended.returncode:
            _, _, said = ended.stdout.rpartition("=== Uncaught Python exception")
            print((said or ended.stdout)[-6000:])
        return int(bool(found or ended.returncode))


def main() -> None:
    """Fuzz a target, or try one input again."""
    if inside := os.environ.get(_INSIDE):
        target, _, root = inside.partition(":")
        fuzz(target, Path(root))
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", choices=list(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 31))
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--again", type=Path)
    asked = parser.parse_args()
    if asked.again:
        with tempfile.TemporaryDirectory(prefix="postdex-fuzz-") as folder:
            TARGETS[asked.target](Path(folder))(asked.again.read_bytes())
        return
    if importlib.util.find_spec("atheris") is None:
        sys.exit("fuzz: atheris is not installed (pip install atheris), so nothing can be tried")
    sys.exit(run(asked.target, asked.seconds, asked.seed, asked.corpus))


if __name__ == "__main__":
    main()
