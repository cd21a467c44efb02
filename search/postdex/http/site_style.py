"""Which style has a site given its search page? The file of the setting `css`, read once when the service starts.

It is served at /site.css, after the page's own. The page's policy lets it load nothing from anywhere else.
"""

from __future__ import annotations

import gzip
import os
from hashlib import blake2b
from pathlib import Path

from postdex_index.errors import ConfigError

from .static_files import StaticFile

_MOST_BYTES = 200_000


def load(folder: Path, css: str) -> dict[str, StaticFile]:
    """Address -> file, none where the site has no style. Raises ConfigError for a file that cannot be given; a link
    in a stranger's folder leads to no file outside of it."""
    if not css:
        return {}
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
    tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    return {"/site.css": StaticFile(body, gzip.compress(body, mtime=0), "text/css; charset=utf-8", tag)}
