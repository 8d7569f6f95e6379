"""Sessions: rows here, so that one that is ended is ended; the browser holds 256 random bits in a cookie."""

from __future__ import annotations

from typing import Final

from queries.desk.database import Database
from queries.desk.people import Person, digest_of, new_secret

LIVES_MS: Final = 12 * 3_600_000
IDLE_MS: Final = 3_600_000
SEEN_EVERY_MS: Final = 60_000
MOST: Final = 20
"""Sessions one person may have; the oldest end first."""


class Sessions:
    """The table of sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, person: Person) -> str:
        """A new session's secret; old sessions beyond ``MOST`` and all that have ended are removed."""
        secret, now = new_secret(), self._database.now_ms()
        with self._database.transaction():
            self._database.run(
                "DELETE FROM session WHERE expires_ms <= ?1 OR seen_ms <= ?1 - ?2", now, IDLE_MS
            )
            self._database.run(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                *(digest_of(secret), person.id, now, now, now + LIVES_MS),
            )
            self._database.run(
                "DELETE FROM session WHERE person = ?1 AND digest NOT IN (SELECT digest FROM session "
                "WHERE person = ?1 ORDER BY created_ms DESC, digest LIMIT ?2)",
                *(person.id, MOST),
            )
        return secret

    def person_of(self, secret: str) -> int | None:
        """The number of the person whose live session it is; notes its use, once a minute at most."""
        now = self._database.now_ms()
        row = self._database.row(
            "SELECT s.person, s.seen_ms FROM session s JOIN person p ON p.id = s.person "
            "WHERE s.digest = ? AND s.expires_ms > ? AND s.seen_ms > ? AND p.is_active = 1",
            *(digest_of(secret), now, now - IDLE_MS),
        )
        if row is None:
            return None
        if now - row[1] >= SEEN_EVERY_MS:
            self._database.run("UPDATE session SET seen_ms = ? WHERE digest = ?", now, digest_of(secret))
        return int(row[0])

    def close(self, secret: str) -> None:
        """End a session."""
        self._database.run("DELETE FROM session WHERE digest = ?", digest_of(secret))

    def close_all(self, person: Person) -> None:
        """End every session of a person."""
        self._database.run("DELETE FROM session WHERE person = ?", person.id)
