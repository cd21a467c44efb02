"""Which links does doctor call dead, and which not, since nobody can be certain?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from postdex.cli.main import main
from postdex.index import Index
from postdex_index.model import Problem

HUGO = {"hugo.toml": 'baseURL = "https://x.org/blog/"\n'}
MKDOCS = {"mkdocs.yml": "site_name: X\nsite_url: https://x.org/\n"}
VAULT = {".obsidian/app.json": "{}"}
DOCUSAURUS = {"docusaurus.config.js": 'export default {url: "https://x.org", baseUrl: "/"}'}
#: Files of a site, and what is said of its links: path:line, the message, and the hint.
CASES: list[tuple[dict[str, str], list[str]]] = [
    ({"a.md": "[x](b.md)", "b.md": ""}, []),
    ({"a.md": "\n[x](bug.md)", "c/bug.md": ""}, ["a.md:2 bug.md leads to no post; did you mean c/bug.md?"]),
    ({"c/a.md": "[x](bugs.md)", "c/bug.md": ""}, ["c/a.md:1 bugs.md leads to no post; did you mean bug.md?"]),
    ({"a.md": "[x](B.md)", "b.md": ""}, ["a.md:1 B.md leads to no post; did you mean b.md?"]),
    ({"a.md": "[x](../out.md) [y](https://y.org/b.md) [z](javascript:b.md) [n](/no) [g](g) [[No note]]"}, []),
    ({"a.md": "[x](b.md#fix)", "b.md": "## The fix"}, []),  # nobody says how anchors are made
    ({"a.md": "[x](b.md#setup)", "b.md": "## Install"}, ["a.md:1 b.md has no section #setup"]),
    ({"a.md": '[x](#p) [y](#q) [z](#b)\n\n<a id="p"></a>\n\n> ### Q\n\nText ^b'}, []),
    ({"a.md": "[x](#L10) [y](#top) [z](#fn:1) [w](#a.b.C) [v](#:~:text=a)"}, []),
    ({"a.md": "`[x](no.md)`\n\n```\n[x](no.md)\n```\n<!-- [x](no.md) -->"}, []),
    ({"a.md": "[x](%zz.md)"}, ["a.md:1 %zz.md leads to no post"]),
    ({"a.md": "![x](i.png) ![y](no.png)\n\n![z](i.png)", "i.png": ""}, ["a.md:1 no.png is no file"]),
    ({"a.md": "![x](no.png)"}, []),  # a copy of the texts alone
    ({"a.md": "---\ndraft: true\n---\n[x](no.md)", "b.md": "[x](a.md)"}, []),
    (
        HUGO
        | {"content/p/a.md": '[x]({{< ref "c.md" >}})\n[y]({{< relref "b#fix" >}})', "content/p/b.md": "## The fix"},
        ["content/p/a.md:1 c.md leads to no post", "content/p/a.md:2 content/p/b.md has no section #fix"],
    ),
    (
        HUGO | {f"content/p/{name}.md": "" for name in ("bug", "fix")} | {"content/p/a.md": "[x](/blog/p/bugs/)"},
        ["content/p/a.md:1 /blog/p/bugs/ leads to no post; did you mean /blog/p/bug?"],
    ),
    (
        HUGO
        | {f"content/p/{name}.md": "" for name in ("bug", "fix")}
        | {"content/p/a.md": "[x](/blog/tags/a/) [y](/blog/p/feed.xml) [z](/blog/p/BUG/) [w](../tax/) [v](/blog/f.txt)"}
        | {"static/f.txt": ""},
        [],
    ),
    (
        HUGO
        | {f"content/p/{name}.md": "" for name in ("bug", "fix")}
        | {"content/p/a.md": "[x](/blog/p/bugs/)", "static/_redirects": "/blog/p/bugs /blog/p/bug\n"},
        [],
    ),
    (HUGO | {"content/a.md": "[x](b.md#n)", "content/b.md": "{{% include \"c\" %}}"}, []),
    (HUGO | {"content/a.md": "[x](b.md#name)", "content/b.md": "`name`\n: A term."}, []),
    (
        MKDOCS | {"docs/a.md": "[x](b.md#it-s) [y](c.md)", "docs/b.md": "## It's"},
        ["docs/a.md:1 c.md leads to no post", "docs/a.md:1 docs/b.md has no section #it-s; did you mean #its?"],
    ),
    (VAULT | {"a.md": "[[b]] ![[i.png]] [[c/b#H]] [[#h]]\n[[nobody]]", "c/b.md": "# H", "i.png": ""},
     ["a.md:1 it has no section #h", "a.md:2 nobody leads to no post"]),
    (DOCUSAURUS | {"docs/c/a.md": "[x](b.md) [y](./b.md)", "docs/b.md": ""},
     ["docs/c/a.md:1 ./b.md leads to no post; did you mean ../b.md?"]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "said"), CASES)
def test_which_are_dead(tmp_path: Path, files: dict[str, str], said: list[str]) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    with Index(tmp_path, refresh="never") as ix:
        ix.refresh()
        assert [in_words(problem) for problem in ix.problems() if problem.kind == "dead-link"] == said


def in_words(problem: Problem) -> str:
    return f"{problem.path}:{problem.line} {problem.message}" + (f"; {problem.hint}" if problem.hint else "")


def test_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("One\n\n[b](b.md)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--fix"]) == 0
    assert "a.md:3: dead-link: b.md leads to no post" in capsys.readouterr().out
    assert main(["doctor", "--fail-on", "dead-links"]) == 1
    capsys.readouterr()
    assert main(["doctor", "--fail-on", "dead-links", "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["path"], problem["line"], problem["kind"]) == ("a.md", 3, "dead-link")
    (tmp_path / "b.md").write_text("Two", encoding="utf-8")
    assert main(["doctor", "--fix", "--fail-on", "dead-links"]) == 0
    (tmp_path / "b.md").write_text("Two [c](c.md)", encoding="utf-8")
    capsys.readouterr()
    assert main(["doctor"]) == 0, "nothing is said to be right"
    assert main(["doctor", "--fail-on", "dead-links"]) == 1, "what was not looked at is not fine"
    assert "postdex: the index is older than the posts; --fail-on" in capsys.readouterr().err
    assert main(["doctor", "--fail-on", "notes", "--json"]) == 1
    assert main(["doctor", "--fail-on", "nothing"]) == 2


def test_without_an_index_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from postdex import diagnostics
    from postdex_index.settings import Settings

    (tmp_path / "a.md").write_text("[b](b.md)", encoding="utf-8")
    assert [it.kind for it in diagnostics.problems_of_files(tmp_path, Settings())] == ["dead-link"]
