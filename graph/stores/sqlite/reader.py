"""A read-only session on the embedded store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Final

from graph.model.errors import BadCall, Fatal
from graph.stores.port import Language, Table, Value
from graph.stores.sqlite.schema import VERSION, version_of

STEPS_BETWEEN_LOOKS: Final = 10_000
"""Virtual machine steps between two looks at the clock: well under a millisecond."""
BUSY_S: Final = 2.0


class SqliteReader:
    """Reads one file; cannot change it. Raises BadCall when there is no store of this schema."""

    language = Language.SQL

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise BadCall(
                f"expected a store at {path}, found nothing; make one with ringfence detect --store {path}"
            )
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA query_only=ON")
            self._connection.execute("PRAGMA cache_size=-65536")
            found = version_of(self._connection)
        except sqlite3.DatabaseError as error:
            raise BadCall(f"expected a store at {path}, found: {error}; give another --store") from error
        if found != VERSION:
            self._connection.close()
            raise BadCall(
                f"expected a store of schema version {VERSION} at {path}, found {found}; "
                "rebuild it with ringfence store rebuild"
            )

    def read(self, statement: str, parameters: Mapping[str, Value], timeout_s: float) -> Table:
        """The rows of one statement; lists go in as JSON. Raises Fatal past ``timeout_s`` or on a write."""
        until = monotonic() + timeout_s
        self._connection.set_progress_handler(lambda: monotonic() > until, STEPS_BETWEEN_LOOKS)
        try:
            cursor = self._connection.execute(statement, _bound(parameters))
            columns = tuple(column[0] for column in cursor.description or ())
            return Table(columns, cursor.fetchall())
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise Fatal(
                    f"expected an answer within {timeout_s:g} s, found none; ask for less or raise --timeout"
                ) from error
            raise Fatal(f"expected a statement that only reads, found: {error}; correct it") from error
        finally:
            self._connection.set_progress_handler(None, 0)

    def explain(self, statement: str, parameters: Mapping[str, Value]) -> list[str]:
        """SQLite's plan, indented by depth."""
        rows = self._connection.execute(f"EXPLAIN QUERY PLAN {statement}", _bound(parameters)).fetchall()
        depth = {0: -1}
        lines = []
        for number, parent, _, what in rows:
            depth[number] = depth.get(parent, -1) + 1
            lines.append("  " * depth[number] + str(what))
        return lines

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _bound(parameters: Mapping[str, Value]) -> dict[str, object]:
    return {
        name: value if value is None or isinstance(value, str | int | float) else json.dumps(list(value))
        for name, value in parameters.items()
    }
