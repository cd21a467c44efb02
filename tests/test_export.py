"""Does `postdex export` write what it says, where it may, and say what is wrong?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import pytest
from running import Run, runner

from postdex.export import destination
from postdex_index.engine.embedded.format import durable_files

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
        ([], "name what to write, and where: --static DIR, --llms DIR, or both"),
        (["--static", "content"], "content is not empty, and no export lies in it; name a new or an empty folder"),
        (["--static", "."], ". is not empty, and no export lies in it"),
        (["--static", "a-file"], "a-file is a file; name a folder"),
        (["--static", "public", "--base", "/blog/"], "/blog/ is no address"),
        (["--static", "public", "--base", "https://me.example/?x#y"], "https://me.example/?x#y is no address"),
        (["--static", "public", "--base", "https://[me"], "https://[me is no address"),
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


def test_what_cannot_be_is_said_before_an_index_is_built(run: Run, blog: Path) -> None:
    for wrong in (["--static", "."], ["--static", "public", "--base", "me"], ["--llms", "public", "--base", "me"]):
        assert run("-C", "content", "export", *wrong).status == 2
    assert not (blog / "content" / ".postdex").exists()


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


# -- --static


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder that a host is asked for, by path: less the listing that is for the next export."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != ".names"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_an_index_is_published(run: Run, blog: Path) -> None:
    said = run("-C", "content", "export", "--static", "public/postdex")
    assert said.status == 0, said
    assert said.out.startswith("public/postdex: 16 posts in ") and " new or changed, 0 as they were" in said.out
    assert "a first query fetches about " in said.out
    assert '<script src="/postdex/postdex.js" data-index="/postdex/" defer></script>' in said.out
    entry = json.loads((blog / "public" / "postdex" / "postdex.json").read_text(encoding="utf-8"))
    assert entry["posts"] == 16


def test_an_export_of_the_same_posts_changes_nothing(run: Run, blog: Path) -> None:
    run("-C", "content", "export", "--static", "a")
    run("-C", "content", "export", "--static", "b")
    assert files(blog / "a") == files(blog / "b")
    said = run("-C", "content", "export", "--static", "a")
    assert ": 0 new or changed, " in said.out
    assert files(blog / "a") == files(blog / "b")


def test_an_export_follows_the_posts(run: Run, blog: Path) -> None:
    run("-C", "content", "export", "--static", "public")
    before = files(blog / "public")
    (blog / "content" / "new.md").write_text("# A new post\n\nText.\n", encoding="utf-8")
    said = run("-C", "content", "export", "--static", "public")
    assert "17 posts" in said.out
    after = files(blog / "public")
    assert before.keys() <= after.keys(), "who reads the old entry has all that it names"
    assert before["postdex.json"] != after["postdex.json"]


def test_drafts_are_nowhere(run: Run, blog: Path) -> None:
    (blog / "content" / "draft.md").write_text("---\ndraft: true\n---\nXylophonic secret.\n", encoding="utf-8")
    run("-C", "content", "export", "--static", "public", "--no-gzip")
    assert not [name for name, content in files(blog / "public").items() if b"ylophonic" in content]


def test_without_gzip(run: Run, blog: Path) -> None:
    run("-C", "content", "export", "--static", "public", "--no-gzip")
    assert not [name for name in files(blog / "public") if name.endswith(".gz")]


def test_a_dry_run_of_an_index_says_sizes(run: Run, blog: Path) -> None:
    said = run("-C", "content", "export", "--static", "public", "--dry-run")
    assert said.out.startswith("public: would be 16 posts in ") and "  terms: " in said.out
    assert not (blog / "public").exists()


def test_an_index_as_json(run: Run, blog: Path) -> None:
    made = json.loads(run("-C", "content", "export", "--static", "public", "--llms", "site", "--json").out)
    static = made["static"]
    assert static["posts"] == 16 and static["kinds"]["post"]["files"] == 16
    assert static["files"] == len(files(blog / "public"))
    assert static["bytes"] == sum(map(len, files(blog / "public").values()))
    assert made["llms"]["pages"] == 16


def test_very_many_posts_are_said_before(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postdex.cli.export_command._VERY_MANY", 16)
    said = run("-C", "content", "export", "--static", "public")
    assert "16 posts make about as many files, 22 KB in all; --dry-run says exactly" in said.err


def test_where_the_box_is_found(run: Run, blog: Path) -> None:
    said = run("-C", "content", "export", "--static", "public/find", "--base", "https://me.example/blog/")
    assert '<script src="/blog/find/postdex.js" data-index="/blog/find/" defer></script>' in said.out
    entry = json.loads((blog / "public" / "find" / "postdex.json").read_text(encoding="utf-8"))
    assert entry["site"]["origin"] == "https://me.example/blog"
    assert entry["site"]["home"] == "https://me.example/blog/"
    page = (blog / "public" / "find" / "index.html").read_text(encoding="utf-8")
    assert 'href="https://me.example/blog/"' in page


def test_the_box_of_a_site_below_a_path(run: Run, blog: Path) -> None:
    """Its settings say where it is, and the folder has the name that it is published by."""
    (blog / "content" / "postdex.toml").write_text('base_url = "https://me.example/blog/"\n', encoding="utf-8")
    (blog / "elsewhere").mkdir()
    (blog / "find").symlink_to("elsewhere")
    said = run("-C", "content", "export", "--static", "find")
    assert '<script src="/blog/find/postdex.js" data-index="/blog/find/" defer></script>' in said.out, said


def test_another_base_than_the_settings_have(run: Run, blog: Path) -> None:
    (blog / "content" / "postdex.toml").write_text('base_url = "https://a.example/b"\n', encoding="utf-8")
    said = run("-C", "content", "export", "--static", "public", "--base", "https://b.example")
    assert said.status == 2 and "is not where the site's settings say that it is" in said.err
    said = run("-C", "content", "export", "--static", "public", "--base", "https://a.example/b/")
    assert said.status == 0, said


def test_what_an_export_left_that_ended_halfway_is_ours(run: Run, blog: Path) -> None:
    run("-C", "content", "export", "--static", "public")
    (blog / "public" / "postdex.json").unlink()
    assert run("-C", "content", "export", "--static", "public").status == 0
    (blog / "public" / "postdex.json").rename(blog / "public" / "postdex.json.partial")
    (blog / "public" / "reader.js").rename(blog / "public" / "reader.js.postdex-new")
    assert run("-C", "content", "export", "--static", "public").status == 0
    assert not list((blog / "public").glob("*.postdex-new"))
    (blog / "public" / "postdex.json").unlink()
    (blog / "public" / "mine.txt").write_text("x")
    assert "no export lies in it" in run("-C", "content", "export", "--static", "public").err


def test_what_the_site_has_no_more_is_removed(run: Run, blog: Path) -> None:
    run("-C", "content", "export", "--static", "public")
    (blog / "public" / "site.css").write_text("body {}")
    (blog / "public" / "CNAME").write_text("me.example")
    said = run("-C", "content", "export", "--static", "public")
    assert "1 old ones removed" in said.out
    assert "site.css" not in files(blog / "public") and "CNAME" in files(blog / "public")


def test_an_index_on_servers_is_not_published(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postdex.export.bundle.hosted", lambda engine: engine)
    said = run("-C", "content", "export", "--static", "public")
    assert said.status == 2 and "lies on servers, of which no export is made; have a copy in files" in said.err


def test_the_example_for_programs_runs(blog: Path) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8").partition("\n## Publishing\n")[2]
    (example,) = re.findall(r"(?ms)^```python\n(.*?)^```$", text.partition("\n## ")[0])
    (blog / "content").rename(blog / "posts")
    (blog / "example.py").write_text(example, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=blog,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    posts, files_made, _, _ = map(int, done.stdout.split())
    assert posts == 16 and len(files(blog / "public" / "postdex")) == files_made
    assert (blog / "public" / "llms.txt").is_file()


def test_a_full_disk_is_said(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was published stays as it is: the entry comes last."""
    run("-C", "content", "export", "--static", "public")
    before = files(blog / "public")
    (blog / "content" / "new.md").write_text("# A new post\n\nText.\n", encoding="utf-8")
    create = durable_files.create

    def full(path: str | os.PathLike[str], *, later: bool = False) -> object:
        if "/data/terms-" in os.fspath(path):
            raise OSError(ENOSPC, os.strerror(ENOSPC), os.fspath(path))
        return create(path, later=later)

    monkeypatch.setattr(durable_files, "create", full)
    said = run("-C", "content", "export", "--static", "public")
    assert said.status == 2 and "(No space left on device); what was published before is as it was" in said.err, said
    after = files(blog / "public")
    assert {name: after[name] for name in before} == before


def test_of_two_exports_into_one_folder_the_second_waits(
    run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(destination, "_PATIENCE_SECONDS", 0.2)
    for kind in ("--static", "--llms"):
        folder = blog / "public" / kind.strip("-")
        with destination.alone_in(folder):
            said = run("-C", "content", "export", kind, str(folder))
            assert said.status == 2 and f"another export writes {folder}; wait until it has ended" in said.err, said
            assert not list(folder.iterdir())
        assert run("-C", "content", "export", kind, str(folder)).status == 0
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "postdex", "-C", "content", "export", "--static", "public/two"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert files(blog / "public" / "two") == files(blog / "public" / "static")


def test_a_folder_may_be_a_link(run: Run, blog: Path) -> None:
    (blog / "elsewhere").mkdir()
    (blog / "public").symlink_to("elsewhere")
    assert run("-C", "content", "export", "--static", "public").status == 0
    assert "postdex.json" in files(blog / "elsewhere")
