"""Options that tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes golden files anew, to be looked at with git diff."""
    parser.addoption("--update", action="store_true", help="write golden files anew instead of comparing with them")
