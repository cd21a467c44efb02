"""Are the vectors of meaning here, and do they belong to this code?

`postdex-vectors` (its source is `search/vectors`) is a package of tables (`vector_file`) and nothing else; numpy reads
them. The extra `meaning` brings both. It is looked for when a search first has a use for it, or somebody asks whether
it is here: what is not installed costs nothing. What is there and does not fit is not used, which is said once.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.errors import MissingExtraError
from postdex_index.logs import WARNING, log
from postdex_index.named_tuple import NamedTuple

from ..text_safety import printable

if TYPE_CHECKING:
    from .vectors import Vectors

#: The release of the vectors that this code was measured with; another one would order posts in another way.
RELEASE = "0.1.0"
#: What a table's file ends with.
SUFFIX = ".vectors"

_PACKAGE = "postdex_vectors"


class Installed(NamedTuple):
    """The tables that are here, by the names of their files; where there is something that cannot be used, `refused`
    says what is wrong with it, in one line."""

    tables: tuple[Vectors, ...] = ()
    refused: str = ""

    @property
    def languages(self) -> list[str]:
        """The codes of the languages whose texts the tables know."""
        return sorted({language for table in self.tables for language in table.languages})


def installed() -> Installed:
    """What is here; looked for once in a process."""
    with forks.barred:  # which loads modules
        return _installed()


def found() -> bool:
    """Whether the packages of the extra are here, whatever is in them: nothing of them is loaded."""
    with forks.barred:
        from importlib.util import find_spec

        return all(map(find_spec, ("numpy", _PACKAGE)))


def language_of(tag: str) -> str:
    """The code of a language, without a region: of `zh-Hans-CN` `zh`."""
    return tag.replace("_", "-").partition("-")[0].lower()


def usable() -> bool:
    """Whether meaning can have a say."""
    return bool(installed().tables)


def refusal() -> str:
    """What is wrong with what is here, "" if nothing is, or nothing is here."""
    return installed().refused


def require() -> None:
    """Raise MissingExtraError unless meaning can have a say."""
    here = installed()
    if here.refused:
        raise MissingExtraError(here.refused)
    if not here.tables:
        raise MissingExtraError("an order by meaning needs more packages", "pip install 'postdex[meaning]'")


def in_words() -> str:
    """What is here, as people are told: `postdex-vectors 0.1.0 (en, zh)`, or not installed, or why it is not used."""
    here = installed()
    if here.tables:
        return f"postdex-vectors {RELEASE} ({', '.join(here.languages)})"
    return here.refused or "not installed"


def changed_tables() -> list[str]:
    """The names of the files of tables that are not as they were written; all of them is read for that."""
    with forks.barred:
        from . import vector_file

    paths = [table.path for table in installed().tables]
    return [os.path.basename(path) for path in paths if not vector_file.is_as_written(path)]


def log_refusal() -> None:
    """Say in the log, once in a process, why what is here is not used."""
    if refused := refusal():
        _log_once(refused)


@cache
def _log_once(line: str) -> None:
    log("meaning", WARNING, "%s", line)


@cache
def _installed() -> Installed:
    try:
        import postdex_vectors

        release = str(getattr(postdex_vectors, "VERSION", "unknown"))
        folder = os.path.dirname(str(postdex_vectors.__file__))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a broken or foreign file raises
        if isinstance(error, ModuleNotFoundError) and error.name == _PACKAGE:
            return Installed()
        return _refused(f"{type(error).__name__}: {error}")
    if release != RELEASE:
        return _refused(f"{release} is here, {RELEASE} belongs to this postdex")
    try:
        with forks.barred:
            from . import vectors
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # of numpy, which may be of another Python, or half of it
        return _refused(f"numpy cannot be loaded ({error})", "install postdex[meaning] anew")
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX))
        tables = tuple([vectors.Vectors(os.path.join(folder, name)) for name in names])
    except Exception as error:
        return _refused(str(error))
    return Installed(tables) if tables else _refused("it holds no table")


def _refused(why: str, remedy: str = f"install postdex-vectors {RELEASE} anew") -> Installed:
    """One line that any terminal can show: an error may have anything in it."""
    return Installed(refused=f"postdex-vectors is not used: {printable(' '.join(why.split()))}; {remedy}")
