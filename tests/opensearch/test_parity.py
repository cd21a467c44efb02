"""Does the cluster answer as the embedded engine does, every kind of question, after builds and after changes?

Score by score to a millionth, snippet by snippet: `benchmarks/parity.py` says what equal means, `parity_questions.py`
has the questions. Impacts are measured against average lengths, which the embedded engine takes anew for each small
segment and the cluster when an index is built: so scores are compared after changes that leave all lengths as they
were, and after others all else.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import postdex

ROOT = Path(__file__).parent.parent.parent
SEED = 20
MADE = 240
#: Words of guides, by language.
WORDS = {
    "": "server install network kernel memory docker container volume image",
    "de": "rechner einrichten netzwerk kern speicher docker behälter datenträger abbild",
    "fr": "serveur installer réseau noyau mémoire docker conteneur volume image",
    "zh": "服务器 安装 网络 内核 内存 docker 容器 卷 镜像",
}
GUIDES = 20
#: Posts of which their owner says more, by hand and in fields of his own, and that link to each other.
OWNED = 40
#: What he says of all.
SETTINGS = """translations = "group"
fields = ["auto", "menu.main.weight"]

[synonyms]
server = ["rechner", "memory image"]
kernel = ["noyau"]
"""
#: Files with what is easily lost on the way: each is a post, or a problem.
ODD = {
    "words.md": "C++ and C# and .net, a.b.c, v6.1.7, 0xDEADBEEF, don't, e-mail, std::vector<int>, --no-cache, x_y\n",
    "scripts.md": "Äpfel İstanbul ß ﬁne Ａ１ שָׁלוֹם عَرَبي ภาษาไทย 한국어 문서 ひらがなカタカナ漢字 🚀 rocket Hawaiʻi\n",
    "long.md": f"{'abc' * 200} {'長' * 400} {'x_' * 300}end\n",
    "controls.md": "be\x01fore \u202e after \u200bzero\x1funit\n",
    "values.md": f"---\ntags: [a/b, 'a:b', \"tab\\tbed\", '{'t' * 8000}', C++]\n"
    "categories: [[x, y], z]\nauthor: Ada Lovelace\n---\nText.\n",
    "wide.md": " ".join(f"word{number}" for number in range(70_000)) + "\n",
    "broken.md": "---\ntitle: [unclosed\n---\nStill text of a broken post.\n",
    "empty.md": "",
    "front.md": "---\ntitle: Only a title\naliases: [/older/address/, /oldest/]\n---\n",
    "same/a.md": "---\nurl: /same/\n---\nFirst of one address.\n",
    "same/b.md": "---\nurl: /same/\n---\nSecond of one address.\n",
    "undated.md": "# Without a date\n\nText, [a link to words](/words/), `code`.\n\n```python\nimport words\n```\n",
    "future.md": "---\ndate: 2999-01-01\n---\nOf the future.\n",
    "old.md": "---\ndate: 1901-02-03\nupdated: 1960-01-01\n---\nOf the past.\n",
}


class Sides(NamedTuple):
    """A folder of posts and both indexes of it."""

    folder: Path
    embedded: postdex.Index
    cluster: postdex.Index

    def refresh(self, *, full: bool = False) -> None:
        """Bring both up to the files."""
        for index in (self.embedded, self.cluster):
            index.refresh(full=full)


class Tools(NamedTuple):
    """Modules of benchmarks/, which find their neighbours in their own folder."""

    parity: Any
    parity_questions: Any
    zipf_posts: Any


@pytest.fixture(scope="module")
def tools() -> Iterator[Tools]:
    """Those that are used here."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    yield Tools(*map(import_module, Tools._fields))
    sys.path.remove(str(ROOT / "benchmarks"))
    for name in (*Tools._fields, "generate"):
        sys.modules.pop(name, None)


@pytest.fixture
def sides(
    tools: Tools, hosts: list[str], prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sides]:
    """A site of everything, built by both engines."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    monkeypatch.setenv("POSTDEX_OPENSEARCH_PREFIX", prefix)
    folder = tmp_path / "site"
    write_site(folder, tools)
    with ExitStack() as stack:
        sides = Sides(folder, *stack.enter_context(tools.parity.both(folder, "parity", tmp_path)))
        sides.refresh(full=True)
        yield sides


def write_site(folder: Path, tools: Tools) -> None:
    """Sample posts, made ones, drafts, guides in several languages, and odd files."""
    chance = random.Random(SEED)
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    (folder / "postdex.toml").write_text(SETTINGS, encoding="utf-8")
    for number in range(MADE):
        write_made(folder, tools, number, number)
    for number in range(OWNED):
        write_owned(folder, number, chance)
    for number in range(12):
        write(
            folder / f"drafts/draft-{number}.md", f"---\ndraft: true\n---\nUnfinished server {sentence(chance, '')}\n"
        )
    for number in range(GUIDES):
        for lang in chance.sample([*WORDS], chance.randint(1, 4)):
            write_guide(folder, number, lang, chance)
    for name, text in ODD.items():
        write(folder / "odd" / name, text)


def shapes(tools: Tools) -> Sequence[Any]:
    """The shape of each made post."""
    made: Sequence[Any] = tools.zipf_posts.shapes_of(random.Random(SEED))
    return made[:MADE]


def write_made(folder: Path, tools: Tools, number: int, seed: int, shape: int | None = None) -> None:
    """Write a made post, in the shape of its number."""
    chance = random.Random(f"{SEED} {seed}")
    text = tools.zipf_posts.written(shapes(tools)[number if shape is None else shape], chance)
    write(folder / f"made/post-{number:03}.md", text)


def write_guide(folder: Path, number: int, lang: str, chance: random.Random) -> None:
    """Write a guide in a language; "" is the site's own."""
    title, heading = (" ".join(chance.choices(WORDS[lang].split(), k=2)) for _ in range(2))
    front = f"---\ntitle: {title}\n" + (f"lang: {lang}\n" if lang else "") + "---\n"
    name = f"guide-{number}.{lang}.md" if lang else f"guide-{number}.md"
    write(folder / "guides" / name, f"{front}\n{sentence(chance, lang)}\n\n## {heading}\n\n{sentence(chance, lang)}\n")


