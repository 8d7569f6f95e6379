"""What is known of all regions, in one SQLite file: who used what where, kept events, and an outbox.

Everything that a batch changes, with how far the topics were read, is one transaction on the disk
(``synchronous=FULL``). In memory is what spans regions, a hundred bytes an account or identifier; on the disk
are all uses, about 120 bytes each, and the newest events of each account.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from graph.model.errors import BadCall
from streaming.service.ports import Offsets, Partition

FILE: Final = "regions.db"
_OWNER_ONLY: Final = 0o600
_VERSION: Final = 1
_CACHE_KIB: Final = 65_536

_TABLES: Final = """
CREATE TABLE region (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, newest_ms INTEGER NOT NULL DEFAULT 0);
CREATE TABLE position (partition TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE account (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, held INTEGER NOT NULL DEFAULT 0);
CREATE TABLE uses (
    identifier BLOB NOT NULL, account INTEGER NOT NULL, region INTEGER NOT NULL, kind TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, event INTEGER NOT NULL,
    PRIMARY KEY (identifier, account, region)) WITHOUT ROWID;
CREATE INDEX uses_by_account ON uses (account, identifier);
CREATE INDEX uses_by_time ON uses (last_ms);
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, region INTEGER NOT NULL,
    ts INTEGER NOT NULL, value BLOB NOT NULL);
CREATE INDEX event_by_time ON event (ts);
CREATE TABLE names (
    account INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (account, event)) WITHOUT ROWID;
CREATE INDEX names_by_event ON names (event);
CREATE TABLE told (
    event INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (event, target)) WITHOUT ROWID;
CREATE TABLE telling (
    account INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (account, target)) WITHOUT ROWID;
CREATE TABLE published (
    identifier BLOB NOT NULL, account TEXT NOT NULL, region INTEGER NOT NULL, first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL, PRIMARY KEY (identifier, account, region)) WITHOUT ROWID;
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key BLOB NOT NULL, value BLOB);
"""


class Use(NamedTuple):
    """An account's use of an identifier in a region: when first and last (epoch ms), and its newest event."""

    account: int
    region: int
    kind: str
    first_ms: int
    last_ms: int
    event: int

    def widened(self, other: Use) -> Use:
        """Both as one."""
        newest = other if other.last_ms >= self.last_ms else self
        first_ms = min(self.first_ms, other.first_ms)
        return self._replace(first_ms=first_ms, last_ms=newest.last_ms, event=newest.event)


class Outgoing(NamedTuple):
    """A record that has to reach a topic; its number grows, and never comes again."""

    number: int
    topic: str
    key: bytes
    value: bytes | None


