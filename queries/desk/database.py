"""The desk's SQLite file: one connection, one lock, transactions that hold everything a call changes.

Several processes may use one file; each waits ``BUSY_S`` for the others. Every transaction is on the disk
when it ends (``synchronous=FULL``): an answer that was taken is not lost with the power.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

from graph.model.errors import BadCall, Fatal, Unavailable
from queries.desk.schema import MIGRATIONS, VERSION

BUSY_S: Final = 5.0
OWNER_ONLY: Final = 0o600
Row = tuple[Any, ...]
Cell = str | int | float | bytes | None


def wall_clock_ms() -> int:
    """Now, epoch ms."""
    return time.time_ns() // 1_000_000


class Database:
    """Statements on the desk's file, with values always bound. Raises BadCall when it is no file of ours.

    ``clock_ms`` gives now. Calls from several threads wait for each other; a transaction begun inside another
    is part of it.
    """

    def __init__(self, path: Path, clock_ms: Callable[[], int] = wall_clock_ms) -> None:
        self.path = path
        self.now_ms = clock_ms
        self._lock = RLock()
        self._depth = 0
        try:
            # Made by ourselves first, so that nobody else can ever read it.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA foreign_keys=ON")
            # What is deleted is overwritten, so that nobody finds it in the file.
            self._connection.execute("PRAGMA secure_delete=ON")
            self._migrate()
        except (OSError, sqlite3.DatabaseError) as error:
            raise BadCall(f"expected a desk at {path}, found: {error}; give another --desk") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside happens, or nothing. Raises Unavailable while another process writes."""
        with self._lock:
            if self._depth:
                yield
                return
            self.run("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def run(self, statement: str, *values: Cell) -> int:
        """How many rows a statement changed."""
        with self._lock:
            return self._execute(statement, values).rowcount

    def rows(self, statement: str, *values: Cell) -> list[Row]:
        """All rows of a statement."""
        with self._lock:
            return self._execute(statement, values).fetchall()

    def row(self, statement: str, *values: Cell) -> Row | None:
        """The first row of a statement, None when there is none."""
        with self._lock:
            found: Row | None = self._execute(statement, values).fetchone()
            return found

    def insert(self, statement: str, *values: Cell) -> int:
        """The number of the row that a statement inserted."""
        with self._lock:
            return int(self._execute(statement, values).lastrowid or 0)

    def stamp(self) -> tuple[int, int]:
        """Another pair whenever anything in the file may have changed, by whomever: a fifth of a look at it.

        The first number is SQLite's ``data_version`` (commits of other connections), the second what this
        connection changed.
        """
        with self._lock:
            (version,) = self._execute("PRAGMA data_version", ()).fetchone()
            return int(version), self._connection.total_changes

    def rewrite(self) -> None:
        """Write the whole file anew, so that nothing of what was deleted is left in it."""
        with self._lock:
            self._execute("VACUUM", ())
            self._execute("PRAGMA wal_checkpoint(TRUNCATE)", ())

    def close(self) -> None:
        """Let go of the file. A second call does nothing."""
        with self._lock:
            self._connection.close()

    def _execute(self, statement: str, values: tuple[Cell, ...]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise Unavailable(
                    f"expected the desk at {self.path} within {BUSY_S:g} s, found it busy; try again", 1.0
                ) from error
            raise Fatal(f"expected to use the desk at {self.path}, found: {error}; mend that") from error

    def _migrate(self) -> None:
        found = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            raise BadCall(
                f"expected a desk of version {VERSION} or older at {self.path}, found {found}; "
                "use the newer program"
            )
        if found < VERSION:
            steps = "\n".join(MIGRATIONS[found:])
            self._connection.executescript(
                f"BEGIN IMMEDIATE;\n{steps}\nPRAGMA user_version={VERSION};\nCOMMIT;"
            )
