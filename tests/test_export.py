"""Does `postdex export` write what it says, where it may, and say what is wrong?"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from running import Run, runner

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `postdex` in this process."""
    monkeypatch.delenv("POSTDEX_FOLDER", raising=False)
    return runner(capfd)


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the posts in `content`, in which we stand."""
    shutil.copytree(ROOT / "posts", tmp_path / "content", ignore=shutil.ignore_patterns(".*"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pages_of_markdown(run: Run, blog: Path) -> None:
    said = run("-C", "content", "export", "--llms", "public", "--base", "https://me.example")
    assert said.status == 0, said
    assert said.out.startswith("public: 16 pages of Markdown, llms.txt (")
    assert "18 new or changed, 0 as they were" in said.out
    assert "have no address" in said.err
    assert (blog / "public" / "llms.txt").is_file()
    assert (blog / "content" / ".postdex").is_dir()
    again = run("-C", "content", "export", "--llms", "public", "--base", "https://me.example")
    assert "0 new or changed, 18 as they were" in again.out


def test_the_index_is_brought_up_to_the_files(run: Run, blog: Path) -> None:
    run("-C", "content", "export", "--llms", "public")
    (blog / "content" / "new.md").write_text("# A new post\n\nText.\n", encoding="utf-8")
    os.unlink(blog / "content" / "2021" / "bash-pipefail.md")
    said = run("-C", "content", "export", "--llms", "public")
    assert "16 pages" in said.out and "1 of before removed" in said.out
    assert "A new post" in (blog / "public" / "llms.txt").read_text(encoding="utf-8")


def test_a_dry_run(run: Run, blog: Path) -> None:
    said = run("-C", "content", "export", "--llms", "public", "--dry-run")
    assert said.status == 0 and said.out.startswith("public: would be 16 pages of Markdown")
    assert not (blog / "public").exists()


def test_json(run: Run, blog: Path) -> None:
    said = run("-C", "content", "export", "--llms", "public", "--json")
    made = json.loads(said.out)
    assert (made["schema"], made["dry_run"]) == (1, False)
    assert made["llms"]["pages"] == 16 and made["llms"]["written"]["changed"] == 18


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name what to write, and where: --llms DIR"),
        (["--llms", ""], "name what to write"),
        (["--llms", "content"], "content is the folder of the posts: its pages would be posts again"),
        (["--llms", "content/out"], 'or leave it out: exclude = ["out/"] in postdex.toml'),
        (["--llms", "content/2021"], "lies in the folder of the posts"),
        (["--llms", "a-file"], "a-file is a file; name a folder"),
        (["--llms", "a-file/x"], "a-file is a file; name a folder"),
        (["--llms", "nowhere"], "is a link that leads nowhere"),
        (["--llms", "public", "--base", "me.example"], "me.example is no address; write one such as https://"),
        (["--llms", "public", "--engine", "none"], "engine"),
    ],
)
def test_what_cannot_be(run: Run, blog: Path, arguments: list[str], words: str) -> None:
    (blog / "a-file").write_text("x", encoding="utf-8")
    (blog / "nowhere").symlink_to("gone")
    said = run("-C", "content", "export", *arguments)
    assert said.status == 2 and words in said.err, said
    assert not (blog / "public").exists()


def test_folders_among_the_posts_that_are_left_out(run: Run, blog: Path) -> None:
    (blog / "content" / "postdex.toml").write_text('exclude = ["out/"]\n', encoding="utf-8")
    for folder in ("content/out", "content/.hidden", "content/public"):
        for _ in range(2):
            said = run("-C", "content", "export", "--llms", folder)
            assert said.status == 0 and "16 pages" in said.out, said


def test_a_page_that_would_lie_among_the_posts(run: Run, blog: Path) -> None:
    (blog / "content" / "postdex.toml").write_text('url = "/content/:path/"\n', encoding="utf-8")
    said = run("-C", "content", "export", "--llms", ".")
    assert said.status == 2 and "would lie among the posts and be one of them" in said.err


def test_an_export_is_of_one_site(run: Run, blog: Path) -> None:
    said = run("-C", "a=content/2021", "-C", "b=content/2022", "export", "--llms", "public")
    assert said.status == 2 and "an export is of one site; name each folder in turn" in said.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run: Run, blog: Path) -> None:
    (blog / "public").mkdir(mode=0o500)
    said = run("-C", "content", "export", "--llms", "public")
    assert said.status == 2 and "cannot write" in said.err and "(Permission denied)" in said.err
