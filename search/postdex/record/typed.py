"""When has somebody who types asked something? When the text rests, or is sent.

Each key asks again, and only the text that is left standing was meant. Who types is not known, nor wanted: a text that
goes on from one that was typed a moment ago, or goes back from it, is taken for the same person's.
"""

from __future__ import annotations

from postdex_index.named_tuple import NamedTuple

from .asked import Outcome

#: Seconds that a text must stand to be a question.
REST_S = 3.0
#: So many texts are followed at a time; beyond that the oldest count as they are.
MOST = 200


class Standing(NamedTuple):
    """A text that somebody may still be typing, what it found (None: nobody knows), and since when it stands."""

    query: str
    outcome: Outcome | None
    since: float


class Typing:
    """The texts that are being typed. Times are seconds of any one clock.

    >>> typing = Typing()
    >>> typing.typed("kub", None, 0.0), typing.typed("kubern", Outcome(4), 0.5), typing.typed("linux", Outcome(7), 1.0)
    (None, None, None)
    >>> typing.sent("kubern", Outcome(5), 1.5), typing.sent("docker", Outcome(2), 1.5)
    (True, False)
    >>> [(text.query, text.outcome.total) for text in typing.rested(3.6)], typing.rested(4.1)[0].query
    ([('kubern', 5)], 'linux')
    """

    def __init__(self) -> None:
        self._standing: list[Standing] = []

    def typed(self, query: str, outcome: Outcome | None, now: float) -> None:
        """A text stands there now, perhaps in place of one that was typed a moment ago."""
        for text in self._standing:
            if now - text.since < REST_S and (query.startswith(text.query) or text.query.startswith(query)):
                self._standing.remove(text)
                break
        self._standing.append(Standing(query, outcome, now))

    def sent(self, query: str, outcome: Outcome | None, now: float) -> bool:
        """Whether a text that is sent is one that is being typed, and counts when that has come to rest: whoever finds
        nothing as they type is answered by whole words, and may have gone on since; or they press Enter."""
        for number, text in enumerate(self._standing):
            if now - text.since < REST_S and text.query.startswith(query):
                if text.query == query:
                    self._standing[number] = text._replace(outcome=outcome or text.outcome)
                return True
        return False

    def settled(self, query: str) -> Standing | None:
        """The text if it is being typed, which it no longer is: a hit was opened."""
        for text in self._standing:
            if text.query == query:
                self._standing.remove(text)
                return text
        return None

    def rested(self, now: float) -> list[Standing]:
        """The texts that stand long enough, which are followed no longer."""
        rested = [text for text in self._standing if now - text.since >= REST_S] or self._standing[:-MOST]
        self._standing = [text for text in self._standing if text not in rested]
        return rested
