"""Does a service stay right, quick and small while everything happens to it at once?

    python tests/long/mixed.py FOLDER --minutes 30 [--seed N]

`postdex serve --watch` runs on a copy of the folder. 32 clients ask two queries a second each; a post is saved each
second, every tenth time one is deleted instead; another process rebuilds the index each minute, and each five minutes
a segment is damaged in place, by turns the largest and the newest, flipped or cut. A shorter run does all of that
closer together.

Wrong is an answer that is not that of the library on the same commit, one to a query of the folder's own words that
finds other posts than at the beginning, a saved post that is lost again, a deleted one that comes back, a post that is
not found (or is still found) after 15 seconds, and any status but 200. Time and memory are judged from ten minutes on.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]

import postdex  # noqa: E402
from postdex_index.engine.embedded.engine import EmbeddedEngine  # noqa: E402
from postdex_index.errors import IndexFault  # noqa: E402

CLIENTS, PAUSE_S = 32, 0.5
#: Saved posts take turns in so many files (in a third of the seconds, if that is less), so that the folder does not
#: grow and memory can be compared.
FILES = 60
#: A change must be seen by then, whatever is going on.
LATE_S = 15.0
#: The folder's own queries, and how many posts they may find to be asked whole.
QUERIES, MOST = 300, 100
#: A shorter run judges neither time nor memory: imports, first touches and one slow moment would be all of it.
JUDGED_FROM_S = 600.0
P99_MS, P99_REBUILDING_MS, MEMORY = 200.0, 1000.0, 0.05


class Answered(NamedTuple):
    """One answer: when it was asked for, the milliseconds it took, and what was wrong with it."""

    at: float
    ms: float
    wrong: str


class Sample(NamedTuple):
    """The service's process at a moment."""

    at: float
    memory: int
    descriptors: int


class Service:
    """`postdex serve --watch` in a process of its own."""

    def __init__(self, posts: Path, log: Path) -> None:
        self.posts, self.log = posts, log
        with log.open("wb") as file:
            self.process = subprocess.Popen(postdex_command("serve", posts, "--watch", "--port", "0"), stderr=file)
        self.port = self._port()

    def _port(self) -> int:
        until = time.monotonic() + 120
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(r"http://[\d.]+:(\d+)", self.log.read_text("utf-8")):
                with suppress(OSError):
                    Client(int(found[1])).get("/health")
                    return int(found[1])
            time.sleep(0.1)
        raise AssertionError(f"the service did not start: {self.log.read_text('utf-8')}")

    def sample(self) -> Sample:
        """How much memory and how many descriptors it has now."""
        process = Path("/proc") / str(self.process.pid)
        memory = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS"))
        return Sample(time.monotonic(), int(memory.split()[1]), len(os.listdir(process / "fd")))

    def end(self) -> str:
        """End it as an administrator does; what was wrong with that, or with its log."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        traces = self.log.read_text("utf-8", "replace").count("Traceback")
        return f"ended with {status}, {traces} tracebacks in the log" if status or traces else ""


def postdex_command(*arguments: object) -> list[str]:
    """The command, from these sources."""
    run = f"import sys; sys.path[:0] = {sys.path[:2]!r}; from postdex.__main__ import main; main()"
    return [sys.executable, "-W", "ignore", "-c", run, *map(str, arguments)]


class Client:
    """A connection that is kept, and made anew when it is lost."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def get(self, target: str) -> tuple[int, Any]:
        """Status and JSON."""
        try:
            self.connection.request("GET", target)
            response = self.connection.getresponse()
            return response.status, json.loads(response.read())
        except BaseException:
            self.connection.close()
            raise

    def search(self, query: str, **more: object) -> tuple[int, Any]:
        """The answer to a query."""
        return self.get("/search?" + urlencode({"q": query, "typo": "false", **more}))


