"""Which style has a site given its search page? The file of the setting `css`, read once when the service starts.

It is served at /site.css, after the page's own. The page's policy lets it load nothing from anywhere else.
"""

from __future__ import annotations

import gzip
from hashlib import blake2b
from pathlib import Path

from .page import site_css
from .static_files import StaticFile


def load(folder: Path, css: str) -> dict[str, StaticFile]:
    """Address -> file, none where the site has no style. Raises ConfigError for a file that cannot be given."""
    if not css:
        return {}
    body = site_css.read(folder, css)
    tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    return {"/site.css": StaticFile(body, gzip.compress(body, mtime=0), "text/css; charset=utf-8", tag)}
