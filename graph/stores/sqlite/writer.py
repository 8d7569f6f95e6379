"""The one writer of the embedded store.

Cost: entity ids are looked up once and remembered (``REMEMBERED_IDS`` at most); a repeated link is one
upsert by its clustered key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from graph.model.changes import Changes
from graph.model.entities import KIND_CODE
from graph.model.errors import BadCall, Fatal, Unavailable
from graph.model.link_keys import LINK_CODE
from graph.model.vocabulary import EntityKind, LinkKind
from graph.stores.bisection import StepRefused, write_around_refusals
from graph.stores.plan import FIELDS, Plan, Row, Step, plan_of
from graph.stores.port import Written
from graph.stores.sqlite.schema import migrate

REMEMBERED_IDS: Final = 2_000_000
BUSY_S: Final = 5.0
RETRY_AFTER_S: Final = 0.5
CACHE_KIB: Final = 65_536


def _marks(count: int) -> str:
    return "(" + ", ".join("?" * count) + ")"


def _upsert(table: str, columns: Iterable[str], keys: int) -> str:
    names = tuple(columns)
    own = ", ".join(names[:keys])
    sets = ", ".join(f"{name} = excluded.{name}" for name in names[keys:])
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES {_marks(len(names))} "
        f"ON CONFLICT ({own}) DO UPDATE SET {sets}"
    )


_LINK_COLUMNS: Final = (
    *("source", "kind", "target", "first_ms", "last_ms", "events", "money_units", "incentives"),
    *("incentive_units", "odd", "surcharge", "joins"),
)
_LINK_KEY: Final = "source = ? AND kind = ? AND target = ?"
STATEMENTS: Final[dict[Step, tuple[str, ...]]] = {
    Step.ACCOUNTS: (_upsert("account", FIELDS[Step.ACCOUNTS], 1),),
    Step.LINKS_GONE: (
        "INSERT OR REPLACE INTO spell SELECT source, kind, target, first_ms, last_ms, events, money_units "
        f"FROM link WHERE {_LINK_KEY}",
        f"DELETE FROM link WHERE {_LINK_KEY}",
    ),
    Step.LINKS: (_upsert("link", _LINK_COLUMNS, 3),),
    Step.CUTS: ("INSERT INTO cut VALUES (?, ?)",),
    Step.DECLARED_PUBLIC: ("UPDATE entity SET is_public = 1 WHERE id = ?",),
    Step.RINGS_BORN: (
        "INSERT INTO ring (ring_id, flagged_ms, kind, score) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    Step.RINGS: (
        _upsert("ring", FIELDS[Step.RINGS], 1),
        "DELETE FROM ring_tie WHERE ring_id = ?",
    ),
    Step.RING_TIES: (
        "INSERT INTO ring_tie VALUES (?, (SELECT id FROM entity "
        "WHERE kind = (SELECT code FROM entity_kind WHERE name = ?) AND name = ?)) ON CONFLICT DO NOTHING",
    ),
    Step.MEMBERS_LEFT: (
        "UPDATE member SET to_ms = ?3 WHERE ring_id = ?1 AND account_id = ?2 AND to_ms IS NULL",
    ),
    Step.RINGS_DISSOLVED: (
        "UPDATE member SET to_ms = ?2 WHERE ring_id = ?1 AND to_ms IS NULL",
        "UPDATE ring SET closed_ms = coalesce(closed_ms, ?2) WHERE ring_id = ?1",
    ),
    Step.MEMBERS: (_upsert("member", FIELDS[Step.MEMBERS], 3),),
    Step.MEMBERSHIPS: (
        "UPDATE member SET membership = ?3 WHERE ring_id = ?1 AND account_id = ?2 AND to_ms IS NULL",
    ),
    Step.LEDGER: (_upsert("ledger", FIELDS[Step.LEDGER], 1),),
    Step.FLAGS: (_upsert("flag", FIELDS[Step.FLAGS], 1),),
    Step.VERDICTS: (_upsert("verdict", FIELDS[Step.VERDICTS], 1),),
    Step.TRIPS: (_upsert("trip", FIELDS[Step.TRIPS], 1),),
    Step.TAKINGS: (_upsert("taking", FIELDS[Step.TAKINGS], 1),),
}


class SqliteWriter:
    """Writes changes into one file; made with the newest schema on first use.

    Raises BadCall when the place cannot hold a store, Fatal when a newer program made it, Unavailable while
    another writer holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[tuple[EntityKind, str], int] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            try:
                migrate(self._connection, path)
            except BaseException:
                self._connection.close()
                raise
        except (OSError, sqlite3.DatabaseError) as error:
            raise BadCall(
                f"expected a store or a free place at {path}, found: {error}; give another --store"
            ) from error

    def write(self, changes: Changes, offsets: Mapping[str, int]) -> Written:
        """Write changes and the offsets they reach in one transaction (see the port)."""
        try:
            known = self.offsets()
            if offsets and all(known.get(source, -1) >= position for source, position in offsets.items()):
                return Written(rows=0, repeated=True)
            plan = plan_of(changes, self._meta("ledger_entries"))
            refused = write_around_refusals(plan, lambda some, keep: self._attempt(some, offsets, keep))
        except sqlite3.OperationalError as error:
            raise self._told(error) from error
        return Written(rows=len(plan) - len(refused), refused=refused)

    def offsets(self) -> dict[str, int]:
        """How far the store has come, by source."""
        return dict(self._connection.execute("SELECT source, position FROM source_offset ORDER BY source"))

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        with suppress(sqlite3.OperationalError, sqlite3.ProgrammingError):
            self._connection.execute("PRAGMA optimize")
        self._connection.close()

    # -- inside ------------------------------------------------------------------------------------

    def _attempt(self, plan: Plan, offsets: Mapping[str, int], keep: bool) -> None:
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            ids = self._intern(plan)
            if plan.replaces_cuts:
                run("DELETE FROM cut")
            if plan.replaces_public:
                run("UPDATE entity SET is_public = 0 WHERE is_public = 1")
            for step, statements in STATEMENTS.items():
                rows = _bound(step, plan.rows[step], ids)
                for statement in statements if rows else ():
                    self._run(step, statement, rows)
            named = {"watermark_ms": plan.watermark_ms, "window_ms": plan.window_ms}
            named["ledger_entries"] = plan.ledger_entries
            self._connection.executemany(_upsert("meta", ("name", "value"), 1), named.items())
            self._connection.executemany(
                "INSERT INTO source_offset VALUES (?, ?) ON CONFLICT (source) DO UPDATE "
                "SET position = max(position, excluded.position)",
                sorted(offsets.items()),
            )
            run("COMMIT" if keep else "ROLLBACK")
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            self._ids.clear()
            raise
        if not keep:
            self._ids.clear()

    def _intern(self, plan: Plan) -> dict[int, int]:
        """The store's id of every local entity number that the plan still names."""
        wanted = {n: (plan.kind[n], plan.names[n]) for n, _, _ in plan.rows[Step.ENTITIES]}
        if len(self._ids) + len(wanted) > REMEMBERED_IDS:
            self._ids.clear()
        unknown = [key for key in wanted.values() if key not in self._ids]
        if unknown:
            self._run(Step.ENTITIES, "CREATE TEMP TABLE IF NOT EXISTS named (kind, name)", None)
            self._connection.execute("DELETE FROM named")
            self._run(
                Step.ENTITIES,
                "INSERT INTO named VALUES (?, ?)",
                [(KIND_CODE[kind], name) for kind, name in unknown],
            )
            self._connection.execute("INSERT OR IGNORE INTO entity (kind, name) SELECT kind, name FROM named")
            found = self._connection.execute(
                "SELECT entity.id FROM named JOIN entity USING (kind, name) ORDER BY named.rowid"
            )
            self._ids.update(zip(unknown, (row[0] for row in found), strict=True))
        return {number: self._ids[key] for number, key in wanted.items()}

    def _run(self, step: Step, statement: str, rows: list[Row] | None) -> None:
        try:
            if rows is None:
                self._connection.execute(statement)
            else:
                places = statement.count("?") if "?1" not in statement else None
                self._connection.executemany(statement, (row[:places] for row in rows) if places else rows)
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, ValueError) as error:
            raise StepRefused(step, f"{type(error).__name__}: {error}") from error

    def _meta(self, name: str) -> int:
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])

    def _told(self, error: sqlite3.OperationalError) -> Unavailable | Fatal:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Unavailable(
                f"expected to be the only writer of {self._path}, found it locked; end the other one",
                RETRY_AFTER_S,
            )
        return Fatal(f"expected to write {self._path}, found: {error}; mend the disk and start again")


def _bound(step: Step, rows: list[Row], ids: Mapping[int, int]) -> list[Row]:
    """Rows with the store's ids in place of local numbers; None, which the store refuses, for an unknown."""
    known = ids.get
    if step is Step.LINKS:
        return [(known(s), LINK_CODE[LinkKind(kind)], known(t), *rest) for kind, s, t, *rest in rows]
    if step is Step.LINKS_GONE:
        return [(known(s), LINK_CODE[LinkKind(kind)], known(t)) for kind, s, t in rows]
    if step is Step.ACCOUNTS:
        return [(known(row[0]), *row[1:]) for row in rows]
    if step in (Step.CUTS, Step.DECLARED_PUBLIC):
        return [tuple(known(number) for number in row) for row in rows]
    return rows
