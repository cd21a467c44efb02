"""How is the service described to programs? By openapi.json, which docs/openapi.py makes of the service itself."""

from __future__ import annotations

from json import loads
from pathlib import Path
from typing import Any

from .auth import AccessRules


def document(rules: AccessRules) -> dict[str, Any]:
    """The OpenAPI document of a service with these rules: where reading is guarded, all of it needs the token."""
    described: dict[str, Any] = loads(Path(__file__).with_name("openapi.json").read_bytes())
    if rules.guarded:
        for operation in (it for operations in described["paths"].values() for it in operations.values()):
            operation["security"] = [{"token": []}]
            operation["responses"]["401"] = {"$ref": "#/components/responses/Error"}
    return described
