"""Do the two ways of reading the options of `postdex search` agree, that without click and click's?"""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex.cli import commands, completion, main, search_command
from postdex.cli.search_options import SearchOption, parse_usual, search_options
from postdex_index.errors import PostdexError

WORDS = ("SMC", "-word", "+c", "-", "a=b", '"fall back"', "tag:linux", "2024-03.md", "-n=5", "--", "-x", "中文", "")


def by_click(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """What click reads: place, request and output; its error as a text."""
    read: list[Any] = []

    def search(*asked: Any) -> int:
        read.append(asked)
        return 0

    with monkeypatch.context() as patch, contextlib.redirect_stderr(io.StringIO()):
        patch.setattr(search_command, "search", search)
        try:
            commands.run(main.place_first(arguments))
        except PostdexError as error:
            return str(error)
    return read[0]


def values(option: SearchOption) -> st.SearchStrategy[str]:
    """What may be typed as the value of an option, right or wrong."""
    right = [*option.choices] or (
        ["0", "7", "1000"] if option.kind == "number" else ["linux", "a/b.md", "-n", "--json"]
    )
    return st.sampled_from([*right, "", "1001", "-1", "nonsense", "７"])


def typed(option: SearchOption) -> st.SearchStrategy[list[str]]:
    """An option in one of the forms that it may have."""
    name = st.sampled_from(option.names)
    if option.kind == "flag":
        return name.map(lambda name: [name])
    apart = st.tuples(name, values(option)).map(list)
    joined = st.tuples(name, values(option)).map(lambda pair: [f"{pair[0]}={pair[1]}"])
    return apart | joined | values(option).map(lambda value: [f"-n{value}"])


ANY = st.one_of([*map(typed, search_options()), st.sampled_from(WORDS).map(lambda word: [word])])
PLACES: tuple[list[str], ...] = ([], ["-C", "posts"], ["--index", "x", "-C", "y"])
RARE = st.sampled_from([["-l0"], ["-h"], ["--json=1"], ["--jsno"], ["-C", "posts"], ["--explain"], ["--like"]])


@settings(deadline=None, max_examples=1000)
@given(
    st.lists(ANY | ANY | ANY | RARE, max_size=5), st.sampled_from([[], ["-C", "posts"], ["--index", "x", "-C", "y"]])
)
def test_both_ways_read_the_same(pieces: list[list[str]], place: list[str]) -> None:
    arguments = [*place, "search", *(token for piece in pieces for token in piece)]
    plain = main.plain_search(main.place_first(arguments))
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert plain is None or plain == by_click(arguments, monkeypatch)


@pytest.mark.parametrize("option", search_options(), ids=lambda option: option.field)
def test_no_option_needs_click(option: SearchOption, monkeypatch: pytest.MonkeyPatch) -> None:
    value = option.choices[-1] if option.choices else "3"
    forms = [[name, *([] if option.kind == "flag" else [value])] for name in option.names]
    if option.kind != "flag":
        forms += [[f"{option.names[-1]}={value}"]]
    for form in forms:
        words = [] if option.field == "like" else ["--", "-v"]
        asked = main.plain_search(["search", *form, *words])
        if option.field == "explain":  # a word that is no post belongs to the query
            form = ["--explain", "a.md"]
            asked = main.plain_search(["search", *form, *words])
        assert asked is not None and asked == by_click(["search", *form, *words], monkeypatch)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"], ["-h"], ["--offset"], ["--offset", "-1"], ["-n1001"], ["--json=1"],
        ["--json", "-l"], ["--like", "a.md", "word"], ["--no-cach"], ["git", "-C"], ["x", "-json"], ["--color", "AUTO"],
    ],
)  # fmt: skip
def test_what_is_unusual_goes_to_click(arguments: list[str]) -> None:
    assert parse_usual(arguments) is None


def test_a_completion_is_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answer(shell: str, arguments: list[str]) -> int:
        asked.append((shell, arguments))
        return 0

    monkeypatch.setitem(os.environ, "_POSTDEX_COMPLETE", "zsh")
    monkeypatch.setattr(completion, "answer", answer)
    assert main.main(["search", "--json", "SMC"]) == 0 and asked == [("zsh", ["search", "--json", "SMC"])]
