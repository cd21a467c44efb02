"""Does a file lie where a link leads, that is no post: a picture, a page of another kind, a copy of anything?"""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin

from postdex_index.sites.generator import Site
from postdex_index.sites.links import folded

#: So many files of a site are looked at by their names.
_MOST = 200_000


class LinkFiles:
    """The files of a site, from the folder of posts and from where they are published."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site = folder, site

    @cached_property
    def whole(self) -> bool:
        """Whether the folder has all pages of its site."""
        site = self.site
        return bool(site.generator.name) and site.prefix in (
            "",
            site.source,
            *(f"{it}/" for it in site.generator.posts),
        )

    def has(self, path: str, url: str, target: str) -> bool:
        """Whether a file or a folder lies where a target leads that stands in the post of this path and address."""
        bare = unquote(target)
        return "\0" in bare or any(map(os.path.lexists, self._places(path, url, bare)))

    def _places(self, path: str, url: str, bare: str) -> list[str]:
        site, root = self.site, os.fspath(self.site.root)
        folder = posixpath.dirname(site.prefix + path)
        published = ("", site.source, site.prefix, *site.generator.posts, *site.generator.links.published)
        stem = bare.removesuffix("/").removesuffix(".html")
        below = [] if bare.startswith("/") else [posixpath.join(folder, bare)]
        addresses = {bare, stem, _joined(url, bare)} if bare.startswith("/") or url else set()
        for address in addresses:
            if address:
                shorter = address.removeprefix(site.base) if site.base else address
                below += [posixpath.join(where, it.lstrip("/")) for where in published for it in (address, shorter)]
        return [os.path.join(root, posixpath.normpath(it)) for it in below if not it.startswith("../")]

    @cached_property
    def names(self) -> set[str]:
        """The names of all files of the site, folded, with and without suffix, and the paths of both."""
        names: set[str] = set()
        count = 0
        for _, folders, files in os.walk(self.site.root):
            folders[:] = [name for name in folders if name[0] not in "." and name not in ("node_modules", "public")]
            for name in files:
                count += 1
                names |= {folded(name), folded(name.rpartition(".")[0] or name)}
            if count > _MOST:
                break
        return names

    def named(self, name: str) -> bool:
        """Whether any file has this name, or this name and a suffix."""
        return name.rpartition("/")[2] in self.names

    @cached_property
    def _redirects(self) -> str:
        texts = []
        for name in ("_redirects", "netlify.toml", "vercel.json", "static/_redirects", "public/_redirects"):
            file = self.site.root / name
            if file.is_file() and file.stat().st_size < 4_000_000:
                texts.append(file.read_text(encoding="utf-8", errors="replace"))
        return "\n".join(texts)

    def redirects(self, address: str) -> bool:
        """Whether a file of redirects names an address, or covers all below one of those above it."""
        above = address
        while above.count("/") > 1:
            above = above.rpartition("/")[0]
            if f"{above}/*" in self._redirects or f"{above}/:" in self._redirects:
                return True
        return address in self._redirects


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target) if url.startswith("/") else ""
    except ValueError:
        return ""
