"""Is what language models are given clean Markdown: without tags, drafts and front matter, its links whole?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import postdex
from postdex.export.addresses import Base, page_path
from postdex.export.llms import FULL, LIST, RECORD, LlmsExport, export_llms
from postdex.export.plain_markdown import plain_markdown
from postdex.export.post_page import PageFields
from postdex_index.errors import PostdexError
from postdex_index.settings import Settings

BASE = "https://me.example/"
#: What the text of a body becomes; a link leads to /TARGET, a tag of a site to /TAG/TARGET.
BODIES = {
    "plain *text*\n\n- a list\n  - in a list\n\n| a | b |\n|---|---|\n| 1 | 2 |": None,
    "```go {hl=1}\n{{< note >}}\n[x](y)\n```": None,
    "~~~\n[x](y)\n\n\n\n~~~": None,
    "`{{ .Page }}` and ``a ` {{ b }}``": None,
    "a lone ` tick {{< x >}}b": "a lone ` tick b",
    'A {{< tooltip text="Pod" >}} here': "A Pod here",
    "{{< note >}}\nMind.\n{{< /note >}}": "Mind.",
    "{% raw %}a{% endraw %}": "a",
    "{% highlight c %}\nint x;\n{% endhighlight %}": "~~~c\nint x;\n~~~",
    "{% codeblock lang:js %}\n{{ x }}\n{% endcodeblock %}": "~~~js\n{{ x }}\n~~~",
    "## Next {#next}": "## Next",
    '## {{% heading "whatsnext" %}}': "## whatsnext",
    "a\n{: .note }\nb": "a\n\nb",
    "a<!-- no -->b <script>x</script>c": "ab c",
    "a\n\n<!--more-->\n\nb": "a\n\nb",
    "[a](b.md) and ![c](d.png) and <a href='e'>e</a>": "[a](/b.md) and ![c](/d.png) and <a href='/e'>e</a>",
    '[a](b.md "title") [c](d(e))': '[a](/b.md "title") [c](/d(e))',
    "[a][1]\n\n[1]: b.md": "[a][1]\n\n[1]: /b.md",
    '[a]({{< ref "b.md" >}}) [c]({{< relref path="d" >}})': "[a](/ref/b.md) [c](/relref/d)",
    "[a]({{ site.baseurl }}/b)": "[a](//b)",
    '{% post_link slug "The title" %}': "[The title](/post_link/slug)",
    "[[Page|see]], [[Page]], ![[picture]]": "[see](/wiki/Page), [Page](/wiki/Page), ![picture](/wiki/picture)",
    '<Tag title="Linux">\n\nApt.\n\n</Tag>': "Linux\n\nApt.",
    "": "",
    "\n\n  \n": "",
}


@pytest.mark.parametrize(("body", "page"), BODIES.items())
def test_bodies(body: str, page: str | None) -> None:
    def address(target: str, tag: str) -> str:
        return (
            f"/{target}" if tag == "markdown" and "{" not in target else "" if tag == "markdown" else f"/{tag}/{target}"
        )

    shown = plain_markdown(body, address, wiki=True, components=True)
    assert shown == (f"{body if page is None else page}\n" if body.strip() else "")


@pytest.mark.parametrize(
    "piece", ["`", "``", "<!--", "{{<", "{%", "[a](", "[[", "[a]: b\n", "{{< x >}}", "<a href='", "\n\n", "```\n"]
)
def test_bodies_take_linear_time(piece: str) -> None:
    plain_markdown(piece * 5_000, lambda target, tag: "")


class Written:
    """A site of these texts, and what an export of it wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "public"

    def post(self, path: str, text: str) -> None:
        file = self.folder / "posts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def export(self, base: str = BASE, *, dry_run: bool = False) -> LlmsExport:
        with postdex.open(self.folder / "posts", index=self.folder / "index") as ix:
            ix.refresh()
            return export_llms(ix, self.out, base=base, dry_run=dry_run)

    def files(self) -> dict[str, str]:
        every = (path for path in sorted(self.out.rglob("*")) if path.is_file())
        return {path.relative_to(self.out).as_posix(): path.read_text(encoding="utf-8") for path in every}


