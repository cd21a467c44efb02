"""Which package is installed as `whoosh`, and are its files still its own?

Several packages are imported by that name. pip lets each write over the files of another, and `pip check` has nothing
to say of it: what is imported then is a mixture, and to uninstall one takes files of the other away.
"""

from __future__ import annotations

import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import new
from importlib.metadata import Distribution, PackagePath, distributions

from postdex_index.named_tuple import NamedTuple

#: The packages that have `whoosh`. Only the first is what postdex depends on.
_PACKAGES = ("Whoosh", "whoosh3", "Whoosh-Reloaded")
_NEEDED = "whoosh>=2.7.4,<2.8"


class InstalledWhoosh(NamedTuple):
    """The packages that have `whoosh`, each with its version; what is wrong with them and what to do, "" if nothing."""

    packages: tuple[str, ...]
    trouble: str = ""
    remedy: str = ""

    def in_words(self) -> str:
        """In a line.

        >>> InstalledWhoosh(("Whoosh 2.7.4",)).in_words()
        'Whoosh 2.7.4'
        """
        return f"{self.trouble}; {self.remedy}" if self.trouble else ", ".join(self.packages)


def installed_whoosh(folders: Sequence[str] | None = None) -> InstalledWhoosh:
    """What is installed, in these folders or where Python looks for modules."""
    path = list(sys.path if folders is None else folders)
    installed = [distribution for name in _PACKAGES for distribution in list(distributions(name=name, path=path))[:1]]
    packages = tuple(f"{distribution.metadata['Name']} {distribution.version}" for distribution in installed)
    install = f"pip install '{_NEEDED}'"
    if not installed:
        return InstalledWhoosh((), "there is no Whoosh", install)
    changed = [sum(map(_is_foreign, _files(distribution))) for distribution in installed]
    told = [
        f"{count:,} files of {name} are missing or another's"
        for name, count in zip(packages, changed, strict=True)
        if count
    ]
    if len(installed) > 1:
        told.insert(0, f"{' and '.join(packages)} have their files in one folder")
    if not told:
        return InstalledWhoosh(packages)
    names = " ".join(distribution.metadata["Name"] for distribution in installed)
    return InstalledWhoosh(packages, ", ".join(told), f"pip uninstall -y {names}, then {install}")


def _files(package: Distribution) -> list[PackagePath]:
    """The modules of `whoosh` that a package came with, as far as it says so."""
    return [file for file in package.files or () if file.parts[0] == "whoosh" and file.suffix == ".py"]


def _is_foreign(file: PackagePath) -> bool:
    """Whether a file is not there, or not as it was installed."""
    try:
        content = file.read_binary()
    except OSError:
        return True
    if file.hash is None:
        return False
    digest = urlsafe_b64encode(new(file.hash.mode, content).digest()).decode().rstrip("=")
    return digest != file.hash.value
