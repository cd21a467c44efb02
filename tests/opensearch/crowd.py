"""Who reads and writes while a cluster is in trouble, and is each answer that of a commit?

Threads search one folder through the library, one thread changes a file at a time and commits, one builds the index
anew. A file's title names the change that wrote it, so that an answer tells which state of the folder it shows: an
answer is right if it is exactly one of the states from the last commit that was acknowledged before it was asked for
to the change that is under way. Everything else is a wrong answer: an older one, a part of one, or one of two mixed.
"""

from __future__ import annotations

import os
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

import postdex
from postdex.request import Refresh
from postdex_index.errors import EngineUnavailableError, IndexLockedError, IndexWriteError, PostdexError

FILES = 24
#: All files have this word; those with an odd number have this tag.
WORD, TAG = "harbour", "odd"
#: Seconds between two searches, between two commits, and before something that was refused is tried again.
READ_PAUSE_S, WRITE_PAUSE_S, REFUSED_PAUSE_S = 0.02, 0.1, 0.2
#: A writer may be asked to do it again by these.
AGAIN = (EngineUnavailableError, IndexLockedError, IndexWriteError)


class Version(NamedTuple):
    """A file as one change left it."""

    number: int
    change: int

    @property
    def path(self) -> str:
        return f"{self.number:02}.md"

    @property
    def title(self) -> str:
        return f"Post {self.number:02} change {self.change}"

    @property
    def word(self) -> str:
        """A word that this version alone has."""
        return f"zq{self.change}"

    @property
    def tag(self) -> str:
        return TAG if self.number % 2 else "even"

    def text(self) -> str:
        return f"---\ntitle: {self.title}\ntags: [{self.tag}]\n---\n# {WORD}\n\nThe {WORD} of {self.word}.\n"


class Shown(NamedTuple):
    """What an answer shows of a state: titles in order (None: any order), how many in all, counts of tags."""

    titles: frozenset[str] | tuple[str, ...]
    total: int
    tags: tuple[tuple[str, int], ...]


class Posts:
    """A folder, and each state that it had. `current` is the number of the last change, `acknowledged` that of the
    last whose commit was acknowledged."""

    def __init__(self, folder: Path, site: str, dice: random.Random) -> None:
        self.folder = folder
        self.site = site
        self._dice = dice
        folder.mkdir(parents=True)
        (folder / "postdex.toml").write_text(f'engine = "opensearch"\nsite = "{site}"\n')
        first = {number: Version(number, number) for number in range(FILES)}
        for version in first.values():
            (folder / version.path).write_text(version.text())
        self._states = [first]
        self.acknowledged = 0  # whoever has the first index built asks nobody before

    @property
    def current(self) -> int:
        return len(self._states) - 1

    def change(self) -> None:
        """Write or remove one file."""
        number = self._dice.randrange(FILES)
        version = Version(number, FILES + self.current)
        state = dict(self._states[-1])
        removed = number in state and self._dice.random() < 0.2
        if removed:
            del state[number]
        else:
            state[number] = version
        self._states.append(state)  # first, since a reader may bring the index up to the files at any moment
        file = self.folder / version.path
        if removed:
            file.unlink()
        else:
            (self.folder / "new").write_text(version.text())
            (self.folder / "new").rename(file)

    def expected(self, question: Question, change: int) -> Shown:
        """What the answer to a question is in the state after a change."""
        versions = [version for _, version in sorted(self._states[change].items()) if question.holds(version)]
        titles = [version.title for version in versions]
        tags = Counter(version.tag for version in versions)
        return Shown(question.in_order(titles), len(titles), tuple(sorted(tags.items())))


class Question(NamedTuple):
    """A query, and which versions it finds; `sort` as in a search."""

    query: str
    holds: Callable[[Version], bool]
    by_title: bool = False

    def in_order(self, titles: Sequence[str]) -> frozenset[str] | tuple[str, ...]:
        """Titles as they are compared."""
        return tuple(sorted(titles)) if self.by_title else frozenset(titles)

    def ask(self, index: postdex.Index) -> Shown:
        """What an index answers."""
        results = index.search(
            self.query,
            limit=2 * FILES,
            typo=False,
            facets=["tags"],
            sort="title" if self.by_title else "score",
            deadline_ms=None,
        )
        titles = [hit.title for hit in results.hits]
        shown = tuple(titles) if self.by_title else frozenset(titles)
        return Shown(shown, results.total, tuple(sorted(results.facets.get("tags", {}).items())))


EVERYTHING = Question(WORD, lambda version: True)
TAGGED = Question(f"tag:{TAG}", lambda version: version.tag == TAG, by_title=True)


def one_change(change: int) -> Question:
    """The question for what one change wrote."""
    return Question(f"zq{change}", lambda version: version.change == change)


class Read(NamedTuple):
    """A search: when it ended, its milliseconds, whether the cluster was unavailable, and what was wrong with it."""

    ended: float
    ms: float
    unavailable: bool
    wrong: str


class Commit(NamedTuple):
    """An attempt of the writer: when it ended, and whether it was acknowledged."""

    ended: float
    acknowledged: bool


class Tally(NamedTuple):
    """What readers and the writer met in a while; times are of the readers that leave the index as it is, and the
    worst of the one that commits what it finds changed."""

    reads: int
    unavailable: int
    wrong: list[str]
    median_ms: float
    worst_ms: float
    worst_committing_ms: float
    longest_without_read_s: float
    commits: int
    refused: int
    longest_without_commit_s: float
    rebuilds: int


