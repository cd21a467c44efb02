"""What does a published index have besides itself? The search page, its scripts and styles, the box, and the reader.

index.html is the service's page with nothing asked. There is nobody who paints it: page.js asks the reader, which runs
in the browser. All files lie beside one another, and name one another relative to where they are, so that a folder can
be put anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from postdex_index.settings import Settings

from .. import web_address
from ..http.page import frame, messages, sent, site_css, words
from ..http.page.view import View
from . import joined, parameters

#: As the service's, where a page can say it: no script but those beside it, and none from text.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
_SCRIPT = '<script src="page.js" defer></script>'
_CHARSET = '<meta charset="utf-8">\n'
_OFFLINE = "offline.js"


def about(folder: Path, settings: Settings) -> dict[str, Any]:
    """What the entry file of an index says of the site, for what the page says of it. Who exports publishes, so that
    files and lines are named only where the settings say so."""
    shown = {"ui": settings.ui, "css": settings.css, "paths": "show" if settings.paths == "show" else "hide"}
    return {
        "name": web_address.name(folder, settings),
        "home": web_address.home(folder, settings),
        "origin": web_address.origin(folder, settings),
        "settings": {**shown, "fields": list(settings.fields), "origins": list(settings.origins)},
    }


def files(folder: Path, settings: Settings, language: str = "") -> dict[str, bytes]:
    """Name -> content of all files. The page is in the language of the settings, else in that of the site, until a
    reader with another comes. Raises ConfigError for a style that cannot be given."""
    own_style = site_css.read(folder, settings.css)
    site = about(folder, settings)
    shown = words.chosen("", settings.ui, language)
    page = frame.painted(frame.About(site["name"], site["home"], bool(own_style)), View(), shown, {})
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    page = page.replace(_CHARSET, _CHARSET + policy).replace(
        _SCRIPT, _SCRIPT.replace(" defer", ' data-index="./" defer')
    )
    texts = {"index.html": page, "reader.js": joined.reader(), "second.js": joined.second(), "painter.js": painter()}
    return {
        **{name: text.encode() for name, text in texts.items()},
        **dict(sent.sent(exported=True)),
        _OFFLINE: sent.without_comments((Path(__file__).parent / _OFFLINE).read_bytes()),
        **({"site.css": own_style} if own_style else {}),
    }


def painter() -> str:
    """The script that paints the page, with all that it says and reckons with."""
    every = parameters.of_modules()
    constants = {name: values for name, values in every.items() if name.startswith(parameters.PAINTERS)}
    calls: Mapping[tuple[str, str], object] = {
        ("parameters", "setParameters"): constants,
        ("http/page/messages", "setMessages"): messages.table(),
        ("http/page/frame", "setTemplate"): frame.template(),
    }
    return joined.painter(calls)
