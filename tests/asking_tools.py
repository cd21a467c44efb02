"""How does a test ask a tool of an assistant, and hold its answer to the form that it promised?"""

from __future__ import annotations

import json
from typing import Any

import jsonschema

import postdex
from postdex.mcp import tools
from postdex.mcp.posts import Posts


def strict(form: Any) -> Any:
    """The form of an answer in which no key may be that it does not have."""
    if isinstance(form, list):
        return list(map(strict, form))
    if not isinstance(form, dict):
        return form
    closed = {"additionalProperties": False} if "properties" in form else {}
    return {**{name: strict(value) for name, value in form.items()}, **closed}


FORMS = {name: jsonschema.Draft202012Validator(strict(tool.form)) for name, tool in tools.TOOLS.items()}


def check(
    ix: postdex.Index, tool: str, arguments: dict[str, Any], code: str = "", said: str = "", *, drafts: bool = True
) -> dict[str, Any]:
    """What a tool answers, in the form that it promised; or an error with this code, that says this."""
    answer, failed = tools.answer(Posts.of(ix, drafts=drafts), tool, arguments)
    assert len(json.dumps(answer)) < 60_000
    assert failed == bool(code), answer
    if code:
        assert answer["error"]["code"] == code
        assert said in answer["error"]["message"] + answer["error"]["hint"]
    else:
        FORMS[tool].validate(answer)
    return answer
