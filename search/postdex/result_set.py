"""What does a program get from a search? The hits and what is to be said of all of them, in each form they can take."""

from __future__ import annotations

from typing import Any

from postdex_index import forks
from postdex_index.public import public

from .results.values import HitList


@public
class Results(HitList):
    """The answer to one query: its hits, how many there are in all, and what the reader should know."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The wire form, as in `--json` and the service; docs/results.md has its keys."""
        with forks.barred:
            from .output.wire import to_dict

        return to_dict(self)

    def _repr_html_(self) -> str:
        """How a notebook shows them."""
        with forks.barred:
            from . import notebook
            from .output.remarks import notes, unlike

        shown = f"{len(self):,} of " if 0 < len(self) < self.total else ""
        asked = f" for “{self.query}”" if self.query else ""
        once = ", translations counted once" if self.grouped else ""
        stop = self.offset + len(self)
        then = f"; next: offset={stop}" if len(self) and stop < self.total else ""
        summary = f"{shown}{self.total:,} post{'s' * (self.total != 1)}{asked}{once}, {self.took_ms:.0f} ms{then}"
        return notebook.of_results(summary, [*notes(self), *unlike(self)], self.hits, self.facets)
