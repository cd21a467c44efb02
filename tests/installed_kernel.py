"""A program of somebody who has the compiled kernel installed: `mypy --strict` must find its types (.ci/run)."""

from __future__ import annotations

import sys

import postdex_native


def main() -> int:
    """Ask what the stubs promise, by the functions that need nothing of postdex."""
    tokens: list[str] = postdex_native.raw_tokens("C++ code")
    interface: int = postdex_native.INTERFACE
    version: str = postdex_native.VERSION
    print(tokens, interface, version)
    return 0 if tokens else 1


if __name__ == "__main__":
    sys.exit(main())
