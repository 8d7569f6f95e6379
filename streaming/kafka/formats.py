"""Values in Avro, JSON Schema or Protobuf behind a schema registry, by confluent-kafka's own deserializers.

A value holds one flat record with the fields of the contract under their names. It is turned into the JSON
that the contract speaks of and takes the one way in from there, so that every rule holds for every format.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Final

import msgspec
import numpy as np
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.common._httpx_compat import httpx
from confluent_kafka.schema_registry.error import OAuthTokenError, SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer

from graph.model.errors import BadCall, Fatal, Rejected, Unavailable
from graph.model.vocabulary import RejectionReason
from streaming.contract.value_format import ValueFormat
from streaming.decoding.columns import ColumnDecoder, Decoded

RETRY_AFTER_S: Final = 1.0
ASK_S: Final = 10.0


class FormatDecoder:
    """Decodes values of one format behind a registry, one after another.

    ``registry`` holds the settings of the registry's client: ``url``, ``basic.auth.user.info``,
    ``ssl.ca.location`` and the like. ``message`` names the generated class of Protobuf values as
    ``module:Class``. Raises ``BadCall`` when these do not fit.
    """

    def __init__(
        self,
        kind: ValueFormat,
        registry: Mapping[str, str],
        message: str | None,
        max_line_bytes: int,
        client: Any = None,
    ) -> None:
        self._columns = ColumnDecoder(max_line_bytes)
        self._max_line_bytes = max_line_bytes
        self._kind = kind
        self._encode = msgspec.json.Encoder().encode
        self._deserialize = _deserializer(kind, client or _client(registry), message)
        self._fields: Callable[[Any], dict[str, Any]] = (
            _fields_of_message if kind is ValueFormat.PROTOBUF else _fields_of_record
        )

    def decode_values(self, values: Sequence[bytes]) -> Decoded:
        """What became of each value. Raises ``Unavailable`` when the registry does not answer."""
        texts: list[bytes] = []
        places: list[int] = []
        refused: list[tuple[int, Rejected]] = []
        for place, value in enumerate(values):
            try:
                texts.append(self._text(value))
                places.append(place)
            except Rejected as rejected:
                refused.append((place, rejected))
        decoded = self._columns.decode_values(texts)
        where = np.array(places, np.int64)
        refused += [(places[place], rejected) for place, rejected in decoded.refused]
        return Decoded(decoded.batch, where[decoded.places], tuple(sorted(refused, key=_first)), len(values))

    def _text(self, value: bytes) -> bytes:
        """The record as JSON."""
        if len(value) > self._max_line_bytes:
            raise Rejected(
                RejectionReason.LINE_TOO_LONG,
                f"expected at most {self._max_line_bytes} bytes, found {len(value)}",
            )
        try:
            return self._encode(self._fields(self._deserialize(value)))
        except Rejected:
            raise
        except Exception as error:
            raise _reaction(error, self._kind) from error


def _first(refused: tuple[int, Rejected]) -> int:
    return refused[0]


def _reaction(error: Exception, kind: ValueFormat) -> Exception:
    """What an error of a deserializer asks for: whatever is not the registry's is the record's."""
    words = " ".join(str(error).split())[:300] or type(error).__name__
    if isinstance(error, SchemaRegistryError):
        if error.http_status_code in (401, 403):
            return Fatal(f"expected the schema registry to let us read, found: {words}: mend the credentials")
        is_away = error.http_status_code not in (404, 422)
    else:
        is_away = isinstance(error, OAuthTokenError | httpx.TransportError)
    if is_away:
        return Unavailable(
            f"expected the schema registry to answer, found: {words}: see that it runs", RETRY_AFTER_S
        )
    return Rejected(RejectionReason.INVALID_JSON, f"expected a record in {kind.value}, found: {words}")


def _client(registry: Mapping[str, str]) -> Any:
    try:
        return SchemaRegistryClient.new_client({"timeout": ASK_S, **registry})
    except (TypeError, ValueError) as error:
        raise BadCall(
            f"expected settings of a schema registry, found: {error}; mend RINGFENCE_REGISTRY_OPTIONS_FILE"
        ) from error


def _deserializer(kind: ValueFormat, client: Any, message: str | None) -> Callable[[bytes], Any]:
    if (kind is ValueFormat.PROTOBUF) != (message is not None):
        raise BadCall(
            f"expected the class of the messages with protobuf and only there, found {message} with "
            f"{kind.value}; give --value-message MODULE:CLASS with --value-format protobuf"
        )
    made: Any
    # A value names its schema itself; a subject would only be asked for to find a newer one.
    settings = {"subject.name.strategy": lambda _context, _record: None}
    if kind is ValueFormat.AVRO:
        made = AvroDeserializer(client, conf=settings)
    elif kind is ValueFormat.JSON_SCHEMA:
        made = JSONDeserializer(None, schema_registry_client=client, conf=settings)
    else:
        made = ProtobufDeserializer(
            _message_class(message or ""), conf=settings, schema_registry_client=client
        )
    return lambda value: made(value, None)


def _message_class(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
        _ = found.DESCRIPTOR.fields
    except (ImportError, AttributeError, ValueError) as error:
        raise BadCall(f"expected MODULE:CLASS of a Protobuf message, found {name}: {error}") from error
    return found


def _fields_of_record(record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise Rejected(RejectionReason.NOT_AN_OBJECT, f"expected a record, found {type(record).__name__}")
    return {name: _plain(value) for name, value in record.items() if value is not None}


def _fields_of_message(message: Any) -> dict[str, Any]:
    """The fields that are set; one that cannot say whether it is set counts as set unless it is empty."""
    fields: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if message.HasField(field.name) if field.has_presence else value != "":
            if field.enum_type is not None:
                value = field.enum_type.values_by_number[value].name.lower()
            fields[field.name] = _plain(value)
    return fields


def _plain(value: object) -> object:
    """A value as JSON has it; Avro's times become milliseconds, its decimals numbers."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Rejected(RejectionReason.NUMBER_NOT_FINITE, f"expected a finite number, found {value}")
    return value
