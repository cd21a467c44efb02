"""The loops of postdex, compiled. What each does is said where its Python stands, which is named here."""

from array import array
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

INTERFACE: int
VERSION: str

# text/characters.py
def raw_tokens(text: str, /) -> list[str]: ...
def raw_spans(text: str, /) -> list[tuple[str, int, int]]: ...

# text/analyzer.py
def key_of(text: str, whole_term: Callable[[str], str], /) -> str: ...
def positions_of(text: str, width_of: Callable[[str, bool], int], /) -> int: ...
def term_places(text: str, code: bool, first: int, /) -> list[tuple[str, int, int, int]]: ...

# content/listing.py
def listed(number: int, /) -> dict[str, str]: ...
def states(number: int, names: Sequence[str], /) -> list[tuple[int, int, int, int, int] | int]: ...

# results/rerank.py
def proximity(first: Sequence[int], second: Sequence[int], /) -> float: ...
def densest(positions_of: dict[int, Sequence[int]], leaf_weights: Sequence[float], otherwise: int, /) -> int: ...
def scored_sections(
    levels: Sequence[int],
    bounds: Sequence[int],
    stops: Sequence[int],
    positions: Sequence[Sequence[int]],
    leaf_weights: Sequence[float],
    limit: int,
    wholes: Mapping[int, int],
    /,
) -> list[tuple[float, int, list[tuple[int, int, int]], list[tuple[int, list[tuple[int, int, int]]]]]]: ...

# results/snippets.py
def best_fragments(
    passage: tuple[str, int, int, Sequence[tuple[int, int, int]], bool, bool],
    leaf_weights: Sequence[float],
    width: int,
    fragments: int,
    around: tuple[int, int] | None,
    /,
) -> tuple[str, list[tuple[int, int]], int]: ...

# engine/embedded/write/word_inverter.py
class Inverter:
    def __init__(
        self,
        terms_at: Callable[[str, bool], tuple[tuple[str, ...], ...]],
        run_text: Callable[[str], str],
        simplifying: tuple[Callable[[], str], Callable[[str], str]] | None,
        fields: tuple[int, int, int],
        addresses: Sequence[int],
        /,
    ) -> None: ...
    def begin(self, language: str, /) -> None: ...
    def add_text(self, field: int, text: str, /) -> None: ...
    def add_section(self, heading: str, text: str, code: Sequence[int], links: Sequence[int], /) -> None: ...
    def end(self) -> None: ...
    @property
    def lengths(self) -> list[array[int]]: ...
    def languages(self) -> list[str]: ...
    def list_columns(
        self, stems: Callable[[list[str], str], list[str]], parameters: tuple[Any, ...], terms_per_block: int, /
    ) -> dict[str, bytes | bytearray | array[int]]: ...
    def places(self) -> dict[str, bytes | array[int]]: ...

# text/edit_distance.py
def edit_distance(word: str, other: str, most: int, /) -> int: ...
def words_near(word: str, lines: bytes, most: int, /) -> list[tuple[str, int]]: ...

# engine/embedded/read/candidates.py
def best_candidates(
    lanes: int,
    posts: int,
    rows: Sequence[tuple[bytes, float]],
    most: float,
    coverage: bytes,
    count: int,
    always: Set[int],
    /,
) -> list[tuple[float, float, int]]: ...

# engine/embedded/read/matcher.py
def impact_row(docs: Sequence[int], impacts: bytes, posts: int, /) -> tuple[bytes, int]: ...

# engine/embedded/read/combined_postings.py
def max_impacts(members: Sequence[tuple[Sequence[int], Sequence[int]]], /) -> tuple[list[int], bytes]: ...

# engine/embedded/write/posting_columns.py
class PostingColumns:
    def __init__(self, parameters: tuple[Any, ...], /) -> None: ...
    def add(self, positions: array[int], outside_body: Sequence[int], titled: bool, /) -> None: ...
    def columns(self) -> dict[str, bytes | bytearray | array[int]]: ...

# engine/embedded/read/occurrences.py
class Occurrences:
    def __init__(
        self,
        docs: Sequence[int],
        counts: Sequence[int],
        large_counts: Sequence[int],
        skips: Sequence[int],
        positions: memoryview[int],
        /,
    ) -> None: ...
    def posts(self, start: int, stop: int, /) -> Sequence[int]: ...
    def offset(self, posting: int, /) -> tuple[int, int]: ...
    def offsets(self, start: int, stop: int, /) -> list[int]: ...
    def between(self, start: int, stop: int, /) -> list[int]: ...
    def in_post(self, start: int, stop: int, doc_id: int, /) -> list[int]: ...
    def in_posts(self, part: tuple[int, int, bytes], docs: Sequence[int] | None, /) -> list[list[int]]: ...

# engine/embedded/read/phrases.py
def side_by_side(
    occurrences: Occurrences, words: Sequence[Sequence[tuple[int, int, bytes]]], among: Sequence[int] | None, /
) -> dict[int, list[int]]: ...

# engine/embedded/read/passage_words.py
class PassageWords:
    def __init__(
        self, text: str, cut: bool, starts: Sequence[int], firsts: Sequence[int], code: Sequence[bool], end: int, /
    ) -> None: ...
    def marks(
        self, found: Sequence[tuple[int, Sequence[int], bool]], before: int, widths: Sequence[Mapping[str, int]], /
    ) -> list[tuple[int, int, int]]: ...
