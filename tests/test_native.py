"""Does the compiled kernel give what the Python that it stands for gives, to the byte?

Each function with a twin is asked both ways, with texts of all planes. Where no kernel runs there is nothing to
compare, and `conftest.py` leaves this out: `.ci/run` builds it and runs the whole suite with it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from postdex_native import Inverter

from postdex_index import native
from postdex_index.errors import NativeError
from postdex_index.text import characters
from postdex_index.text.analyzer import key_of, positions_of
from postdex_index.text.characters import raw_spans, raw_tokens
from postdex_index.text.tokenizer import terms_at, whole_term, width_of

#: What tokens are made of, and what lies between them: each sign that a rule names, and one of each class.
_PIECES = st.sampled_from(
    [
        *"aZé9_.-'’‐‑,#+ß\u0301\u200b\u00ad\ufe0f\u0e33内核的データ한ไก\U0001f44d\U0001f3fd\u200d🇩🇪❷ \n。",
        "1,000",
        "++",
        ".net",
        "C#",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(_PIECES).map("".join), st.lists(st.text(max_size=3) | _PIECES).map("".join))


def python(name: str) -> Callable[..., object]:
    """The Python of a function whose twin is in use."""
    return native.PYTHON[name]


@given(TEXTS)
def test_raw_tokens(text: str) -> None:
    """The same tokens from any text, and where they stand."""
    assert raw_tokens(text) == python("raw_tokens")(text)
    assert raw_spans(text) == python("raw_spans")(text)


@given(TEXTS)
def test_texts_as_a_whole(text: str) -> None:
    """The same key of any text, its words joined, and the same number of them."""
    assert key_of(text, whole_term) == python("key_of")(text, whole_term)
    assert positions_of(text, width_of) == python("positions_of")(text, width_of)


def test_every_character_has_the_class_that_this_python_gives_it() -> None:
    """Each character alone, behind a letter, and before one: what it is to a token is the same."""

    def batches() -> Iterator[str]:
        every = [chr(point) for point in range(sys.maxunicode + 1)]
        random.Random(1).shuffle(every)
        yield from ("".join(every[at : at + 997]) for at in range(0, len(every), 997))
        yield from (" a".join(every[at : at + 997]) for at in range(0, len(every), 997))

    for text in batches():
        assert raw_tokens(text) == python("raw_tokens")(text)


def test_the_kernel_is_told_of_all_classes() -> None:
    """What `characters` compiles a class of is known to the kernel."""
    assert characters.raw_tokens("\u200b内\ufe0f核") == ["内\ufe0f核"]


def test_a_panic_is_an_error_and_what_panicked_is_no_longer_used(capfd: pytest.CaptureFixture[str]) -> None:
    """What is half done must not be taken for the whole; nothing but the error says so."""
    inverter = Inverter(terms_at, str, None, (0, 1, 2), [])
    inverter.begin("en")
    with pytest.raises(NativeError, match=r"panicked at src/inverter\.rs:\d+"):
        inverter.add_text(99, "a field that is none")
    for use in (inverter.end, inverter.places, inverter.languages):
        with pytest.raises(NativeError, match="no longer used"):
            use()
    assert capfd.readouterr() == ("", "")


def test_the_kernel_has_each_twin() -> None:
    """On POSIX none is missing, or its Python would be compared with itself."""
    import postdex_native

    assert native.PYTHON and not [name for name in native.PYTHON if not hasattr(postdex_native, name)]
