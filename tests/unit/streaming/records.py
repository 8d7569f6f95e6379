"""Literal records for the tests of the way in."""

from __future__ import annotations

import json

NOON = 1_767_268_800_000
"""2026-01-01 12:00 UTC."""

HOUR = 3_600_000

PING = (
    b'{"event_id":"e1","type":"gps_ping","ts":1767268800000,'
    b'"trip_id":"t1","driver_id":"d1","lat":1.5,"lon":-2}'
)


def ping(event_id: str, ts: int) -> bytes:
    record = {"event_id": event_id, "type": "gps_ping", "ts": ts}
    return json.dumps(record | {"trip_id": "t1", "driver_id": "d1", "lat": 1.5, "lon": 2}).encode()


def chargeback(event_id: str, ts: int, account: str = "a1") -> bytes:
    record = {"event_id": event_id, "type": "chargeback", "ts": ts, "account_id": account, "amount": 9.5}
    return json.dumps(record).encode()


def lines(*records: bytes) -> bytes:
    return b"".join(record + b"\n" for record in records)