class Saved:
    """The posts that are saved and deleted; each has a word of its own, and none of the folder's words."""

    def __init__(self, folder: Path, files: int, dice: random.Random) -> None:
        self.folder, self.files, self.dice = folder, files, dice
        self.folder.mkdir()
        self.lock = threading.Lock()
        self.live: dict[str, str] = {}  # the word of each file as it is now
        self.found: set[str] = set()  # words that were found, and still stand in a file
        self.gone: list[str] = []  # words that were found to be gone
        self.changes: queue.Queue[tuple[float, str, bool]] = queue.Queue()

    def change(self, number: int) -> None:
        """Save or delete a post."""
        name = f"{number % self.files}.md"
        word = "zq" + "".join(self.dice.choices("bcdfghjklmnpqrstvwxz", k=14))
        with self.lock:
            old = self.live.pop(name, "")
            self.found.discard(old)
        file = self.folder / name
        if old and number % 10 == 9:
            file.unlink()
        else:
            content = f"---\ntitle: {word}\n---\n# {word}\n\n{f'{word} ' * 200}\n"
            if number % 2:
                file.write_text(content, "utf-8")
            else:
                (self.folder / "new").write_text(content, "utf-8")
                (self.folder / "new").rename(file)
            with self.lock:
                self.live[name] = word
            self.changes.put((time.monotonic(), word, True))
        if old:
            self.changes.put((time.monotonic(), old, False))

    def seen(self, word: str, there: bool) -> None:
        """A change was seen."""
        with self.lock:
            if not there:
                self.gone.append(word)
            elif word in self.live.values():
                self.found.add(word)

    def chosen(self, there: bool) -> str:
        """A word that must be found, or must not; "" if there is none yet."""
        with self.lock:
            return self.dice.choice([*(sorted(self.found) if there else self.gone[-200:]), ""])

    def still(self, word: str) -> bool:
        """Whether the file with this word was not touched meanwhile."""
        with self.lock:
            return word in self.found


