"""`python -m postdex`: the same as the command `postdex`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
