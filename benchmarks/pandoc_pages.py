"""How does Quarto make pages, where only pandoc is installed? A site's sources -> its pages in `_site/`.

Run in the site's root. Pandoc parses, and so gives the headings their ids; what Quarto does besides follows its manual:
which files are pages, cells and their options, callouts, tabs, references and shortcodes. Cells are not run.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

TEMPLATE = """<html><head><title>$pagetitle$ – Harbour</title></head><body>
<main id="quarto-document-content">
$if(title)$<header id="title-block-header">
<div class="quarto-title"><h1 class="title">$title$</h1></div>
</header>$endif$
$body$
</main></body></html>
"""
#: A callout's first heading and the headings of tabs are text; a reference is what it refers to.
FILTER = """
local names = { fig = "Figure", tbl = "Table", sec = "Section", eq = "Equation" }
function Div(div)
  local tabs, callout, level = false, false, nil
  for _, class in ipairs(div.classes) do
    tabs = tabs or class == "panel-tabset"
    callout = callout or class:match("^callout%-") ~= nil
  end
  for at, block in ipairs(div.content) do
    if block.t == "Header" and callout and at == 1 then
      div.content[at] = pandoc.Para(block.content)
    elseif block.t == "Header" and tabs and block.level == (level or block.level) then
      level = block.level
      div.content[at] = pandoc.Para(block.content)
    end
  end
  if callout and div.attributes.title then
    table.insert(div.content, 1, pandoc.Para(pandoc.Str(div.attributes.title)))
  end
  return div
end
function Cite(cite)
  local kind = cite.citations[1].id:match("^(%l+)%-")
  if kind and names[kind] then return pandoc.Span({}) end
end
"""
FENCE = re.compile(r"^(`{3,}|~{3,})\{(\w+)([^{}\n]*)\}[ \t]*\n(.*?)^\1[ \t]*$", re.M | re.S)
INCLUDE = re.compile(r"^\{\{< include (\S+) >\}\}$", re.M)
SHORTCODE = re.compile(r"\{\{<(?!\{).*?>\}\}")


def main() -> None:
    """Make all pages."""
    render = re.search(r"^  render:\n((?:    - .*\n)+)", Path("_quarto.yml").read_text("utf-8"), re.M)
    left_out = re.findall(r"\"!(.*?)/?\"", render[1]) if render else []
    echo = re.search(r"^execute:\n  echo: false", Path("_quarto.yml").read_text("utf-8"), re.M) is None
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "page.html").write_text(TEMPLATE, "utf-8")
        (Path(scratch) / "page.lua").write_text(FILTER, "utf-8")
        for source in sorted((*Path().rglob("*.qmd"), *Path().rglob("*.md"))):
            names = source.parts
            if any(name[0] in "_." for name in names) or source.stem == "README" or names[0] in left_out:
                continue
            make(source, Path(scratch), echo)


def make(source: Path, scratch: Path, echo: bool) -> None:
    """Make the page of a source, unless it is a draft."""
    text = source.read_text("utf-8")
    head = re.match(r"---\n(.*?)^---\n", text, re.M | re.S)
    fields = head[1] if head else ""
    if re.search(r"^draft: true", fields, re.M):
        return
    if said := re.search(r"^(?:execute:\n  )?echo: (\w+)", fields, re.M):
        echo = said[1] != "false"
    body = text[head.end() :] if head else text
    # Without a title a page is called like its file there; its first heading is what readers see above it.
    first = re.search(r"^# (.*?)(?:[ \t]*\{.*\})?$", body, re.M)
    called = first[1] if first else source.stem
    named = [] if re.search(r"^title:", fields, re.M) else [f"--metadata=pagetitle:{called}"]
    name = re.search(r"^output-file: (\S+)", fields, re.M)
    page = Path("_site") / (source.with_name(name[1]) if name else source.with_suffix(".html"))
    page.parent.mkdir(parents=True, exist_ok=True)
    body = INCLUDE.sub(lambda name: included(source.parent, name[1]), body)
    body = FENCE.sub(lambda cell: without_options(cell, echo), body)
    subprocess.run(
        [
            *("pandoc", "--from=markdown", "--to=html5", "--wrap=none", "--mathjax", f"--output={page}"),
            *(f"--template={scratch / 'page.html'}", f"--lua-filter={scratch / 'page.lua'}"),
            *named,
        ],
        input=(head[0] if head else "") + without_shortcodes(body),
        text=True,
        check=True,
    )


def included(folder: Path, name: str) -> str:
    """The text of a file that a page includes, without its front matter."""
    text = (Path(name[1:]) if name[0] == "/" else folder / name).read_text("utf-8")
    return re.sub(r"\A---\n.*?^---\n", "", text, flags=re.M | re.S)


def without_options(cell: re.Match[str], echo: bool) -> str:
    """A cell as code in a fence, with the captions among its options; what is not shown is left out."""
    fence, language, options, code = cell.groups()
    lines = code.split("\n")
    given = [line for line in lines if line.startswith(("#|", "%%|", "//|"))]
    said = " ".join(given) + options.replace("=", ": ").lower()
    captions = [match[1] for line in given if (match := re.search(r"cap: \"?(.*?)\"?$", line))]
    shown = "\n".join(line for line in lines if line not in given)
    if shows := re.search(r"echo: (\w+)", said):
        echo = shows[1] != "false"
    if "include: false" in said:
        return ""
    return (f"{fence}{language}\n{shown}{fence}\n\n" if echo or language == "mermaid" else "") + "\n\n".join(captions)


def without_shortcodes(body: str) -> str:
    """A body without what begins with `{{<`, but in code."""
    pieces = re.split(r"(^```.*?^```|`[^`\n]*`)", body, flags=re.M | re.S)
    return "".join(SHORTCODE.sub("", piece) if at % 2 == 0 else piece for at, piece in enumerate(pieces))


if __name__ == "__main__":
    main()
