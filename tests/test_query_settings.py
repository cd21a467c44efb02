"""What of a site's settings does a published index have? What readers' queries need, and nothing that is not public."""

from __future__ import annotations

from pathlib import Path

import postdex
from postdex.export.query_settings import settings_of
from postdex_index import settings

TOML = """
timezone = "Asia/Shanghai"
recency = "1y"
glossary = ["glossary/*"]
synonym_lists = ["computing-en"]

[synonyms]
"repo ->" = ["repository"]

[synonyms.zh]
ci = ["持续集成"]

[[pins]]
query = ["install", "getting started"]
post = ["draft.md", "install.md", "nowhere.md"]

[[pins]]
query = "secret"
post = "draft.md"
"""


def test_settings_are_as_json_and_public(tmp_path: Path) -> None:
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "pv.md").write_text("---\ntitle: Persistent volume (PV)\n---\nA disk.")
    (tmp_path / "glossary" / "hidden.md").write_text("---\ntitle: Hidden (HID)\ndraft: true\n---\nNo.")
    (tmp_path / "install.md").write_text("# Install\n\nAll of it.")
    (tmp_path / "draft.md").write_text("---\ndraft: true\n---\nNot yet.")
    (tmp_path / "postdex.toml").write_text(TOML)
    with postdex.open(tmp_path) as index:
        index.refresh()
        found = settings_of(index.settings, index.snapshots.opened(), tmp_path)
    rows = found.pop("synonyms")
    assert found == {
        "timezone": "Asia/Shanghai",
        "recency": "1y",
        "pins": [{"queries": ("install", "getting started"), "posts": ["install.md"]}],
    }
    assert rows[:3] == [
        {"key": "repo ->", "texts": ("repository",), "table": ""},
        {"key": "ci", "texts": ("持续集成",), "table": "zh"},
        {"key": "Persistent volume", "texts": ("PV",), "table": ""},
    ]
    assert {"key": "k8s", "texts": ("Kubernetes",), "table": ""} in rows
    assert not any("HID" in row["texts"] for row in rows)


def test_of_a_plain_folder_there_is_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text.")
    with postdex.open(tmp_path) as index:
        index.refresh()
        found = settings_of(settings.Settings(), index.snapshots.opened(), tmp_path)
    assert found == {"timezone": "", "recency": "", "synonyms": [], "pins": []}
