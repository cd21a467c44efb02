"""The loops of postdex, compiled. What each does is said where its Python stands, which is named here."""

from collections.abc import Sequence

INTERFACE: int
VERSION: str

# text/characters.py
def set_characters(spaceless: str, unseen: str, marks: str, emoji: str, emoji_style: str, /) -> None: ...
def raw_tokens(text: str, /) -> list[str]: ...

# results/snippets.py
def best_fragments(
    passage: tuple[str, int, int, Sequence[tuple[int, int, int]], bool, bool],
    leaf_weights: Sequence[float],
    width: int,
    fragments: int,
    around: tuple[int, int] | None,
    /,
) -> tuple[str, list[tuple[int, int]], int]: ...