class RegionsMemory:
    """The file, for one process at a time. Raises ``BadCall`` when it cannot be used."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
            self._file = sqlite3.connect(path, isolation_level=None)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=FULL")
            self._file.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            version = self._file.execute("PRAGMA user_version").fetchone()[0]
        except (OSError, sqlite3.DatabaseError) as error:
            raise BadCall(f"expected to use {path}, found: {error}; choose another --state") from error
        if version not in (0, _VERSION):
            raise BadCall(f"expected version {_VERSION} in {path}, found {version}; choose another --state")
        if version == 0:
            self._file.executescript(f"BEGIN;{_TABLES}PRAGMA user_version={_VERSION};COMMIT;")
        self._numbers: dict[str, int] = {}
        self._targets: dict[int, set[int]] = {}
        self._published: set[bytes] = set()
        self._recall()

    def close(self) -> None:
        """Lets the file go."""
        self._file.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is on the disk at the end, or none of it."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            self._numbers.clear()
            self._recall()
            raise
        self._file.execute("COMMIT")

    def _recall(self) -> None:
        """Takes what spans regions into memory: it is little, and asked of every event."""
        self._targets.clear()
        for account, target in self._file.execute("SELECT account, target FROM telling"):
            self._targets.setdefault(account, set()).add(target)
        self._published = {row[0] for row in self._file.execute("SELECT DISTINCT identifier FROM published")}

    # -- where we are --------------------------------------------------------------------------------

    def region(self, name: str) -> int:
        """The number of a region, from 1 on; a new one is remembered."""
        self._file.execute("INSERT OR IGNORE INTO region (name) VALUES (?)", (name,))
        return int(self._one("SELECT number FROM region WHERE name = ?", name))

    def newest_ms(self) -> dict[int, int]:
        """By region, the newest event time, epoch ms; 0 before the first."""
        return dict(self._file.execute("SELECT number, newest_ms FROM region ORDER BY number"))

    def reached(self, region: int, ts: int) -> None:
        """An event of this time came from a region."""
        self._file.execute("UPDATE region SET newest_ms = max(newest_ms, ?) WHERE number = ?", (ts, region))

    def positions(self) -> dict[Partition, int]:
        """By partition, the offset to read next."""
        rows = self._file.execute("SELECT partition, next FROM position ORDER BY partition")
        return {Partition.named(name): offset for name, offset in rows}

    def moved(self, offsets: Offsets) -> None:
        """The partitions were read up to here."""
        self._file.executemany(
            "INSERT OR REPLACE INTO position VALUES (?, ?)", [(str(p), next_) for p, next_ in offsets.items()]
        )

    # -- who used what -------------------------------------------------------------------------------

    def account(self, name: str) -> int:
        """The number of an account; a new one is remembered."""
        number = self._numbers.get(name)
        if number is None:
            found = self._file.execute("SELECT number FROM account WHERE name = ?", (name,)).fetchone()
            if found is None:
                found = self._file.execute(
                    "INSERT INTO account (name) VALUES (?) RETURNING number", (name,)
                ).fetchone()
            number = int(found[0])
            if len(self._numbers) >= 1 << 16:
                self._numbers.clear()
            self._numbers[name] = number
        return number

    def used(self, identifier: bytes, use: Use) -> bool:
        """Widens what is known of a use; whether it is a new one."""
        before = self._file.execute(
            "SELECT last_ms FROM uses WHERE identifier = ? AND account = ? AND region = ?",
            (identifier, use.account, use.region),
        ).fetchone()
        self._file.execute(
            "INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " event = CASE WHEN excluded.last_ms >= last_ms THEN excluded.event ELSE event END,"
            " first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)",
            (identifier, *use),
        )
        return before is None

    def users(self, identifier: bytes, most: int) -> list[tuple[int, str, Use]]:
        """Number, name and use of those who used an identifier first, at most so many uses, in that order."""
        rows = self._file.execute(
            "SELECT account, name, region, kind, first_ms, last_ms, event"
            " FROM uses JOIN account ON number = account"
            " WHERE identifier = ? ORDER BY first_ms, account, region LIMIT ?",
            (identifier, most),
        )
        return [(account, name, Use(account, *rest)) for account, name, *rest in rows]

    def identifiers(self, account: int) -> list[tuple[bytes, int]]:
        """What an account used, itself among it, and in which region each."""
        rows = self._file.execute(
            "SELECT identifier, region FROM uses WHERE account = ? ORDER BY identifier, region", (account,)
        )
        return rows.fetchall()

    def is_shared(self, identifier: bytes) -> bool:
        """Whether an identifier was used in two or more regions."""
        return bool(self._one("SELECT count(DISTINCT region) > 1 FROM uses WHERE identifier = ?", identifier))

    # -- events that may be told ---------------------------------------------------------------------

    def keep(self, id_hash: bytes, region: int, ts: int, value: bytes) -> int | None:
        """The number of an event that is kept from now on; None when it was kept before."""
        row = self._file.execute(
            "INSERT INTO event (id, region, ts, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
            " RETURNING number",
            (id_hash, region, ts, value),
        ).fetchone()
        return None if row is None else int(row[0])

    def names(self, events: Iterable[tuple[int, set[int]]], keep: int) -> list[int]:
        """Each of these events names accounts; those that have more than twice ``keep`` events now."""
        pairs = [(account, event) for event, accounts in events for account in accounts]
        self._file.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", pairs)
        more = sorted(Counter(account for account, _ in pairs).items())
        counting = "UPDATE account SET held = held + ? WHERE number = ? RETURNING held"
        return [account for account, count in more if self._one(counting, count, account) > 2 * keep]

    def thin(self, account: int, keep: int) -> None:
        """Keeps the newest events of an account, and the newest of each of its uses."""
        gone = self._file.execute(
            "DELETE FROM names WHERE account = ?1 AND event NOT IN"
            " (SELECT event FROM names WHERE account = ?1 ORDER BY event DESC LIMIT ?2)"
            " AND event NOT IN (SELECT event FROM uses WHERE account = ?1) RETURNING event",
            (account, keep),
        ).fetchall()
        for statement in (
            "DELETE FROM event WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM names WHERE event = ?1)",
            "DELETE FROM told WHERE event = ?1 AND NOT EXISTS (SELECT 1 FROM event WHERE number = ?1)",
        ):
            self._file.executemany(statement, gone)
        self._file.execute(
            "UPDATE account SET held = (SELECT count(*) FROM names WHERE account = ?1) WHERE number = ?1",
            (account,),
        )

    def targets(self, account: int) -> frozenset[int]:
        """Who is told of an account."""
        return frozenset(self._targets.get(account, ()))

    def tell(self, account: int, targets: frozenset[int]) -> None:
        """From now on these are told of an account, and nobody else."""
        before = self.targets(account)
        self._file.executemany(
            "DELETE FROM telling WHERE account = ? AND target = ?", [(account, t) for t in before - targets]
        )
        self._file.executemany("INSERT INTO telling VALUES (?, ?)", [(account, t) for t in targets - before])
        if targets:
            self._targets[account] = set(targets)
        else:
            self._targets.pop(account, None)

    def untold(self, account: int, target: int) -> list[int]:
        """Kept events of an account from other regions that a target was not told of."""
        rows = self._file.execute(
            "SELECT number FROM names JOIN event ON number = names.event WHERE account = ?1 AND region <> ?2"
            " AND NOT EXISTS (SELECT 1 FROM told WHERE told.event = number AND target = ?2) ORDER BY number",
            (account, target),
        )
        return [row[0] for row in rows]

    def told(self, event: int, target: int) -> bytes:
        """A target is told of an event; gives its record as it came."""
        self._file.execute("INSERT INTO told VALUES (?, ?)", (event, target))
        return bytes(self._one("SELECT value FROM event WHERE number = ?", event))

    # -- what goes out -------------------------------------------------------------------------------

    def send(self, topic: str, key: bytes, value: bytes | None) -> None:
        """A record has to reach a topic."""
        self._file.execute("INSERT INTO outbox (topic, key, value) VALUES (?, ?, ?)", (topic, key, value))

    def outgoing(self, most: int) -> list[Outgoing]:
        """What has to go out next, in order."""
        rows = self._file.execute(
            "SELECT number, topic, key, value FROM outbox ORDER BY number LIMIT ?", (most,)
        )
        return [Outgoing(*row) for row in rows]

    def went(self, topic: str, number: int) -> None:
        """Everything for a topic up to this number has reached it."""
        self._file.execute("DELETE FROM outbox WHERE topic = ? AND number <= ?", (topic, number))

    def is_published(self, identifier: bytes) -> bool:
        """Whether rows of an identifier are published."""
        return identifier in self._published

    def published(self, identifier: bytes) -> dict[tuple[str, int], tuple[int, int]]:
        """By account and region, the first and last use that was published of an identifier."""
        rows = self._file.execute(
            "SELECT account, region, first_ms, last_ms FROM published WHERE identifier = ?", (identifier,)
        )
        return {(account, region): (first_ms, last_ms) for account, region, first_ms, last_ms in rows}

    def publish(self, identifier: bytes, account: str, region: int, times: tuple[int, int] | None) -> None:
        """A row of an identifier is published, or with None no more."""
        if times is not None:
            self._file.execute(
                "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?, ?)",
                (identifier, account, region, *times),
            )
            self._published.add(identifier)
            return
        self._file.execute(
            "DELETE FROM published WHERE identifier = ? AND account = ? AND region = ?",
            (identifier, account, region),
        )
        if not self.published(identifier):
            self._published.discard(identifier)

    # -- ageing --------------------------------------------------------------------------------------

    def age(self, before_ms: int) -> tuple[list[int], list[bytes]]:
        """Forgets uses and events older than this; the accounts and the identifiers that lost a use."""
        lost = self._file.execute(
            "DELETE FROM uses WHERE last_ms < ? RETURNING account, identifier", (before_ms,)
        ).fetchall()
        gone = self._file.execute("DELETE FROM event WHERE ts < ? RETURNING number", (before_ms,)).fetchall()
        self._file.executemany("DELETE FROM names WHERE event = ?", gone)
        self._file.executemany("DELETE FROM told WHERE event = ?", gone)
        return sorted({account for account, _ in lost}), sorted({identifier for _, identifier in lost})

    def forget_accounts(self, accounts: Iterable[int]) -> None:
        """Forgets those of these accounts that nothing is known of any more."""
        for account in accounts:
            self._file.execute(
                "DELETE FROM account WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM uses WHERE account = ?1)"
                " AND NOT EXISTS (SELECT 1 FROM names WHERE account = ?1)",
                (account,),
            )
        self._numbers.clear()

    # -- somebody who is forgotten ---------------------------------------------------------------------

    def forget(
        self,
        names: Mapping[str, str],
        hashes: Mapping[bytes, bytes],
        naming_them: Callable[[Sequence[bytes]], list[bool]],
        at_once: int,
    ) -> int:
        """Rename accounts and identifiers, delete records that name somebody, and leave nothing behind.

        ``naming_them`` says which of some records do. Gives how many rows changed or went.
        """
        before = self._file.total_changes
        with self.transaction():
            for statement, renamed in (
                ("UPDATE published SET identifier = ? WHERE identifier = ?", hashes),
                ("UPDATE published SET account = ? WHERE account = ?", names),
                ("UPDATE uses SET identifier = ? WHERE identifier = ?", hashes),
                ("UPDATE account SET name = ? WHERE name = ?", names),
            ):
                self._file.executemany(statement, [(new, old) for old, new in renamed.items()])
            gone = self._naming("SELECT number, value FROM event", naming_them, at_once)
            for statement in (
                "UPDATE account SET held = held - 1"
                " WHERE number IN (SELECT account FROM names WHERE event = ?)",
                "DELETE FROM names WHERE event = ?",
                "DELETE FROM told WHERE event = ?",
                "DELETE FROM event WHERE number = ?",
            ):
                self._file.executemany(statement, gone)
            for statement in (
                "SELECT number, key FROM outbox",
                "SELECT number, value FROM outbox WHERE value NOT NULL",
            ):
                waiting = self._naming(statement, naming_them, at_once)
                self._file.executemany("DELETE FROM outbox WHERE number = ?", waiting)
        changed = self._file.total_changes - before
        # Free pages and the log keep what was deleted.
        self._file.execute("VACUUM")
        self._file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._numbers.clear()
        self._recall()
        return changed

    def _naming(
        self, statement: str, naming_them: Callable[[Sequence[bytes]], list[bool]], at_once: int
    ) -> list[tuple[int]]:
        """The numbers of those records of a query, (number, record), that name somebody."""
        found: list[tuple[int]] = []
        rows = self._file.execute(statement)
        while some := rows.fetchmany(at_once):
            named = naming_them([bytes(value) for _, value in some])
            found += [(number,) for (number, _), is_named in zip(some, named, strict=True) if is_named]
        return found

    def counts(self) -> Mapping[str, int]:
        """How much is known: accounts, uses, kept events, accounts that are told of, published rows."""
        row = self._file.execute(
            "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM uses),"
            " (SELECT count(*) FROM event), (SELECT count(DISTINCT account) FROM telling),"
            " (SELECT count(*) FROM published)"
        ).fetchone()
        return dict(zip(("accounts", "uses", "events", "told_of", "published"), row, strict=True))

    def _one(self, statement: str, *values: Any) -> Any:
        return self._file.execute(statement, values).fetchone()[0]
