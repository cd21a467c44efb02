"""The loops of postdex, compiled. What each does is said where its Python stands, which is named here."""

INTERFACE: int
VERSION: str

# text/characters.py
def set_characters(spaceless: str, unseen: str, marks: str, emoji: str, emoji_style: str, /) -> None: ...
def raw_tokens(text: str, /) -> list[str]: ...
