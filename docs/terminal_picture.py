"""What does a search look like on a terminal? Draws docs/terminal.svg, which stands at README's top.

    python docs/terminal_picture.py            draws it anew
    python docs/terminal_picture.py --check    says whether it is out of date, exit 1 if it is

It runs the commands of `SCENES` on the sample posts, in a pseudo-terminal, and draws what they print, in its colours.
The scenes follow one another as they are typed; where nothing moves, the first one stands. Only how long a search took
is not what was measured.

    python docs/terminal_picture.py FILE.svg < TEXT    draws a text with escape sequences (`tmux capture-pane -e`)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import update  # of this folder, as is the script

sys.path[:0] = [str(update.ROOT / "search"), str(update.ROOT / "index")]

from postdex.text_safety import cells  # noqa: E402  # found by the line above

PICTURE = update.ROOT / "docs" / "terminal.svg"
#: What is typed, one scene each.
SCENES = (
    'postdex -C posts search "SMC fallback"',
    "postdex -C posts search -n 1 搜索引擎 分词",
    "postdex -C posts search --facets -n 1 refcoutn",
)
#: Seconds that a letter takes, and that a scene stays when all is typed.
LETTER_S, STAY_S = 0.06, 5.0
#: Sizes of a cell in pixels, and of the margin around all.
CELL_X, CELL_Y, FONT, MARGIN, BAR = 8.4, 20, 14, 18, 34


class Palette(NamedTuple):
    """The colours of a terminal: its own two, then the eight of Select Graphic Rendition."""

    text: str
    ground: str
    colors: tuple[str, ...]


DARK = Palette(
    "#d6dae2", "#1b1e27", ("#1b1e27", "#ff7b82", "#8bd49c", "#e8c477", "#7db4f5", "#d3a1ee", "#72d0d9", "#d6dae2")
)
LIGHT = Palette(
    "#2b303b", "#fdfcf9", ("#2b303b", "#c4232f", "#2b7a34", "#8f5f00", "#1f5fbf", "#8b3fb0", "#0b7280", "#5f6672")
)


class Style(NamedTuple):
    """How a stretch of text is painted; `color` is a number of the palette's, -1 its own."""

    color: int = -1
    bold: bool = False
    dim: bool = False


class Stretch(NamedTuple):
    """A text of one style; `column` is where it begins."""

    column: int
    text: str
    style: Style


def stretches(line: str, style: Style) -> tuple[list[Stretch], Style]:
    """A line of a terminal's output in stretches of one style each, and the style that it leaves behind."""
    found: list[Stretch] = []
    column = 0
    for text, codes in re.findall(r"([^\x1b]+)|\x1b\[([\d;]*)m|\x1b\][^\x1b\x07]*(?:\x1b\\|\x07)|\x1b.", line):
        if text:
            found.append(Stretch(column, text, style))
            column += cells(text)
        elif "\x1b" not in text:
            style = styled(style, codes)
    return found, style


def styled(style: Style, codes: str) -> Style:
    """A style after a sequence of Select Graphic Rendition; of its numbers those that the program uses."""
    for code in map(int, codes.split(";") if codes else ["0"]):
        if code == 0:
            style = Style()
        elif 30 <= code <= 37:
            style = style._replace(color=code - 30)
        elif 90 <= code <= 97:
            style = style._replace(color=code - 90)
        elif code == 39:
            style = style._replace(color=-1)
        elif code in (1, 2):
            style = style._replace(**{{1: "bold", 2: "dim"}[code]: True})
        elif code == 22:
            style = style._replace(bold=False, dim=False)
    return style


def drawn_lines(lines: Sequence[str], palette: Palette, top: float) -> Iterator[str]:
    """The lines as elements of SVG, the first at `top`."""
    style = Style()
    for number, line in enumerate(lines):
        found, style = stretches(line, style)
        y = top + number * CELL_Y
        yield from (drawn_piece(piece, palette, y) for stretch in found for piece in pieces(stretch))


def pieces(stretch: Stretch) -> Iterator[Stretch]:
    """A stretch where it has no two blanks in a row, which SVG shows as one, and without what has other widths."""
    column, text, style = stretch
    for match in re.finditer(r"[!-~]+(?: [!-~]+)*|[^\s!-~]+", text):
        yield Stretch(column + cells(text[: match.start()]), match[0], style)


def drawn_piece(piece: Stretch, palette: Palette, y: float) -> str:
    """A piece as an element of SVG, as wide as its cells whatever font there is."""
    column, text, style = piece
    fill = palette.text if style.color < 0 else palette.colors[style.color]
    more = ' font-weight="700"' * style.bold + ' opacity=".62"' * style.dim
    x, width = MARGIN + column * CELL_X, cells(text) * CELL_X
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs" fill="{fill}"{more}>'
        f"{escape(text)}</text>"
    )


