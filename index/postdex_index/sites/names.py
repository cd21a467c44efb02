"""What is a site called where several are searched as one, and which folder is it?

By what is typed (`blog=content/blog`), by the setting `site`, else by the folder of its root, since posts often lie in
one called `content` or `_posts`. A name is part of paths, of web addresses and of the names of indices in a cluster, so
it is one for all of these.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from ..named_tuple import NamedTuple
from ..paths import StrPath, with_those_above
from .detect import detect, posts_folder

#: How far above its posts the root of a site may be.
_LEVELS = 3


class NamedFolder(NamedTuple):
    """A site as it is typed: its name, "" where it has none, and its folder."""

    name: str
    folder: str


def named_folder(text: str) -> NamedFolder:
    """What is typed for a site: its folder, with a name and `=` before it or without.

    >>> named_folder("blog=content/blog"), named_folder("./a=b")
    (NamedFolder(name='blog', folder='content/blog'), NamedFolder(name='', folder='./a=b'))
    """
    name, equals, folder = text.partition("=")
    return NamedFolder(name, folder) if equals and "/" not in name else NamedFolder("", text)


def setting_folder(text: str) -> NamedFolder:
    """A site of the setting `sites`: one that is only named lies in the folder of that name.

    >>> setting_folder("docs"), setting_folder("blog=content/blog")
    (NamedFolder(name='docs', folder='docs'), NamedFolder(name='blog', folder='content/blog'))
    """
    name, _, folder = text.partition("=")
    return NamedFolder(name, folder or name)


def wrong_index_name(name: str) -> str:
    """What keeps a text from being part of the names of indices of OpenSearch; "" if nothing does.

    >>> wrong_index_name("blog"), wrong_index_name("Blog")
    ('', 'Blog is not in lower case')
    """
    if name != name.lower():
        return f"{name} is not in lower case"
    if re.search(r'[\\/*?"<>|,#:\s\x00-\x1f\x7f]', name):
        return f'{name} holds a blank or one of \\ / * ? " < > | , # :'
    if name.startswith(("-", "_", "+", ".")):
        return f"{name} begins with {name[0]}"
    return f"{name[:20]}… is longer than 100 bytes" if len(name.encode("utf-8", "replace")) > 100 else ""


def wrong_site_name(name: str) -> str:
    """What keeps a text from being the name of a site; in a cluster other names are made from those of sites.

    >>> wrong_site_name(""), wrong_site_name("My Blog"), wrong_site_name("a=b")
    ('a name is empty', 'My Blog is not in lower case', 'a=b holds =')
    """
    if not name:
        return "a name is empty"
    if re.fullmatch(r"locks|.*(?:\.old|-\d{6,}(?:\.\w+)?)", name):
        return f"{name} is how something else is called there"
    return wrong_index_name(name) or (f"{name} holds =" if "=" in name else "")


def wrong_sites(texts: Iterable[str]) -> str:
    """What keeps these from being the setting `sites`; "" if nothing does. A folder lies in the one of the settings.

    >>> wrong_sites(["blog", "docs=content/docs"]), wrong_sites(["blog", "blog=b"])
    ('', 'two sites are called blog')
    >>> wrong_sites(["blog=../blog"])
    '../blog leads out of the folder; sites are folders in it'
    """
    seen: set[str] = set()
    for text in texts:
        name, folder = setting_folder(text)
        if wrong := wrong_site_name(name):
            return wrong
        if name in seen:
            return f"two sites are called {name}"
        seen.add(name)
        if ".." in re.split(r"[/\\]", folder) or re.match(r"[/\\~]|[A-Za-z]:[/\\]", folder):
            return f"{folder} leads out of the folder; sites are folders in it"
    return ""


def valid(name: str) -> str:
    """The name of a site that is nearest to that of a folder.

    >>> valid("My Blog"), valid("_posts"), valid("locks"), valid("...")
    ('my-blog', 'posts', 'locks-site', 'site')
    """
    text = re.sub(r'[\\/*?"<>|,#:=\s\x00-\x1f\x7f\ud800-\udfff]+', "-", name).lower().lstrip("-_+.")
    text = text.encode()[:80].decode("utf-8", "ignore") or "site"
    return f"{text}-site" if wrong_site_name(text) else text


def name_of(folder: StrPath) -> str:
    """The name of the site whose posts are in a folder that nobody named: that of the site's root, or its own.

    >>> name_of("/nowhere/My Blog")
    'my-blog'
    """
    real = os.path.realpath(folder)
    for above in with_those_above(real)[1 : _LEVELS + 1]:
        generator = detect(above)
        if generator and os.path.realpath(posts_folder(above, generator)) == real:
            return valid(os.path.basename(above))
    return valid(os.path.basename(real))
