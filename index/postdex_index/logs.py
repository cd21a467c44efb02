"""Where does the library say what it does? In the log of the program that it is part of, under the logger `postdex`.

It prints nothing itself. A program that logs has imported `logging`; whoever has not is not listening, and is spared
the 5 ms.
"""

from __future__ import annotations

import sys

#: The numbers that `logging` has for them.
DEBUG, INFO, WARNING = 10, 20, 30


def log(name: str, level: int, message: str, *values: object) -> None:
    """A line for the logger `postdex.<name>`, with the values in place of its `%s`, if this program logs."""
    logging = sys.modules.get("logging")
    if logging is None:
        return
    top = logging.getLogger("postdex")
    if not top.handlers:
        top.addHandler(logging.NullHandler())  # else Python prints warnings where nobody said how to
    logging.getLogger(f"postdex.{name}").log(level, message, *values)
