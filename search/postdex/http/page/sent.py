"""How do the page's scripts and styles go out? With what they name in place, without what nobody runs.

postdex.js names parts of itself (`/* box/text.js */`), a style and the messages of the interface where it has them; in
place they make it one request. The service sends the files (`static_files`), an export writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from ...output import wire
from . import messages

_FOLDER = Path(__file__).parent
#: The files that make up the page, besides the page itself, which is made for each answer.
NAMES = ("page.js", "postdex.css", "postdex.js")
#: Where a script has the text of a part of it, or the value of a file that isn't a script.
_PLACE = re.compile(rb"/\* ((?:box/)?\w+\.(?:js|css|json)) \*/")
#: Comments on lines of their own, and indentation: a sixth of a script, and nothing that runs.
_UNSENT = re.compile(rb"(?m)^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)[ \t]*\n|^[ \t]+")


def sent(*, clicks: bool = False, exported: bool = False) -> Iterable[tuple[str, bytes]]:
    """All files as they are sent, each with its name. `clicks` says that the service wants to know which hits are
    opened, `exported` that there is no service, but files."""
    wants = wire.dumps({"clicks": clicks, **({"files": True} if exported else {})}).encode()
    return ((name, _sent(name, wants)) for name in NAMES)


def without_comments(script: bytes) -> bytes:
    r"""A script or style without the comments that stand on lines of their own, and without indentation.

    >>> without_comments(b"// why\nif (x) {\n  /** what */\n  f(x);\n}\n")
    b'if (x) {\nf(x);\n}\n'
    """
    return _UNSENT.sub(b"", script)


def _sent(name: str, wants: bytes) -> bytes:
    """A file as it is sent; `wants` is what the service wants to know, as JSON."""
    if name == "service.json":
        return wants
    if name == "messages.json":
        table = {
            language: {key: text for key, text in texts.items() if not key.startswith("page_")}
            for language, texts in messages.table().items()
        }
        return wire.dumps(table).encode()
    return without_comments(_PLACE.sub(partial(_part, wants), (_FOLDER / name).read_bytes()))


def _part(wants: bytes, place: re.Match[bytes]) -> bytes:
    """What stands at a place: a script or a table as it is, a style as a text."""
    name = place[1].decode()
    text = _sent(name, wants)
    return wire.dumps(text.decode()).encode() if name.endswith(".css") else text
