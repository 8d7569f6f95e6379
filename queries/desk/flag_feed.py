"""Flags in the order in which the desk saw them, numbered: what streams go through.

A store has no such order: a flag carries event time, and one that was raised late comes before others that
were seen earlier. The feed keeps the newest ``KEPT`` flags, and all of the last ``OVERLAP_MS`` of event time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from queries.desk.database import Database

KEPT: Final = 20_000
OVERLAP_MS: Final = 6 * 3_600_000
"""A flag that reaches the store later than this behind the newest one, in event time, is not seen."""


class FeedFlag(NamedTuple):
    """A flag as JSON, with when it was raised."""

    flag_id: str
    ts: int
    flag: bytes


class FlagFeed:
    """The table of flags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, flags: Iterable[FeedFlag]) -> int:
        """Take flags, those that are known left out; gives how many were new."""
        with self._database.transaction():
            count = 0
            for flag in sorted(flags, key=lambda each: (each.ts, each.flag_id)):
                count += self._database.run(
                    "INSERT INTO flag_feed (flag_id, ts, flag) SELECT ?1, ?2, ?3 "
                    "WHERE NOT EXISTS (SELECT 1 FROM flag_feed WHERE flag_id = ?1)",
                    *flag,
                )
            self._database.run(
                "DELETE FROM flag_feed WHERE number <= ? AND ts < ?",
                *(self.last() - KEPT, (self.newest_ms() or 0) - OVERLAP_MS),
            )
            return count

    def unknown(self, flag_ids: Collection[str]) -> set[str]:
        """Those of the ids that it does not hold. One look each by an index."""
        found = "SELECT 1 FROM flag_feed WHERE flag_id = ?"
        return {each for each in flag_ids if self._database.row(found, each) is None}

    def after(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Numbers and flags behind a number, in their order."""
        return [
            (row[0], row[1])
            for row in self._database.rows(
                "SELECT number, flag FROM flag_feed WHERE number > ? ORDER BY number LIMIT ?", number, limit
            )
        ]

    def first(self) -> int:
        """The number of the oldest flag that is kept, 0 when there is none."""
        row = self._database.row("SELECT min(number) FROM flag_feed")
        return int(row[0] or 0) if row else 0

    def last(self) -> int:
        """The number of the newest flag, 0 when there is none."""
        row = self._database.row("SELECT max(number) FROM flag_feed")
        return int(row[0] or 0) if row else 0

    def newest_ms(self) -> int | None:
        """The newest event time among the flags, None when there are none."""
        row = self._database.row("SELECT max(ts) FROM flag_feed")
        return row[0] if row else None
