"""Is what is typed found, and shown? Pieces of the posts are pasted, and the first hit is looked at.

    python benchmarks/exact.py FOLDER [FOLDER ...] [--each 200] [--seed 1] [--kinds error,mixed] [--misses 5]

`pieces` draws them and says of what kinds they are. Each is asked as it stands, without quotes, and counted:

    lacks  the first hit lacks the piece (or there is none), although the post has it that it was drawn from
    hides  the first hit has it, and shows it neither in the snippet nor in its title or headings
    off    the first hit has it, and its line is more than one off from each line of the file where it stands

A post has a piece if its title, its headings or its text hold it but for case and blanks, not inside longer words;
an identifier not inside a longer name either. A heading stands in its line; a title may stand in any. In percent:
`lacks` of all pieces, `hides` and `off` of those whose first hit has it.

SQLite FTS5 answers the same: any word (OR) and all words (AND), its best ten with a snippet of its own. It does not
cut Chinese into words, and so has no figure there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engines import LIMIT, Fts5
from pieces import KINDS, Page, Piece, draw, held, pages
from questions import Question

import postdex
from postdex_index.model import SOFT_BREAK, Post

#: A line may be one off: whoever is sent there sees it.
NEAR = 1
COLUMNS = ("lacks", "hides", "off")
#: Characters of a snippet that an example shows.
WIDE = 160


class Verdict(NamedTuple):
    """What became of a piece: the first hit's path ("": none), line (0: unknown) and snippet, and what is wrong."""

    piece: Piece
    first: str
    line: int
    snippet: str
    wrong: tuple[str, ...]


class Posts:
    """The posts of a folder by path, and what they hold."""

    def __init__(self, found: Sequence[Page]) -> None:
        self._posts = {page.post.path: page.post for page in found}

    def lines(self, piece: Piece, path: str) -> set[int]:
        """Where a piece stands in a post: lines of the file, 0 for its title."""
        found = held(piece)
        post = self._posts[path]
        lines = {0} if found.search(post.title) else set()
        for section in post.sections:
            if section.heading and found.search(section.heading):
                lines.add(section.line)
            for match in found.finditer(section.text):
                lines.update(_line(section.text, section.line, at) for at in match.span())
        return lines

    def having(self, piece: Piece) -> list[str]:
        """The paths of all posts that have a piece."""
        found = held(piece)
        return [path for path, post in self._posts.items() if any(map(found.search, _texts(post)))]


def _line(text: str, first: int, at: int) -> int:
    return first + text.count("\n", 0, at) + text.count(SOFT_BREAK, 0, at)


def _texts(post: Post) -> list[str]:
    return [post.title, *(text for section in post.sections for text in (section.heading, section.text))]


def ours(index: postdex.Index, posts: Posts, piece: Piece) -> Verdict:
    """What postdex makes of a piece."""
    hits = index.search(piece.text, limit=LIMIT, deadline_ms=None).hits
    if not hits:
        return Verdict(piece, "", 0, "", ("lacks",))
    first = hits[0]
    lines = posts.lines(piece, first.path)
    shown = any(map(held(piece).search, (first.snippet.text, first.title, *first.headings)))
    near = 0 in lines or any(abs(line - first.line) <= NEAR for line in lines)
    wrong = ("hides",) * (not shown) + ("off",) * (not near) if lines else ("lacks",)
    return Verdict(piece, first.path, first.line, first.snippet.text, wrong)


def theirs(engine: Fts5, kind: str, posts: Posts, piece: Piece) -> Verdict:
    """What SQLite FTS5 makes of a piece; it knows no lines."""
    words = tuple(word for word in piece.text.split() if any(map(str.isalnum, word)))
    hits = engine.search(Question(kind, words))
    if not hits:
        return Verdict(piece, "", 0, "", ("lacks",))
    path, title, snippet = (text.replace("<mark>", "").replace("</mark>", "") for text in hits[0])
    shown = any(map(held(piece).search, (snippet, title)))
    wrong = ("hides",) * (not shown) if posts.lines(piece, path) else ("lacks",)
    return Verdict(piece, path, 0, snippet, wrong)