class Crowd:
    """Three readers, a writer and a rebuilder of one folder, on a cluster's hosts."""

    def __init__(self, posts: Posts, *, rebuild_every_s: float = 5.0) -> None:
        self._posts = posts
        self._stop = threading.Event()
        self._rebuild_every_s = rebuild_every_s
        self._rebuilds = 0
        self._reads: list[list[Read]] = [[], [], []]
        self._commits: list[Commit] = []
        self._unexpected: list[str] = []
        first, second, third = self._reads
        work = (
            self._write,
            self._rebuild,
            partial(self._read, first, "never"),
            partial(self._read, second, "never"),
            partial(self._read, third, "auto"),
        )
        self._threads = [threading.Thread(target=self._guarded, args=(one,), daemon=True) for one in work]
        self._began = time.monotonic()

    def start(self) -> None:
        """Let all of them begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Have all of them end what they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(150)
            if thread.is_alive():
                self._unexpected.append("a thread hangs")

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self._unexpected.append(f"{type(error).__name__}: {error}")

    # -- who does what

    def _read(self, reads: list[Read], refresh: Refresh) -> None:
        dice = random.Random(len(self._reads))
        with postdex.Index(self._posts.folder, refresh=refresh) as index:
            while not self._stop.wait(READ_PAUSE_S):
                recent = one_change(max(0, FILES + self._posts.current - dice.randrange(1, 6)))
                reads.append(self._asked(index, dice.choice((EVERYTHING, TAGGED, recent))))
                if reads[-1].unavailable:
                    self._stop.wait(REFUSED_PAUSE_S)

    def _asked(self, index: postdex.Index, question: Question) -> Read:
        posts, began, wrong, unavailable = self._posts, time.monotonic(), "", False
        oldest = posts.acknowledged
        try:
            shown = question.ask(index)
        except EngineUnavailableError:
            unavailable = True
        except PostdexError as error:
            wrong = f"{type(error).__name__}: {error}"
        else:
            right = [posts.expected(question, change) for change in range(oldest, posts.current + 1)]
            if shown not in right:
                wrong = f"{question.query}, after change {oldest}: {shown}, and not {right[0]}"
        ended = time.monotonic()
        return Read(ended, (ended - began) * 1000, unavailable, wrong)

    def _write(self) -> None:
        with postdex.Index(self._posts.folder, refresh="never") as index:
            while not self._stop.wait(WRITE_PAUSE_S):
                self._posts.change()
                self._committed(index)

    def _committed(self, index: postdex.Index) -> None:
        """Commit the change, again and again until that is acknowledged or everything ends."""
        change = self._posts.current
        while not self._stop.is_set():
            try:
                index.refresh(wait=60)
                self._posts.acknowledged = change
                self._commits.append(Commit(time.monotonic(), True))
                return
            except AGAIN:
                self._commits.append(Commit(time.monotonic(), False))
                self._stop.wait(REFUSED_PAUSE_S)

    def _rebuild(self) -> None:
        with postdex.Index(self._posts.folder, refresh="never") as index:
            while not self._stop.wait(self._rebuild_every_s):
                try:
                    index.refresh(full=True, wait=60)
                    self._rebuilds += 1
                except AGAIN:
                    pass

    # -- what they met

    def tally(self) -> Tally:
        """The sum of it, after `end`."""
        reads = [read for one in self._reads for read in one]
        *times, committing = [[read.ms for read in one if not read.unavailable] or [0.0] for one in self._reads]
        answered = [[read.ended for read in one if not read.unavailable] for one in self._reads]
        acknowledged = [commit.ended for commit in self._commits if commit.acknowledged]
        return Tally(
            len(reads),
            sum(read.unavailable for read in reads),
            self._unexpected + [read.wrong for read in reads if read.wrong],
            statistics.median(chain(*times)),
            max(chain(*times)),
            max(committing),
            max(self._longest_gap(one) for one in answered[:-1]),
            len(acknowledged),
            len(self._commits) - len(acknowledged),
            self._longest_gap(acknowledged),
            self._rebuilds,
        )

    def _longest_gap(self, moments: Sequence[float]) -> float:
        ends = [self._began, *moments]
        return max((later - earlier for earlier, later in pairwise(ends)), default=0.0)


@contextmanager
def access(hosts: Sequence[str]) -> Iterator[None]:
    """What is opened within the block asks these hosts."""
    before = os.environ.get("POSTDEX_OPENSEARCH_HOSTS")
    os.environ["POSTDEX_OPENSEARCH_HOSTS"] = ",".join(hosts)
    try:
        yield
    finally:
        del os.environ["POSTDEX_OPENSEARCH_HOSTS"]
        if before is not None:
            os.environ["POSTDEX_OPENSEARCH_HOSTS"] = before


def lost(posts: Posts, index: postdex.Index) -> list[str]:
    """What is wrong with the index once the cluster is whole: an acknowledged commit that is not in it, and anything
    that keeps it from being brought up to the files."""
    wrong: list[str] = []
    shown = EVERYTHING.ask(index)
    if shown not in [posts.expected(EVERYTHING, change) for change in range(posts.acknowledged, posts.current + 1)]:
        wrong.append(f"change {posts.acknowledged} was acknowledged, and is not there: {shown}")
    index.refresh(wait=60)
    posts.acknowledged = posts.current
    if EVERYTHING.ask(index) != posts.expected(EVERYTHING, posts.current):
        wrong.append("the index is not as the files are")
    return wrong
