"""docs/api.md, made from the OpenAPI description."""

from __future__ import annotations

import json
from typing import Any, Final

from queries.serving.visits import REASON

_HEAD: Final = """# The API

Made from the OpenAPI description (`/openapi.json` of a running `ringfence serve`) by
`python -m ringfence.api_page`; a test holds it. How to come in, what masks are and what becomes of
answers: [desk.md](desk.md). A typed client in Python is `queries.client`.

Bodies are JSON. An error is a problem (RFC 9457, `application/problem+json`):

```json
{problem}
```

`code` is one of {codes} and the names of other statuses.
Reading routes take `Ringfence-Reason`, the reason for which identifiers are to be shown.
"""
_CODES: Final = (
    *("bad_call", "invalid_request", "no_reason", "not_allowed", "not_found", "other_site", "too_large"),
    *("too_many_streams", "too_often", "too_slow", "unavailable", "unforeseen", "unknown_caller"),
    *("unknown_host", "wrong_password"),
)


def api_page(description: dict[str, Any]) -> str:
    """The page."""
    problem = description["components"]["schemas"]["Problem"]["example"]
    text = _HEAD.format(problem=json.dumps(problem), codes=", ".join(f"`{code}`" for code in _CODES))
    by_tag: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_route(method.upper(), path, operation))
    return text + "".join(f"\n## {tag.capitalize()}\n\n" + "\n".join(told) for tag, told in by_tag.items())


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    permission = operation.get("x-permission")
    who = {None: "open to everybody", "any": "everybody who is known"}.get(permission, f"`{permission}`")
    said = f"{operation['summary']} {operation['description']}"
    lines = [f"### `{method} {path}`", "", said, "", f"Who: {who}."]
    told = [each for each in operation.get("parameters", []) if each["name"] != REASON]
    if told:
        lines += ["", "| parameter | in | meaning |", "|---|---|---|"]
        lines += [f"| `{each['name']}` | {each['in']} | {_meaning(each)} |" for each in told]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        lines += ["", "Takes", "", "```json", json.dumps(body["example"]), "```"]
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {})
        if status.startswith("2") and content.get("example") is not None:
            lines += ["", f"Gives, with {status},", "", "```json", json.dumps(content["example"]), "```"]
        elif status.startswith("2"):
            lines += ["", f"Answers with {status}."]
    return "\n".join(lines) + "\n"


def _meaning(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    default = schema.get("default")
    told = str(parameter.get("description", ""))
    return told if default is None else f"{told} Default `{default}`."
