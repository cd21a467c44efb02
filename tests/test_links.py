"""Where do links lead? As each generator reads them, in queries and faces, and whatever posts have been through."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import postdex
from postdex.cli.main import main
from postdex.http import search_page
from postdex.http.service_state import ServiceState
from postdex.index import Index
from postdex.mcp.fetch_tool import fetch
from postdex.mcp.posts import Posts
from postdex_index.content.parser import parse
from postdex_index.model import link_of, stored_link
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.reading import named

configure = named("pelican").configure or (lambda site, _config: site)
SITES = {
    "": Site(),
    "hugo": Site(named("hugo"), prefix="content/", origin="https://x.org", base="/blog"),
    "zola": Site(named("zola"), prefix="content/"),
    "jekyll": Site(named("jekyll"), url="pretty"),
    "mkdocs": Site(named("mkdocs"), prefix="docs/", source="docs/"),
    "hexo": Site(named("hexo"), prefix="source/_posts/", url=":title/"),
    "vitepress": Site(named("vitepress"), prefix="docs/", source="docs/", url="ugly"),
    "quarto": Site(named("quarto")),
    "pelican": configure(Site(named("pelican"), prefix="content/"), {"PATH": "content"}),
    "obsidian": Site(named("obsidian")),
    "logseq": Site(named("logseq")),
}
#: Generator, what a post `a/f.md` says, and the keys of its links, each with its line.
KEYS = [
    ("", "[x](b.md#h) [y](../c) [z](/d/)", [(1, "a/b.md"), (1, "c"), (1, "d")]),
    ("", "[[Note A#H|t]]\n\n![[sub/E]]", [(1, "//note a"), (3, "//sub/e")]),
    ("", "[[#h]] [s](#i)\n[p](a%20b.md)\n[q](%z.md)", [(1, "a/f.md"), (1, "a/f.md"), (2, "a/a b.md"), (3, "a/%z.md")]),
    ("", "[x](../../../etc/passwd) [y](javascript:x) [z](mailto:a@b.c) [w](//h/x) [](x.md)", [(1, ""), (1, "a/x.md")]),
    ("", "`[x](y.md)`\n\n    [x](y.md)\n\n```\n[x](y.md)\n```\n<!-- [x](y.md) -->\n[un]: z.md", []),
    ("", "> - [r][R]\n\n<a href='q.md'>q</a>\n\n[R]: ../r.md", [(1, "r.md"), (3, "a/q.md")]),
    ("", "<a href='../c#h'>c</a> <a href='/d.md'>d</a>", [(1, "c"), (1, "/d.md")]),
    ("hugo", "<a href='q.md'>q</a>", [(1, "/blog/a/f/q.md")]),
    ("", "<div>\n<a class=a\n  href=\"/r/\">r</a>\n</div>", [(2, "/r")]),
    ("hugo", "[x](../b/) [y](/c/#h)\n[z](d.md)", [(1, "/blog/a/b"), (1, "/c /blog/c"), (2, "a/d.md")]),
    ("hugo", "[x]({{< ref \"b.md#h\" >}})\n\n{{% relref path=\"/p/B\" %}}", [(1, "a/b.md //b"), (3, "//p/b")]),
    ("hugo", "see https://x.org/blog/c/, or <https://y.org/c>", [(1, "/blog/c")]),
    ("hugo", "[[no]] {% post_url x %} `https://x.org/blog/c/`", []),
    ("zola", "[x](@/b/c.md#h) [y](./d)", [(1, "b/c.md"), (1, "/a/f/d")]),
    ("jekyll", "{% post_url 2022-bug %} {% link docs/b.md %}", [(1, "a/2022-bug //2022-bug"), (1, "docs/b.md")]),
    ("jekyll", "[x]({{ '/b/' | relative_url }}) [y]({{ site.url }})", [(1, "/b")]),
    ("jekyll", "[y](c.md) [x]({{ site.baseurl }}/b/#h)", [(1, "a/c.md"), (1, "/b")]),
    ("mkdocs", "[x](../b.md) [y](../b/) [z](/c/)", [(1, "b.md"), (1, "/a/b"), (1, "/c")]),
    ("hexo", "{% post_link bug a title %}\n[x](../b)", [(1, "a/bug //bug"), (2, "/a/b")]),
    ("vitepress", "[x](./b) [y](/c/d.html)", [(1, "a/b /a/b"), (1, "c/d.html /c/d")]),
    ("quarto", "[x](b.qmd) [y](/c/d.qmd)", [(1, "a/b.qmd"), (1, "c/d.qmd /c/d.qmd")]),
    ("pelican", "Title: T\n\n[x]({filename}b.md) [y]({filename}/c/d.md)", [(3, "a/b.md"), (3, "c/d.md /c/d.md")]),
    ("obsidian", "[[B]] [x](My%20Note.md) [[../c]]", [(1, "//b"), (1, "a/My Note.md My Note.md //my note"), (1, "c")]),
    ("logseq", "- [[My Page]]", [(1, "///my page")]),
]  # fmt: skip


@pytest.mark.parametrize(("generator", "text", "keys"), KEYS)
def test_what_a_link_looks_for(generator: str, text: str, keys: list[tuple[int, str]]) -> None:
    post = parse(text, "a/f.md", SITES[generator], Settings())
    assert [(link.line, " ".join(link.keys)) for link in post.links if link.inside] == keys
    assert all(link_of(stored_link(link)) == link for link in post.links if link.inside)


def test_lines_are_those_of_the_file() -> None:
    post = parse(
        "---\ntitle: T\n---\n\n# [h](h.md)\n\na\nb [x](x.md) c\n\n| a |\n| - |\n| [t](t.md) |\n",
        "f.md",
        Site(),
        Settings(),
    )
    assert [(link.line, link.target) for link in post.links] == [(5, "h.md"), (8, "x.md"), (12, "t.md")]


def test_a_long_target_is_nobodys() -> None:
    assert not any(link.inside for link in parse(f"[a]({'x/' * 500_000}b.md)", "f.md", Site(), Settings()).links)


POSTS = {
    "a.md": "# A\n\nSee [the fix](b.md#fix-it) and [c](sub/c), [[d]].\n[x](b.md) [self](#a) [no](nope.md) ![i](b.md)",
    "b.md": "# Bug\n\n## Fix it\n\nA refcount, [[A]], [[C]].",
    "sub/c.md": "# C\n\n[up](../b.md) [[d|t]] [root](/a.md)",
    "sub/d.md": "The near d.",
    "d.md": "The other d.",
    "e/f.md": "[[d]], a refcount.",
    "draft.md": "---\ndraft: true\n---\n[b](b.md) [[nobody]]",
    "z.md": "[to](draft.md)",
}
#: Query, and the paths of the posts that it finds.
QUERIES = [
    ("links:b.md", ["a.md", "sub/c.md"]),
    ("links:b.md#fix", []),
    ("links:b.md#fix-it", ["a.md"]),
    ('links:"b.md#Fix it"', ["a.md"]),
    ("links:d.md", ["a.md", "e/f.md"]),
    ("links:sub/d.md", ["sub/c.md"]),
    ("links:a.md refcount", ["b.md"]),
    ("links:A", ["b.md", "sub/c.md"]),
    ("-links:b.md refcount", ["b.md", "e/f.md"]),
    ("links:sub/d.md OR links:b.md", ["a.md", "sub/c.md"]),
    ("linked:a.md", ["b.md", "d.md", "sub/c.md"]),
    ("linked:a.md refcount", ["b.md"]),
    ("linked:d.md", []),
    ("links:nope.md", []),
    ("linked:draft.md", []),
    ("linked:z.md", []),
]


@pytest.mark.parametrize(("query", "paths"), QUERIES)
def test_queries(query: str, paths: list[str]) -> None:
    with postdex.open(texts=POSTS) as ix:
        results = ix.search(query)
        assert sorted(hit.path for hit in results) == paths
        assert bool(paths) or results.warnings


def test_of_a_post_and_to_it() -> None:
    with postdex.open(texts=POSTS) as ix:
        assert [(it.line, it.target, it.to, it.anchor) for it in ix.links("a.md")] == [
            (3, "b.md#fix-it", "b.md", "fix-it"),
            (3, "sub/c", "sub/c.md", ""),
            (3, "d", "d.md", ""),
            (4, "b.md", "b.md", ""),
            (4, "#a", "a.md", "a"),
            (4, "nope.md", "", ""),
        ]
        assert [(it.path, it.line) for it in ix.backlinks("b.md")] == [("a.md", 3), ("a.md", 4), ("sub/c.md", 3)]
        assert [it.path for it in ix.backlinks("b.md", drafts=True)] == ["a.md", "a.md", "draft.md", "sub/c.md"]
        assert [it.to for it in ix.links("z.md")] == [""]
        assert [it.to for it in ix.links("z.md", drafts=True)] == ["draft.md"]
        with pytest.raises(postdex.NotFoundError):
            ix.links("nope.md")


def test_addresses_and_aliases(tmp_path: Path) -> None:
    (tmp_path / "postdex.toml").write_text('url = "/:title/"\nbase_url = "https://x.org/blog"\n')
    (tmp_path / "a.md").write_text(
        "[b](https://x.org/blog/b/#h) [o](/blog/old.html) [s](../b/) [n](https://y.org/blog/b/)"
    )
    (tmp_path / "b.md").write_text("---\naliases: [/blog/old.html]\n---\n# H\n")
    with Index(tmp_path) as ix:
        ix.refresh()
        assert [(it.to, it.anchor) for it in ix.links("a.md")] == [("b.md", "h"), ("b.md", ""), ("b.md", "")]
        assert len(ix.backlinks("b.md")) == 3
        assert [hit.path for hit in ix.search("links:/blog/b/")] == ["a.md"]


def test_several_sites(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text("[b](b.md) [[B]]")
        (tmp_path / name / "b.md").write_text("A b.")
    with postdex.open({"one": tmp_path / "one", "two": tmp_path / "two"}) as ix:
        assert {it.to for it in ix.links("one/a.md")} == {"one/b.md"}
        assert {it.path for it in ix.backlinks("two/b.md")} == {"two/a.md"}
        assert [hit.path for hit in ix.search("links:two/b.md")] == ["two/a.md"]
        assert [hit.path for hit in ix.search("linked:one/a.md")] == ["one/b.md"]


def test_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for path, text in POSTS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "sub")
    assert main(["-C", "..", "index"]) == 0
    capsys.readouterr()
    assert main(["-C", "..", "show", "c.md"]) == 0
    shown = capsys.readouterr().out
    assert shown.endswith(
        "\nlinks to\n  ../b.md (line 3)\n  d.md (line 3)\n  ../a.md (line 3)\n\nlinked from\n  ../a.md (line 3)\n"
        "  ../b.md (line 5)\n"
    )
    assert main(["-C", "..", "show", "c.md", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["links"][0] == {"path": "b.md", "line": 3, "target": "../b.md", "anchor": ""}
    assert [link["path"] for link in told["backlinks"]] == ["a.md", "b.md"]
    assert main(["-C", "..", "search", "-l", "links:c.md"]) == 0
    assert capsys.readouterr().out.split() == ["../a.md", "../b.md"]
    assert main(["-C", "..", "search", "-l", "links:../b.md#fix-it"]) == 0


def test_on_the_page() -> None:
    with postdex.open(texts=POSTS) as ix:
        shown = search_page.post(ServiceState(ix, drafts=False, watching=False), ix.get("b.md"), "de")
        linked = '<nav class="linked"><h2>Verlinkt von</h2><ul><li><a href="../documents/a.md" dir="auto">A</a></li>'
        assert linked + '<li><a href="../documents/sub/c.md" dir="auto">C</a></li></ul></nav>' in shown
        assert "linked" not in search_page.post(ServiceState(ix, drafts=False, watching=False), ix.get("z.md"))


def test_for_assistants() -> None:
    with postdex.open(texts=POSTS) as ix:
        told = fetch(Posts.of(ix, drafts=False), "z.md")
        assert "links" not in told and "backlinks" not in told
        told = fetch(Posts.of(ix, drafts=False), "b.md")
        assert (told["links"], told["backlinks"]) == (["a.md", "sub/c.md"], ["a.md", "sub/c.md"])


@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_links_are_those_of_a_fresh_build(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    folder = tmp_path / "posts"
    names = ["a.md", "b.md", "x/a.md", "x/index.md", "x/y/b.md", "c.md"]
    with Index(folder_of(folder), index=tmp_path / "followed", refresh="never") as followed:
        for _ in range(8):
            for name in dice.sample(names, dice.randrange(1, 4)):
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                if file.exists() and dice.random() < 0.3:
                    file.unlink()
                else:
                    ends = ["[l](%s)", "[[%s]]", "[l](/%s)", "[l](../%s#h)"]
                    links = [dice.choice(ends) % dice.choice([*names, "a", "x", "b", "y/b"]) for _ in range(4)]
                    head = dice.choice(["", "---\ndraft: true\n---\n", "---\nlang: de\n---\n"])
                    file.write_text(head + "\n".join(links), encoding="utf-8")
            followed.refresh()
        with Index(folder, index=tmp_path / "fresh", refresh="never") as fresh:
            fresh.refresh()
            for path in fresh.search("", drafts=True, limit=100):
                for drafts in (False, True):
                    assert followed.links(path.path, drafts=drafts) == fresh.links(path.path, drafts=drafts)
                    assert followed.backlinks(path.path, drafts=drafts) == fresh.backlinks(path.path, drafts=drafts)


def folder_of(folder: Path) -> Path:
    folder.mkdir()
    return folder
