"""Do the examples of `deploy/` do what they say? nginx, Caddy and systemd run them where they are installed.

What an image is made of, and that it works, is tried by `tests/long/image.py`, as that needs a package index.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from browser import chromium, free_port
from served_process import ENVIRONMENT, Started, ask, by_file, started

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
NAME = "blog.example"


class Proxied(NamedTuple):
    """A service below /search/ of a web server: the server's port, and where the service itself listens."""

    port: int
    socket: Path
    service: Started

    def ask(self, target: str, method: str = "GET", body: bytes | None = None, /, **headers: str) -> tuple[int, str]:
        """The status and the body of an answer of the web server."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, {"Host": f"{NAME}:{self.port}", **named})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()


@contextmanager
def program(command: list[str], **environment: str) -> Iterator[None]:
    """A program, until the end of the block."""
    running = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
        assert running.poll() is None, command
    finally:
        running.terminate()
        running.wait(20)


@contextmanager
def nginx(folder: Path, port: int, path: Path) -> Iterator[None]:
    """nginx with the example as one of its sites."""
    if not (found := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip("there is no nginx (apt-get install nginx-light)")
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    site = site.replace("/run/postdex/postdex.sock", str(path)).replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = site.replace("rate=20r/s", "rate=2000r/s")  # tests type fast
    (folder / "site.conf").write_text(site, encoding="utf-8")
    user = "user root;\n" if os.geteuid() == 0 else ""
    kept = "".join(f"{name}_temp_path {folder};\n" for name in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi"))
    http_part = f"http {{\n{kept}access_log off;\ninclude {folder}/site.conf;\n}}\n"
    (folder / "nginx.conf").write_text(f"{user}pid {folder}/pid;\nerror_log stderr;\nevents {{}}\n{http_part}")
    command = [found, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    with program([*command, "-g", "daemon off;"]):
        yield


@contextmanager
def caddy(folder: Path, port: int, path: Path) -> Iterator[None]:
    """Caddy with the example as its only site, and nothing that asks for a certificate."""
    if not (found := shutil.which("caddy")):
        pytest.skip("there is no Caddy (apt-get install caddy)")
    config = folder / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\nimport {DEPLOY / 'Caddyfile'}\n", encoding="utf-8")
    given = {"SITE": f"http://{NAME}:{port}", "POSTDEX_SOCKET": str(path), "HOME": str(folder)}
    given |= {"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [found, "run", "--adapter", "caddyfile", "--config", str(config)]
    tried = subprocess.run(
        [found, "validate", *command[2:]], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 0, tried.stderr
    with program(command, **given):
        yield


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("deployed")
    posts, path, port = folder / "posts", folder / "s", free_port()
    shutil.copytree(ROOT / "posts", posts, ignore=shutil.ignore_patterns(".postdex"))
    (posts / "postdex.toml").write_text(f'origins = ["http://{NAME}:{port}"]\n', encoding="utf-8")
    with ExitStack() as stack:
        stack.enter_context(request.param(folder, port, path))
        running = stack.enter_context(started(str(posts), "--uds", str(path), "--log", "json"))
        running.wait_for("posts of")
        found = Proxied(port, path, running)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                if found.ask("/search/ready")[0] == 200:
                    break
            except OSError:
                time.sleep(0.05)
        yield found


def test_the_search_is_below_a_path(proxied: Proxied) -> None:
    status, body = proxied.ask("/search/search?q=refcount&limit=1")
    assert status == 200 and json.loads(body)["total"] > 1
    status, page = proxied.ask("/search/?q=refcount")
    assert status == 200 and "<mark>" in page
    assert re.findall(r'(?:href|src|action)="(/[^"]*)"', page) == [], "nothing on it leads out of /search/"
    for file in set(re.findall(r'(?:src|href)="([\w.-]+\.(?:js|css))"', page)):
        assert proxied.ask(f"/search/{file}")[0] == 200, file
    assert proxied.ask("/search")[0] in (301, 302, 308)
    assert proxied.ask("/search/documents/2022/refcount-bug.md%23root-cause")[0] == 200
    assert proxied.ask("/search/search", "POST", b'{"q": "refcount"}', Content_Type="application/json")[0] == 200


def test_assistants_ask_below_that_path(proxied: Proxied) -> None:
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    call = {"name": "search", "arguments": {"query": "refcount"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    named = {"Content_Type": "application/json", "Accept": "application/json, text/event-stream"}
    status, answer = proxied.ask("/search/mcp", "POST", body, **named)
    assert status == 200 and "2022/refcount-bug.md" in answer


def test_the_description_of_the_service_is_of_that_path(proxied: Proxied) -> None:
    assert json.loads(proxied.ask("/search/openapi.json")[1])["servers"] == [{"url": "."}]


def test_only_its_public_name_is_answered(proxied: Proxied) -> None:
    status, _ = proxied.ask("/search/search?q=a", Host="evil.example")
    assert status in (200, 404, 421) and (status != 200 or proxied.ask("/search/ready", Host="evil.example")[1] == "")
    assert proxied.ask("/search/search?q=a", Origin="https://evil.example")[0] == 403
    assert proxied.ask("/search/search?q=a", Origin=f"http://{NAME}:{proxied.port}")[0] == 200


@pytest.mark.parametrize("name", ["metrics", "health"])
@pytest.mark.parametrize("form", ["{}", "/{}", "./{}", "x/../{}", "{}?x", "blog/{}", "e as a code"])
def test_what_is_for_operators_stays_inside(proxied: Proxied, name: str, form: str) -> None:
    target = "/search/" + (name.replace("e", "%65") if form == "e as a code" else form.format(name))
    status, body = proxied.ask(target)
    assert status in (400, 404), target
    assert "request_id" not in body, "the service was not even asked"
    assert " 200 " in ask(by_file(proxied.socket), f"/{name}")


def test_the_log_has_the_client_and_the_id_of_the_proxy(proxied: Proxied) -> None:
    proxied.ask("/search/suggest?q=spoofed", X_Forwarded_For="203.0.113.9", X_Request_Id="of-the-client")
    line = json.loads(proxied.service.wait_for("spoofed"))
    assert line["client"] == "127.0.0.1", "what the client calls itself is not believed"
    assert re.fullmatch(r"[0-9a-f-]{32,36}", line["request_id"])


def test_a_restart_shows_nobody_an_error(proxied: Proxied) -> None:
    os.kill(proxied.service.process.pid, signal.SIGUSR2)
    statuses: list[int] = []
    until = time.monotonic() + 30
    begun = sum("posts of" in line for line in proxied.service.lines)
    while sum("posts of" in line for line in proxied.service.lines) == begun and time.monotonic() < until:
        statuses.append(proxied.ask("/search/search?q=refcount")[0])
    assert set(statuses) == {200} and len(statuses) > 5


def test_page_and_box_work_below_a_path(proxied: Proxied) -> None:
    """In a browser that finds the public name here; the box stands on a page of the same site."""
    public = f"http://{NAME}:{proxied.port}"
    box = "<postdex-search></postdex-search>"
    box += f'<script src="{public}/search/postdex.js" data-endpoint="{public}/search"></script>'
    with chromium(f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as browser:
        page = browser.new_page()
        page.goto(f"{public}/search/")
        page.fill("#q", "refcount")
        page.wait_for_selector("#hits mark")
        assert page.evaluate("location.pathname") == "/search/"
        page.set_content(box)
        with page.expect_response(re.compile(r"/search/search\?.*refcount")) as answered:
            page.get_by_role("button", name="Search").click()
            page.keyboard.type("refcount")
        assert answered.value.status == 200
        page.close()


# -- systemd


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_has_nothing_to_say_against_the_units(tmp_path: Path) -> None:
    unit = (DEPLOY / "postdex.service").read_text(encoding="utf-8")
    assert unit.count("/opt/postdex/bin/postdex ") == 1
    (tmp_path / "postdex.service").write_text(unit.replace("/opt/postdex/bin/postdex ", f"{sys.executable} "))
    shutil.copy(DEPLOY / "postdex.socket", tmp_path)
    units = [str(tmp_path / name) for name in ("postdex.service", "postdex.socket")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=15", units[0]],
        capture_output=True,
        text=True,
        check=False,
    )
    if "offline" not in judged.stderr:  # older than systemd 250
        assert judged.returncode == 0, judged.stdout


def test_the_unit_starts_what_there_is(tmp_path: Path) -> None:
    unit = (DEPLOY / "postdex.service").read_text(encoding="utf-8")
    found = re.search(r"(?m)^ExecStart=\S+ (.*)$", unit)
    assert found
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "a.md").write_text("# A\n\nword\n", encoding="utf-8")
    arguments = found[1].replace("/var/cache/postdex", str(tmp_path / "index")).replace("/srv/blog/posts", str(posts))
    command = [sys.executable, "-m", "postdex", *arguments.split(), "--check"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    listens = re.search(r"(?m)^ListenStream=(.*)$", (DEPLOY / "postdex.socket").read_text(encoding="utf-8"))
    assert listens and all(listens[1] in (DEPLOY / name).read_text() for name in ("nginx.conf", "Caddyfile"))


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="systemd is not here")
def test_systemd_hands_its_socket_over(tmp_path: Path) -> None:
    posts, path = tmp_path / "posts", tmp_path / "s"
    posts.mkdir()
    (posts / "a.md").write_text("# A\n\nword\n", encoding="utf-8")
    command = ["systemd-socket-activate", f"--listen={path}", *(f"-E{name}" for name in ("PYTHONPATH", "PATH"))]
    command += [sys.executable, "-m", "postdex", "serve", str(posts)]
    running = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert '"total": 1' in ask(by_file(path), "/search?q=word"), "the first request starts it, and is answered"
    finally:
        running.terminate()
        assert running.wait(20) == 0


# -- containers


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"(?m)^USER (?!0|root)\d+:\d+$", last) and "HEALTHCHECK" in last
    for source in re.findall(r"(?m)^COPY (?!--from)(\S+)", text):
        assert (ROOT / source).exists()
        assert source == "." or f"!{source}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert not re.search(r"(?m)^FROM \S+:latest|^FROM [^:\s]+(?: |$)", text), "which one it is is said"


def test_containers_may_do_nothing_more_than_they_must() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    ours = services["postdex"]
    assert ours["read_only"] and ours["cap_drop"] == ["ALL"] and ours["network_mode"] == "none"
    assert "no-new-privileges:true" in ours["security_opt"] and "ports" not in ours
    (posts,) = [volume for volume in ours["volumes"] if volume.endswith(":/posts:ro")]
    assert posts.startswith("${POSTS:?")
    assert services["web"]["depends_on"]["postdex"]["condition"] == "service_healthy"
    socket = ours["command"].partition("--uds ")[2]
    assert socket and socket in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_the_check_of_a_container_says_whether_it_is_ready(tmp_path: Path) -> None:
    posts, path = tmp_path / "posts", tmp_path / "s"
    posts.mkdir()
    (posts / "a.md").write_text("# A\n\nword\n", encoding="utf-8")

    def check(**given: str) -> int:
        command = [sys.executable, str(DEPLOY / "healthcheck")]
        environment = {**os.environ, **given}
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    assert check(POSTDEX_SOCKET=str(path), POSTDEX_PORT=str(free_port())) != 0
    with started(str(posts), "--uds", str(path)) as running:
        running.wait_for("posts of")
        assert check(POSTDEX_SOCKET=str(path)) == 0
    with started(str(posts), "--port", "0") as running:
        assert check(POSTDEX_SOCKET=str(path), POSTDEX_PORT=str(running.port)) == 0
