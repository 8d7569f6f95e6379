"""Events on their way out: kept at the desk, in the transaction that made them, until they are safe.

An event is delivered at least once, in the order made; a repetition carries the same ``event_id``, which
whoever reads it drops. What was delivered is deleted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from queries.desk.database import Database

BATCH: Final = 500


class OutgoingEvent(NamedTuple):
    """One event of the contract, as JSON."""

    event_id: str
    key: str
    """Its key on Kafka: the subject."""
    payload: bytes


class Carrier(Protocol):
    """Takes events to where the engine reads them."""

    def carry(self, events: Sequence[OutgoingEvent]) -> None:
        """All of them are safe when this returns. Raises Unavailable or Fatal when they may not be."""


class Outbox:
    """The table of events that are on their way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, event: OutgoingEvent) -> None:
        """Keep an event until it is delivered; one that waits already stays as it is."""
        self._database.run(
            "INSERT INTO outbox (event_id, key, payload, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(event.event_id, event.key, event.payload, self._database.now_ms()),
        )

    def waiting(self) -> int:
        """How many are on their way."""
        row = self._database.row("SELECT count(*) FROM outbox")
        return int(row[0]) if row else 0

    def deliver(self, carrier: Carrier) -> int:
        """Carry up to ``BATCH`` events, the oldest first; gives how many. Raises what the carrier raises."""
        rows = self._database.rows(
            "SELECT number, event_id, key, payload FROM outbox ORDER BY number LIMIT ?", BATCH
        )
        if rows:
            carrier.carry([OutgoingEvent(*row[1:]) for row in rows])
            self._database.run("DELETE FROM outbox WHERE number <= ?", rows[-1][0])
        return len(rows)
