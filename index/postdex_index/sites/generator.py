"""What is a site generator, as far as the posts of its sites need it? The records that `sites/` speaks in.

A generator is a file beside this one with a `GENERATOR`; what most of them do is a default here. Which one a site has
is told by `detect`, how links and anchors are made by `permalinks` and `slugs`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..named_tuple import NamedTuple
from .includes import Include
from .locales import Locale
from .slugs import GITHUB, SlugStyle

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value
    from ..model import Problem

#: The mapping that a site's settings file is.
Config: TypeAlias = "Mapping[str, Value]"


class PlainBody(NamedTuple):
    """A body as any Markdown parser may read it, on as many lines, and the tags that stood in its text."""

    text: str
    tags: tuple[str, ...] = ()


class LinkRules(NamedTuple):
    """What a generator reads in a link beside what all do: an address, and a path with the suffix of a page."""

    #: Whether a relative link without a suffix names a file from the post's own folder; else browsers read it, from the
    #: page's address.
    files: bool = False
    #: Whether a path may begin anywhere, the shortest path that ends so being meant.
    shortest: bool = False
    #: The folders below the root that `/bug.md` counts from, where it is not that of the posts: asked with the path of
    #: the post.
    roots: Callable[[Site, str], Iterable[str]] | None = None
    #: Whether a path that begins with neither a point nor `/` counts from there, too, after the post's own folder.
    rooted: bool = False
    #: What a link may begin with that stands for a folder below the root.
    marks: Mapping[str, str] = {"~/": ""}
    #: Tags that lead to the page they name: by its name, or by its path from the folder of sources.
    tags: Mapping[str, Literal["name", "file"]] = {}
    #: What `[[…]]` names: a file, a title or an alias, or nothing.
    wiki: Literal["name", "title", ""] = ""
    #: Whether on a site in several languages an address leads to the page in the post's own.
    by_language: bool = False
    #: Whether addresses may be written in capitals that pages do not have.
    lowers: bool = False
    #: Folders below the root whose files are published as they lie, besides those beside the posts.
    published: tuple[str, ...] = ()
    #: Whether a name that no page has is a mistake, and no wish.
    insists: bool = True


class Generator(NamedTuple):
    """A site generator, or an editor that keeps posts in folders of its own.

    Of several that have signs in one folder the one of lowest `rank` has the site. A sign is a file's name, one of a
    folder with a `/` behind it, or either with a `no` before it, or `FILE has REGEX`.

    For a site `signs` come first, then `posts` and `moved`, `settings`, `configure` and `published`. For a post front
    matter is read (`unopened`, `properties`, `headers`, `keeps_quotes`), then come `fields`, `locale`, what is said of
    categories and dates, `unbuilt`, `includes`, `dialect`, `shown`, and in the end `link` and `named`. Most generators
    need `signs`, `settings`, `configure`, `styles`, `unbuilt` and `link`; the other fields are for what is different.
    """

    name: str = ""
    #: The name as its makers write it, if that is not the name with a capital.
    title: str = ""
    rank: int = 0
    #: What tells the root of a site: each is enough, and consists of signs, between commas, that all must hold.
    signs: tuple[str, ...] = ()
    #: Folders of posts below the root, best first.
    posts: tuple[str, ...] = ()
    #: Where settings say another folder of posts: `FILE has REGEX`, whose first group is its path below the root.
    moved: tuple[str, ...] = ()
    #: Files of settings, best first. Settings that are a program are never run.
    settings: tuple[str, ...] = ()
    #: Settings that say where the site is published, those of a table as `website.site-url`; the first one counts.
    published: tuple[str, ...] = ()
    #: Settings that say what the site is called, likewise.
    site_names: tuple[str, ...] = ()
    #: Names of other files, in the root or in a folder of posts, that say something of all posts, and paths of folders
    #: (with a `/` behind them) whose files do.
    besides: tuple[str, ...] = ()
    #: The site with what its settings say of it.
    configure: Callable[[Site, Config], Site] | None = None
    #: Styles of anchors; the first one is the default.
    styles: tuple[SlugStyle, ...] = (GITHUB,)
    #: The locale of a path below the root; None is `locales.of_path`.
    locale: Callable[[Site, str], Locale] | None = None
    #: The front matter that a post has by the settings: asked with the path below the root, and what it says itself.
    fields: Callable[[Site, str, Config], Config] | None = None
    #: Fields that are the same in all translations of a post, the best first.
    translation_keys: tuple[str, ...] = ("translationKey",)
    #: Why the site has no page of a file, "" if it has one: asked with the path below the root, and its front matter
    #: as `fields` gives it, None for a file that does not begin with any.
    unbuilt: Callable[[Site, str, Config | None], str] | None = None
    #: What a post is called by its file's name, if nothing else names it.
    named: Callable[[str], str] | None = None
    #: The path of a post's link, "" if it has none. It heeds an address in the front matter if `gives_links`, else
    #: that is the link as it stands.
    link: Callable[[Site, Address], str] | None = None
    gives_links: bool = False
    #: What is read in its posts' links.
    links: LinkRules = LinkRules()
    #: Placeholders of patterns that mean another thing here.
    placeholders: Mapping[str, Callable[[Location], str | None]] = {}
    #: The texts of its front matter that a page shows, in their order; they may have HTML in them.
    shown: Callable[[Config], Iterable[str]] | None = None
    #: The includes of a text in ascending order: asked with the path below the root of the file that it is from.
    includes: Callable[[Site, str, str], Iterable[Include]] | None = None
    #: Makes plain Markdown of a body, which has what it includes in it: asked with its front matter, too.
    dialect: Callable[[str, Config], PlainBody] | None = None
    #: Which front matter without an opening line there is: that with a field of a usual name, any, or none.
    unopened: Literal["usual", "any", "none"] = "none"
    #: A line of the properties that a file may begin with, which are front matter: its name, and its value.
    properties: re.Pattern[str] | None = None
    #: Whether lines `Title: text` up to a blank one are front matter.
    headers: bool = False
    #: Whether a value is all that stands behind its colon: quotes around it are part of it.
    keeps_quotes: bool = False
    #: Whether a list of categories is a path, each below the one before.
    nested_categories: bool = False
    #: Whether the folders above `_posts` are categories.
    folder_categories: bool = False
    #: Whether a text of `tags` is split at blanks, and one of `tag` nowhere.
    blank_separated: bool = False
    #: Whether a post whose date is to come is left out until then.
    hides_future: bool = False
    #: Values of `status` that leave a post out.
    hidden_statuses: tuple[str, ...] = ()


#: What is known of a folder that is nobody's.
UNKNOWN = Generator(
    unopened="usual", headers=True, links=LinkRules(files=True, marks={"~/": "", "@/": ""}, wiki="name", insists=False)
)


class Folder(NamedTuple):
    """A folder of content, for generators that have several of them.

    `path` is below the site's root, with a `/` behind it; links begin with `route` ("/docs" or ""). What `kind` of
    pages are made of its files, and what the folder of their translations is called, is known to the generator.
    """

    path: str
    route: str = ""
    kind: str = ""
    translated: str = ""


class Site(NamedTuple):
    """A site, as far as its posts need it. Its folders are paths below `root` with a `/` behind them, "" for all."""

    generator: Generator = UNKNOWN
    root: Path = Path()
    #: The folder of posts.
    prefix: str = ""
    #: The folder of pages, where the settings say one.
    source: str = ""
    #: How many folders the root of the repository lies above that of the site.
    above: int = 0
    #: The name of its style of anchors.
    anchors: str = GITHUB.name
    #: A style that is this site's alone, made of what its settings say.
    slugs: SlugStyle | None = None
    timezone: str = ""
    #: The code of the language of files that name none.
    language: str = ""
    #: The codes of all languages that the settings name.
    languages: tuple[str, ...] = ()
    #: What the site calls its pages, whatever those say themselves, by their paths.
    titles: Mapping[str, str] = {}
    #: The names of authors that front matter names by a key.
    authors: Mapping[str, str] = {}
    #: The scheme and host where it is published, "" if nobody says so.
    origin: str = ""
    #: What its pages call the site, "" if nobody says so.
    name: str = ""
    #: The path that all links begin with ("/blog" or "").
    base: str = ""
    #: The pattern of a post's link in the generator's own placeholders, or how it makes names of files.
    url: str = ""
    #: Patterns of collections or folders, each by its name.
    permalinks: tuple[tuple[str, str], ...] = ()
    #: The folders of content, the deepest first.
    folders: tuple[Folder, ...] = ()
    #: Patterns of files that the settings leave out.
    excluded: tuple[str, ...] = ()
    #: Whether a date at the beginning of a file's name is no part of the link.
    dated: bool = False
    #: Whether all bodies are MDX, whatever their suffix.
    mdx: bool = False
    #: What else the generator keeps of the settings, as they have it.
    config: Mapping[str, Value] = {}
    #: The same in a record of the generator's own modules.
    rules: object = None
    problems: tuple[Problem, ...] = ()


class Address(NamedTuple):
    """What a post's link can be made of; `path` is relative to the site's root, `date_seconds` on the wall clock.

    `link` is the address that the front matter gives, if any; `slug` only what it gives as such; `language` the post's;
    `fields` is the front matter itself, as `Generator.fields` gives it.
    """

    path: str
    link: str = ""
    slug: str = ""
    abbrlink: str = ""
    title: str = ""
    language: str = ""
    date_seconds: int | None = None
    categories: tuple[tuple[str, ...], ...] = ()
    fields: Mapping[str, Value] = {}


class Location(NamedTuple):
    """Where a post is on its site: its folders, the file's name without suffix, and that without a date."""

    folders: list[str]
    stem: str
    name: str
    post: Address