@pytest.fixture
def site(tmp_path: Path) -> Written:
    written = Written(tmp_path)
    written.post("postdex.toml", 'url = "/:path/"\n')
    written.post(
        "a.md",
        "---\ntitle: 'The bug: a tale'\ndate: 2022-08-26 10:00\ntags: [linux, c++]\ndescription: How it was found.\n"
        "lang: en\ncategories: kernel\nsecret: 1\n---\nSee [the fix](b.md#fix) and [us](/about).\n\n## Found\n\nYes.\n",
    )
    written.post("b.md", "# A fix\n\n## Fix\n\n```c\nint x;\n```\n")
    written.post("draft.md", "---\ndraft: true\n---\nNot yet.\n")
    return written


def test_the_pages_of_a_site(site: Written) -> None:
    made = site.export()
    files = site.files()
    assert set(files) == {LIST, FULL, RECORD, "a/index.html.md", "b/index.html.md"}
    assert files["a/index.html.md"] == (
        '---\ntitle: "The bug: a tale"\nurl: "https://me.example/a/"\ndate: 2022-08-26\ntags: [linux, c++]\n'
        "description: How it was found.\nlang: en\n---\n\n# The bug: a tale\n\n"
        "See [the fix](https://me.example/b/#fix) and [us](https://me.example/about).\n\n## Found\n\nYes.\n"
    )
    assert files["b/index.html.md"].endswith("---\n\n# A fix\n\n## Fix\n\n```c\nint x;\n```\n")
    assert files[LIST].startswith(
        "# posts\n\n## kernel\n\n- [The bug: a tale](https://me.example/a/index.html.md): How it was found.\n\n"
        "## Posts\n\n- [A fix](https://me.example/b/index.html.md)"
    )
    assert "# The bug: a tale\n\nSource: https://me.example/a/\n\nSee [the fix]" in files[FULL]
    assert "Not yet" not in files[FULL] and "draft" not in files[LIST]
    assert (made.pages, made.written.files, made.written.changed) == (2, 4, 4)
    assert made.full_bytes == len(files[FULL].encode()) and made.list_bytes == len(files[LIST].encode())


def test_the_same_posts_give_the_same_bytes(site: Written) -> None:
    site.export()
    before = {name: (text, (site.out / name).stat().st_mtime_ns) for name, text in site.files().items()}
    assert site.export().written.changed == 0
    assert before == {name: (text, (site.out / name).stat().st_mtime_ns) for name, text in site.files().items()}


def test_a_changed_post_changes_its_page_and_the_lists(site: Written) -> None:
    site.export()
    site.post("b.md", "# Another fix\n\nThe text.\n")
    assert site.export().written.changed == 3
    assert "Another fix" in site.files()[LIST]


def test_pages_of_before_are_removed_if_they_are_ours(site: Written) -> None:
    site.post("old/x.md", "# Old\n\nText.\n")
    site.post("old/y.md", "# Older\n\nText.\n")
    site.export()
    (site.out / "index.html").write_text("the site's own")
    (site.out / "old" / "y" / "index.html.md").write_text("by hand")
    for name in ("x", "y"):
        os.unlink(site.folder / "posts" / "old" / f"{name}.md")
    written = site.export().written
    assert (written.removed, written.left) == (("old/x/index.html.md",), ("old/y/index.html.md",))
    assert {"index.html", "old/y/index.html.md"} < set(site.files())
    assert not (site.out / "old" / "x").exists()


def test_a_dry_run_writes_nothing(site: Written) -> None:
    made = site.export(dry_run=True)
    assert made.written.changed == 4 and not site.out.exists()
    site.export()
    assert site.export(dry_run=True).written.changed == 0


def test_what_is_in_the_way_stays(site: Written) -> None:
    site.out.mkdir()
    (site.out / LIST).write_text("by hand")
    with pytest.raises(PostdexError, match=r"llms\.txt is there already and not ours"):
        site.export()
    assert site.files() == {LIST: "by hand"}


