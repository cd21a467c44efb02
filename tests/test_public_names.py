"""What does a program see of the library: names, errors, arguments that are none, its log, texts without a folder?"""

from __future__ import annotations

import asyncio
import doctest
import gc
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import postdex
from postdex_index import errors

ROOT = Path(__file__).parent.parent
CLASSES = [name for name in postdex.__all__ if isinstance(getattr(postdex, name), type)]
HOMES: dict[str, str] = postdex._HOME


@pytest.mark.parametrize("name", [name for name in postdex.__all__ if name != "__version__"])
def test_public_names_are_those_of_postdex(name: str) -> None:
    value = getattr(postdex, name)
    assert (value.__module__, value.__qualname__) == ("postdex", name)
    assert pickle.loads(pickle.dumps(value)) is value and getattr(import_module(HOMES[name]), name) is value


@pytest.mark.parametrize("name", [name for name in CLASSES if hasattr(getattr(postdex, name), "_fields")])
def test_what_values_are_made_of_can_be_asked(name: str) -> None:
    """As programs do that make JSON or forms of them, in a process that has asked for nothing else."""
    program = f"import postdex, typing; print(*typing.get_type_hints(postdex.{name}))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "search"), str(ROOT / "index")])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == list(getattr(postdex, name)._fields)


def test_all_errors_are_public() -> None:
    assert set(CLASSES) >= {name for name, value in vars(errors).items() if isinstance(value, type(errors.PostdexError))
                            and issubclass(value, errors.PostdexError)}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_examples_of_public_classes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that `--doctest-modules` passes over, since their classes are not of the module that they lie in."""
    monkeypatch.chdir(ROOT)
    module = import_module(HOMES[name])
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for found in doctest.DocTestFinder().find(getattr(postdex, name), name, module=False, globs=dict(vars(module))):
        assert runner.run(found).failed == 0, found.name


def test_values_and_errors_survive_a_process() -> None:
    with postdex.open(texts={"a.md": "A word."}) as index:
        results, report = index.search("word"), index.refresh(dry_run=True)
        assert pickle.loads(pickle.dumps((results, report, index.status()))) == (results, report, index.status())
    error = pickle.loads(pickle.dumps(errors.IndexVersionError("newer", "update")))
    assert (type(error), str(error)) == (postdex.IndexVersionError, "newer; update")
    program = "import postdex\npostdex.open('nowhere')"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT / "search").stderr
    assert told.splitlines()[-1].startswith("postdex.FolderError: nowhere: there is no such folder; ")


WRONG: list[tuple[str, str]] = [
    ("ix.search('a', tag='x')", "search() got an unexpected keyword argument 'tag'; did you mean tags?"),
    ("ix.search('a', top_k=3)", "'top_k'; did you mean limit?"),
    ("ix.search('a', colour=3)", "'colour'; it takes limit, offset, sort, "),
    ("ix.suggest('a', n=3)", "suggest() got an unexpected keyword argument 'n'; did you mean limit?"),
    ("ix.refresh(ful=True)", "'ful'; did you mean full?"),
    ("ix.watch(on_reprot=print)", "'on_reprot'; did you mean on_report?"),
    ("postdex.open(path='posts')", "open() got an unexpected keyword argument 'path'; did you mean folder?"),
    ("postdex.open('posts', indx='x')", "'indx'; did you mean index?"),
    ("ix.search(['a'])", "query is ['a']; give it as a text"),
    ("ix.search('a', typo='no')", "typo is 'no'; give it as True or False"),
    ("ix.search('a', drafts=None)", "drafts is None; give it as True or False"),
    ("ix.search('a', facets='tag')", "facet 'tag' is not known; did you mean tags?"),
    ("ix.get('a.md').text(7)", "a.md has 1 sections, numbered from 0"),
    ("ix.get('a.md').text(-1)", "a.md has 1 sections, numbered from 0"),
    ("postdex.open(5)", "folder is 5; give it as a path"),
    ("postdex.open(None)", "folder is None; give it as a path"),
    ("postdex.open('.', index=5)", "index is 5; give it as a path"),
    ("postdex.open(__file__)", "it is no folder; name the folder that it lies in"),
    ("postdex.open('~/nowhere')", "~ is for shells: give os.path.expanduser of it"),
    ("postdex.open('.', refresh=True)", "refresh is True; use auto, never or require"),
    ("postdex.serch", "module 'postdex' has no attribute 'serch'"),
    ("postdex.open(texts=['a'])", "texts is ['a']; give it as a mapping of paths to texts"),
    ("postdex.open('posts', texts={})", "an index is of a folder or of texts; leave out one of them"),
    ("postdex.open(texts={'a': ''})", "texts['a'] has no suffix, by which posts are known; name it a.md"),
    ("postdex.open(texts={'../a.md': ''})", "texts has the path '../a.md'; name it as a file in a folder"),
    ("postdex.open(texts={'/a.md': ''})", "texts has the path '/a.md'"),
    ("postdex.open(texts={'': ''})", "texts has the path ''"),
    ("postdex.open(texts={5: ''})", "a path of texts is 5; give it as a text"),
    ("postdex.open(texts={'a.md': b''})", "texts['a.md'] is b''; give it as a text"),
]


@pytest.mark.parametrize(("mistake", "said"), WRONG)
def test_mistakes_of_the_first_minutes(mistake: str, said: str) -> None:
    with postdex.open(texts={"a.md": "A word."}) as ix, pytest.raises(Exception) as raised:
        eval(mistake, {"postdex": postdex, "ix": ix, "__file__": __file__})
    assert said in str(raised.value)


def test_texts_lie_in_a_folder_that_goes_with_the_index() -> None:
    index = postdex.open(texts={"a.md": "# One\n\nA word.", "deep/b.md": "A word\r\nmore.", "postdex.toml": ""})
    folder = index.folder
    assert index.search("word").total == 2 and sorted(index) == ["a.md", "deep/b.md"]
    (folder / "c.md").write_text("A word.", encoding="utf-8")
    assert len(index) == 3
    index.close()
    index.close()
    assert not folder.exists()
    forgotten = postdex.open(texts={"a.md": "x"}).folder
    gc.collect()
    assert not forgotten.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_leaves_its_parent_the_texts() -> None:
    program = (
        "import os, sys, postdex\nix = postdex.open(texts={'a.md': 'A word.'})\n"
        "if os.fork() == 0: sys.exit()\nos.wait()\nprint(ix.search('word').total, ix.folder)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "search"), str(ROOT / "index")])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    total, folder = done.stdout.split()
    assert total == "1" and not os.path.exists(folder)


def test_an_event_loop_goes_on() -> None:
    async def program() -> None:
        async with postdex.open(texts={"a.md": "A word."}) as index:
            assert (await index.asearch("word", limit=1)).total == 1
            with pytest.raises(postdex.QueryError):
                await index.asearch("word", limit=-1)
            with pytest.raises(TypeError, match="did you mean tags"):
                await index.asearch("word", tag="x")  # type: ignore[call-arg]
            free, began = threading.Event(), threading.Event()

            def slow(*_: Any, **__: Any) -> Any:
                began.set()
                assert free.wait(30)
                raise ZeroDivisionError

            index.search = slow  # type: ignore[method-assign]
            task = asyncio.create_task(index.asearch("word"))
            turns, until = 0, time.monotonic() + 30
            while not began.is_set() or turns < 5:
                await asyncio.sleep(0.001)
                turns += 1
                assert time.monotonic() < until
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            free.set()
            del index.search
            assert (await asyncio.gather(*[index.asearch("word") for _ in range(5)]))[4].total == 1
        with pytest.raises(postdex.PostdexError, match="closed"):
            await index.asearch("word")

    asyncio.run(program())


def test_it_logs_under_its_name_and_prints_nothing(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, "postdex")
    with postdex.open(texts={"a.md": "A word."}) as index:
        index.search("a word")
        lines = {(record.name, record.levelname): record.getMessage() for record in caplog.records}
        assert "1 added, 0 changed, 0 removed, generation 1" in lines["postdex.index", "INFO"]
        assert lines["postdex.search", "DEBUG"].startswith("'a word': 1 posts in ")
    assert capfd.readouterr() == ("", "")
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("postdex").handlers)


def test_who_does_not_log_does_not_load_logging() -> None:
    program = "import sys, postdex\npostdex.open(sys.argv[1]).search('refcount')\nprint('logging' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "search"), str(ROOT / "index")])}
    with postdex.open(texts={"a.md": "A word."}) as index:
        command = [sys.executable, "-c", program, str(index.folder)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["False"]