class Load:
    """One run: the service, what happens to it, and what was seen."""

    def __init__(self, root: Path, folder: Path, seconds: float, seed: int) -> None:
        self.posts, self.seconds, self.dice = root / "posts", seconds, random.Random(seed)
        shutil.copytree(folder, self.posts, ignore=shutil.ignore_patterns(".postdex", ".git"))
        self.service = Service(self.posts, root / "log")
        self.expected = self.own_queries()
        self.saved = Saved(self.posts / "saved", min(FILES, int(seconds / 3)), random.Random(seed))
        self.stop = threading.Event()
        self.started = time.monotonic()
        self.answers: list[Answered] = []
        self.samples: list[Sample] = []
        self.lags: list[float] = []
        self.rebuilds: list[tuple[float, float]] = []
        self.damages: list[tuple[float, float]] = []
        self.compared = Counter[str]()
        self.wrong: list[tuple[float, str]] = []

    def own_queries(self) -> dict[str, list[str]]:
        """Queries of the folder's own words, with the posts that they find."""
        with postdex.Index(self.posts, refresh="never") as ix:
            paths = sorted(hit.path for hit in ix.search("*", limit=1000, sort="title").hits)
            titles = sorted({ix.get(path).title for path in paths})
            words = sorted({word for title in titles for word in title.split() if word.isalpha() and len(word) > 2})
            drawn = [*titles, *words, *(f"+{self.dice.choice(words)} {word}" for word in words)]
            self.dice.shuffle(drawn)
            found: dict[str, list[str]] = {}
            for query in drawn:
                results = ix.search(query, limit=MOST, typo=False)
                if len(found) < QUERIES and results.total == len(results):
                    found[query] = sorted(hit.path for hit in results)
            return found

    def say(self, what: str) -> None:
        """Something is wrong."""
        self.wrong.append((time.monotonic() - self.started, what))
        print(f"{self.wrong[-1][0]:.1f} s: {what}", flush=True)

    # -- who asks

    def client(self, number: int) -> None:
        """Ask a query each half second."""
        client, dice = Client(self.service.port), random.Random(number)
        at = self.started + PAUSE_S * number / CLIENTS
        while not self.stop.wait(max(0.0, at - time.monotonic())):
            at = max(at + PAUSE_S, time.monotonic())
            began = time.monotonic()
            try:
                wrong = self.asked(client, dice)
            except (OSError, ValueError, http.client.HTTPException) as error:
                wrong = f"{error!r}"
            self.answers.append(Answered(began, (time.monotonic() - began) * 1000, wrong))
            if wrong:
                self.say(wrong)

    def asked(self, client: Client, dice: random.Random) -> str:
        """Ask one query; what is wrong with the answer."""
        kind = dice.random()
        there = kind < 0.25
        if kind < 0.4 and (word := self.saved.chosen(there)):
            status, told = client.search(word)
            if status == 200 and there and not told["total"]:
                return f"a saved post is not found: {word}, {told['index']}" if self.saved.still(word) else ""
            if status == 200 and not there and told["total"]:
                return f"a deleted post is found: {word}, {told['index']}"
        else:
            query = dice.choice(list(self.expected))
            status, told = client.search(query, limit=MOST)
            if status == 200:
                found = sorted(hit["path"] for hit in told["hits"])
                if (found, told["total"]) != (self.expected[query], len(self.expected[query])):
                    difference = sorted({*found} ^ {*self.expected[query]})
                    return f"{query!r} differs in {difference[:5]}, {told['index']}, complete: {told['complete']}"
        return "" if status == 200 else f"status {status}: {told}"

    def follow(self) -> None:
        """Wait until each change is seen, in order."""
        client = Client(self.service.port)
        while not self.stop.is_set():
            with suppress(queue.Empty):
                saved, word, there = self.saved.changes.get(timeout=0.1)
                while client.search(word)[1].get("total", -1) != there:
                    late = time.monotonic() - saved > LATE_S
                    if late:
                        self.say(f"{word} is {'not' if there else 'still'} found after {LATE_S:.0f} s")
                    if late or self.stop.wait(0.05):
                        break
                else:
                    self.lags.append(time.monotonic() - saved)
                    self.saved.seen(word, there)

    def compare(self) -> None:
        """The answers of the service are those of the library on the same commit, but for their times."""
        client = Client(self.service.port)
        with postdex.Index(self.posts, refresh="never") as ix:
            while not self.stop.wait(0.5):
                query = self.dice.choice(list(self.expected))
                try:
                    here = json.loads(json.dumps(ix.search(query, section_snippets=True).to_dict()))
                except IndexFault:
                    self.compared["damaged"] += 1
                    continue
                status, there = client.get("/search?" + urlencode({"q": query, "section_snippets": "true"}))
                if status != 200 or here["index"]["generation"] != there["index"]["generation"]:
                    self.compared["another commit"] += 1
                    continue
                self.compared["compared"] += 1
                same = ("hits", "total", "corrections", "warnings", "parsed")
                if different := [name for name in same if here[name] != there[name]]:
                    self.say(f"{query!r}: the library has other {different}: {here} {there}")

    # -- what happens

    def save(self) -> None:
        """Save or delete a post each second."""
        number = 0
        while not self.stop.wait(max(0.0, self.started + number - time.monotonic())):
            self.saved.change(number)
            number += 1

    def rebuild(self) -> None:
        """Another process reads all posts again."""
        for at in moments(min(60.0, self.seconds / 3), 1.0):
            if self.stop.wait(max(0.0, self.started + at - time.monotonic())):
                return
            began = time.monotonic()
            command = postdex_command("-C", self.posts, "index", "--full", "--wait", "30")
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            self.rebuilds.append((began, time.monotonic()))
            if ended.returncode:
                self.say(f"a rebuild ended with {ended.returncode}: {ended.stderr}")

    def harm(self) -> None:
        """Damage a segment in place, and wait until that has healed."""
        directory = self.posts / ".postdex"
        for number, at in enumerate(moments(min(300.0, self.seconds / 2), 0.5)):
            if self.stop.wait(max(0.0, self.started + at - time.monotonic())):
                return
            while not self.harmed(directory, newest=bool(number % 2), cut=bool((number + number // 2) % 2)):
                pass
            began = time.monotonic()
            while EmbeddedEngine(directory).verify() and not self.stop.wait(0.2):
                pass
            self.damages.append((began, time.monotonic()))

    def harmed(self, directory: Path, newest: bool, cut: bool) -> bool:
        """Cut the newest or the largest segment, or write over bytes of it; False if it was removed just now."""
        try:
            files = sorted(directory.glob("*.segment"))
            file = files[-1] if newest else max(files, key=lambda file: file.stat().st_size)
            with file.open("r+b") as opened:
                size = file.stat().st_size
                if cut:
                    opened.truncate(size // 2)
                for _ in range(0 if cut else 200):
                    opened.seek(self.dice.randrange(size))
                    opened.write(b"\xa5")
        except FileNotFoundError:
            return False
        return True

    def watch(self) -> None:
        """Look at the service's process every two seconds."""
        while not self.stop.wait(2.0):
            self.samples.append(self.service.sample())

    def run(self) -> None:
        """All of it, for so long."""
        clients = [lambda number=number: self.client(number) for number in range(CLIENTS)]
        others: list[Callable[[], None]] = [self.follow, self.compare, self.save, self.rebuild, self.harm, self.watch]
        threads = [threading.Thread(target=self.guarded, args=(one,)) for one in (*clients, *others)]
        for thread in threads:
            thread.start()
        self.stop.wait(self.seconds)
        self.stop.set()
        for thread in threads:
            thread.join()
        if wrong := self.service.end():
            self.say(wrong)

    def guarded(self, work: Callable[[], None]) -> None:
        """Nothing that fails here may look like a quiet run."""
        try:
            work()
        except Exception as error:
            self.say(f"the trial itself failed: {error!r}")
            self.stop.set()

    # -- what came of it

    def report(self) -> bool:
        """Print the figures; whether all is as it should be."""
        rebuilding = [any(began <= one.at + one.ms / 1000 and one.at <= end for began, end in self.rebuilds)
                      for one in self.answers]  # fmt: skip
        quiet = p99([one.ms for one, during in zip(self.answers, rebuilding, strict=True) if not during])
        during = p99([one.ms for one, during in zip(self.answers, rebuilding, strict=True) if during])
        third = max(1, len(self.samples) // 3)
        before, last = self.samples[-2 * third : -third], self.samples[-third:]
        memory = [statistics.median(one.memory for one in part) for part in (before, last)]
        descriptors = [min(one.descriptors for one in part) for part in (before, last)]
        healed = ", ".join(f"{end - began:.1f}" for began, end in self.damages)
        wrong = sum(bool(one.wrong) for one in self.answers)
        print(
            f"{len(self.answers)} answers, {wrong} wrong; {len(self.lags)} changes seen, "
            f"after {statistics.median(self.lags):.2f} s, p99 {p99(self.lags):.2f} s, {max(self.lags):.2f} s at most\n"
            f"{dict(self.compared)} with the library\n"
            f"{len(self.rebuilds)} rebuilds; {len(self.damages)} damages, healed after {healed} s\n"
            f"p50 {statistics.median(one.ms for one in self.answers):.1f} ms, p99 {quiet:.0f} ms, "
            f"{during:.0f} ms while a rebuild runs, {max(one.ms for one in self.answers):.0f} ms at most\n"
            f"memory {memory[0] / 1024:.1f} MiB, then {memory[1] / 1024:.1f} MiB "
            f"({memory[1] / memory[0] - 1:+.1%}); descriptors {descriptors[0]}, then {descriptors[1]}\n"
            f"{len(self.wrong)} faults"
        )
        if self.seconds < JUDGED_FROM_S:
            return not self.wrong
        quick = quiet < P99_MS and during < P99_REBUILDING_MS
        return not self.wrong and quick and memory[1] < memory[0] * (1 + MEMORY) and descriptors[0] == descriptors[1]


def moments(every: float, first: float) -> Iterator[float]:
    """Seconds from the beginning: at `first` of the time between two, and so on."""
    number = first
    while True:
        yield number * every
        number += 1


def p99(numbers: Sequence[float]) -> float:
    """What 99 of 100 are below; 0 of none."""
    return sorted(numbers)[len(numbers) * 99 // 100] if numbers else 0.0


def main() -> None:
    """Run it and end with 1 if something was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="postdex-mixed-") as root:
        load = Load(Path(root), asked.folder, asked.minutes * 60, asked.seed)
        try:
            load.run()
        finally:
            load.service.process.kill()
        sys.exit(0 if load.report() else 1)


if __name__ == "__main__":
    main()
