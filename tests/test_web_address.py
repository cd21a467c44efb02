"""Where do hits lead that are asked for from elsewhere, and what is said where they lead nowhere?"""

from __future__ import annotations

from pathlib import Path

import pytest

import postdex
from postdex import web_address
from postdex.http.endpoints import document, search
from postdex.http.serve import address_notes
from postdex.http.service_state import ServiceState
from postdex.mcp import fetch_tool, search_tool
from postdex.mcp.posts import Posts
from postdex_index.settings import Settings
from postdex_index.sites.reading import site

#: files of settings, the scheme and host where the site is published
ORIGINS = [
    ("hugo.toml", "BaseURL = 'https://my.blog/x/'", "https://my.blog"),
    ("config.toml", "base_url = 'http://my.blog:8080'", "http://my.blog:8080"),
    ("_config.yml", "url: HTTPS://my.blog", "https://my.blog"),
    ("_config.yml", "url: https://example.com", ""),
    ("_config.yml", "url: http://localhost:4000", ""),
    ("_config.yml", "url: http://127.0.0.1:4000", ""),
    ("_config.yml", "url: /blog", ""),
    ("_config.yml", "url: [https://my.blog]", ""),
    ("_config.yml", "url: javascript://my.blog", ""),
    ("_config.yml", "url: https://my.blog\\@evil.org", ""),
    ("_config.yml", "url: https://me@evil.org", ""),
    ("_config.yml", "title: x", ""),
    ("mkdocs.yml", "site_url: https://my.blog/docs/", "https://my.blog"),
    ("book.toml", "[output.html]\nsite-url = '/book/'", ""),
    ("pelicanconf.py", "SITEURL = 'https://my.blog'", "https://my.blog"),
]


#: files of settings, what the site is called
NAMES = [
    ("_config.yml", "title: Ada's notes", "Ada's notes"),
    ("_config.yml", "name: ' Ada '", "Ada"),
    ("_config.yml", "title: [a]", ""),
    ("hugo.toml", "Title = 'Ada'", "Ada"),
    ("config/_default/hugo.toml", "title = 'Ada'", "Ada"),
    ("config.toml", "base_url = '/'\ntitle = 'Ada'", "Ada"),
    ("mkdocs.yml", "site_name: Ada", "Ada"),
    ("book.toml", "[book]\ntitle = 'Ada'", "Ada"),
    ("_quarto.yml", "website:\n  title: Ada", "Ada"),
    ("pelicanconf.py", "SITENAME = 'Ada'", "Ada"),
    ("docusaurus.config.js", "module.exports = {title: 'Ada'}", "Ada"),
    (".vitepress/config.js", "export default defineConfig({title: 'Ada'})", "Ada"),
    ("astro.config.mjs", "export default defineConfig({integrations: [starlight({title: 'Ada'})]})", "Ada"),
]


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('base_url = "https://my.blog/x"\n')
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.md").write_text("+++\n+++\n# A\n\n## B\n\na word\n\n## C\n\nword\n", encoding="utf-8")
    (tmp_path / "content/b.md").write_text("---\npath: https://b.org/\n---\nanother\n", encoding="utf-8")
    return tmp_path / "content"


@pytest.mark.parametrize(("file", "text", "origin"), ORIGINS)
def test_a_site_says_where_it_is_published(file: str, text: str, origin: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text + "\n")
    assert site(tmp_path).origin == origin


@pytest.mark.parametrize(("file", "text", "name"), NAMES)
def test_a_site_says_what_it_is_called(file: str, text: str, name: str, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text + "\n")
    assert web_address.name(tmp_path, Settings()) == name
    assert web_address.name(tmp_path, Settings(name="Mine")) == "Mine"


def test_a_way_back_to_the_site(blog: Path) -> None:
    assert web_address.home(blog, Settings()) == "https://my.blog/x/"
    assert web_address.home(blog, Settings(base_url="/b")) == "/b"
    assert web_address.home(blog, Settings(base_url="/b", home="https://a.org")) == "https://a.org"


def test_hits_of_the_service_and_of_an_assistant_lead_to_the_site(blog: Path) -> None:
    with postdex.open(blog) as ix:
        assert ix.search("word")[0].url.startswith("/x/a/#")
        state = ServiceState(ix)
        (hit,) = search(state, {"q": "word", "drafts": False})["hits"]
        links = {hit["url"], *(section["url"] for section in hit["sections"])}
        assert links == {"https://my.blog/x/a/#b", "https://my.blog/x/a/#c"}
        shown = {"path": "a.md", "section": None}
        assert document(state, shown)["url"] == "https://my.blog/x/a/"
        assert [hit["url"] for hit in search_tool.search(Posts.of(ix), "another")["results"]] == ["https://b.org/"]
        assert fetch_tool.fetch(Posts.of(ix), "a.md")["url"] == "https://my.blog/x/a/"
        assert not address_notes(state)


@pytest.mark.parametrize(("base", "url"), [("https://other.org", "https://other.org/a/#"), ("/", "/a/#")])
def test_the_setting_stands_above_the_site(base: str, url: str, blog: Path) -> None:
    (blog / "postdex.toml").write_text(f'base_url = "{base}"\n')
    with postdex.open(blog) as ix:
        assert search(ServiceState(ix), {"q": "word", "drafts": False})["hits"][0]["url"].startswith(url)


def test_what_has_no_address_is_said_with_what_gives_it_one(blog: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('base_url = "/"\n')
    with postdex.open(blog) as ix:
        assert address_notes(ServiceState(ix)) == [
            "the addresses of 1 of 2 posts are only paths; "
            'base_url = "https://…" in postdex.toml, or base_url in the site\'s settings, says where the site is'
        ]
    (tmp_path / "config.toml").unlink()
    with postdex.open(blog) as ix:
        ix.refresh()
        assert address_notes(ServiceState(ix)) == [
            '1 of 2 posts has no address; url = "/:slug/" in postdex.toml, or another pattern, gives it one'
        ]


def test_a_link_that_is_no_path_stays_as_it_is() -> None:
    links = ["//a.org/x", "https://a.org", ""]
    assert [web_address.whole(url, "https://b.org") for url in links] == links
