"""Work on rings: who has one in hand, until when it sleeps, who has looked, what was answered.

Nothing of it is in the store, which says what was found; a case is kept by the id of its ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from graph.model.errors import BadCall
from queries.desk.database import Database, Row
from queries.desk.people import Person

SNOOZE_MS: Final = 30 * 86_400_000
"""A case sleeps this long at most."""
KEPT_ANSWERS: Final = 500
"""Answers shown of one ring at most."""


class CaseWork(NamedTuple):
    """How the work on one ring stands."""

    ring_id: str
    assignee: str | None
    snoozed_until_ms: int | None


class Look(NamedTuple):
    """Who has opened the evidence of a ring, and when first and last."""

    name: str
    first_ms: int
    last_ms: int


class Answered(NamedTuple):
    """An answer given at the desk; the store has it once the engine has read it."""

    event_id: str
    at_ms: int
    name: str
    kind: str
    """``verdict``, or the kind of an act."""
    said: dict[str, str]


class Cases:
    """The tables of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, CaseWork]:
        """Every ring that somebody has in hand or put to sleep, by its id."""
        rows = self._database.rows(
            "SELECT c.ring_id, p.name, c.snoozed_until_ms FROM case_work c "
            "LEFT JOIN person p ON p.id = c.assignee"
        )
        now = self._database.now_ms()
        return {row[0]: CaseWork(row[0], row[1], row[2] if (row[2] or 0) > now else None) for row in rows}

    def of(self, ring_id: str) -> CaseWork:
        """The work on one ring."""
        row = self._database.row(
            "SELECT p.name, c.snoozed_until_ms FROM case_work c LEFT JOIN person p ON p.id = c.assignee "
            "WHERE c.ring_id = ?",
            ring_id,
        )
        name, until = row or (None, None)
        return CaseWork(ring_id, name, until if (until or 0) > self._database.now_ms() else None)

    def assign(self, ring_id: str, person: Person | None) -> None:
        """Put a ring into somebody's hands, or into nobody's."""
        self._set(ring_id, "assignee", None if person is None else person.id)

    def snooze(self, ring_id: str, until_ms: int | None) -> None:
        """Put a ring to sleep until then, or wake it. Raises BadCall for a time past or too far."""
        now = self._database.now_ms()
        if until_ms is not None and not now < until_ms <= now + SNOOZE_MS:
            raise BadCall(
                f"expected to sleep until a moment within {SNOOZE_MS // 86_400_000} days, found another"
            )
        self._set(ring_id, "snoozed_until_ms", until_ms)

    def look(self, ring_id: str, person: Person) -> None:
        """Note that somebody has opened the evidence."""
        now = self._database.now_ms()
        self._database.run(
            "INSERT INTO case_look VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO UPDATE SET last_ms = ?3",
            *(ring_id, person.id, now),
        )

    def looks(self, ring_id: str) -> list[Look]:
        """Who has opened the evidence, the first first."""
        return [
            Look(*row)
            for row in self._database.rows(
                "SELECT p.name, l.first_ms, l.last_ms FROM case_look l JOIN person p ON p.id = l.person "
                "WHERE l.ring_id = ? ORDER BY l.first_ms, p.name",
                ring_id,
            )
        ]

    def first_looks(self) -> dict[str, int]:
        """When each ring was first looked at, by its id."""
        return dict(self._database.rows("SELECT ring_id, min(first_ms) FROM case_look GROUP BY ring_id"))

    def last_look(self, ring_id: str, person: Person) -> int | None:
        """When somebody last opened the evidence of a ring."""
        row = self._database.row(
            "SELECT last_ms FROM case_look WHERE ring_id = ? AND person = ?", ring_id, person.id
        )
        return None if row is None else int(row[0])

    def answered(self, ring_id: str, person: Person, event_id: str, kind: str, said: dict[str, str]) -> None:
        """Keep what was answered about a ring, to show it before the engine has read it."""
        self._database.run(
            "INSERT INTO case_answer VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(
                event_id,
                ring_id,
                self._database.now_ms(),
                person.id,
                kind,
                msgspec.json.encode(said).decode(),
            ),
        )

    def answers(self, ring_id: str) -> Sequence[Answered]:
        """What was answered about a ring here, the newest first; ``KEPT_ANSWERS`` at most."""
        return [
            _answered(row)
            for row in self._database.rows(
                "SELECT a.event_id, a.at_ms, p.name, a.kind, a.said FROM case_answer a "
                "JOIN person p ON p.id = a.person WHERE a.ring_id = ? "
                "ORDER BY a.at_ms DESC, a.event_id LIMIT ?",
                *(ring_id, KEPT_ANSWERS),
            )
        ]

    def outcomes(self) -> dict[str, str]:
        """The newest verdict given here on each ring as a whole."""
        rows = self._database.rows(
            "SELECT ring_id, said FROM case_answer WHERE kind = 'verdict' ORDER BY at_ms, event_id"
        )
        told = {ring_id: msgspec.json.decode(said, type=dict[str, str]) for ring_id, said in rows}
        return {ring_id: said["outcome"] for ring_id, said in told.items() if said.get("on") == "ring"}

    def fraud_times(self) -> dict[str, int]:
        """When each ring as a whole was last answered fraud here, by its id."""
        rows = self._database.rows(
            "SELECT ring_id, at_ms, said FROM case_answer WHERE kind = 'verdict' ORDER BY at_ms, event_id"
        )
        told = [(ring_id, at, msgspec.json.decode(said, type=dict[str, str])) for ring_id, at, said in rows]
        return {
            ring_id: at
            for ring_id, at, said in told
            if (said["outcome"], said.get("on")) == ("fraud", "ring")
        }

    def _set(self, ring_id: str, column: str, value: int | None) -> None:
        self._database.run(
            f"INSERT INTO case_work (ring_id, {column}, changed_ms) VALUES (?1, ?2, ?3) "
            f"ON CONFLICT DO UPDATE SET {column} = ?2, changed_ms = ?3",
            *(ring_id, value, self._database.now_ms()),
        )


def _answered(row: Row) -> Answered:
    event_id, at_ms, name, kind, said = row
    return Answered(event_id, at_ms, name, kind, msgspec.json.decode(said, type=dict[str, str]))
