"""An embedded store that is complete is put at its place as one self-contained file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from graph.model.errors import BadCall, Fatal


def put_in_place(made: Path, place: Path) -> None:
    """Move a closed store to its place, in one step, instead of what stands there.

    It leaves WAL mode first, so that readers need no files beside it, and side files of the former store go:
    they must never be taken for the new one's. A later writer turns WAL on again.
    """
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        handle = os.open(made, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        remove_side_files(place)
        os.replace(made, place)
    except (OSError, sqlite3.DatabaseError) as error:
        raise Fatal(f"expected to put the store at {place}, found: {error}; choose another place") from error


def remove_side_files(path: Path) -> None:
    """Remove the log and the shared memory beside a store that nobody uses."""
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def refuse_foreign(place: Path) -> None:
    """Raises BadCall when something other than a store of ours stands at the place."""
    if not place.exists():
        return
    try:
        if place.stat().st_size:
            with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                connection.execute("SELECT position FROM source_offset LIMIT 1").fetchone()
    except (OSError, sqlite3.DatabaseError) as error:
        raise BadCall(
            f"expected a store or a free place at {place}, found something else: {error}; "
            "give another --store"
        ) from error
