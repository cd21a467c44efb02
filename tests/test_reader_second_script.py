"""What becomes of a query that needs the second script, while that is away, cut off, or of another version?"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from reader_process import node

import postdex
from postdex.export import bundle

#: Opens an index by its own script, asks for what the second one has, and again once that is there.
_PROGRAM = """
import { readFile, rename } from "node:fs/promises";
const fetchFile = async url => {
  try {
    return new Response(await readFile(new URL(url)), { status: 200 });
  } catch {
    return new Response("", { status: 404 });
  }
};
const address = new URL("./", import.meta.url).href;
const { modules } = await import("./reader.js");
const index = await modules.reader.openIndex(address, { fetch: fetchFile });
const asked = async (query, given = {}) => {
  try {
    return (await index.answered(() => index.search(query, given))).total;
  } catch (error) {
    return [error.name, error.message.split(":")[0]];
  }
};
const told = [await asked("refcount", { typo: false }), await asked("refcount tag:linux")];
await rename("kept.js", "second.js");
told.push(await asked("refcount tag:linux"), await asked("tag:linux rating:>=4"), await asked("refcoutn"));
console.log(JSON.stringify(told));
"""
POSTS = {
    "a.md": "---\ntags: [linux]\nrating: 5\n---\nA refcount.",
    "b.md": "---\ntags: [linux]\nrating: 3\n---\nThe refcount.",
    "c.md": "---\ntags: [rust]\nrating: 4\n---\nNone.",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "search"
    with postdex.open(texts=POSTS) as index:
        bundle.write(index, folder)
    return folder


AWAY = ["Unreachable", "second.js cannot be had"]
OTHER = ["IndexFault", "the index was published anew by another version"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: None, AWAY),
        (lambda text: text[: len(text) // 2], AWAY),
        (lambda text: "<!doctype html><title>Not found</title>", AWAY),
        (lambda text: text.replace('version!=="', 'version!=="not'), OTHER),
    ],
    ids=["away", "cut off", "HTML", "another version"],
)
def test_a_second_script_that_is_no_such(
    published: Path, tmp_path: Path, change: Callable[[str], str | None], told: list[str]
) -> None:
    folder = tmp_path / "search"
    shutil.copytree(published, folder)
    (folder / "second.js").rename(folder / "kept.js")
    if (wrong := change((folder / "kept.js").read_text("utf-8"))) is not None:
        (folder / "second.js").write_text(wrong, "utf-8")
    (folder / "program.mjs").write_text(_PROGRAM, "utf-8")
    done = subprocess.run(
        [node(), "program.mjs"], cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout) == [2, told, 2, 1, 2]
