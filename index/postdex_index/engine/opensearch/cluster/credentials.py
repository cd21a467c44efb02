"""Where is the cluster, and with what does it let us in?

From POSTDEX_OPENSEARCH_… or the file that POSTDEX_OPENSEARCH_FILE names, never from the settings of a folder of posts:
somebody else may have written them, and the password of the environment would go to his host. What is read here is
shown to nobody: an `Access` has no secret in its repr, and `redacted` takes secrets out of what a server says.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

from .... import posix
from ....errors import ConfigError
from ....named_tuple import NamedTuple

PREFIX = "POSTDEX_OPENSEARCH_"
NAMES = ("hosts", "user", "password", "api_key", "ca", "aws_region", "aws_service")

#: The kind of an access without any.
NO_CREDENTIALS = "no credentials"
#: The largest file of credentials that is read, in bytes.
LARGEST = 65_536


class Host(NamedTuple):
    """A node's address, or that of what stands before the nodes; `prefix` is a path before all others."""

    scheme: str
    name: str
    port: int
    prefix: str = ""

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{self.scheme}://{name}:{self.port}{self.prefix}"

    @property
    def loopback(self) -> bool:
        """Whether what is sent there stays on this machine."""
        try:
            return ipaddress.ip_address(self.name).is_loopback
        except ValueError:
            return self.name == "localhost"


@dataclass(frozen=True, slots=True)
class Access:
    """The cluster's hosts and the credentials for them: a user's password, an API key, AWS's, or none."""

    hosts: tuple[Host, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: str = ""
    aws_region: str = ""
    aws_service: str = "es"

    @property
    def kind(self) -> str:
        """The credentials in words that hold no secret: "the user editor"."""
        if self.user:
            return f"the user {self.user}"
        if self.api_key:
            return "the API key"
        return f"AWS credentials for {self.aws_region}" if self.aws_region else NO_CREDENTIALS

    @property
    def basic(self) -> str:
        """The user and the password as HTTP's basic authentication has them, "" without."""
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode() if self.password else ""

    def redacted(self, text: str) -> str:
        """A text of a server or library with our secrets taken out."""
        for secret in (self.basic, self.password, self.api_key):
            text = text.replace(secret, "***") if secret else text
        return text


def read(environment: Mapping[str, str]) -> Access:
    """The access that the environment and its file give; a variable wins over the file. Raises ConfigError."""
    path = environment.get(PREFIX + "FILE", "")
    values = _from_file(path) if path else {}
    for name in NAMES:
        text = environment.get(PREFIX + name.upper(), "")
        if text:
            values[name] = text
    hosts = tuple(
        _host(text.strip()) for text in values.pop("hosts", "https://localhost:9200").split(",") if text.strip()
    )
    access = Access(hosts, **values)
    _check(access)
    return access


def described(environment: Mapping[str, str]) -> str:
    """The credentials that `read` gives, by their kind, and where they come from; without a secret."""
    access = read(environment)
    if access.kind == NO_CREDENTIALS:
        return access.kind
    variable = PREFIX + ("USER" if access.user else "API_KEY" if access.api_key else "AWS_REGION")
    return f"{access.kind}, from {variable if environment.get(variable) else environment[PREFIX + 'FILE']}"


def _check(access: Access) -> None:
    if not access.hosts:
        _refuse("HOSTS names no host", "write https://host:9200, several with commas between")
    if sum(map(bool, (access.user, access.api_key, access.aws_region))) > 1:
        _refuse("more than one of USER, API_KEY and AWS_REGION is set", "leave one")
    if bool(access.user) != bool(access.password):
        _refuse("of USER and PASSWORD one is missing", "set both")
    if ":" in access.user:
        _refuse("USER holds a colon", "a user's name has none")
    if not all(text.isprintable() for text in (access.user, access.password, access.api_key)):
        _refuse("a credential holds a character that cannot be printed", "is there a line break at its end?")
    if not access.api_key.isascii():
        _refuse("API_KEY is not ASCII", "copy it anew")
    open_hosts = [host for host in access.hosts if host.scheme == "http" and not host.loopback]
    if open_hosts and access.kind != NO_CREDENTIALS:
        _refuse(f"credentials would go to {open_hosts[0]} in the clear", "name the host with https://")


def _host(text: str) -> Host:
    """An address of HOSTS; without a scheme it is https, without a port 443, of http 9200."""
    if "@" in text:
        _refuse("HOSTS holds a user or a password", f"name them in {PREFIX}USER and {PREFIX}PASSWORD")
    address = text if "://" in text else "https://" + text
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        _refuse("HOSTS holds an address that is none", "write https://host:9200")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        _refuse(f"{text} in HOSTS is no address of a host", "write https://host:9200")
    return Host(
        parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 9200), parts.path.rstrip("/")
    )


def _from_file(path: str) -> dict[str, str]:
    """The values of a TOML file that nobody else may read; `hosts` may be a list there."""
    try:
        with open(path, "rb", opener=_open) as file:
            _check_file(path, os.fstat(file.fileno()))
            table = tomllib.loads(file.read(LARGEST).decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{PREFIX}FILE cannot be read ({error.strerror})", "name another", path=path) from error
    except (ValueError, RecursionError):  # its message may quote a line, and so a secret
        raise ConfigError("this is not valid TOML", "correct the file", path=path) from None
    values: dict[str, str] = {}
    for name, value in table.items():
        if name not in NAMES:
            raise ConfigError(f"there is no {name}", f"the names are {', '.join(NAMES)}", path=path)
        if name == "hosts" and isinstance(value, list) and all(isinstance(host, str) for host in value):
            value = ",".join(value)
        if not isinstance(value, str):
            raise ConfigError(f"{name} must be a text", "put it in quotation marks", path=path)
        values[name] = value
    return values


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | posix.NO_WAIT)  # a pipe would wait for somebody who writes


def _check_file(path: str, state: os.stat_result) -> None:
    """Refuse a file that others may read or write; of the superuser's a group may read what is mounted for it."""
    if not stat.S_ISREG(state.st_mode):
        raise ConfigError(f"{PREFIX}FILE is not a file", "name another", path=path)
    if state.st_uid not in (posix.geteuid(), 0):
        raise ConfigError("the file with the credentials belongs to another user", "copy it", path=path)
    if state.st_mode & (0o077 if state.st_uid == posix.geteuid() else 0o037):
        raise ConfigError("others may read or change the file with the credentials", f"chmod 600 {path}", path=path)


def _refuse(message: str, hint: str) -> NoReturn:
    raise ConfigError(PREFIX + "…: " + message, hint)
