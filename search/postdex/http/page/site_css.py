"""Which style has a site given its search page? The file of the setting `css`, in its folder."""

from __future__ import annotations

import os
from pathlib import Path

from postdex_index.errors import ConfigError

_MOST_BYTES = 200_000


def read(folder: Path, css: str) -> bytes:
    """The style, empty where the site has none. Raises ConfigError for a file that cannot be given; a link in a
    stranger's folder leads to no file outside of it."""
    if not css:
        return b""
    path = os.path.join(folder, css)
    hint = f"css names a file of the folder with at most {_MOST_BYTES:,} bytes"
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(folder), "")):
        raise ConfigError("this file is not in the folder", hint, path=css)
    try:
        with open(path, "rb") as file:
            body = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"the style of the search page cannot be read ({error.strerror})", hint, path=css) from error
    if len(body) > _MOST_BYTES:
        raise ConfigError("the style of the search page is too large", hint, path=css)
    return body
