"""How is what was measured shown? Rows of numbers become a table with ratios, and a plot of cost against size.

Nothing is measured here. A row's numbers are (typical, worst) for queries, (CPU, wall) where a disk takes part. postdex
is there twice: pure, and with its compiled kernel where that is installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

#: postdex's two, with the names of their ratios.
OURS = {"postdex": "ratio", "postdex-native": "ratio, native"}
NAMES = {
    "postdex": "postdex",
    "postdex-native": "postdex, native",
    "fts5": "SQLite FTS5",
    "tantivy": "tantivy",
    "whoosh": "stock Whoosh",
    "floor": "floor",
}
COLOURS = {
    "postdex": "#c03028",
    "postdex-native": "#801878",
    "fts5": "#30689c",
    "tantivy": "#e09030",
    "whoosh": "#70a048",
}
#: The rows that are drawn: one panel each.
DRAWN = ("words, first time", "words", "phrase", "build, 1 process", "one post changed")
#: The unit of which more is better; all others cost something.
RATE = "requests/s"


class Row(NamedTuple):
    """One measurement at one size: what, its unit, what its numbers are, and the numbers by engine."""

    posts: int
    what: str
    unit: str
    numbers: tuple[str, ...]
    values: Mapping[str, Sequence[float]]


def table(rows: Sequence[Row]) -> str:
    """The rows of one size in columns, postdex's ratios to the best of the others last (below 1 is better).

    >>> print(table([Row(9, "phrase", "ms", ("p50", "p99"), {"postdex": (0.5, 3.0), "fts5": (1.0, 2.0)})]))
    | 9 posts | | postdex | SQLite FTS5 | ratio |
    | --- | --- | ---: | ---: | ---: |
    | phrase | ms p50 / p99 | 0.50 / 3.0 | 1.0 / 2.0 | 0.50 / 1.5 |
    """
    engines = [name for name in NAMES if any(name in row.values for row in rows)]
    ours = {name: head for name, head in OURS.items() if name in engines} or {"postdex": OURS["postdex"]}
    heads = [f"{rows[0].posts:,} posts", "", *(NAMES[name] for name in engines), *ours.values()]
    lines = [heads, ["---", "---", *["---:"] * (len(engines) + len(ours))]]
    for row in rows:
        unit = f"{row.unit} {' / '.join(row.numbers)}".strip()
        cells = [_cell(row.values[name]) if name in row.values else "–" for name in engines]
        lines.append([row.what, unit, *cells, *(_cell(ratios(row, name)) for name in ours)])
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def ratios(row: Row, engine: str = "postdex") -> list[float]:
    """One of our engines' numbers over the best ones of its peers, or these over ours for a rate; empty without either.

    >>> ratios(Row(9, "service", RATE, (), {"postdex": [200.0], "postdex-native": [400.0], "whoosh": [100.0]}))
    [0.5]
    """
    peers = [values for name, values in row.values.items() if name not in (*OURS, "floor")]
    if not peers or engine not in row.values:
        return []
    best = [(max if row.unit == RATE else min)(numbers) for numbers in zip(*peers, strict=True)]
    pairs = zip(row.values[engine], best, strict=True)
    shares = [(theirs, ours) if row.unit == RATE else (ours, theirs) for ours, theirs in pairs]
    return [part / whole if whole else 0.0 for part, whole in shares]


def _cell(numbers: Sequence[float]) -> str:
    return " / ".join(map(shown, numbers)) or "–"


def shown(number: float) -> str:
    """A number with two digits that count.

    >>> [shown(number) for number in (0.0423, 0.5, 1.04, 12.3, 1234.5)]
    ['0.042', '0.50', '1.0', '12', '1,234']
    """
    decimals = next((places for least, places in ((10, 0), (1, 1), (0.1, 2)) if number >= least), 3)
    return f"{number:,.{decimals}f}"


def plot(rows: Sequence[Row], file: Path) -> None:
    """Draw cost against size as a PNG: solid is typical (or CPU), dotted is worst (or wall)."""
    import_module("matplotlib").use("Agg")
    pyplot = import_module("matplotlib.pyplot")
    drawn = {what: found for what in DRAWN if (found := [row for row in rows if row.what == what])}
    figure, panels = pyplot.subplots(1, max(1, len(drawn)), figsize=(3.6 * max(1, len(drawn)), 3.4), squeeze=False)
    for panel, (what, found) in zip(panels[0], drawn.items(), strict=False):
        for name, colour in COLOURS.items():
            measured = [(row.posts, row.values[name]) for row in found if name in row.values]
            for number, line in zip(range(len(found[0].numbers)), ("-", ":"), strict=False):
                sizes, costs = [posts for posts, _ in measured], [values[number] for _, values in measured]
                label = NAMES[name] if number == 0 and measured else None
                panel.plot(sizes, costs, line, marker="o", markersize=3, color=colour, label=label)
        numbers = f"{found[0].numbers[0]} solid, {found[0].numbers[1]} dotted"
        panel.set(xscale="log", yscale="log", title=what, xlabel="posts", ylabel=f"{found[0].unit} ({numbers})")
        panel.grid(True, which="major", alpha=0.3)
    panels[0][0].legend(fontsize=8)
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    pyplot.close(figure)
