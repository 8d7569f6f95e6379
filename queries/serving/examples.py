"""Examples in the OpenAPI description, made from its schemas: a field's name says what may stand in it."""

from __future__ import annotations

from typing import Any, Final

REF: Final = "$ref"
BY_NAME: Final[dict[str, object]] = {
    "account_id": "~-UfJcykp6JObfRDMs-nGyGp--cPwzXJBSMfyRa44TBXx",
    "analyst": "ann",
    "actor": "ann",
    "means": "token rf_VoCAAlYX",
    "address": "127.0.0.1",
    "action": "ring.read",
    "detail": "{}",
    "digest": "9631bdba228b258b15c0788caca2deffa90497da3c1a092316c9b3fc2d1f6c11",
    "event_id": "verdict-3f1c0c2d5d0e4b7f9a6f0e1d2c3b4a59",
    "flag_id": "flag_0d4c6f1f6a3b5d2e7c88",
    "id": "~I7EFWWhKSSxl1-PwKd9ME04jDnSZVMNa5WrIOV0",
    "label": "notebook",
    "message_id": "msg_3f1c0c2d5d0e4b7f9a6f0e1d2c3b4a59",
    "made_by": "ann",
    "told": "status 500",
    "url": "https://hooks.example/ringfence",
    "link": "https://ringfence.example/welcome?code=CODE",
    "name": "ann",
    "next": "/v1/rings?limit=50&skip=50",
    "person": "ann",
    "prefix": "rf_VoCAAlYX",
    "ring_id": "ring_5bce7e070ad6d0268d07",
    "rule": "stolen_cards",
    "entities": "device:~MQnNev9rOPIGFS7WM8v1YeXFOo1OFqU-lY-RzZPutd85",
    "accounts": "~-UfJcykp6JObfRDMs-nGyGp--cPwzXJBSMfyRa44TBXx",
    "added": "~-UfJcykp6JObfRDMs-nGyGp--cPwzXJBSMfyRa44TBXx",
    "removed": "~-UfJcykp6JObfRDMs-nGyGp--cPwzXJBSMfyRa44TBXx",
    "secret": "rf_SECRET",
    "source": "account:~-UfJcykp6JObfRDMs-nGyGp--cPwzXJBSMfyRa44TBXx",
    "subject": "ring:ring_5bce7e070ad6d0268d07",
    "target": "device:~MQnNev9rOPIGFS7WM8v1YeXFOo1OFqU-lY-RzZPutd85",
}
MOMENT_MS: Final = 1_741_886_151_013
OF_TYPE: Final[dict[str, object]] = {"string": "text", "integer": 3, "number": 0.97, "boolean": True}


def with_examples(description: dict[str, Any]) -> dict[str, Any]:
    """The description with an example in every JSON body, asked for or given. Changes it in place."""
    schemas = description["components"]["schemas"]
    for operations in description["paths"].values():
        for operation in operations.values():
            answers = operation["responses"].values()
            for body in (operation.get("requestBody", {}), *answers):
                for kind, content in body.get("content", {}).items():
                    if kind.endswith("json"):
                        content["example"] = example_of("", content["schema"], schemas)
    return description


def example_of(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """An example of a schema, for a field of that name."""
    if REF in schema:
        return example_of(name, schemas[schema[REF].rpartition("/")[2]], schemas)
    for told in ("const", "example"):
        if told in schema:
            return schema[told]
    for told in ("examples", "enum"):
        if schema.get(told):
            return schema[told][0]
    if "anyOf" in schema:
        return example_of(name, schema["anyOf"][0], schemas)
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {})
        return {field: example_of(field, each, schemas) for field, each in fields.items()}
    if kind == "array":
        return [example_of(name, schema["items"], schemas)]
    if kind == "integer" and (name.endswith("_ms") or name in ("ts", "until_ts")):
        return MOMENT_MS
    if kind == "string" and name in BY_NAME:
        return BY_NAME[name]
    return OF_TYPE[kind or "string"]
