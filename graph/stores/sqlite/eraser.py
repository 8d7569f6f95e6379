"""Forgets somebody in the embedded store, down to the free pages of its file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from graph.model.entities import KIND_CODE
from graph.model.errors import BadCall, Fatal, Unavailable
from graph.model.renaming import Named, Renaming
from graph.model.vocabulary import EntityKind
from graph.stores.erasing import PLACES, TEXTS, Holds, replacements, rewritten, sought
from graph.stores.sqlite.schema import VERSION, version_of

BUSY_S: Final = 5.0
_TABLES: Final = {"Ring": "ring", "LedgerEntry": "ledger", "Flag": "flag", "Verdict": "verdict"}
TABLES: Final = {**_TABLES, "Trip": "trip", "Taking": "taking"}
"""The table of each label of ``TEXTS``; ``member`` is beside them, since its key is what it names."""
_NOT_PERSONAL: Final = (KIND_CODE[EntityKind.ACCOUNT], KIND_CODE[EntityKind.PROMO])


class SqliteEraser:
    """Forgets people in one file. Raises BadCall when there is no store of this schema."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise BadCall(f"expected a store at {path}, found nothing; correct --store")
        try:
            self._connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
            # What is deleted or written anew is overwritten, not only let go of.
            self._connection.execute("PRAGMA secure_delete=ON")
            found = version_of(self._connection)
        except sqlite3.DatabaseError as error:
            raise BadCall(f"expected a store at {path}, found: {error}; correct --store") from error
        if found != VERSION:
            self._connection.close()
            raise BadCall(
                f"expected a store of schema version {VERSION} at {path}, found {found}; "
                "rebuild it with ringfence store rebuild"
            )

    def identifiers_of(self, accounts: Sequence[str]) -> list[Named]:
        """See the port. Cost: the links of the accounts, and those who share their ends."""
        run = self._connection.execute
        code = KIND_CODE[EntityKind.ACCOUNT]
        asked = json.dumps(list(accounts))
        own = run(
            "SELECT id FROM entity WHERE kind = ? AND name IN (SELECT value FROM json_each(?))", (code, asked)
        ).fetchall()
        ids = json.dumps([row[0] for row in own])
        rows = run(
            "WITH own AS (SELECT value AS id FROM json_each(:ids)), used AS ("
            "SELECT target FROM link WHERE source IN own UNION SELECT target FROM spell WHERE source IN own) "
            "SELECT k.name, e.name FROM entity e JOIN entity_kind k ON k.code = e.kind WHERE e.id IN own "
            "UNION SELECT k.name, e.name FROM used JOIN entity e ON e.id = used.target "
            "JOIN entity_kind k ON k.code = e.kind WHERE e.kind NOT IN (:account, :promo) "
            "AND NOT EXISTS (SELECT 1 FROM link l WHERE l.target = e.id AND l.source NOT IN own) "
            "AND NOT EXISTS (SELECT 1 FROM spell s WHERE s.target = e.id AND s.source NOT IN own) "
            # A card that was only ever disowned is linked to nobody.
            "UNION SELECT 'card', t.card_id FROM taking t WHERE t.card_id IS NOT NULL "
            "AND t.account_id IN (SELECT value FROM json_each(:accounts)) AND NOT EXISTS (SELECT 1 "
            "FROM taking o WHERE o.card_id = t.card_id AND o.account_id NOT IN "
            "(SELECT value FROM json_each(:accounts))) AND NOT EXISTS (SELECT 1 FROM entity e "
            "WHERE e.kind = :card AND e.name = t.card_id AND ("
            "EXISTS (SELECT 1 FROM link l WHERE l.target = e.id AND l.source NOT IN own) "
            "OR EXISTS (SELECT 1 FROM spell s WHERE s.target = e.id AND s.source NOT IN own))) "
            "ORDER BY 1, 2",
            {
                "ids": ids,
                "accounts": asked,
                "account": _NOT_PERSONAL[0],
                "promo": _NOT_PERSONAL[1],
                "card": KIND_CODE[EntityKind.CARD],
            },
        )
        return [(str(kind), str(name)) for kind, name in rows]

    def active(self, accounts: Sequence[str]) -> tuple[int, int] | None:
        """See the port."""
        first, last = self._connection.execute(
            "SELECT min(a.first_ms), max(a.last_ms) FROM account a JOIN entity e ON e.id = a.entity "
            "WHERE e.kind = ? AND e.name IN (SELECT value FROM json_each(?))",
            (KIND_CODE[EntityKind.ACCOUNT], json.dumps(list(accounts))),
        ).fetchone()
        return None if first is None else (first, last)

    def containing(self, identifier: str) -> list[str]:
        """See the port. Looks at every entity."""
        rows = self._connection.execute(
            "SELECT DISTINCT name FROM entity WHERE instr(name, ?1) AND name <> ?1 ORDER BY name",
            (identifier,),
        )
        return [str(row[0]) for row in rows]

    def erase(self, renaming: Renaming) -> int:
        """See the port. Looks into every list and note; writes the whole file anew at the end."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                before = self._connection.total_changes
                self._rename(renaming)
                changed = self._connection.total_changes - before
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            # Free pages, and pages in the log beside the file, hold what was there before.
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise Unavailable(
                    f"expected to be alone at {self._path}, found it locked; stop what writes or reads it",
                    1.0,
                ) from error
            raise Fatal(
                f"expected to write {self._path}, found: {error}; mend the disk and start again"
            ) from error
        return changed

    def close(self) -> None:
        """See the port."""
        with suppress(sqlite3.OperationalError, sqlite3.ProgrammingError):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _rename(self, renaming: Renaming) -> None:
        many = self._connection.executemany
        accounts = [(new, old) for (kind, old), new in renaming.names.items() if kind == EntityKind.ACCOUNT]
        forget = ", ".join(f"{name} = NULL" for name in PLACES)
        is_there = " OR ".join(f"{name} IS NOT NULL" for name in PLACES)
        for column in ("rider_id", "driver_id"):
            many(
                f"UPDATE trip SET {forget} WHERE {column} = ? AND ({is_there})",
                [(old,) for _, old in accounts],
            )
        many(
            "UPDATE entity SET name = ? WHERE kind = ? AND name = ?",
            [(new, KIND_CODE[EntityKind(kind)], old) for (kind, old), new in renaming.names.items()],
        )
        many("UPDATE member SET account_id = ? WHERE account_id = ?", accounts)
        for label, (key, columns) in TEXTS.items():
            for column, holds in columns.items():
                self._rewrite(TABLES[label], key, column, holds, renaming)

    def _rewrite(self, table: str, key: str, column: str, holds: Holds, renaming: Renaming) -> None:
        many = self._connection.executemany
        exact = replacements(renaming, holds)
        if exact is not None:
            many(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", exact)
            return
        found: dict[Any, str] = {}
        for each in sought(renaming):
            found |= self._connection.execute(
                f"SELECT {key}, {column} FROM {table} WHERE instr({column}, ?)", (each,)
            )
        changed = [(rewritten(renaming, holds, text), number, text) for number, text in found.items()]
        many(
            f"UPDATE {table} SET {column} = ? WHERE {key} = ?",
            [(new, number) for new, number, old in changed if new != old],
        )
