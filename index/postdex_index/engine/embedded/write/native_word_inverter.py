"""Where does each word of the posts stand? What `word_inverter` does, by the kernel.

It asks the Python of `text` for what is rare, once each: words that are not ASCII, runs of characters that may not be
in their normal form.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .... import native
from ....schema import BODY, CODE, HEADING
from ....text.analyzer import Analyzer
from ....text.characters import run_text, simplified, traditional
from ....text.stemming import stemmer_language, stems
from ....text.tokenizer import terms_at
from ..format.columns import TERMS_PER_BLOCK
from ..format.segment_file import Column
from .posting_columns import posting_parameters
from .word_inverter import ADDRESSES, WordInverter

if TYPE_CHECKING or native.IN_USE:
    from postdex_native import Inverter


def word_inverter(analyzer: Analyzer, wide: bool) -> WordInverter | NativeWordInverter:
    """The one for a segment: the kernel has narrow ones only."""
    return NativeWordInverter(analyzer) if native.IN_USE and not wide else WordInverter(analyzer, wide)


class NativeWordInverter:
    """A `WordInverter` that is not wide. An error in it is its end: what is asked of it then is a `NativeError`."""

    def __init__(self, analyzer: Analyzer) -> None:
        simplifying = (traditional, simplified) if analyzer.simplify else None
        self._inverter = Inverter(terms_at, run_text, simplifying, (BODY, HEADING, CODE), ADDRESSES)

    def begin(self, lang: str) -> None:
        self._inverter.begin(stemmer_language(lang))

    def add_text(self, field: int, text: str) -> None:
        self._inverter.add_text(field, text)

    def add_section(self, heading: str, text: str, code: Sequence[int], links: Sequence[int]) -> None:
        self._inverter.add_section(heading, text, code, links)

    def end(self) -> None:
        self._inverter.end()

    @property
    def lengths(self) -> list[array[int]]:
        return self._inverter.lengths

    def languages(self) -> list[str]:
        return sorted(self._inverter.languages())

    def columns(self, averages: Sequence[float]) -> dict[str, Column]:
        parameters = posting_parameters(self.lengths, averages)
        return {**self._inverter.list_columns(stems, parameters, TERMS_PER_BLOCK), **self._inverter.places()}
