"""Astro: pages as they lie, and collections of content. Its settings are a program, which is never run."""

from __future__ import annotations

from .generator import Address, Generator, Site
from .permalinks import page, split_path
from .slugs import github_shape


def _link(_site: Site, post: Address) -> str:
    if post.path.startswith("src/pages/"):
        return page(post.path.removeprefix("src/pages/"), "/")
    path = post.path.removeprefix("src/content/")
    collection, _, below = path.partition("/")
    if post.slug and below:
        return page(f"{collection}/{post.slug}.md", "/")
    folders, stem = split_path(path)
    return page("/".join(map(github_shape, (*folders, stem))) + ".md", "/")


GENERATOR = Generator(
    name="astro",
    rank=50,
    signs=tuple(f"astro.config.{ending}" for ending in ("mjs", "js", "ts", "mts", "cjs", "cts")),
    posts=("src/content", "src/pages"),
    link=_link,
)
