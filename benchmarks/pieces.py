"""What do people paste? Pieces of the posts themselves, each from within one paragraph, drawn evenly over the posts.

Kinds of piece:

    identifier  a name that is no plain word: snake, camel, dotted, path, option, kebab, version
    sentence    four to eight words of a sentence
    error       a line that looks like an error or a log, or five to ten words of a longer one, in code or text
    chinese     four to twelve Chinese characters of one run
    mixed       Chinese, Latin, Chinese, as they stand together

Nothing is drawn from the text of a link: it says what another post is about, and ranking is right not to take it as
this one's. Words such as AND, or a colon that looks like a field, are pasted as they stand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import NamedTuple

from generate import read

from postdex_index.model import SOFT_BREAK, Post

#: Stands where a link was; no piece reaches over it.
GONE = "\0"
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
#: `[text](address)`, `[text][name]`, `[[wiki link]]`, and `[name]` where the post defines it; HTML; addresses.
BRACKETS = re.compile(r"\[([^\[\]]+)\](?=([(\[\]])?)")
DEFINED = re.compile(r"^ {0,3}\[([^\[\]^]+)\]:", re.MULTILINE)
ANCHOR = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
ADDRESS = re.compile(r"\w+://[^\s<>()\"']+")
MARKUP = re.compile(r"<[^>]*>|[*`\\]|\|")

TOKEN = re.compile(r"(?<![\w.@])(?:--)?[A-Za-z0-9_.~/][A-Za-z0-9_./-]*")
#: The first that fits. Some hyphens are plain English (`up-to-date`), some slashes too (`and/or`): kebab is taken from
#: code only, and a path needs more than a slash between two words.
SHAPES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "option": r"--[a-z][a-z0-9]+(?:-[a-z0-9]+)*",
        "version": r"v\d+(?:\.\d+){1,2}(?:-[a-z]+\.?\d*)?|\d+(?:\.\d+){2}",
        "path": r"(?=[~./]|.*/.*/|.*\.[a-z]+$)(?:~|\.{0,2})/?[A-Za-z0-9_.-]{2,}(?:/[A-Za-z0-9_.-]{2,})+",
        "snake": r"_?[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+",
        "dotted": r"[A-Za-z_][A-Za-z0-9_]+(?:\.[A-Za-z_][A-Za-z0-9_]+)+",
        "kebab": r"[a-z][a-z0-9]+(?:-[a-z0-9]{2,})+",
        "camel": r"[a-z]{2,}(?:[A-Z][a-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+",
    }.items()
}
SENTENCE = re.compile(rf"(?:[^.!?:;|。！？；：{GONE}{SOFT_BREAK}]|[.:](?=\w)|{SOFT_BREAK})+")
LETTER = re.compile(r"[^\W\d_]")
#: A piece of a sentence has three plain words at least; a list of names is none.
PLAIN = re.compile(r"[A-Za-z'’]+,?")
FOREIGN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
CHINESE = re.compile(f"[{HAN}]{{4,}}")
MIXED = re.compile(rf"(?=([{HAN}]{{2,6}} ?[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z][A-Za-z0-9_.-]*){{0,2}} ?[{HAN}]{{2,6}}))")

#: What says that something went wrong: in a block that holds output, or between backticks, one such word will do.
WRONG = re.compile(
    r"\b(?:error|warning|fatal|fail(?:ed|ure|s)?|panic(?:ked)?|\w*exception|cannot|can't|could not|couldn't|unable to"
    r"|denied|refused|not found|no such|invalid|undefined|unexpected|mismatched|timed out|timeout|deprecated)\b",
    re.IGNORECASE,
)
#: What begins as an error or a log does, wherever it stands.
LOGGED = re.compile(
    r"\s*(?:[\w./-]+: )?(?:error|warning|warn|fatal|panic|\w+(?:Error|Exception))(?:\[\w+\])?: ?\S"
    r"|\s*thread '.*?' panicked|\s*(?:ERROR|WARN|WARNING|FATAL) \S"
    r"|\s*\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d|\s*[EWIF]\d{4} \d\d:"
    r"|\s*\[ *\d+\.\d{3,}\] "
)
OUTPUT = frozenset({"", "text", "txt", "console", "log", "output", "none", "plain", "plaintext", "bash", "sh", "shell"})
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
#: A command, a comment, an option's help or a row is no message, nor is a line of a program between backticks.
TYPED = re.compile(r"\s*(?:[$#>%|<-]|//)")
PROGRAM = re.compile(r"[{};=]|\(\)|::|^\.")
#: Words that are pasted of a longer line, and characters of a piece.
FEWEST, MOST, LONGEST = 5, 10, 200


class Paragraph(NamedTuple):
    """Text without a break of block, or a line of code, of a post; without its links. `language` is None in prose."""

    text: str
    language: str | None


class Page(NamedTuple):
    """A post, its paragraphs, and what it has between backticks."""

    post: Post
    paragraphs: Sequence[Paragraph]
    inline: Sequence[str]


class Piece(NamedTuple):
    """What is pasted, and the post that it was taken from. `shape` is the kind of an identifier, or where an error
    stood: "text", "code", "inline"."""

    kind: str
    text: str
    path: str
    shape: str = ""


#: (shape, text) of each piece that a page has.
Made = Iterator[tuple[str, str]]
Maker = Callable[[Page, random.Random], Made]


def pages(folder: Path) -> list[Page]:
    """The published posts of a folder."""
    return [_page(folder, post) for post in read(folder) if not post.unpublished]


def draw(found: Sequence[Page], each: int, seed: int = 1) -> list[Piece]:
    """At most so many pieces of each kind, no two the same but for case. The posts take turns, in a drawn order."""
    drawn: list[Piece] = []
    for kind, make in KINDS.items():
        chance = random.Random(f"{seed} {kind}")
        turns = [_of_page(kind, page, make, chance) for page in chance.sample(found, len(found))]
        fresh: dict[str, Piece] = {}
        while turns and len(fresh) < each:
            going = []
            for turn in turns:
                if len(fresh) < each and (piece := next(turn, None)):
                    fresh.setdefault(piece.text.casefold(), piece)
                    going.append(turn)
            turns = going
        drawn += fresh.values()
    return drawn


def held(piece: Piece) -> re.Pattern[str]:
    """What finds a piece in a text, but for case and blanks, and not inside longer words.

    Around a Chinese character any blank may stand or be missing, a line break too. An identifier is not found in a
    longer name either: parts of a name are joined by dots and hyphens, those of a path by slashes, too.

    >>> bool(held(Piece("identifier", "sk_user", "")).search("of sk_user_data"))
    False
    """
    spaced = r"\s+".join(map(re.escape, piece.text.split()))
    spaced = re.sub(rf"(?<=[{HAN}])(?:\\s\+)?(?=.)|(?<=.)(?:\\s\+)?(?=[{HAN}])", r"\\s*", spaced)
    before, after = r"(?<![A-Za-z0-9_])", r"(?![A-Za-z0-9_])"
    if piece.kind == "identifier":
        joints = "./-" if "/" in piece.text else ".-"
        before, after = rf"{before}(?<![A-Za-z0-9_][{joints}])", rf"(?![{joints}]?[A-Za-z0-9_])"
    first, last = piece.text[0].isascii(), piece.text[-1].isascii()
    return re.compile(f"{before if first else ''}{spaced}{after if last else ''}", re.IGNORECASE)


def _of_page(kind: str, page: Page, make: Maker, chance: random.Random) -> Iterator[Piece]:
    """The pieces of a kind that a post has, in a drawn order, shape after shape."""
    made = list(dict.fromkeys(make(page, chance)))
    shapes = sorted({shape for shape, _ in made})
    chance.shuffle(made)
    chance.shuffle(shapes)
    whole = "\n".join(section.text for section in page.post.sections)
    for texts in zip_longest(*([text for known, text in made if known == shape] for shape in shapes)):
        for shape, text in zip(shapes, texts, strict=True):
            piece = Piece(kind, text or "", page.post.path, shape)
            if text and held(piece).search(whole):
                yield piece


def _page(folder: Path, post: Post) -> Page:
    """A post cut into paragraphs. Where links are is looked for in the file: the text of a section does not say."""
    source = (folder / post.path).read_text(encoding="utf-8-sig", errors="replace")
    links = _links(source)
    paragraphs: list[Paragraph] = []
    inline: list[str] = []
    for section in post.sections:
        start, line = 0, section.line
        for text in section.text.split("\n"):
            code = next((code for code in section.code if code.start <= start < code.stop), None)
            parts = text.split(SOFT_BREAK)
            if code is None:
                parts = [_without(part, links.get(line + number, ())) for number, part in enumerate(parts)]
            paragraphs.append(Paragraph(SOFT_BREAK.join(parts), code and code.language))
            start += len(text) + 1
            line += len(parts)
    for line, text in enumerate(source.split("\n"), 1):
        inline += [code for code in INLINE.findall(text) if not any(code in link for link in links.get(line, ()))]
    return Page(post, paragraphs, inline)


def _links(source: str) -> dict[int, list[str]]:
    """By line of the file, the texts of the links there."""
    defined = {name.casefold() for name in DEFINED.findall(source)}
    found: dict[int, list[str]] = {}
    brackets = (match for match in BRACKETS.finditer(source) if match[2] or match[1].casefold() in defined)
    for match in chain(brackets, ANCHOR.finditer(source)):
        line = source.count("\n", 0, match.start(1)) + 1
        for number, text in enumerate(match[1].split("\n")):
            pieces = [plain for part in MARKUP.split(text) if (plain := part.strip())]
            found.setdefault(line + number, []).extend(pieces)
    return found


def _without(text: str, links: Iterable[str]) -> str:
    """A line without its links. A word of a link is gone wherever it stands in the line: better too little drawn."""
    for link in sorted(links, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(link)}(?!\w)" if link[0].isascii() else re.escape(link), GONE, text)
    return ADDRESS.sub(GONE, text)


def _identifiers(page: Page, chance: random.Random) -> Made:
    for text, language in (*page.paragraphs, *(Paragraph(code, "") for code in page.inline)):
        for token in TOKEN.findall(ADDRESS.sub(GONE, text)):
            name = token.rstrip("./-")
            shape = next((shape for shape, pattern in SHAPES.items() if pattern.fullmatch(name)), None)
            if shape and 4 <= len(name) <= 80 and (shape != "kebab" or language is not None):
                yield shape, name


def _sentences(page: Page, chance: random.Random) -> Made:
    for text, language in page.paragraphs:
        for sentence in SENTENCE.findall(text) if language is None else ():
            words = sentence.split()
            if len(words) >= 4 and all(map(LETTER.search, words)) and not FOREIGN.search(sentence):
                piece = _run(words, chance.randint(4, 8), chance)
                if sum(bool(PLAIN.fullmatch(word)) for word in piece) >= 3:
                    yield "", " ".join(piece).strip(" ,;:.!?()")


def _errors(page: Page, chance: random.Random) -> Made:
    lines = [("inline", text) for text in page.inline if WRONG.search(text) and not PROGRAM.search(text)]
    for text, language in page.paragraphs:
        for line in re.split(f"[{GONE}{SOFT_BREAK}]", text):
            where = "text" if language is None else "code"
            if LOGGED.match(line) or (language in OUTPUT and WRONG.search(line)):
                lines.append((where, line))
    for where, line in lines:
        words = line.split()
        if not TYPED.match(line) and sum(bool(LETTER.search(word)) for word in words) >= 3:
            if len(words) > MOST:
                words = _run(words, chance.randint(FEWEST, MOST), chance)
            if len(piece := " ".join(words)) <= LONGEST:
                yield where, piece


def _chinese(page: Page, chance: random.Random) -> Made:
    for paragraph in page.paragraphs:
        for run in CHINESE.findall(paragraph.text):
            size = chance.randint(4, min(12, len(run)))
            start = chance.randint(0, len(run) - size)
            yield "", run[start : start + size]


def _mixed(page: Page, chance: random.Random) -> Made:
    for paragraph in page.paragraphs:
        for piece in MIXED.findall(paragraph.text):
            yield "", piece


def _run(words: list[str], size: int, chance: random.Random) -> list[str]:
    start = chance.randint(0, max(0, len(words) - size))
    return words[start : start + size]


#: The kinds of piece, in the order of the table.
KINDS: dict[str, Maker] = {
    "identifier": _identifiers,
    "sentence": _sentences,
    "error": _errors,
    "chinese": _chinese,
    "mixed": _mixed,
}
