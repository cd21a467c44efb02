"""How does a benchmark get a folder of so many posts? Real ones first, then posts made of their parts.

    python benchmarks/generate.py --sites FOLDER [FOLDER ...] --posts 10000 [--seed 1] INTO

A made post has the shape of a real one (so many sections, sentences and blocks of code), and its title, headings,
sentences and tags are drawn from the same site. That keeps the lengths and how often words stand, which is what
costs a search engine time. New words would run out, so some sections get an identifier of their own.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from postdex_index.content import reader
from postdex_index.model import SOFT_BREAK, Post, Section
from postdex_index.settings import Settings

SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
#: A line that begins so might be something other than a paragraph.
NO_PARAGRAPH = re.compile(r"\A(?:[\s#<>*+|`~=:\[\]{}!-]+|\d+[.)]\s)")
LATIN_WORD = re.compile(r"[a-z]{4,}")
#: One section in so many gets an identifier of three words: real sites go from 34,000 to 48,000 different words from
#: 1,200 to 2,335 posts, and so to some 100,000 at 10,000 posts; without new ones a vocabulary stands still.
NEW_IDENTIFIER = 2
#: A site with fewer tags gives its posts words of their titles as tags.
FEW_TAGS = 20
MOST_TAGS = 3


class Parts(NamedTuple):
    """What a site's posts are made of; a shape is the (sentences, blocks of code) of each section of a post."""

    titles: Sequence[str]
    headings: Sequence[str]
    sentences: Sequence[str]
    code: Sequence[str]
    tags: Sequence[str]
    words: Sequence[str]
    shapes: Sequence[Sequence[tuple[int, int]]]


def generate(sites: Sequence[Path], count: int, into: Path, seed: int = 1) -> int:
    """Write `count` posts into a new folder; returns how many of them are real ones."""
    chance = random.Random(seed)
    files = [(number, path) for number, site in enumerate(sites) for path in walk(site)]
    if not files:
        raise SystemExit(f"there are no posts in {', '.join(map(str, sites))}; name folders of Markdown")
    chance.shuffle(files)
    for number, path in files[:count]:
        target = into / f"site-{number}" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sites[number] / path, target)
    if count > len(files):
        parts = [found for site in sites if (found := _parts(site)).shapes]
        weights = [len(one.shapes) for one in parts]
        for number in range(count - len(files)):
            target = into / f"made-{number // 1000:03}" / f"post-{number:06}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_made(chance.choices(parts, weights)[0], chance), encoding="utf-8")
    return min(count, len(files))


def walk(folder: Path) -> list[str]:
    """The paths of a folder's posts."""
    return list(reader.walk(folder, Settings()).files)


def read(folder: Path, paths: Sequence[str] | None = None) -> Iterator[Post]:
    """The posts of a folder (or those of them with these paths), read as postdex reads them."""
    settings = Settings()
    site = reader.site(folder)
    for path in walk(folder) if paths is None else paths:
        post = reader.read(folder, path, site, settings).post
        if post is not None:
            yield post


def _parts(site: Path) -> Parts:
    """A site taken apart."""
    found = list(read(site))
    sections = [section for post in found for section in post.sections]
    sentences = [sentence for section in sections for sentence in _sentences(section)]
    code = [section.text[block.start : block.stop] for section in sections for block in section.code]
    tags = sorted({tag for post in found for tag in (*post.tags, *post.keywords)})
    titles = [post.title for post in found]
    if len(tags) < FEW_TAGS:
        tags = sorted({word for title in titles for word in LATIN_WORD.findall(title.lower())})
    words = sorted({word for title in titles for word in LATIN_WORD.findall(title.lower())} | set(tags))
    headings = [section.heading for section in sections if section.heading]
    shapes = [[(len(_sentences(section)), len(section.code)) for section in post.sections] for post in found]
    return Parts(titles, headings, sentences, code, tags, words, [shape for shape in shapes if sentences and shape])


def _sentences(section: Section) -> list[str]:
    """The sentences of a section's prose, as a paragraph may hold them."""
    prose, last = [], 0
    for block in section.code:
        prose.append(section.text[last : block.start])
        last = block.stop
    text = "\n".join((*prose, section.text[last:])).replace(SOFT_BREAK, " ")
    return [kept for sentence in SENTENCE_ENDS.split(text) if (kept := NO_PARAGRAPH.sub("", sentence.strip()))]


def _made(parts: Parts, chance: random.Random) -> str:
    """One post, as the text of its file."""
    blocks = []
    for number, (sentences, code) in enumerate(chance.choice(parts.shapes)):
        if number and parts.headings:
            blocks.append(f"## {html.escape(chance.choice(parts.headings), quote=False)}")
        drawn = [html.escape(chance.choice(parts.sentences), quote=False) for _ in range(sentences)]
        if parts.words and chance.randrange(NEW_IDENTIFIER) == 0:
            drawn.append(f"`{'_'.join(chance.choices(parts.words, k=3))}`.")
        # Four sentences make a paragraph, as in the usual post.
        blocks += [" ".join(drawn[at : at + 4]) for at in range(0, len(drawn), 4)]
        blocks += [f"~~~~\n{chance.choice(parts.code).rstrip()}\n~~~~" for _ in range(code)]
    tags = chance.sample(parts.tags, min(len(parts.tags), chance.randint(0, MOST_TAGS)))
    date = f"20{chance.randint(10, 25)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    front = f"title: {_quoted(_title(parts, chance))}\ndate: {date}\ntags: [{', '.join(map(_quoted, tags))}]"
    return f"---\n{front}\n---\n\n" + "\n\n".join(blocks) + "\n"


def _title(parts: Parts, chance: random.Random) -> str:
    """The first half of a title and the second half of another."""
    first, second = (chance.choice(parts.titles).split() for _ in range(2))
    return " ".join(first[: (len(first) + 1) // 2] + second[len(second) // 2 :])


def _quoted(text: str) -> str:
    """A text as YAML may hold it."""
    return json.dumps(text, ensure_ascii=False)


def main() -> None:
    """Make a folder of posts and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=Path, nargs="+", required=True, help="folders of real posts")
    parser.add_argument("--posts", type=int, required=True, help="so many posts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("into", type=Path)
    options = parser.parse_args()
    real = generate(options.sites, options.posts, options.into, options.seed)
    print(f"{options.posts} posts, {real} of them real")


if __name__ == "__main__":
    main()
