"""Events in Avro, JSON Schema and Protobuf, written by confluent-kafka's serializers, read by ours."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import httpx2
import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from graph.model.errors import BadCall, Fatal, Unavailable
from streaming.contract.value_format import ValueFormat
from streaming.kafka.formats import FormatDecoder
from tests.unit.streaming.records import NOON

EVENTS = [
    {"event_id": "e1", "type": "account_created", "ts": NOON, "account_id": "a1", "role": "rider"},
    {"event_id": "e2", "type": "chargeback", "ts": NOON + 1, "account_id": "a1", "amount": 9.5},
    {"event_id": "e3", "type": "chargeback", "ts": NOON + 2, "account_id": "a2", "amount": 0.0},
    {"event_id": "bad", "type": "chargeback", "ts": NOON + 3, "account_id": "a2", "amount": -1.0},
]
CONTEXT = SerializationContext("payments", MessageField.VALUE)
LIMIT = 1 << 20


def registry() -> SchemaRegistryClient:
    return SchemaRegistryClient.new_client({"url": "mock://formats"})


AVRO = json.dumps(
    {
        "type": "record",
        "name": "Event",
        "fields": [
            {"name": "event_id", "type": "string"},
            {"name": "type", "type": "string"},
            {"name": "ts", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "account_id", "type": "string"},
            {
                "name": "role",
                "type": ["null", {"type": "enum", "name": "Role", "symbols": ["rider", "driver"]}],
                "default": None,
            },
            {"name": "amount", "type": ["null", "double"], "default": None},
        ],
    }
)
JSON_SCHEMA = json.dumps(
    {
        "title": "Event",
        "type": "object",
        "properties": {"event_id": {"type": "string"}, "amount": {"type": "number"}},
        "required": ["event_id", "type", "ts"],
    }
)


def message_class():
    """A generated class, made without a compiler: proto3 with optional numbers and an enumeration."""
    file = descriptor_pb2.FileDescriptorProto(name="event_for_tests.proto", syntax="proto3")
    role = file.enum_type.add(name="Role")
    for number, name in enumerate(("NOBODY", "RIDER", "DRIVER")):
        role.value.add(name=name, number=number)
    message = file.message_type.add(name="Event")
    kinds = descriptor_pb2.FieldDescriptorProto
    for number, (name, kind) in enumerate(
        (
            ("event_id", kinds.TYPE_STRING),
            ("type", kinds.TYPE_STRING),
            ("ts", kinds.TYPE_INT64),
            ("account_id", kinds.TYPE_STRING),
            ("role", kinds.TYPE_ENUM),
            ("amount", kinds.TYPE_DOUBLE),
            ("device_id", kinds.TYPE_STRING),
        ),
        1,
    ):
        field = message.field.add(name=name, number=number, type=kind, label=kinds.LABEL_OPTIONAL)
        if kind == kinds.TYPE_ENUM:
            field.type_name = ".Role"
        if kind in (kinds.TYPE_ENUM, kinds.TYPE_DOUBLE):
            field.proto3_optional = True
            field.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{name}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Event"))


@pytest.fixture
def message(monkeypatch):
    module = ModuleType("event_for_tests")
    module.Event = message_class()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "event_for_tests", module)
    return module.Event  # type: ignore[attr-defined]


def written(kind: ValueFormat, client: SchemaRegistryClient, message) -> list[bytes]:
    if kind is ValueFormat.AVRO:
        serialize = AvroSerializer(client, AVRO)
        return [serialize(event, CONTEXT) for event in EVENTS]
    if kind is ValueFormat.JSON_SCHEMA:
        serialize = JSONSerializer(JSON_SCHEMA, client)
        return [serialize(event, CONTEXT) for event in EVENTS]
    serialize = ProtobufSerializer(message, client)
    role = {"rider": 1, "driver": 2}
    return [
        serialize(message(**{k: role.get(v, v) if k == "role" else v for k, v in event.items()}), CONTEXT)
        for event in EVENTS
    ]


@pytest.mark.parametrize("kind", [ValueFormat.AVRO, ValueFormat.JSON_SCHEMA, ValueFormat.PROTOBUF])
def test_events_are_the_same_whatever_they_are_written_in(kind: ValueFormat, message) -> None:
    client = registry()
    values = written(kind, client, message)
    values[1:1] = [b"", b"\x00\x00\x00\x00\x63junk", values[0][:9], b'{"plain": "json"}']
    name = "event_for_tests:Event" if kind is ValueFormat.PROTOBUF else None
    decoded = FormatDecoder(kind, {}, name, LIMIT, client).decode_values(values)
    found = list(decoded.batch.events())
    times = [(event.event_id, event.ts) for event in found]
    assert times == [("e1", NOON), ("e2", NOON + 1), ("e3", NOON + 2)], decoded.refused
    assert found[0].role.value == "rider"
    assert [event.amount for event in found[1:]] == [9.5, 0.0]
    assert decoded.places.tolist() == [0, 5, 6]
    assert decoded.count == len(values)
    reasons = {place: rejected.reason.value for place, rejected in decoded.refused}
    assert sorted(reasons) == [1, 2, 3, 4, 7]
    assert reasons[7] == "number_out_of_range"
    assert {reasons[place] for place in (1, 2, 4)} == {"invalid_json"}


@pytest.mark.parametrize(
    ("trouble", "reaction", "said"),
    [
        (SchemaRegistryError(503, 50301, "later"), Unavailable, "expected the schema registry to answer"),
        (httpx2.ConnectError("no route"), Unavailable, "found: no route"),
        (SchemaRegistryError(401, 40101, "who?"), Fatal, "mend the credentials"),
    ],
)
def test_a_registry_in_trouble_is_no_fault_of_the_record(trouble, reaction, said: str) -> None:
    client = registry()
    value = written(ValueFormat.AVRO, client, None)[0]
    away = SchemaRegistryClient.new_client({"url": "mock://other"})

    def fail(*_words, **_more):
        raise trouble

    away.get_schema = fail  # type: ignore[method-assign]
    decoder = FormatDecoder(ValueFormat.AVRO, {}, None, LIMIT, away)
    with pytest.raises(reaction, match=said):
        decoder.decode_values([value])


def test_a_value_that_is_too_long_is_refused_unread() -> None:
    decoder = FormatDecoder(ValueFormat.AVRO, {}, None, 8, registry())
    ((_, rejected),) = decoder.decode_values([b"123456789"]).refused
    assert rejected.reason.value == "line_too_long"


@pytest.mark.parametrize(
    ("kind", "settings", "name", "said"),
    [
        (ValueFormat.AVRO, {}, None, "expected settings of a schema registry"),
        (ValueFormat.AVRO, {"url": "mock://x", "no.such": "1"}, None, "no.such"),
        (ValueFormat.AVRO, {"url": "mock://x"}, "a:B", "with protobuf and only there"),
        (ValueFormat.PROTOBUF, {"url": "mock://x"}, None, "with protobuf and only there"),
        (ValueFormat.PROTOBUF, {"url": "mock://x"}, "json:loads", "expected MODULE:CLASS"),
        (ValueFormat.PROTOBUF, {"url": "mock://x"}, "nowhere:Event", "expected MODULE:CLASS"),
    ],
)
def test_settings_that_do_not_fit_are_one_line(kind, settings, name, said: str) -> None:
    with pytest.raises(BadCall, match=said):
        FormatDecoder(kind, settings, name, LIMIT)
