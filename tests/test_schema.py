"""Does a row of the schema appear by itself wherever fields are: indexed, filtered, counted, sorted, stored, shown?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from storage import Trial

from postdex import request
from postdex.http import auth, openapi
from postdex.query import lexer
from postdex.results.values import Hit
from postdex_index import schema
from postdex_index.engine.embedded.format import columns
from postdex_index.engine.embedded.whoosh import codec
from postdex_index.errors import IndexMissingError
from postdex_index.model import Post, StoredFields

ROOT = Path(__file__).parent.parent
TYPES = {"text", "texts", "paths", "date", "number", "fields"}


@pytest.fixture(scope="module")
def shapes() -> dict[str, list[str]]:
    """The keys of hits and of documents, as the service describes them."""
    described = openapi.document(auth.AccessRules())["components"]["schemas"]
    return {name: list(described[name]["properties"]) for name in ("Hit", "Document")}


@pytest.mark.parametrize("field", schema.FIELDS, ids=lambda field: str(field.name))
def test_a_row_is_wherever_fields_are(field: schema.Field, shapes: dict[str, list[str]]) -> None:
    name = field.name
    assert (field.type in TYPES) == (field.attribute in Post._fields)
    assert field.type == "sections" or not field.searched or name == "title"
    assert field.searched == (name in lexer.WORD_FIELDS)
    assert not field.weight or field.type in ("text", "texts", "paths", "sections"), "words are in texts"
    assert not field.filter or field.filter in lexer.FILTERS
    assert (field.type == "date" and field.filter != "") == (name == "date"), "the ranges of queries are of the date"
    assert not field.facet or (field.filter and field.facet in request.FACETS), "what filters find is counted"
    assert field.sort == (name in request.SORTS) == (f"sort_{name}" in columns.COLUMNS)
    assert (field.weight > 0 or name == "code") == (name in schema.CODES)
    assert not field.weight or schema.SCORED[schema.CODES[name][0]] == field
    assert not field.stored or name == "description" or field.attribute in StoredFields.__annotations__
    assert not field.wire or field.stored
    assert (field.wire == "hit") <= (field.attribute in Hit._fields and name in shapes["Hit"])
    assert bool(field.wire) <= (name in shapes["Document"])
    whoosh = codec.schema().names()
    assert name in whoosh or not (field.weight or field.stored) or name in ("date_from", "unpublished", "links")
    assert f"| `{name}` |" in (ROOT / "docs" / "frontmatter.md").read_text(encoding="utf-8")


def test_orders_are_those_that_are_typed() -> None:
    assert get_args(request.Sort) == request.SORTS == ("score", "date", "updated", "title")
    assert request.FACETS == ("tags", "categories", "lang", "year", "sites")
    assert schema.FIELDS[0].name == "path", "it is read without the others"


@pytest.mark.parametrize("field", schema.FIELDS, ids=lambda field: str(field.name))
def test_the_fingerprint_is_of_what_is_stored(field: schema.Field, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [field._replace(name="x"), field._replace(type="x"), field._replace(weight=0.7), field._replace(b=0.1)]
    stored += [field._replace(stored=not field.stored), field._replace(sort=not field.sort), field._replace(filter="x")]
    asked = [field._replace(searched=not field.searched), field._replace(facet="x"), field._replace(wire="x")]
    known, prints = schema.fingerprint(), set[str]()
    for other in (*stored, *asked):
        rows = tuple(other if row is field else row for row in schema.FIELDS)
        monkeypatch.setattr(schema, "FIELDS", rows)
        assert (schema.fingerprint() == known) == (other in asked), other
        prints.add(schema.fingerprint())
        monkeypatch.undo()
    assert len(prints) == 1 + len(stored)


def test_an_index_of_other_fields_is_rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial(tmp_path / "trial", "first")
    rows = tuple(field._replace(weight=0.4) if field.name == "slug" else field for field in schema.FIELDS)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "FIELDS", rows)
        with pytest.raises(IndexMissingError, match="by a postdex with other fields; run `postdex index`"):
            trial.engine.open_reader()
        assert trial.refresh().added, "all of it is built anew"
        trial.engine.open_reader().close()
    with pytest.raises(IndexMissingError):
        trial.engine.open_reader()


# -- a field that nobody thought of

#: What it takes beside the docs: four files, three if hits do not show it. File, line, and what it stands in front of.
NEW_FIELD = (
    (
        "index/postdex_index/schema.py",
        '    Field("podium", "text", 1.0, stored=True, filter="podium", facet="podiums", sort=True, wire="hit"),\n',
        '    Field("unpublished",',
    ),
    (
        "index/postdex_index/content/metadata.py",
        '        podium=fields.text("podium"),\n',
        "        lang=_lang(",
    ),
    ("index/postdex_index/model.py", '    podium: str = ""\n', '    lang: str = ""\n'),
    ("search/postdex/results/values.py", '    podium: str = ""\n', "    explain: Explanation | None = None\n"),
)
POSTS = {
    "a.md": "---\ntitle: One\npodium: Town Hall\n---\nText about chess.\n",
    "b.md": "---\ntitle: Two\npodium: Arena\n---\nMore chess.\n",
}
#: A row of what each face says of it.
USE = """
import json, sys
from pathlib import Path
import postdex
import openapi
from postdex.output import wire as render
from postdex import request
from postdex.results.values import Hit
from postdex_index.engine.embedded.whoosh.codec import open_index, schema

folder = Path(sys.argv[1])
with postdex.open(folder) as ix:
    search = lambda query, **more: ix.search(query, **more).to_dict()
    shapes = openapi.described()["components"]["schemas"]
    print(json.dumps({
        "words": [hit["path"] for hit in search("hall")["hits"]],
        "filter": [hit["path"] for hit in search('podium:"town hall"')["hits"]],
        "facet": search("chess", facets=["podiums"])["facets"],
        "sort": [hit["podium"] for hit in search("chess", sort="podium")["hits"]],
        "document": render.document(ix.get("a.md"))["podium"],
        "attributes": [ix.get("a.md").podium, ix.search("hall")[0].podium],
        "described": ["podium" in shapes[name]["properties"] for name in ("Hit", "Document")],
        "choices": ["podium" in request.SORTS, "podiums" in request.FACETS],
        "whoosh": ["podium" in schema().names(), open_index(folder / ".postdex").reader().stored_fields(0)["podium"]],
        "explain": "podium: 1 of 2 words" in json.dumps(search("hall", explain=True)),
    }))
"""


def test_a_new_field_takes_a_line_in_four_files(tmp_path: Path) -> None:
    for part in ("index", "search", "docs", "posts"):  # the last two make the description
        ignored = shutil.ignore_patterns("__pycache__", ".postdex", "screenshots")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    for file, line, before in NEW_FIELD:
        source = (tmp_path / file).read_text(encoding="utf-8")
        assert before in source
        (tmp_path / file).write_text(source.replace(before, line + before), encoding="utf-8")
    folder = tmp_path / "trial"
    folder.mkdir()
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    path = os.pathsep.join(str(tmp_path / half) for half in ("index", "search", "docs"))
    done = subprocess.run(
        [sys.executable, "-c", USE, str(folder)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "words": ["a.md"],
        "filter": ["a.md"],
        "facet": {"podiums": {"Arena": 1, "Town Hall": 1}},
        "sort": ["Arena", "Town Hall"],
        "document": "Town Hall",
        "attributes": ["Town Hall", "Town Hall"],
        "described": [True, True],
        "choices": [True, True],
        "whoosh": [True, "Town Hall"],
        "explain": True,
    }
