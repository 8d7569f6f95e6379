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
    limit = min(cast(int, parameters["limit"]), MOST_COUNTED)
    asked = {name: parameters[name] for name in ("kind", "id")} | {"users": users}
    found = reads("user-trips", {**asked, "most": MOST_COUNTED + 1, "limit": limit}).rows
    shown = [(*row[:4], bool(row[4]), bool(row[5]), *row[6:-1]) for row in found]
    counted = cast(int, found[0][-1]) if found else 0
    notes = () if asked["kind"] == EntityKind.PROMO.value else (f"trips of its newest {users} users at most",)
    return Walked(shown, min(counted, MOST_COUNTED), counted > MOST_COUNTED, notes)