def write_owned(folder: Path, number: int, chance: random.Random) -> None:
    """Write a post with boost, pins, words to find it by, fields and links."""
    words = WORDS[""].split()
    lines = [
        f"title: {' '.join(chance.choices(words, k=2))}",
        f"status: {chance.choice(['draft', 'Published', 'published', 'in review'])}",
        f"series: [{', '.join(chance.sample(['Kernel notes', 'On call', 'kernel notes'], chance.randint(1, 2)))}]",
        f"due: {chance.randint(2021, 2024)}-{chance.randint(1, 12):02}-0{chance.randint(1, 9)}",
        f"menu: {{main: {{weight: {chance.randint(1, 9)}}}}}",
    ]
    lines += [f"rating: {chance.choice(['1', '2.0', '2', '4.5'])}"] * (number % 3 > 0)
    lines += [f"date: {chance.randint(2015, 2023)}-01-02"] * (number % 4 > 0)
    by_hand = [f"boost: {chance.choice(['0.5', '2', '10'])}"] * (number % 5 == 0)
    by_hand += [f"pin: [{chance.choice(words)}, the {chance.choice(words)}]"] * (number % 7 == 0)
    by_hand += [f"keywords: [{chance.choice(words)}set]"] * (number % 6 == 0)
    lines += [f"search: {{{', '.join(by_hand)}}}"] * bool(by_hand)
    links = [f"[see](owned-{chance.randrange(OWNED)}.md#part)", f"[[owned-{chance.randrange(OWNED)}]]"]
    text = f"{sentence(chance, '')} smc_{chance.choice(words)}_fallback {' '.join(links)}"
    write(folder / "owned" / f"owned-{number}.md", f"---\n{chr(10).join(lines)}\n---\n\n{text}\n\n## Part\n\nx\n")


def sentence(chance: random.Random, lang: str) -> str:
    """Ten words of a language."""
    return " ".join(chance.choices(WORDS[lang].split(), k=10)) + "."


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def check(tools: Tools, sides: Sides, asked: Sequence[Any], compared: str = "all") -> None:
    """Both answer alike; `compared` is "all", or "matches" for what no score decides."""
    found = [
        f"{question.what} {question.text!r:.90} {dict(question.arguments)}: {where}"
        for question, where in tools.parity.differences(sides.embedded, sides.cluster, asked, compared == "matches")
    ]
    assert not found, f"{len(found)} of {len(asked)} differ (seed {SEED}):\n" + "\n".join(found[:20])


def test_every_kind_of_question(tools: Tools, sides: Sides) -> None:
    check(tools, sides, tools.parity_questions.questions(sides.folder, 1, 150, SEED))


def test_after_changes_that_keep_lengths(tools: Tools, sides: Sides) -> None:
    """Made posts become others of their shape, some move, translations change places."""
    for number in range(0, 60, 2):
        write_made(sides.folder, tools, number, 1000 + number)
    sides.refresh()
    for number in range(60, 70):
        (sides.folder / f"made/post-{number:03}.md").unlink()
        write_made(sides.folder, tools, 300 + number, 2000 + number, shape=number)
    guides = sorted((sides.folder / "guides").glob("*.de.md"))
    swapped = [guide.read_text(encoding="utf-8") for guide in guides]
    for guide, text in zip(guides, [*swapped[1:], swapped[0]], strict=True):
        write(guide, text)
    guides[0].rename(guides[0].with_suffix("").with_suffix(".it.md"))
    sides.refresh()
    check(tools, sides, tools.parity_questions.questions(sides.folder, 1, 60, SEED + 1))


def test_after_any_changes(tools: Tools, sides: Sides) -> None:
    """Posts are removed, shortened, published, withdrawn: what matches, counts and is stored is the same."""
    chance = random.Random(SEED)
    for round_number in range(3):
        files = sorted(sides.folder.rglob("*.md"))
        for file in chance.sample(files, 12):
            file.unlink()
        for file in chance.sample(sorted((sides.folder / "made").glob("*.md")), 8):
            write(file, file.read_text(encoding="utf-8")[: chance.randint(300, 600)] + "\nAdded later.\n")
        for number in range(round_number, 12, 3):
            write(sides.folder / f"drafts/draft-{number}.md", "Published now.\n")
            write_guide(sides.folder, number, chance.choice([*WORDS]), chance)
            write(sides.folder / f"guides/draft-{number}.md", "---\ndraft: true\n---\nserver\n")
        sides.refresh()
    check(tools, sides, tools.parity_questions.questions(sides.folder, 1, 60, SEED + 2), "matches")