def test_what_a_run_left_that_ended_halfway_is_ours(site: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def ending(old: Path, new: Path) -> None:
        if new.name == LIST:
            raise OSError(28, "No space left on device", str(new))
        replace(old, new)

    monkeypatch.setattr(os, "replace", ending)
    with pytest.raises(PostdexError, match=r"cannot write \S+llms\.txt \(No space left on device\)"):
        site.export()
    assert not list(site.out.rglob("*.postdex-new"))
    monkeypatch.undo()
    site.export()
    assert LIST in site.files()


@pytest.mark.parametrize(
    "record",
    ['{"version": 1, "files": {"../x": ""}}', "", "[]", '{"version": 2, "files": {}}', '{"version": 1}', "\xff"],
)
def test_a_broken_record_is_said(site: Written, record: str) -> None:
    site.out.mkdir()
    (site.out / RECORD).write_text(record)
    with pytest.raises(PostdexError, match="is no record of an export"):
        site.export()


def test_posts_without_addresses_lie_as_their_files_do(site: Written) -> None:
    os.unlink(site.folder / "posts" / "postdex.toml")
    site.post("2022/c.md", "# C\n\n[the bug](../a.md#found), [text](x.txt)\n")
    made = site.export(base="")
    files = site.files()
    assert {"a.md", "b.md", "2022/c.md"} < set(files)
    assert "[the bug](../a.md#found), [text](x.txt)" in files["2022/c.md"]
    assert "- [C](2022/c.md)" in files[LIST]
    assert made.notes[0].startswith("3 of 3 posts have no address")


def test_two_posts_with_one_address_have_two_pages(site: Written) -> None:
    site.post("c.md", "---\npermalink: /a/\n---\n# C\n")
    site.export()
    assert {"a/index.html.md", "c.md"} < set(site.files())


def test_a_file_that_is_another_version_by_now_is_taken_from_the_index(site: Written) -> None:
    with postdex.open(site.folder / "posts", index=site.folder / "index") as ix:
        site.post("b.md", "---\ndraft: true\n---\nNot for you.\n")
        export_llms(ix, site.out, base=BASE)
    page = site.files()["b/index.html.md"]
    assert "Not for you" not in page and page.endswith("# A fix\n\n## Fix\n\nint x;\n")


@pytest.mark.parametrize(
    ("given", "settings", "url", "whole", "below"),
    [
        ("", {}, "/a/", "/a/", "/a/"),
        ("https://me.example", {}, "/a/", "https://me.example/a/", "/a/"),
        ("https://me.example/blog/", {}, "/a/", "https://me.example/blog/a/", "/a/"),
        ("", {"base_url": "https://me.example/b"}, "https://me.example/b/a/", "https://me.example/b/a/", "/a/"),
        (
            "https://x.example",
            {"base_url": "https://me.example/b"},
            "https://me.example/b/a/",
            "https://x.example/a/",
            "/a/",
        ),
        ("https://x.example", {}, "https://other.example/a/", "https://other.example/a/", "/a/"),
        ("https://x.example", {}, "", "", "/"),
    ],
)
def test_addresses(tmp_path: Path, given: str, settings: dict[str, str], url: str, whole: str, below: str) -> None:
    base = Base(tmp_path, Settings(**settings), given)  # type: ignore[arg-type]
    assert base.whole(url) == whole
    assert base.below(url) == below or not url


@pytest.mark.parametrize("given", ["me.example", "ftp://me.example", "https:///x", "/blog/"])
def test_a_base_that_is_no_address_is_said(tmp_path: Path, given: str) -> None:
    with pytest.raises(PostdexError, match="is no address"):
        Base(tmp_path, Settings(), given)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("/a/", "a/index.html.md"),
        ("/a.html", "a.html.md"),
        ("/a", "a.md"),
        ("/a.md", "a.md"),
        ("/", "index.html.md"),
        ("/%E4%B8%AD/?x#y", "中/index.html.md"),
        ("", "2022/post.md"),
        ("/../x/", "2022/post.md"),
        ("/%2e%2e/x/", "2022/post.md"),
        ("//x/", "x/index.html.md"),
        ("/a//b/", "2022/post.md"),
        ("/" + "x" * 300, "2022/post.md"),
        ("/%00/", "2022/post.md"),
        ("https://me.example/a/", "a/index.html.md"),
    ],
)
def test_where_a_page_lies(tmp_path: Path, url: str, page: str) -> None:
    class Post:
        path = "2022/post.markdown"

    Post.url = url  # type: ignore[attr-defined]
    assert page_path(Base(tmp_path, Settings()), Post) == page  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["a: b", "- x", "#x", "yes", "'", '"', "a #b", "[x]", "1", "2022", "\u202e", "a\\b", " x", "中文：标题", "é"],
)
def test_front_matter_is_read_as_it_was_meant(text: str) -> None:
    import yaml

    fields = PageFields(text, tags=(text, "x, y"), description=text)
    read = yaml.safe_load(fields.front_matter().strip("-\n"))
    assert read == {"title": text, "tags": [text, "x, y"], "description": text}


