"""Kept trips of those who use a thing, or that were paid with it: a bounded number, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from graph.model.vocabulary import EntityKind
from graph.stores.port import Value
from queries.walk import Reads, Walked, whole

MOST_USERS: Final = 500
MOST_COUNTED: Final = 2_000


def trips_with(reads: Reads, parameters: Mapping[str, Value]) -> Walked:
    """The rows of the question ``trips-with``."""
    users = whole(parameters, "users", MOST_USERS)
    asked = {name: parameters[name] for name in ("kind", "id")}
    rows = [
        (*row[:4], bool(row[4]), bool(row[5]), *row[6:])
        for row in reads("user-trips", {**asked, "users": users, "most": MOST_COUNTED + 1}).rows
    ]
    shown = rows[: min(cast(int, parameters["limit"]), MOST_COUNTED)]
    notes = () if asked["kind"] == EntityKind.PROMO.value else (f"trips of its newest {users} users at most",)
    return Walked(shown, min(len(rows), MOST_COUNTED), len(rows) > MOST_COUNTED, notes)
