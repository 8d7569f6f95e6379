"""The decoder against a plain twin of the contract that shares nothing with it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from itertools import accumulate

import msgspec
import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.model.errors import Rejected
from graph.model.event_batch import LATEST_MS, EventBatch
from graph.model.events import Event
from streaming.decoding.columns import ColumnDecoder
from streaming.decoding.decode import Decoder, Record

REQUIRED = {
    "account_created": {"account_id": "id", "role": ("rider", "driver")},
    "account_login": {"account_id": "id", "device_id": "id"},
    "card_added": {"account_id": "id", "card_id": "id"},
    "payout_added": {"account_id": "id", "bank_account_id": "id"},
    "chargeback": {"account_id": "id", "amount": "amount"},
    "promo_redeemed": {"account_id": "id", "promo_id": "id", "amount": "amount"},
    "trip_completed": {"trip_id": "id", "rider_id": "id", "driver_id": "id", "fare": "amount"},
    "gps_ping": {"trip_id": "id", "driver_id": "id", "lat": "lat", "lon": "lon"},
    "wallet_transfer": {"account_id": "id", "to_account_id": "id", "amount": "amount"},
    "payment_declined": {"account_id": "id", "card_id": "id", "amount": "amount"},
    "trip_cancelled": {"trip_id": "id", "rider_id": "id", "driver_id": "id", "by": ("rider", "driver")},
    "analyst_act": {
        "act": ("cut", "declare_public", "declare_private", "household", "undo"),
        "subject": "who",
        "analyst": "id",
    },
    "verdict": {"subject": "id", "outcome": ("fraud", "legit", "unsure"), "analyst": "id"},
}
OPTIONAL = {
    "account_created": {
        "device_id": "id", "ip": "id", "phone_hash": "id", "email_hash": "id", "referrer_id": "id",
        "app_version": "id",
    },
    "account_login": {"ip": "id", "lat": "lat", "lon": "lon", "app_version": "id"},
    "card_added": {"device_id": "id", "card_issuer": "id"},
    "payout_added": {},
    "chargeback": {"card_id": "id", "trip_id": "id"},
    "promo_redeemed": {"device_id": "id", "trip_id": "id"},
    "trip_completed": {
        "distance_km": "amount", "duration_s": "amount", "rider_device_id": "id", "driver_device_id": "id",
        "card_id": "id", "pickup_lat": "lat", "pickup_lon": "lon", "dropoff_lat": "lat", "dropoff_lon": "lon",
        "promo_id": "id", "incentive": "amount",
    },
    "gps_ping": {},
    "wallet_transfer": {"device_id": "id"},
    "payment_declined": {"device_id": "id", "trip_id": "id", "card_issuer": "id"},
    "trip_cancelled": {"fee": "amount", "rider_device_id": "id", "driver_device_id": "id"},
    "analyst_act": {"other": "who", "note": "text", "until_ts": "until"},
    "verdict": {"note": "text"},
}  # fmt: skip
LIMITS = {"lat": (-90, 90), "lon": (-180, 180), "amount": (0, math.inf)}


class Refused(Exception):
    pass


def demand(condition: bool) -> None:
    if not condition:
        raise Refused


def fits(kind: str | tuple[str, ...], value: object) -> bool:
    if isinstance(kind, tuple):
        return isinstance(value, str) and value in kind
    if kind == "text":
        return isinstance(value, str)
    if kind == "id":
        return isinstance(value, str) and 1 <= len(value) <= 128 and "\0" not in value
    if kind == "who":
        return isinstance(value, str) and 1 <= len(value) <= 141 and "\0" not in value
    if kind == "until":
        return type(value) is int and 946_684_800_000 <= value <= 253_402_300_799_999
    low, high = LIMITS[kind]
    return type(value) in (int, float) and low <= value <= high and abs(value) <= sys.float_info.max


def makes_an_act(act: str, subject: str, other: str | None) -> bool:
    """Whether the fields of an act go together; identifiers stand behind their kind."""
    kinds = ("device:", "card:", "bank_account:", "phone:", "email:", "ip:", "promo:")
    if act in ("cut", "undo"):
        return other is not None
    return subject.startswith(kinds) is (act != "household")


def as_read(kind: str | tuple[str, ...], value: object) -> object:
    """Money, distances and coordinates are read as double precision numbers, also when written whole."""
    return float(value) if kind in LIMITS and value is not None else value


def twin(line: bytes) -> dict[str, object]:
    """The fields of the event in ``line``, by the letter of the contract; raises Refused."""

    class Pairs(list):
        pass

    def number(_: str) -> float:
        raise Refused

    try:
        pairs = json.loads(line.decode(), object_pairs_hook=Pairs, parse_constant=number)
        json.dumps(pairs, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused from error
    demand(isinstance(pairs, Pairs))
    record = dict(pairs)
    demand(len(record) == len(pairs))
    kind = record.get("type")
    demand(isinstance(kind, str) and kind in REQUIRED)
    demand(fits("id", record.get("event_id")))
    demand(type(record.get("ts")) is int and record["ts"] >= 946_684_800_000)
    found = {"event_id": record["event_id"], "ts": record["ts"], "type": kind}
    for name, rule in REQUIRED[kind].items():
        demand(fits(rule, record.get(name)))
        found[name] = as_read(rule, record[name])
    for name, rule in OPTIONAL[kind].items():
        value = record.get(name)
        demand(value is None or fits(rule, value))
        found[name] = as_read(rule, value)
    demand(kind != "analyst_act" or makes_an_act(found["act"], found["subject"], found["other"]))
    return found


def check(line: bytes) -> None:
    """Decoder and twin agree about ``line``, alone and among clean lines."""
    try:
        expected = twin(line)
    except Refused:
        expected = None
    decoder = Decoder()
    in_company = decoder.decode_lines([CLEAN, line, CLEAN])
    alone = decoder.decode_lines([line])[0]
    check_columns([CLEAN, line, CLEAN], in_company)
    check_columns([line], [alone])
    assert in_company[0] == in_company[2] == Decoder().decode(CLEAN)
    for record in (in_company[1], alone):
        if isinstance(record, Rejected):
            assert expected is None, (record, line)
        else:
            assert msgspec.to_builtins(record) == expected


def check_columns(lines: list[bytes], expected: Sequence[Record]) -> None:
    """Decoded to columns the same becomes of the lines, to the last bit, in a row and as values."""
    among = b"\n".join(lines)
    ends = list(accumulate((len(line) + 1 for line in lines), initial=-1))[1:]
    starts = [end - len(line) for end, line in zip(ends, lines, strict=True)]
    decoder = ColumnDecoder()
    for found in (decoder.decode(among, np.array(starts), np.array(ends)), decoder.decode_values(lines)):
        assert found.count == len(lines)
        events = dict(zip(found.places.tolist(), found.batch.events(), strict=True))
        refused = {place: (why.reason, why.detail) for place, why in found.refused}
        for place, record in enumerate(expected):
            if isinstance(record, Rejected):
                assert refused.pop(place) == (record.reason, record.detail)
            else:
                assert shown(events.pop(place)) == shown(record)
        assert not events
        assert not refused
        again = EventBatch.of(list(found.batch.events()))
        for name in ("ts", "id_hash", "text_hash", "text_length", "code", "kind"):
            assert (again.records[name] == found.batch.records[name]).all()
    for line, record in zip(lines, expected, strict=True):
        single = decoder.decode_value(line)
        if isinstance(record, Rejected):
            assert isinstance(single, Rejected)
            assert (single.reason, single.detail) == (record.reason, record.detail)
        else:
            assert isinstance(single, EventBatch)
            assert [shown(event) for event in single.events()] == [shown(record)]


def shown(event: Event) -> dict[str, object]:
    """The fields of an event, doubles by their bits; a time too late for a record as the latest."""
    fields = msgspec.to_builtins(event)
    fields["ts"] = min(fields["ts"], LATEST_MS)
    return {name: value.hex() if isinstance(value, float) else value for name, value in fields.items()}


CLEAN = b'{"event_id":"e","type":"payout_added","ts":1767268800000,"account_id":"a","bank_account_id":"b"}'

identifiers = st.text(min_size=1, max_size=6) | st.sampled_from(["a" * 128, "a" * 129, "", "\0", '":', "{"])
numbers = st.floats() | st.integers() | st.sampled_from([90, -180.0, 1e308, -0.0, 10**400])
values = identifiers | numbers | st.booleans() | st.none() | st.sampled_from(["rider", "fraud"])
RIGHT = {
    "who": st.sampled_from(
        ["a", "ring_1", "device:d", "phone:", "account:a", "devices:d", "ip:" + "1" * 138]
    ),
    "until": st.integers(946_684_800_000, 253_402_300_799_999),
    "id": identifiers.filter(lambda text: 0 < len(text) < 129 and "\0" not in text),
    "text": st.text(max_size=5),
    "lat": st.floats(-90, 90) | st.integers(-90, 90),
    "lon": st.floats(-180, 180),
    "amount": st.floats(0, 1e9) | st.integers(0, 10**20),
}


@st.composite
def records(draw):
    """A record that is often right, often nearly so."""
    kind = draw(st.sampled_from(sorted(REQUIRED)))
    rules = {"event_id": "id", **REQUIRED[kind]}
    rules |= {name: rule for name, rule in OPTIONAL[kind].items() if draw(st.booleans())}
    fields = [
        ("type", kind),
        ("ts", draw(st.sampled_from([1_767_268_800_000, 946_684_800_000, 946_684_799_999, 1.5]))),
    ]
    for name, rule in rules.items():
        right = st.sampled_from(rule) if isinstance(rule, tuple) else RIGHT[rule]
        fields.append((name, draw(right if draw(st.integers(0, 9)) else values)))
    if draw(st.integers(0, 3)) == 0:
        fields.append(
            (draw(st.text(max_size=3) | st.just("lat")), draw(values | st.lists(values, max_size=2)))
        )
    fields = draw(st.permutations(fields))
    return (
        "{"
        + ",".join(f"{json.dumps(k)}:{json.dumps(v, ensure_ascii=draw(st.booleans()))}" for k, v in fields)
        + "}"
    )


@settings(deadline=None)
@given(records())
def test_the_decoder_accepts_what_the_contract_accepts_and_nothing_else(record):
    check(record.encode())


@settings(deadline=None)
@given(records(), st.data())
def test_mutated_bytes_are_accepted_or_rejected_but_never_raise(record, data):
    line = bytearray(record.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(line)))
        stop = min(len(line), start + data.draw(st.integers(0, 3)))
        line[start:stop] = data.draw(
            st.binary(max_size=2)
            | st.sampled_from(
                [b'"', b"\\", b"{", b"}", b'"a":1,', b'"lat":1,', b"1e999", b"NaN", b"\\u0000", b" "]
            )
        )
    check(bytes(line.replace(b"\n", b"")))


@settings(deadline=None)
@given(st.binary(max_size=60))
@example(b'{"":{}}')
@example(b'"\\ud800"')
@example(b"-")
def test_arbitrary_bytes_never_raise(line):
    check(line)