def measure(folder: Path, kinds: Sequence[str], each: int, seed: int) -> tuple[Posts, dict[str, list[Verdict]]]:
    """The verdicts of each engine over the pieces of a folder."""
    found = pages(folder)
    posts, pieces = Posts(found), [piece for piece in draw(found, each, seed) if piece.kind in kinds]
    with tempfile.TemporaryDirectory(prefix="postdex-exact-") as home:
        fts5 = Fts5(folder, Path(home, "fts5"))
        fts5.build(1)
        latin = [piece for piece in pieces if piece.kind not in ("chinese", "mixed")]
        with postdex.open(folder, index=Path(home, "postdex"), refresh="never") as index:
            verdicts = {"postdex": [ours(index, posts, piece) for piece in pieces]}
        for name, kind in (("OR", "words"), ("AND", "all words")):
            verdicts[name] = [theirs(fts5, kind, posts, piece) for piece in latin]
    return posts, verdicts


def table(verdicts: dict[str, list[Verdict]], kinds: Sequence[str]) -> list[str]:
    """A row for each kind."""
    columns = [("postdex", column) for column in COLUMNS]
    columns += [(name, column) for name in ("OR", "AND") for column in COLUMNS[:2]]
    rows = ["| kind | pieces | lacks | hides | off | OR lacks | hides | AND lacks | hides |", "|---" * 9 + "|"]
    for kind in kinds:
        count = sum(verdict.piece.kind == kind for verdict in verdicts["postdex"])
        shares = [_share([v for v in verdicts[name] if v.piece.kind == kind], column) for name, column in columns]
        rows.append(f"| {kind} | {count or '-'} | {' | '.join(shares)} |")
    return rows


def _share(verdicts: Sequence[Verdict], column: str) -> str:
    base = [verdict for verdict in verdicts if column == "lacks" or "lacks" not in verdict.wrong]
    return f"{100 * sum(column in verdict.wrong for verdict in base) / len(base):.1f}" if base else "-"


def _examples(posts: Posts, verdicts: Sequence[Verdict], kind: str, column: str, count: int) -> list[str]:
    wrong = [verdict for verdict in verdicts if verdict.piece.kind == kind and column in verdict.wrong]
    rows = []
    for verdict in wrong[:count]:
        having = posts.having(verdict.piece)
        lines = sorted(posts.lines(verdict.piece, verdict.first)) if verdict.first else []
        rows += [
            f"{kind}, {column}: {verdict.piece.text}",
            f"    first: {verdict.first or 'nothing found'}:{verdict.line}, stands in lines {lines or '-'}",
            f"    {verdict.snippet[:WIDE]}",
            f"    {len(having)} have it: {', '.join(having[:3])}",
        ]
    return rows


def main() -> None:
    """Draw, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=200, help="pieces of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--misses", type=int, default=0, help="print so many examples of each kind and column")
    parser.add_argument("--json", type=Path, help="write the verdict on every piece")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"there are the kinds {', '.join(KINDS)}, not {', '.join(sorted(unknown))}")
    written: dict[str, object] = {}
    for folder in options.folders:
        posts, verdicts = measure(folder, kinds, options.each, options.seed)
        print(f"\n{folder}\n")
        print("\n".join(table(verdicts, kinds)))
        for kind in kinds:
            for column in COLUMNS if options.misses else ():
                print("\n".join(_examples(posts, verdicts["postdex"], kind, column, options.misses)))
        written[str(folder)] = {
            name: [verdict._asdict() | {"piece": verdict.piece._asdict()} for verdict in some]
            for name, some in verdicts.items()
        }
    if options.json:
        options.json.write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
