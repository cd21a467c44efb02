"""Do the reader's modules become one script that runs, and is it small?"""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pytest
from reader_process import READER, node

import postdex
from postdex.export import bundle, joined
from postdex.export.joined import Module

NAMES = sorted(path.relative_to(READER).with_suffix("").as_posix() for path in READER.rglob("*.js"))


def run(folder: Path, program: str) -> str:
    """What a program of node prints that stands in a folder."""
    (folder / "program.mjs").write_text(program, encoding="utf-8")
    command = [node(), "program.mjs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=30, check=False)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("stemmers/")])
def test_each_module_keeps_to_the_forms(name: str) -> None:
    text = (READER / f"{name}.js").read_text(encoding="utf-8")
    module = Module.read(name, text)
    assert set(module.imports) <= set(NAMES)
    assert text.startswith("/* "), "it opens with its question"
    assert "/*" not in module.body.replace("*/*", ""), "a comment is left in what is sent"


@pytest.mark.parametrize(
    "text",
    [
        "export default 1;\n",
        "export { a };\n",
        "export let a = 1;\n",
        'export * from "./b.js";\n',
        'import * as a from "./b.js";\n',
        'import a from "./b.js";\n',
        "const a = 1; // why\n",
        "f(a, /* what */ b);\n",
        "const a = `one\n  two`;\n",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a\.js"):
        Module.read("a", text)


def test_modules_that_import_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\n'}
    monkeypatch.setattr(joined, "_module", lambda name: Module.read(name, texts[name]))
    with pytest.raises(ValueError, match="a -> b -> a"):
        joined.closure("a")


def test_the_scripts_are_small_and_know_each_other(tmp_path: Path) -> None:
    scripts = {"reader.js": joined.reader(), "second.js": joined.second(), "other.js": joined.second()}
    scripts["other.js"] = scripts["other.js"].replace('version!=="', 'version!=="not')
    for name, text in scripts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(gzip.compress(scripts["reader.js"].encode())) < 53_000
    assert len(gzip.compress(scripts["second.js"].encode())) < 14_000
    said = run(
        tmp_path,
        'import { modules, shared } from "./reader.js";\nimport { second } from "./second.js";\n'
        'import { second as other } from "./other.js";\n'
        "const types = Object.values(second(shared)).map(value => typeof value);\n"
        "console.log(typeof modules.reader.openIndex, other(shared), new Set(types));\n",
    )
    assert said == "function null Set(1) { 'function' }\n"


def test_an_index_of_another_version_is_told(tmp_path: Path) -> None:
    with postdex.open(texts={"a.md": "# Kernel\n\nA socket."}) as index:
        bundle.write(index, tmp_path)
    script = (
        'import { readFile } from "node:fs/promises";\nimport { modules } from "./reader.js";\n'
        "const fetch = async url => new Response(await readFile(new URL(url)));\n"
        'const opening = modules.reader.openIndex(new URL("./", import.meta.url).href, { fetch });\n'
        'console.log(await opening.then(() => "open", error => error.code));\n'
    )
    assert run(tmp_path, script) == "open\n"
    entry = json.loads((tmp_path / "postdex.json").read_bytes())
    del entry["parameters"]["results.rerank"]["PROXIMITY"]
    (tmp_path / "postdex.json").write_text(json.dumps(entry), encoding="utf-8")
    assert run(tmp_path, script) == "replaced\n"
