"""The command `postdex`, also as `python -m postdex`: how does its process begin and end?"""

from __future__ import annotations

import gc
import os
import sys

#: So many new objects until Python looks for cycles, instead of 700: a search loads 50 modules and makes few objects
#: that do not live until its end. Looking through all of them meanwhile and at the end took .15 of its time.
_OBJECTS = 100_000


def main() -> int:
    """Run the command line in a process of its own; returns the exit status."""
    gc.set_threshold(_OBJECTS)
    try:
        _replace_closed_streams()
        from .cli import main as cli

        status = cli.main()
    except KeyboardInterrupt:  # before or after it could say so
        status = 130
    except ImportError as error:  # of the only module that Windows cannot have; nobody else is there yet to say it
        if error.name != "postdex_index.posix":
            raise
        print(f"postdex: {error}", file=sys.stderr)
        status = 2
    gc.freeze()  # what is left goes with the process: nobody has to look through it first
    return status


def _replace_closed_streams() -> None:
    """Open what was closed by who started us (`>&-`), or the next file that is opened would be taken for it.

    Output that nobody takes is an error where there is some, hence read-only; what is said besides may be lost.
    """
    for name, way in (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            stream = os.fdopen(os.open(os.devnull, way), "r" if name == "stdin" else "w", encoding="utf-8")
            setattr(sys, name, stream)


if __name__ == "__main__":
    sys.exit(main())
