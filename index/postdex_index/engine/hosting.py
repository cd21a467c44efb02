"""What has an engine besides whose index lies on servers?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from ..model import Problem
from ..named_tuple import NamedTuple
from .api import Engine


class Inspection(NamedTuple):
    """How the servers of an index are: `facts` by their names, in words, and what is wrong. A problem of kind "damaged"
    says that the index has to be built anew."""

    facts: Mapping[str, str]
    problems: tuple[Problem, ...]


class HostedEngine(Protocol):
    """What an engine has besides whose index lies on servers: processes of several machines ask it, and one that only
    reads leaves it as it is."""

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that it answers from where they are several, each an index of its own: then it is only read."""
        ...

    def rollback(self) -> None:
        """Put back in place the index that was there before the last full build. Raises IndexMissingError."""
        ...

    def inspect(self) -> Inspection:
        """How the servers are, the index on them, and what was left behind; changes nothing."""
        ...

    def mend(self) -> list[str]:
        """Put right what can be without reading posts; what was done, a line each."""
        ...


def hosted(engine: Engine) -> HostedEngine | None:
    """The engine, if its index lies on servers."""
    return cast(HostedEngine, engine) if hasattr(engine, "inspect") else None
