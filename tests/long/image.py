"""Is the image of deploy/Dockerfile what it promises: built from a clone, well, read-only, ended in good order?

    python tests/long/image.py

Docker or Podman builds and runs it where one of them works. Elsewhere its steps run here, one after the other, in a
scratch folder that stands for its root, and a line says so. Needs a package index; a minute.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
TOKEN = "0123456789abcdef0123"
#: Whoever runs in the image, by number.
NOBODY = 10001
_START_S = 120


class Step(NamedTuple):
    """An instruction of a Dockerfile and what it is given."""

    name: str
    rest: str


def steps() -> list[Step]:
    """All instructions, in order, lines that go on joined."""
    text = re.sub(r"\\\n", " ", DOCKERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Step(*line.split(maxsplit=1)) for line in lines]


def builder() -> str:
    """The program that can build and run images here, "" if there is none."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0:
            return name
    return ""


def until_well(check: Callable[[], bool]) -> None:
    """Wait until a check holds. Raises AssertionError if it never does."""
    until = time.monotonic() + _START_S
    while not check():
        assert time.monotonic() < until, "it is not ready"
        time.sleep(0.3)


# -- with a builder


def in_container(program: str) -> None:
    """Build the image and run it as its first lines say."""
    subprocess.run([program, "build", "-q", "-f", str(DOCKERFILE), "-t", "postdex-trial", str(ROOT)], check=True)
    mounted = f"{ROOT / 'posts'}:/posts:ro"
    command = [program, "run", "-d", "--read-only", "--tmpfs", "/tmp", "-e", f"POSTDEX_TOKEN={TOKEN}", "-v", mounted]
    name = subprocess.run([*command, "postdex-trial"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        check = [program, "exec", name, "python", "/usr/local/bin/healthcheck"]
        until_well(lambda: subprocess.run(check, capture_output=True, check=False).returncode == 0)
        subprocess.run([program, "stop", name], check=True, capture_output=True)
        ended = subprocess.run([program, "inspect", name], check=True, capture_output=True, text=True).stdout
        assert json.loads(ended)[0]["State"]["ExitCode"] == 0
    finally:
        subprocess.run([program, "rm", "-f", "-v", name], capture_output=True, check=False)


# -- without one


class Image:
    """A folder that stands for the root of the image while its steps run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.user = _nobody()
        self.environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
        self.said: dict[str, list[str]] = {}

    def inside(self, text: str) -> str:
        """A text whose paths lie in this root."""
        return re.sub(r"(?<![\w.])/(?=(?:src|opt|index|posts|run|usr/local/bin)\b)", f"{self.root}/", text)

    def run(self, step: Step) -> None:
        """What a step does."""
        if step.name == "RUN":
            command = step.rest if self.user else re.sub(r" -[og] \d+", "", step.rest)
            folder = self.root / "src"
            subprocess.run(self.inside(command), shell=True, check=True, cwd=folder, env=self.environment)
        elif step.name == "WORKDIR":
            (self.root / step.rest.lstrip("/")).mkdir(parents=True)
        elif step.name == "COPY" and not step.rest.startswith("--from"):
            source, target = step.rest.split()
            self._copy(source, self.root / target.lstrip("/") if target != "." else self.root / "src")
        elif step.name == "ENV":
            for name, value in (each.split("=", 1) for each in shlex.split(step.rest)):
                self.environment[name] = self.inside(value).replace("$PATH", self.environment["PATH"])
        elif step.name in ("ENTRYPOINT", "CMD"):
            self.said[step.name] = json.loads(self.inside(step.rest))
        elif step.name == "HEALTHCHECK":
            self.said[step.name] = json.loads(self.inside(step.rest.partition("CMD ")[2]))

    def _copy(self, source: str, target: Path) -> None:
        """What `.dockerignore` lets through of a source; it names what belongs to an image, and nothing else does."""
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        kept = [line[1:] for line in lines if line.startswith("!")]
        for name in kept if source == "." else [source]:
            to = target / name if source == "." else target
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, to, ignore=shutil.ignore_patterns("__pycache__", "target"))
            else:
                shutil.copy(ROOT / name, to)


def step_by_step(root: Path) -> None:
    """Run all steps, then what the image starts, as whom it starts it; posts and program are not to be written."""
    image = Image(root)
    for step in steps():
        print(f"{step.name} {step.rest}", flush=True)
        image.run(step)
    shutil.copytree(ROOT / "posts", root / "posts", ignore=shutil.ignore_patterns(".postdex"))
    port = str(free_port())
    environment = image.environment | {"POSTDEX_TOKEN": TOKEN, "POSTDEX_PORT": port}
    before = sorted(path for path in root.rglob("*") if root / "index" not in path.parents)
    command = [*image.said["ENTRYPOINT"], *image.said["CMD"], "--port", port]
    running = subprocess.Popen(command, env=environment, cwd="/", user=image.user)
    try:
        check = image.said["HEALTHCHECK"]
        until_well(lambda: subprocess.run(check, env=environment, capture_output=True, check=False).returncode == 0)
    finally:
        running.send_signal(signal.SIGTERM)
        status = running.wait(30)
    assert status == 0, f"it ended with {status}"
    after = sorted(path for path in root.rglob("*") if root / "index" not in path.parents)
    assert before == after, set(before) ^ set(after)
    assert any((root / "index").iterdir()), "the index is where it belongs"


def _nobody() -> int | None:
    """Who runs in the image, if he may run this Python here; else whoever runs this."""
    try:
        subprocess.run([sys.executable, "-c", ""], cwd="/", user=NOBODY, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        print("this Python is only for who has installed it: what the image starts is started as that one")
        return None
    return NOBODY


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def main() -> int:
    """Try the image."""
    if program := builder():
        in_container(program)
        print(f"the image holds what it promises: {program} built and ran it")
        return 0
    with tempfile.TemporaryDirectory(prefix="postdex-image-") as scratch:
        os.chmod(scratch, 0o755)
        step_by_step(Path(scratch))
    print("!!!! NO IMAGE WAS BUILT: neither Docker nor Podman works here; its steps were run, and hold. !!!!")
    return 0


if __name__ == "__main__":
    sys.exit(main())
