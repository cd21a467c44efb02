"""How is the cluster asked, and what does a failure mean?

Which node is asked, how often and for how long is decided here; one that does not answer is left out for a while.
What comes back is a whole answer (`answers`) or an error that names the host, what happened and what to do, without a
secret.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .... import forks
from ....errors import EngineUnavailableError
from ....named_tuple import NamedTuple
from .answers import (
    BLOCKS,
    LATER,
    BusyError,
    Conflict,
    NoSuchDocument,
    RefusedError,
    ServerError,
    failure,
    server_error,
    value,
)
from .bulk import BulkItem, BulkLines, batches, item_error
from .credentials import PREFIX, Access
from .node import Answered, NoAnswerError, Node, Request, encoded, json_line

#: Seconds for the tries of a read. What hangs mostly costs one or two of them; all together are longer than a cluster
#: needs to find out by itself that a node hangs, which is 30 s as it comes.
READ_TRIES = 5.0, 5.0, 5.0, 10.0, 20.0

#: Tries of a read before a deadline: a third leads around a node that hangs.
MOST_TRIES = 3

#: The same as READ_TRIES for a write, whose tries share what time there is.
UNTIL_THE_DEADLINE = float("inf"), float("inf")

#: Seconds for a write, all tries and pauses together. A node waits a minute for a part of an index to be there again.
WRITE_SECONDS = 120.0

#: Seconds of the pause before a write is sent again, which doubles with each, and of the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

#: Seconds for which other copies are asked than the cluster thinks best, after one hung.
PREFERRED = 60.0

#: How requests end that ask one copy of each shard.
_OF_COPIES = "/_search", "/_count", "/_mget"

#: No parameters.
NOTHING: Mapping[str, str] = {}


class IndexSearch(NamedTuple):
    """A search of indices or aliases (commas between), its body in the query DSL."""

    indices: str
    body: Mapping[str, Any]


class Cluster:
    """The cluster with the credentials that this process has; shared by threads; made once; making it asks nothing."""

    def __init__(self, access: Access) -> None:
        self.place = ", ".join(map(str, access.hosts))
        self.requests = 0
        self._access = access
        self._nodes = [Node(host, access) for host in access.hosts]
        self._turn = itertools.count(random.randrange(len(self._nodes)))
        self._lock = threading.Lock()
        self._known = False
        self._copies = _Copies()
        forks.remember(self)

    def __repr__(self) -> str:
        return f"Cluster({self.place})"

    def read(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] = NOTHING,
        deadline: float | None = None,
    ) -> Any:
        """A whole answer, asked for once more on another node if the first fails, and of other copies if it hangs.

        `body` is JSON, or bytes as they are sent; `deadline` is a `time.monotonic()`. Raises NoSuchDocument,
        EngineUnavailableError.
        """
        self._get_to_know(deadline)
        content = encoded(body)
        if path.endswith("/_search"):
            params = {"allow_partial_search_results": "false", **params}
        by_copy = path.endswith(_OF_COPIES) or "/_doc/" in path

        def request(preference: str) -> Request:
            chosen = {"preference": preference} if preference and by_copy else NOTHING
            return Request(method, path, content, {**params, **chosen})

        return self._tried(request, READ_TRIES, deadline, True)

    def write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] = NOTHING,
        again: bool = False,
        seconds: float = WRITE_SECONDS,
    ) -> Any:
        """The answer to a change, after at most `seconds`; with `again` it may be sent more than once without harm, and
        is, with pauses: so a writer outlasts a node that is lost, and the choice of a new manager.

        One that surely was not carried out (no connection, too much to do) is sent again in any case. Raises
        NoSuchDocument, Conflict, EngineUnavailableError: after the last it may have been carried out or not.
        """
        return self._written(Request(method, path, encoded(body), params), again, time.monotonic() + seconds)

    def search_all(self, searches: Sequence[IndexSearch], *, deadline: float | None = None) -> list[dict[str, Any]]:
        """The answers to several searches in one request, each whole. Raises as `read`."""
        self._get_to_know(deadline)

        def request(preference: str) -> Request:
            chosen = {"preference": preference} if preference else NOTHING
            lines: list[object] = []
            for search in searches:
                lines += ({"index": search.indices, "allow_partial_search_results": False, **chosen}, search.body)
            return Request("POST", "/_msearch", b"".join(map(json_line, lines)), NOTHING)

        answer = self._tried(request, READ_TRIES, deadline, True)
        answers = answer.get("responses") if isinstance(answer, dict) else None
        if not isinstance(answers, list) or len(answers) != len(searches):
            raise EngineUnavailableError("it answered another question", LATER, path=self.place)
        return answers

    def bulk(self, index: str, items: Iterable[BulkItem], *, params: Mapping[str, str] = NOTHING) -> int:
        """Put and delete documents in batches, and say how many there were; sent twice they are the same.

        Those that the cluster has too much to do for are sent again after a pause. Raises EngineUnavailableError,
        which names the post at fault.
        """
        count = 0
        for batch in batches(items):
            self._send(f"/{index}/_bulk", batch, params)
            count += len(batch)
        return count

    def begin_anew(self) -> None:
        """Leave the parent's connections to it (forks.remember)."""
        self._lock = threading.Lock()
        self._nodes = [Node(host, self._access) for host in self._access.hosts]

    def _send(self, path: str, batch: list[BulkLines], params: Mapping[str, str]) -> None:
        deadline, pauses = time.monotonic() + WRITE_SECONDS, _pauses()
        while True:
            request = Request("POST", path, b"".join(sent.lines for sent in batch), params)
            answer = self._written(request, True, deadline)
            items = answer.get("items") if isinstance(answer, dict) else None
            if not isinstance(items, list) or len(items) != len(batch):
                raise EngineUnavailableError("it answered another question", LATER, path=self.place)
            errors = [item_error(sent, item) for sent, item in zip(batch, items, strict=True)]
            if lasting := [error for error in errors if isinstance(error, RefusedError)]:
                raise self._shown(lasting[0])
            batch = [sent for sent, error in zip(batch, errors, strict=True) if error]
            if not batch:
                return
            _pause(pauses, deadline, self._shown(next(filter(None, errors))))

    def _written(self, request: Request, again: bool, deadline: float) -> Any:
        """The answer to a change, sent again while that may help and does no harm."""
        self._get_to_know(deadline)
        pauses = _pauses()
        while True:
            try:
                return self._tried(lambda _: request, UNTIL_THE_DEADLINE, deadline, again)
            except RefusedError:
                raise
            except EngineUnavailableError as error:
                if not (again or isinstance(error, BusyError)):
                    raise
                _pause(pauses, deadline, error)

    def _get_to_know(self, deadline: float | None) -> None:
        """Ask the cluster once what it is. Raises RefusedError for one that is not what this version works with."""
        if not self._known:
            about = self._tried(lambda _: Request("GET", "/", None, NOTHING), READ_TRIES, deadline, True)
            wrong = _wrong_product(about)
            if wrong:
                raise RefusedError(wrong, "postdex works with OpenSearch 2.19 and 3", path=self.place)
            self._known = True

    def _tried(
        self, request: Callable[[str], Request], tries: Sequence[float], deadline: float | None, again: bool
    ) -> Any:
        """The value of the answer of a node or else of another, with so many seconds for each try; more than two are
        made only of what hangs. The request is made from the preference among copies.

        Without `again` there is a second only if the first node cannot have carried it out.
        """
        tried: list[Node] = []
        if deadline is not None:
            tries = tries[:MOST_TRIES]
        for seconds in tries:
            last = len(tried) == len(tries) - 1
            limit = _limit(seconds, deadline, last or not again)
            if limit <= 0:
                raise EngineUnavailableError("there was no time left to ask it", "allow more time", path=self.place)
            node, preference = self._choose(tried), self._copies.preference
            tried.append(node)
            try:
                answer = node.ask(request(preference), limit)
                node.judge(answer.status < 500)
                if answer.status in (401, 403):
                    raise self._locked_out(answer)
                return value(*answer)
            except NoAnswerError as error:
                node.judge(False)
                if error.hung:
                    self._copies.avoid(preference)
                if last or not (again or error.unsent) or not (error.hung or len(tried) == 1):
                    raise self._shown(error, node) from None
            except EngineUnavailableError as error:
                if len(tried) > 1 or not again or isinstance(error, RefusedError):
                    raise self._shown(error, node) from None
            except (NoSuchDocument, Conflict) as error:
                raise self._shown(error, node) from None
        raise AssertionError("the last try returns or raises")

    def _choose(self, tried: Sequence[Node]) -> Node:
        """The next node in turn that is not left out and was not tried, else one that is not left out, else that whose
        time is over first. One whose time is over is given to this request alone."""
        with self._lock:
            self.requests += 1
            turn, now = next(self._turn), time.monotonic()
            nodes = [self._nodes[(turn + n) % len(self._nodes)] for n in range(len(self._nodes))]
            node = min(nodes, key=lambda node: (node.out_until > now, node in tried, max(node.out_until, now)))
            if node.failures:
                node.out_until = now + READ_TRIES[0]
            return node

    def _locked_out(self, answer: Answered) -> Exception:
        """What a status of 401 or 403 means: the credentials, by their kind, and what they lack."""
        try:
            error = server_error(json.loads(answer.text).get("error"))
        except (ValueError, AttributeError):
            error = ServerError("", "")
        if error.kind in BLOCKS:
            return failure(answer.status, error)
        used = self._access.kind
        if answer.status == 401:
            message = f"it does not let us in with {used}"
            return RefusedError(message, f"check {PREFIX}USER and {PREFIX}PASSWORD, or {PREFIX}API_KEY", kind="401")
        right = re.search(r"no permissions for \[([^]]*)\]", error.reason)
        lacking = f" ({right[1] if right else error})" if right or any(error) else ""
        return RefusedError(f"it forbids this to {used}{lacking}", "give the role this permission", kind="403")

    def _shown(self, error: Exception, node: Node | None = None) -> Exception:
        """The error with the node's address, and without a secret, whatever a server or library wrote."""
        message = self._access.redacted(str(error.args[0]))
        error.args = (message,)
        if isinstance(error, EngineUnavailableError):
            error.message = message
            error.path = error.path or (str(node.host) if node else "")
        return error


