"""Where does the tests' OpenSearch come from: its jars, and the Java that runs them?

The jars are Maven's: OpenSearch publishes its server and its modules there, though no archive to unpack. They are
fetched once, into the user's cache or where POSTDEX_TEST_CACHE says, and laid out as the server expects them. Scripts
(lang-painless) and the security plugin are not among them: the engine needs no scripts, and proxies of the tests' own
stand in for security.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import platformdirs

VERSION = "3.9.0"
#: The oldest Java that this version runs on.
JAVA = 21
#: log4j-core must be of the version of log4j-api that this VERSION brings.
LOG4J = "2.25.5"


class MissingToolError(Exception):
    """The machine has no JDK that is new enough, or no Maven: the cluster's tests cannot run here."""


class Artifact(NamedTuple):
    """A jar in Maven's repository, with all that it needs."""

    group: str
    name: str
    version: str = VERSION


class Module(NamedTuple):
    """A part of the server that it loads from a folder of its own."""

    name: str
    artifact: str
    class_name: str


SERVER = (
    Artifact("org.opensearch", "opensearch"),
    Artifact("org.opensearch", "opensearch-agent-bootstrap"),  # or it ends with NoClassDefFoundError: AgentPolicy
    Artifact("org.opensearch", "opensearch-plugin-classloader"),  # loads modules; nothing depends on it
    Artifact("org.apache.logging.log4j", "log4j-core", LOG4J),  # optional by the server's pom, but needed to start
)
MODULES = (
    Module("transport-netty4", "transport-netty4-client", "org.opensearch.transport.Netty4ModulePlugin"),
    Module("analysis-common", "analysis-common", "org.opensearch.analysis.common.CommonAnalysisModulePlugin"),
    Module("mapper-extras", "mapper-extras-client", "org.opensearch.index.mapper.MapperExtrasModulePlugin"),
    Module("reindex", "reindex-client", "org.opensearch.index.reindex.ReindexModulePlugin"),
)
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>postdex.tests</groupId><artifactId>{name}</artifactId><version>1</version><packaging>{packaging}</packaging>
{body}</project>
"""


def java() -> Path:
    """The `java` of the first JDK of version JAVA or newer: of JAVA_HOME, of /usr/lib/jvm, of PATH."""
    for home in _java_homes():
        if _java_version(home) >= JAVA:
            return home / "bin" / "java"
    raise MissingToolError(f"there is no JDK {JAVA} or newer: install one, or let JAVA_HOME name it")


def _java_homes() -> Iterator[Path]:
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    yield from sorted(Path("/usr/lib/jvm").glob("*"))
    if found := shutil.which("java"):
        yield Path(found).resolve().parents[1]


def _java_version(home: Path) -> int:
    """The major version of a JDK, from its file `release`; 0 where there is none."""
    try:
        release = (home / "release").read_text()
    except OSError:
        return 0
    version = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
    return int(version[1]) if version else 0


def distribution() -> Path:
    """The folder with `lib` and `modules` of the server, fetched if it is not there."""
    given = os.environ.get("POSTDEX_TEST_CACHE")
    cache = Path(given) if given else platformdirs.user_cache_path("postdex-tests")
    ready = cache / f"opensearch-{VERSION}"
    if ready.is_dir():
        return ready
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        work = Path(folder)
        _fetch(work / "pom")
        _lay_out(work / "pom", work / "server")
        try:
            (work / "server").rename(ready)
        except OSError:
            if not ready.is_dir():  # somebody else may have fetched it meanwhile
                raise
    return ready


def _fetch(work: Path) -> None:
    """Have Maven copy the server's and each module's jars to `NAME/target/dependency`."""
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingToolError("there is no Maven: install it (`mvn` must be on PATH)")
    wanted = {"server": SERVER} | {
        module.name: (Artifact("org.opensearch.plugin", module.artifact),) for module in MODULES
    }
    work.mkdir()
    modules = "".join(f"<module>{name}</module>" for name in wanted)
    (work / "pom.xml").write_text(POM.format(name="all", packaging="pom", body=f"<modules>{modules}</modules>"))
    for name, artifacts in wanted.items():
        dependencies = "".join(
            f"<dependency><groupId>{artifact.group}</groupId><artifactId>{artifact.name}</artifactId>"
            f"<version>{artifact.version}</version></dependency>"
            for artifact in artifacts
        )
        body = f"<dependencies>{dependencies}</dependencies>"
        (work / name).mkdir()
        (work / name / "pom.xml").write_text(POM.format(name=name, packaging="jar", body=body))
    command = [maven, "-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime"]
    subprocess.run(command, cwd=work, check=True, stdin=subprocess.DEVNULL)


def _lay_out(fetched: Path, server: Path) -> None:
    """Put the jars where the server looks for them; a module has only those that the server has not."""
    shutil.copytree(fetched / "server" / "target" / "dependency", server / "lib")
    for name in ("bin", "plugins", "extensions"):  # the server would make them, and may not
        (server / name).mkdir()
    present = {_library(jar) for jar in (server / "lib").iterdir()}
    for module in MODULES:
        folder = server / "modules" / module.name
        folder.mkdir(parents=True)
        for jar in (fetched / module.name / "target" / "dependency").iterdir():
            if _library(jar) not in present:
                shutil.copy(jar, folder)
        (folder / "plugin-descriptor.properties").write_text(
            f"name={module.name}\ndescription={module.name}\nversion={VERSION}\nclassname={module.class_name}\n"
            f"java.version={JAVA}\nopensearch.version={VERSION}\n"
        )


def _library(jar: Path) -> str:
    """The name of a jar without its version."""
    return re.sub(r"-\d[\w.]*\.jar$", "", jar.name)
