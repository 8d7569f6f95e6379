"""How the values of messages are written."""

from __future__ import annotations

from enum import StrEnum


class ValueFormat(StrEnum):
    """The formats a service can read."""

    JSON = "json"
    """Plain, as in the contract."""
    JSON_SCHEMA = "json-schema"
    """JSON behind a schema registry, checked against its schema."""
    AVRO = "avro"
    PROTOBUF = "protobuf"
