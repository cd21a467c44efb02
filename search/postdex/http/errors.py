"""Which requests does the service refuse, and what does it say then?

Errors of the library (a query over a limit, a post that is not there) pass through as they are, with
their status in `faces`; here are those that only a service has.
"""

from __future__ import annotations

from typing import Any

from postdex_index.errors import EngineUnavailableError, PostdexError

from ..faces import http_status
from ..output import wire
from . import request_id

#: Code -> HTTP status and what happened, in the order of the documentation.
REFUSALS = {
    "bad_request": (400, "what came is not HTTP, or its address is not percent-encoded"),
    "bad_parameter": (400, "a parameter is unknown, has the wrong type, or is out of its bounds"),
    "bad_json": (400, "the body is not a JSON object"),
    "unauthorized": (401, "the token is missing or wrong"),
    "bad_origin": (403, "the web page that asks is not named in the setting origins"),
    "forbidden": (403, "the service was started without what this needs"),
    "not_found": (404, "there is no such address, post or section"),
    "method_not_allowed": (405, "the address does not know this method"),
    "too_slow": (408, "the request did not arrive in time"),
    "body_too_large": (413, "the body is over the limit"),
    "bad_content_type": (415, "the body is not called application/json"),
    "bad_host": (421, "the Host header is none that this service answers to"),
    "too_busy": (429, "as much is being done as can be; Retry-After says when to ask again"),
    "headers_too_large": (431, "address and headers are over the limit"),
    "not_ready": (503, "nothing can be answered: there is no index, it is damaged, or its servers are away"),
}


class RequestError(PostdexError):
    """A request that is refused; `code` is one of REFUSALS.

    >>> RequestError("too_busy", "64 searches wait", "ask again in a second").code
    'too_busy'
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


def status(error: PostdexError) -> int:
    """The status of the answer that says an error.

    >>> status(RequestError("too_busy", "64 searches wait"))
    429
    """
    return REFUSALS[error.code][0] if isinstance(error, RequestError) else http_status(error)


def body(error: Exception, number: str = "") -> bytes:
    """The error as the JSON that is answered, with the id of the request: `number`, or else of the one that runs."""
    form = wire.error(error)
    return encoded({"error": {**form["error"], "request_id": number or request_id.current.get()}})


def encoded(form: dict[str, Any]) -> bytes:
    """A wire form as bytes of JSON."""
    return wire.dumps(form).encode("utf-8")


def headers(error: PostdexError) -> dict[str, str]:
    """The headers that belong to its status."""
    if status(error) == 429:
        return {"retry-after": "1"}
    if isinstance(error, EngineUnavailableError) or (status(error) == 503 and isinstance(error, RequestError)):
        return {"retry-after": "5"}
    if status(error) == 401:
        # A browser that is shown the page asks its user for a password: the token. Then it sends it along by itself.
        return {"www-authenticate": 'Basic realm="postdex (the password is the token)", charset="UTF-8"'}
    return {}
