"""A store from its address: a path is an embedded store, ``bolt://`` or ``neo4j://`` a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.model.errors import BadCall
from graph.stores.port import StoreReader, StoreWriter

if TYPE_CHECKING:
    from graph.stores.erasing import StoreEraser

SERVER_SCHEMES: Final = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where a store is: ``place`` is a path or a server's address; the rest matters for servers only."""

    place: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str = "neo4j"

    @property
    def path(self) -> Path | None:
        """The file of an embedded store, None for a server."""
        scheme, separator, _ = self.place.partition("://")
        if not separator:
            return Path(self.place)
        if scheme not in SERVER_SCHEMES:
            raise BadCall(
                f"expected a path or an address that begins with bolt:// or neo4j://, found {scheme}://; "
                "correct --store"
            )
        return None


def open_writer(address: StoreAddress) -> StoreWriter:
    """The writer of a store, which is made or migrated first. Raises BadCall, Fatal or Unavailable."""
    path = address.path
    if path is not None:
        from graph.stores.sqlite import SqliteWriter  # noqa: PLC0415 (one of two drivers is loaded)

        return SqliteWriter(path)
    from graph.stores.neo4j import Neo4jAddress, Neo4jWriter  # noqa: PLC0415

    return Neo4jWriter(Neo4jAddress(address.place, address.database, address.user, address.password))


def open_eraser(address: StoreAddress) -> StoreEraser:
    """A store that is to forget somebody. Raises BadCall, Fatal or Unavailable."""
    path = address.path
    if path is not None:
        from graph.stores.sqlite.eraser import SqliteEraser  # noqa: PLC0415

        return SqliteEraser(path)
    from graph.stores.neo4j.eraser import Neo4jEraser  # noqa: PLC0415
    from graph.stores.neo4j.server import Neo4jAddress  # noqa: PLC0415

    return Neo4jEraser(Neo4jAddress(address.place, address.database, address.user, address.password))


def open_reader(address: StoreAddress) -> StoreReader:
    """A read-only session on a store. Raises BadCall, Fatal or Unavailable."""
    path = address.path
    if path is not None:
        from graph.stores.sqlite import SqliteReader  # noqa: PLC0415

        return SqliteReader(path)
    from graph.stores.neo4j import Neo4jAddress, Neo4jReader  # noqa: PLC0415

    return Neo4jReader(Neo4jAddress(address.place, address.database, address.user, address.password))