@pytest.mark.parametrize(
    ("paths", "topics"),
    [
        (["guide/a.md", "guide/b.md", "api/_index.md", "api/c.md", "x/d.md"], ["Guide", "API reference", "Posts"]),
        (["2022/a.md", "2023/b.md"], ["Posts"]),
        (["a/index.md", "b/index.md", "c/index.md"], ["Posts"]),
        (["_posts/2022-01-01-a.md", "_posts/2022-01-02-b.md"], ["Posts"]),
    ],
)
def test_topics(tmp_path: Path, paths: list[str], topics: list[str]) -> None:
    texts = {path: "# API reference\n\nx\n" if "_index" in path else "# T\n\nx\n" for path in paths}
    with postdex.open(texts=texts) as ix:
        export_llms(ix, tmp_path / "out")
    lines = (tmp_path / "out" / LIST).read_text(encoding="utf-8").split("\n")
    assert sorted(line[3:] for line in lines if line.startswith("## ")) == sorted(topics)


def test_includes_are_in_their_places(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Kiln\nsite_url: https://kiln.org/\nmarkdown_extensions: [pymdownx.snippets]\n", encoding="utf-8"
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "part.md").write_text("From the part.\n", encoding="utf-8")
    (tmp_path / "docs" / "index.md").write_text('# Kiln\n\nA kiln for posts.\n\n--8<-- "part.md"\n', encoding="utf-8")
    with postdex.open(tmp_path / "docs") as ix:
        export_llms(ix, tmp_path / "site")
    assert "\n\nFrom the part.\n" in (tmp_path / "site" / "index.html.md").read_text(encoding="utf-8")
    listed = (tmp_path / "site" / LIST).read_text(encoding="utf-8")
    assert listed.startswith("# Kiln\n\n> A kiln for posts.\n")
    assert "](https://kiln.org/index.html.md)" in listed


def test_progress_is_told(site: Written) -> None:
    told: list[tuple[int, int]] = []
    note: Callable[[int, int], None] = lambda done, total: told.append((done, total))  # noqa: E731  # a list has none
    with postdex.open(site.folder / "posts", index=site.folder / "index") as ix:
        export_llms(ix, site.out, progress=note)
    assert told == [(1, 2), (2, 2)]


def test_translations_are_optional(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_text(
        'baseURL = "https://kiln.org/"\ntitle = "Kiln"\ndefaultContentLanguage = "en"\n'
        "[languages.en]\n[languages.de]\n",
        encoding="utf-8",
    )
    content = tmp_path / "content"
    content.mkdir()
    (content / "a.en.md").write_text("---\ntitle: Heat\n---\nHot.\n", encoding="utf-8")
    (content / "a.de.md").write_text("---\ntitle: Hitze\n---\nHeiss.\n", encoding="utf-8")
    (content / "b.de.md").write_text("---\ntitle: Ton\n---\nNur hier.\n", encoding="utf-8")
    with postdex.open(content) as ix:
        export_llms(ix, tmp_path / "public")
    listed = (tmp_path / "public" / LIST).read_text(encoding="utf-8")
    assert listed == (
        "# Kiln\n\n## Posts\n\n- [Heat](https://kiln.org/a/index.html.md): Hot.\n"
        "- [Ton](https://kiln.org/de/b/index.html.md): Nur hier.\n\n"
        "## Optional\n\n- [Hitze](https://kiln.org/de/a/index.html.md): Heiss.\n"
    )
