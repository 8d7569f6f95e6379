"""The embedded store: one SQLite file in WAL mode, one writer and any number of readers, no server."""

from graph.stores.sqlite.reader import SqliteReader
from graph.stores.sqlite.writer import SqliteWriter

__all__ = ["SqliteReader", "SqliteWriter"]
