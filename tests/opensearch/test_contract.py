"""Does the engine whose index lies in a cluster keep what every engine promises?"""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from engine_contract import SOCKET, EngineContract

from postdex_index.engine.api import Engine, Search
from postdex_index.engine.opensearch.engine import OpenSearchEngine
from postdex_index.errors import EngineUnavailableError
from postdex_index.query import Term
from postdex_index.settings import Settings


class TestOpenSearch(EngineContract):
    """The contract, with an index of its own in the cluster for each test."""

    @pytest.fixture(autouse=True)
    def _cluster(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hosts: list[str], prefix: str) -> None:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
        self.folder, self.prefix = tmp_path, prefix

    def make(self, place: str) -> Engine:
        """The engine of the only site under this prefix, wherever its cache would lie."""
        settings = Settings()._replace(opensearch_prefix=self.prefix, site="blog")
        return OpenSearchEngine(self.folder, str(self.folder / "cache"), settings)

    def test_what_comes_too_late_is_not_complete(self, filled: Engine) -> None:
        """An answer of a cluster is whole, or an error."""
        reader = filled.open_reader()
        assert reader.search(Search(SOCKET, deadline=math.inf)).complete
        with pytest.raises(EngineUnavailableError, match="no time left"):
            reader.search(Search(Term("reports"), deadline=-math.inf))
