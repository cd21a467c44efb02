"""The command `postdex`, also as `python -m postdex`: how does its process begin and end?"""

from __future__ import annotations

import gc
import sys

#: So many new objects until Python looks for cycles, instead of 700: a search loads 50 modules and makes few objects
#: that do not live until its end. Looking through all of them meanwhile and at the end took .15 of its time.
_OBJECTS = 100_000


def main() -> int:
    """Run the command line in a process of its own; returns the exit status."""
    gc.set_threshold(_OBJECTS)
    from . import cli

    status = cli.main()
    gc.freeze()  # what is left goes with the process: nobody has to look through it first
    return status


if __name__ == "__main__":
    sys.exit(main())