class _Copies:
    """Which copies of an index are asked: those that the cluster thinks best, as long as none hangs.

    A node that hangs holds up whichever node asks it for its copy, until the cluster has found out. Copies are in an
    order that a word decides: by these two words, of two or three copies another one is first, so that of an index of
    one shard one of the words leads around the node.
    """

    _WORDS = "", "a", "b"

    def __init__(self) -> None:
        self._word, self._until = 0, 0.0

    @property
    def preference(self) -> str:
        """The word that a search or a document is asked for with, "" for none."""
        return self._WORDS[self._word] if time.monotonic() < self._until else ""

    def avoid(self, preference: str) -> None:
        """Ask others than this word leads to, for a while; many requests that hang with it are one."""
        if preference == self.preference:
            self._word = (self._WORDS.index(preference) + 1) % len(self._WORDS)
            self._until = time.monotonic() + PREFERRED


def _pauses() -> Iterator[float]:
    """Seconds to wait before each further try."""
    pause = FIRST_PAUSE
    while True:
        yield random.uniform(pause / 2, pause)  # so that many writers do not come back together
        pause = min(2 * pause, LONGEST_PAUSE)


def _pause(pauses: Iterator[float], deadline: float, error: Exception) -> None:
    """Wait until the next try. Raises the error if there is no time for one."""
    pause = next(pauses)
    if time.monotonic() + pause >= deadline:
        raise error
    time.sleep(pause)


def _limit(seconds: float, deadline: float | None, last: bool) -> float:
    """Seconds for a try: before a deadline two thirds of what is left, as more answers are slow than never come; the
    last has all."""
    if deadline is None:
        return seconds
    left = deadline - time.monotonic()
    return left if last else min(seconds, left * 2 / 3)


def _wrong_product(about: object) -> str:
    """What is wrong with what a server says of itself; "" for an OpenSearch of a version that is known here."""
    version = about.get("version") if isinstance(about, dict) else None
    if not isinstance(version, dict) or version.get("distribution") != "opensearch":
        number = version.get("number") if isinstance(version, dict) else None
        return f"this is not OpenSearch but another product{f' of version {number}' if number else ''}"
    number = str(version.get("number", ""))
    match = re.match(r"(\d+)\.(\d+)", number)
    major, minor = (int(match[1]), int(match[2])) if match else (0, 0)
    return "" if major == 3 or (major == 2 and minor >= 19) else f"this is OpenSearch {number}"
