"""How is one node of the cluster asked, and why did it not answer?

The one module that knows opensearch-py, whose connections it uses: keep-alive, TLS and signatures are theirs.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from typing import Any

import opensearchpy
import urllib3

from ....errors import ConfigError, EngineUnavailableError, MissingExtraError
from ....named_tuple import NamedTuple
from .answers import LATER
from .credentials import PREFIX, Access, Host

#: Seconds for a connection; connections that are kept to a node.
CONNECT, CONNECTIONS = 2.0, 32

#: Seconds for which a node is left out after its first failure; each further one doubles them, up to the most.
LEFT_OUT, LONGEST_LEFT_OUT = 1.0, 60.0

START = f"is it running, and named rightly in {PREFIX}HOSTS?"
SCHEME = f"try again; is it http:// or https:// that it speaks, and that {PREFIX}HOSTS has?"


class Request(NamedTuple):
    """What is sent: `body` is JSON, or lines of it."""

    method: str
    path: str
    body: bytes | None
    params: Mapping[str, str]


class Answered(NamedTuple):
    """The status and the body of an HTTP answer."""

    status: int
    text: str


class NoAnswerError(EngineUnavailableError):
    """A node gave no answer; `unsent` says that it cannot have heard the request, `hung` that time ran out."""

    def __init__(self, message: str, hint: str, unsent: bool, hung: bool = False) -> None:
        super().__init__(message, hint)
        self.unsent = unsent
        self.hung = hung


class _Connection(opensearchpy.Urllib3HttpConnection):
    """A connection that writes nothing to logs and warns of nothing: a failure is the error's to say."""

    def log_request_success(self, *_: Any, **__: Any) -> None: ...

    def log_request_fail(self, *_: Any, **__: Any) -> None: ...

    def _raise_warnings(self, warning_headers: Any) -> None: ...


class Node:
    """A host with its kept-alive connections, and whether it is left out for a while: after `failures` in a row until
    `out_until`, a `time.monotonic()`."""

    def __init__(self, host: Host, access: Access) -> None:
        self.host, self.failures, self.out_until = host, 0, 0.0
        self._failed_at = float("-inf")
        self._connection = _Connection(
            host=host.name,
            port=host.port,
            url_prefix=host.prefix,
            use_ssl=host.scheme == "https",
            ssl_context=_tls(access) if host.scheme == "https" else None,
            pool_maxsize=CONNECTIONS,
            http_auth=_signer(access) if access.aws_region else None,
            headers=_authorization(access),
        )

    def ask(self, request: Request, seconds: float) -> Answered:
        """The answer to a request, whatever its status. Raises NoAnswerError."""
        limit: Any = urllib3.Timeout(connect=min(seconds, CONNECT), read=seconds)  # passed on to urllib3 as it is
        method, path, body, params = request
        try:
            status, _, text = self._connection.perform_request(
                method, path, params, body, timeout=limit, ignore=range(100, 600)
            )
        except opensearchpy.ConnectionError as error:
            raise _unanswered(error, seconds) from None  # its chain has the request and its headers
        return Answered(status, text)

    def judge(self, well: bool) -> None:
        """Leave the node out for a while that doubles with each failure, or take it in again."""
        now = time.monotonic()
        if well:
            self.failures, self.out_until = 0, 0.0
        elif now - self._failed_at > LEFT_OUT:  # many requests that meet the same failure are one
            self.failures += 1
            self._failed_at = now
            self.out_until = now + min(LEFT_OUT * 2 ** (self.failures - 1), LONGEST_LEFT_OUT)


def encoded(body: object) -> bytes | None:
    """A body as JSON; bytes are as they are sent. A lone surrogate, which UTF-8 does not have, is escaped."""
    if body is None or isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


def json_line(body: object) -> bytes:
    """A line of a body that has one JSON value on each."""
    return (encoded(body) or b"{}") + b"\n"


def _tls(access: Access) -> ssl.SSLContext:
    """The context of TLS connections: the system's certificates, or those of POSTDEX_OPENSEARCH_CA. Raises
    ConfigError."""
    try:
        return ssl.create_default_context(cafile=access.ca or None)
    except (OSError, ValueError) as error:  # ssl.SSLError too
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it holds no certificate"
        raise ConfigError(f"{PREFIX}CA cannot be used ({reason})", "name a file in PEM", path=access.ca) from error


def _authorization(access: Access) -> dict[str, str] | None:
    """The header that names a user or a key. opensearch-py would write a password in Latin-1, which OpenSearch reads as
    UTF-8."""
    if access.user:
        return {"authorization": f"Basic {access.basic}"}
    return {"authorization": f"ApiKey {access.api_key}"} if access.api_key else None


def _signer(access: Access) -> Any:
    """What signs each request for AWS. Raises MissingExtraError, ConfigError."""
    try:
        import botocore.session
    except ImportError as error:
        raise MissingExtraError("AWS signatures need botocore", "pip install 'postdex[opensearch-aws]'") from error
    credentials = botocore.session.get_session().get_credentials()
    if credentials is None:
        raise ConfigError("there are no credentials of AWS", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    return opensearchpy.Urllib3AWSV4SignerAuth(credentials, access.aws_region, access.aws_service)


def _unanswered(error: opensearchpy.ConnectionError, seconds: float) -> NoAnswerError:
    """Why there was no answer, in words, and what to do."""
    causes = tuple(_causes(error))
    kinds = {kind for cause in causes for kind in type(cause).__mro__}
    unsent = bool(kinds & {urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError})
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            hint = f"is {PREFIX}CA the file of its authority's certificate, and the host named as in its own?"
            return NoAnswerError(f"its certificate is not trusted ({cause.verify_message})", hint, True)
        if isinstance(cause, ssl.SSLError):
            return NoAnswerError(f"TLS failed ({cause.reason})", SCHEME, unsent)
        if isinstance(cause, socket.gaierror):
            return NoAnswerError("there is no host of this name", START, True)
        if isinstance(cause, ConnectionResetError):  # http.client.RemoteDisconnected too
            return NoAnswerError("it ended the connection without an answer", SCHEME, False)
        if isinstance(cause, OSError) and cause.strerror:
            return NoAnswerError(f"{cause.strerror[0].lower()}{cause.strerror[1:]}", START, unsent)
    if unsent:
        return NoAnswerError(f"no connection within {min(seconds, CONNECT):.2g} s", START, True)
    if kinds & {urllib3.exceptions.ReadTimeoutError, TimeoutError}:
        return NoAnswerError(f"no answer within {seconds:.1f} s", LATER, False, hung=True)
    if kinds & {urllib3.exceptions.ProtocolError, http.client.HTTPException, UnicodeError}:
        return NoAnswerError("its answer was cut off or is malformed", LATER, False)
    return NoAnswerError(f"there was no answer ({type(causes[-1]).__name__})", START, unsent)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it came of, the outermost first: its context, and errors among its arguments."""
    seen: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        error = waiting.pop()
        if error not in seen:
            seen.append(error)
            yield error
            inner = (error.__context__, error.__cause__, *error.args)
            waiting += [cause for cause in inner if isinstance(cause, BaseException)]
