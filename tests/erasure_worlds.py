"""What stores and engines hold, in plain rows, and the same under other names."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from graph.model.events import EventBase
from graph.model.renaming import Renaming
from graph.stores.erasing import PLACES


def store_rows(path: Path) -> dict[str, list[tuple]]:
    """Every table of an embedded store, in the order of its rows."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {}
        for name in sorted(names):
            cursor = connection.execute(f"SELECT * FROM {name}")
            columns = [column[0] for column in cursor.description]
            rows[name] = sorted((tuple(zip(columns, row, strict=True)) for row in cursor), key=repr)
        return rows


def renamed_rows(
    rows: dict[str, list[tuple]], renaming: Renaming, kinds: Sequence[str]
) -> dict[str, list[tuple]]:
    """The same rows after those people were forgotten, worked out cell by cell."""
    return {
        table: sorted((_row(table, dict(row), renaming, kinds) for row in each), key=repr)
        for table, each in rows.items()
    }


def _row(table: str, row: dict, renaming: Renaming, kinds: Sequence[str]) -> tuple:
    if table == "entity":
        row["name"] = renaming.names.get((kinds[row["kind"]], row["name"]), row["name"])
        return tuple(row.items())
    gone = {name for kind, name in renaming.names if kind == "account"}
    if table == "trip" and {row["rider_id"], row["driver_id"]} & gone:
        row |= dict.fromkeys(PLACES)
    for column, value in row.items():
        if not isinstance(value, str):
            continue
        if column in ("account_id", "rider_id", "driver_id", "subject"):
            row[column] = renaming.names.get(("account", value), value)
        elif column == "card_id":
            row[column] = renaming.names.get(("card", value), value)
        elif column in ("added", "removed", "accounts"):
            named = [renaming.names.get(("account", each), each) for each in json.loads(value)]
            row[column] = msgspec.json.encode(named).decode()
        elif column == "entities":
            pairs = [each.split(":", 1) for each in json.loads(value)]
            keys = [f"{kind}:{renaming.names.get((kind, name), name)}" for kind, name in pairs]
            row[column] = msgspec.json.encode(keys).decode()
    return tuple(row.items())


_KINDS = {
    "account_id": "account",
    "rider_id": "account",
    "driver_id": "account",
    "referrer_id": "account",
    "to_account_id": "account",
    "device_id": "device",
    "rider_device_id": "device",
    "driver_device_id": "device",
    "card_id": "card",
    "bank_account_id": "bank_account",
    "phone_hash": "phone",
    "email_hash": "email",
    "ip": "ip",
    "subject": "account",
}


def renamed_events(events: Sequence[EventBase], renaming: Renaming) -> list[EventBase]:
    """The events as if those people had always been called otherwise."""
    made = []
    for event in events:
        values = {n: v for n, v in msgspec.structs.asdict(event).items() if isinstance(v, str)}
        changes = {
            name: renaming.names.get((_KINDS[name], value), value)
            for name, value in values.items()
            if name in _KINDS
        }
        made.append(msgspec.structs.replace(event, **changes))
    return made
