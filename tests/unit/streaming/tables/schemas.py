"""Three foreign schemas, each with a mapping and a table made of known events."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from graph.model.events import AccountCreated, AccountLogin, Chargeback, Event, TripCompleted
from graph.model.vocabulary import Role

ROOT = Path(__file__).resolve().parents[4]
NOON = 1_767_268_800_000
"""2026-01-01 12:00 UTC."""

TAXI = re.search(
    r"<!-- taxi -->\n```toml\n(.*?)```", (ROOT / "docs" / "tables.md").read_text(), flags=re.DOTALL
)
"""The mapping that the documentation shows."""

LOG = """
zone = "Asia/Singapore"
[[event]]
type = "account_created"
where = { kind = "SIGNUP" }
fields.event_id = { text = "log-{seq}" }
fields.ts = "happened_at"
fields.account_id = "user_no"
fields.role = { column = "user_class", values = { D = "driver", R = "rider" } }
fields.referrer_id = "invited_by"
fields.device_id = "handset"
[[event]]
type = "account_login"
where = { kind = ["LOGIN", "RELOGIN"] }
fields.event_id = { text = "log-{seq}" }
fields.ts = "happened_at"
fields.account_id = "user_no"
fields.device_id = "handset"
"""

COURIERS = """
delimiter = ";"
missing = ["", "-"]
[[event]]
type = "trip_completed"
table = "orders*"
fields.event_id = { text = "o{order}" }
fields.ts = { column = "delivered", unit = "s" }
fields.trip_id = "order"
fields.rider_id = "customer"
fields.driver_id = "courier"
fields.fare = { column = "price", unit = "cents" }
fields.distance_km = { column = "metres", unit = "m" }
fields.duration_s = { between = ["picked", "delivered"], unit = "s" }
[[event]]
type = "chargeback"
table = "disputes*"
fields.event_id = { text = "{file}:{row}" }
fields.ts = { column = "opened", unit = "s" }
fields.account_id = "customer"
fields.amount = { column = "sum", unit = "cents" }
"""


@dataclass(frozen=True)
class Schema:
    """A mapping, the events, and what writes the tables that hold them; gives their paths."""

    mapping: str
    events: list[Event]
    write: Callable[[Path], list[Path]]


def taxi() -> Schema:
    events: list[Event] = [
        TripCompleted(
            event_id=f"trip-{number:03}", ts=NOON + number * 60_000, trip_id=f"{number:03}",
            rider_id=f"rider-of-{number:03}", driver_id=f"taxi{number % 3}", fare=7.25 + number,
            distance_km=2.5 * number * 1.609344, duration_s=600.0 + number, pickup_lat=41.9, pickup_lon=-87.6,
            dropoff_lat=41.8 if number % 2 else None, dropoff_lon=-87.7 if number % 2 else None,
        )
        for number in range(12)
    ]  # fmt: skip

    def write(folder: Path) -> list[Path]:
        rows = [
            {
                "Trip ID": each.trip_id, "Taxi ID": each.driver_id,
                "Trip End Timestamp": _local(each.ts, "America/Chicago").strftime("%m/%d/%Y %I:%M:%S %p"),
                "Trip Seconds": each.duration_s, "Trip Miles": (each.distance_km or 0) / 1.609344,
                "Fare": each.fare, "Pickup Centroid Latitude": each.pickup_lat,
                "Pickup Centroid Longitude": each.pickup_lon, "Dropoff Centroid Latitude": each.dropoff_lat,
                "Dropoff Centroid Longitude": each.dropoff_lon, "Company": "Flash, Cab",
            }
            for each in reversed(events) if isinstance(each, TripCompleted)
        ]  # fmt: skip
        path = folder / "chicago.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        return [path]

    assert TAXI is not None
    return Schema(TAXI[1], events, write)


def log() -> Schema:
    events: list[Event] = [
        AccountCreated(event_id="log-1", ts=NOON, account_id="1", role=Role.DRIVER),
        AccountCreated(
            event_id="log-2", ts=NOON + 1, account_id="2", role=Role.RIDER, referrer_id="1", device_id="d1"
        ),
        AccountLogin(event_id="log-3", ts=NOON + 2_000, account_id="2", device_id="d2"),
        AccountLogin(event_id="log-5", ts=NOON + 2_000, account_id="1", device_id="d2"),
    ]

    def write(folder: Path) -> list[Path]:
        frame = pd.DataFrame(
            {
                "seq": [1, 2, 3, 4, 5],
                "kind": pd.Categorical(["SIGNUP", "SIGNUP", "LOGIN", "PUSH", "RELOGIN"]),
                "happened_at": [
                    _local(NOON + after, "Asia/Singapore").replace(tzinfo=None)
                    for after in (0, 1, 2_000, 2_000, 2_000)
                ],
                "user_no": [1, 2, 2, 2, 1],
                "user_class": ["D", "R", None, None, None],
                # Beside nulls a data frame keeps whole numbers as floats.
                "invited_by": [None, 1.0, None, None, None],
                "handset": [None, "d1", "d2", None, "d2"],
            }
        )
        path = folder / "app_log.parquet"
        frame.to_parquet(path)
        return [path]

    return Schema(LOG, events, write)


def couriers() -> Schema:
    events: list[Event] = [
        TripCompleted(
            event_id="o1", ts=NOON, trip_id="1", rider_id="007", driver_id="c1", fare=12.34, distance_km=1.2,
            duration_s=900.0,
        ),
        Chargeback(event_id="disputes.csv:0", ts=NOON + 500_000, account_id="007", amount=12.34),
        TripCompleted(
            event_id="o2", ts=NOON + 1_000_000, trip_id="2", rider_id="008", driver_id="c1", fare=0.1,
            duration_s=1.0,
        ),
    ]  # fmt: skip

    def write(folder: Path) -> list[Path]:
        at = NOON // 1000
        orders, disputes = folder / "orders.csv", folder / "disputes.csv"
        orders.write_text(
            "order;customer;courier;price;metres;picked;delivered\n"
            f"2;008;c1;10;-;{at + 999};{at + 1000}\n1;007;c1;1234;1200;{at - 900};{at}\n"
        )
        disputes.write_text(f"customer;opened;sum\n007;{at + 500};1234\n")
        return [orders, disputes]

    return Schema(COURIERS, events, write)


def _local(ts: int, zone: str) -> Any:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(ZoneInfo(zone))
