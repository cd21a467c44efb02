"""Logseq: notes whose tags stand in the text, and may have several words."""

from __future__ import annotations

import re

from ..text.fences import Fences
from .generator import Generator, PlainBody
from .text_tags import TAG, tags_in

_TAG = re.compile(TAG.pattern + r"|(?<!\S)#\[\[([^\[\]\n]+)\]\]")


def _dialect(body: str) -> PlainBody:
    """The body as it is; only its tags are of interest."""
    fences = Fences()
    outside = [line for line in body.split("\n") if not fences.holds(line) and "#" in line]
    return PlainBody(body, tuple(dict.fromkeys(tag for line in outside for tag in tags_in(line, _TAG) if tag)))


GENERATOR = Generator(name="logseq", rank=100, signs=("logseq/config.edn",), dialect=_dialect)
