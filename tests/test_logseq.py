"""Logseq: properties, names of pages, journals, and what of an outline is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdex_index.content.parser import parse
from postdex_index.formats.dates import show
from postdex_index.model import Post
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.logseq import GENERATOR
from postdex_index.sites.reading import site

SITE = Site(GENERATOR)
NEW = SITE._replace(config={"file/name-format": "triple-lowbar"})


def check(text: str, path: str = "pages/a.md", of: Site = SITE) -> Post:
    return parse(text, path, of, Settings())


# path, the page's name by the older rules, and by those of today
NAMES = [
    ("pages/A___B.md", "A/B", "A/B"),
    ("pages/A%2FB.md", "A/B", "A/B"),
    ("pages/A.B.md", "A/B", "A.B"),
    ("pages/What%3F and %E4%BD%A0.md", "What? and 你", "What? and 你"),
    ("pages/100%.md", "100%", "100%"),
    ("journals/2022_08_26.md", "Aug 26th, 2022", "Aug 26th, 2022"),
    ("journals/2022_08_02.md", "Aug 2nd, 2022", "Aug 2nd, 2022"),
    ("journals/2022_13_40.md", "2022_13_40", "2022_13_40"),
    ("pages/2022_08_26.md", "2022_08_26", "2022_08_26"),
]


@pytest.mark.parametrize(("path", "old", "new"), NAMES)
def test_names(path: str, old: str, new: str) -> None:
    assert (check("- text", path).title, check("- text", path, NEW).title) == (old, new)


def test_properties_of_a_page_are_fields() -> None:
    post = check(
        "title:: My *page*\ntags:: [[two words]], #one, three\nalias:: b, c\ndate:: [[Aug 6th, 2022]]\n\n- text\n"
    )
    assert (post.title, post.tags, post.aliases) == ("My *page*", ("two words", "one", "three"), ("b", "c"))
    assert post.date_seconds and show(post.date_seconds).startswith("2022-08-06")
    assert [section.text for section in post.sections] == ["\ntext"] and post.sections[0].line == 5
    assert not post.url and not post.problems


def test_a_journal_has_its_day() -> None:
    post = check("- text\n", "journals/2022_08_26.md")
    assert post.date_seconds and show(post.date_seconds).startswith("2022-08-26") and post.sections[0].text == "text"


# body, the words of it
TEXTS = [
    ("- one\n  id:: 62f0a1b2-3c4d\n  collapsed:: true\n\t- two\n\t  key:: value\n- id:: 3\n", "one two"),
    (
        "- DOING [#A] buy wood\n  SCHEDULED: <2022-08-26 Fri>\n  :LOGBOOK:\n  CLOCK: [2022]\n  :END:\n- DONE it",
        "buy wood it",
    ),
    ("- see ((62f0a1b2-3c4d)) and [here](((62f0a1b2))) and [there]([[Page]])", "see and here and there"),
    ("- {{query (todo now)}}\n- {{embed [[Page]]}} {{cloze hidden}}\n- `((a))` ^^lit^^", "hidden ((a)) lit"),
    ("- [[A/B]] and #[[c d]] and std::vector", "A/B and #c d and std::vector"),
    ("- #+BEGIN_NOTE\n  mind\n  #+END_NOTE", "mind"),
    ("- ```\n  key:: value\n  ((a))\n  ```", "key:: value ((a))"),
    ("- NOWHERE is no task", "NOWHERE is no task"),
    ("id:: 1\n", ""),
]


@pytest.mark.parametrize(("body", "expected"), TEXTS)
def test_text_is_what_readers_see(body: str, expected: str) -> None:
    post = check(body)
    assert " ".join(section.text for section in post.sections).split() == expected.split()


def test_blocks_that_are_headings_are_headings() -> None:
    post = check("- first\n- # One\n\t- a\n\t\t- b\n- ## Two\n  c\n  ```py\n  d\n  ```\n- last\n")
    assert [(section.line, section.heading) for section in post.sections] == [(1, ""), (2, "One"), (5, "Two")]
    assert [section.text.split() for section in post.sections] == [["first"], ["a", "b"], ["c", "d", "last"]]
    assert post.sections[2].code[0].language == "py"


def test_what_settings_say_of_names(tmp_path: Path) -> None:
    (tmp_path / "logseq").mkdir()
    settings = (
        '{:journal/page-title-format "EEEE, dd.MM.yyyy" ;; :file/name-format :no\n :file/name-format :triple-lowbar}'
    )
    (tmp_path / "logseq/config.edn").write_text(settings, encoding="utf-8")
    of = site(tmp_path)
    assert check("- a", "journals/2022_08_26.md", of).title == "Friday, 26.08.2022"
    assert check("- a", "pages/v1.2.md", of).title == "v1.2"
    assert check("- a", "logseq/bak/pages/a.md", of).unpublished
