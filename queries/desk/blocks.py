"""Blocking needs two people: one asks, with grounds; another, who has opened the evidence since, decides."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from graph.model.errors import BadCall, Missing
from queries.desk.database import Database, Row
from queries.desk.people import Person

_COLUMNS: Final = (
    "b.number, b.ring_id, b.handles, b.grounds, b.note, a.name, b.asked_ms, d.name, b.decided_ms, "
    "b.is_approved"
)
_FROM: Final = "block_request b JOIN person a ON a.id = b.asked_by LEFT JOIN person d ON d.id = b.decided_by"


class BlockRequest(NamedTuple):
    """A request to block the accounts of a ring, and what became of it."""

    number: int
    ring_id: str
    handles: list[str]
    """The accounts, masked: the keys are the desk's."""
    grounds: str
    note: str
    asked_by: str
    asked_ms: int
    decided_by: str | None
    decided_ms: int | None
    is_approved: bool | None


class Blocks:
    """The table of requests; one at a time is open for a ring."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, ring_id: str, handles: list[str], grounds: str, note: str, person: Person) -> int:
        """Ask for a block; gives the number of the request. Raises BadCall while one is open."""
        with self._database.transaction():
            if self.open_for(ring_id) is not None:
                raise BadCall("expected no open request to block this ring, found one; decide that one first")
            return self._database.insert(
                "INSERT INTO block_request (ring_id, handles, grounds, note, asked_by, asked_ms) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                *(ring_id, msgspec.json.encode(handles).decode(), grounds, note, person.id),
                self._database.now_ms(),
            )

    def decide(self, number: int, person: Person, is_approved: bool, looked_ms: int | None) -> BlockRequest:
        """Approve or refuse. ``looked_ms``: when this person last opened the evidence.

        Raises Missing when there is no such open request, BadCall when the same person asked, or when who
        approves has not opened the evidence since.
        """
        with self._database.transaction():
            request = self.numbered(number)
            if request.decided_ms is not None:
                raise BadCall(f"expected an open request, found one that {request.decided_by} has decided")
            if is_approved and request.asked_by == person.name:
                raise BadCall("expected a second person, found the one who asked; let somebody else decide")
            if is_approved and (looked_ms is None or looked_ms < request.asked_ms):
                raise BadCall(
                    "expected somebody who has opened the evidence since, found nobody; open the ring first"
                )
            self._database.run(
                "UPDATE block_request SET decided_by = ?, decided_ms = ?, is_approved = ? WHERE number = ?",
                *(person.id, self._database.now_ms(), is_approved, number),
            )
            return self.numbered(number)

    def numbered(self, number: int) -> BlockRequest:
        """The request of that number. Raises Missing."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM {_FROM} WHERE b.number = ?", number)
        if row is None:
            raise Missing("expected a request to block, found none of that number; see the ring")
        return _request(row)

    def open_for(self, ring_id: str) -> BlockRequest | None:
        """The open request for a ring."""
        row = self._database.row(
            f"SELECT {_COLUMNS} FROM {_FROM} WHERE b.ring_id = ? AND b.decided_ms IS NULL", ring_id
        )
        return None if row is None else _request(row)

    def of(self, ring_id: str) -> list[BlockRequest]:
        """Every request for a ring, the newest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM {_FROM} WHERE b.ring_id = ? ORDER BY b.number DESC", ring_id
        )
        return [_request(row) for row in rows]

    def waiting(self) -> list[BlockRequest]:
        """Every open request, the oldest first."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM {_FROM} WHERE b.decided_ms IS NULL ORDER BY b.number"
        )
        return [_request(row) for row in rows]


def _request(row: Row) -> BlockRequest:
    number, ring_id, handles, grounds, note, asked_by, asked_ms, decided_by, decided_ms, is_approved = row
    return BlockRequest(
        *(number, ring_id, msgspec.json.decode(handles, type=list[str]), grounds, note, asked_by, asked_ms),
        *(decided_by, decided_ms, None if is_approved is None else bool(is_approved)),
    )