def opened(columns: int, lines: int, palette: Palette, title: str, style: str = "") -> str:
    """The beginning of a picture: a window with room for so many columns and lines."""
    width, height = round(2 * MARGIN + columns * CELL_X), round(BAR + MARGIN + lines * CELL_Y)
    fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace"
    lights = "".join(
        f'<circle cx="{MARGIN + 4 + 18 * number}" cy="18" r="5.5" fill="{palette.text}" opacity=".22"/>'
        for number in range(3)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="{fonts}" font-size="{FONT}"><title>{escape(title)}</title>'
        f'{style}<rect width="100%" height="100%" rx="9" fill="{palette.ground}"/>{lights}\n'
    )


def still(text: str, palette: Palette, columns: int = 0) -> str:
    """A text as it stands on a terminal, as a picture."""
    lines = text.rstrip("\n").split("\n")
    widest = columns or max(cells(re.sub(r"\x1b\[[\d;]*m|\x1b\].*?\x1b\\", "", line)) for line in lines)
    body = "\n".join(drawn_lines(lines, palette, BAR + CELL_Y * 0.75))
    return f"{opened(widest, len(lines), palette, 'A terminal')}{body}\n</svg>\n"


def scenes() -> list[list[str]]:
    """What the commands print, in lines, the first of each what is typed."""
    shown = []
    with update.sample_folder() as folder:
        update.run("-C", "posts", "index", folder=folder)
        for typed in SCENES:
            text = update.on_terminal(typed, folder=folder, color=True)
            shown.append([typed, *text.rstrip("\n").split("\n")])
    return shown


def keyframes(shown: Sequence[Sequence[str]]) -> str:
    """The style sheet that shows one scene after the other: what is typed grows, then there is the answer."""
    lasts = [len(scene[0]) * LETTER_S + STAY_S for scene in shown]
    whole = sum(lasts)
    rules, begin = [], 0.0
    for number, (scene, last) in enumerate(zip(shown, lasts, strict=True)):
        start, typed, end = (100 * at / whole for at in (begin, begin + len(scene[0]) * LETTER_S, begin + last))
        before = "" if number == 0 else f"0%{{opacity:0}}{start:.2f}%{{opacity:0}}"
        rules += [
            f"@keyframes s{number}{{{before}{start + 0.01:.2f}%{{opacity:1}}{end - 0.01:.2f}%{{opacity:1}}"
            f"{end:.2f}%{{opacity:0}}100%{{opacity:0}}}}",
            f"@keyframes a{number}{{0%{{opacity:0}}{typed:.2f}%{{opacity:0}}{typed + 0.01:.2f}%{{opacity:1}}"
            "100%{opacity:1}}",
            f"@keyframes t{number}{{0%{{width:0}}{start:.2f}%{{width:0;animation-timing-function:"
            f"steps({len(scene[0])})}}{typed:.2f}%{{width:{cells(scene[0]) * CELL_X:.0f}px}}"
            f"100%{{width:{cells(scene[0]) * CELL_X:.0f}px}}}}",
        ]
        rules += [f".{name}{number}{{animation:{name}{number} {whole:.1f}s infinite}}" for name in "sat"]
        begin += last
    hidden = ",".join(f".s{number}" for number in range(1, len(shown)))
    still_rule = "@media(prefers-reduced-motion){*{animation:none!important}}"
    return f"<style>{hidden}{{opacity:0}}{''.join(rules)}{still_rule}</style>"


def moving(shown: Sequence[Sequence[str]], palette: Palette) -> str:
    """The scenes one after the other, as a picture."""
    lines = max(map(len, shown))
    parts = [opened(update.COLUMNS, lines, palette, "postdex search on a terminal", keyframes(shown))]
    first = BAR + CELL_Y * 0.75
    for number, (typed, *answer) in enumerate(shown):
        prompt = "\n".join(drawn_lines([f"\x1b[2m$\x1b[0m {typed}"], palette, first))
        body = "\n".join(drawn_lines(answer, palette, first + CELL_Y))
        typing = (
            f'<clipPath id="c{number}"><rect class="t{number}" x="{MARGIN + 2 * CELL_X:.1f}" y="0" height="200" '
            f'width="{cells(typed) * CELL_X:.0f}"/><rect width="{MARGIN + 2 * CELL_X:.1f}" height="200"/></clipPath>'
        )
        parts.append(
            f'<g class="s{number}">{typing}<g clip-path="url(#c{number})">{prompt}</g>\n'
            f'<g class="a{number}">{body}</g></g>\n'
        )
    return "".join([*parts, "</svg>\n"])


def main() -> int:
    """Draw the picture, or say whether it is as it would be drawn."""
    if len(sys.argv) > 1 and sys.argv[1] != "--check":
        Path(sys.argv[1]).write_text(still(sys.stdin.read(), DARK), encoding="utf-8")
        return 0
    picture = moving(scenes(), DARK)
    stale = not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != picture
    if stale:
        print(PICTURE.relative_to(update.ROOT), "is out of date" if "--check" in sys.argv else "is updated")
    if stale and "--check" not in sys.argv:
        PICTURE.write_text(picture, encoding="utf-8")
    return int(stale and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
