"""Stores opened for a command: which is meant, one to read, one to fill, one that follows a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall
from graph.stores.opening import StoreAddress, open_reader, open_writer
from ringfence.settings import Settings

if TYPE_CHECKING:
    from graph.stores.port import StoreReader, StoreWriter
    from graph.stores.recorder import RecordableEngine, RecordedEngine


def store_address(settings: Settings, place: str | None) -> StoreAddress:
    """The store named in the call or in the settings. Raises BadCall when there is none."""
    place = place or settings.store
    if not place:
        raise BadCall("expected a store, found none named; give --store PLACE or set RINGFENCE_STORE")
    password = settings.neo4j_password
    return StoreAddress(
        place,
        settings.neo4j_user,
        None if password is None else password.get_secret_value(),
        settings.neo4j_database,
    )


def open_store_reader(address: StoreAddress) -> StoreReader:
    """A read-only session on a store."""
    return open_reader(address)


@contextmanager
def filling(address: StoreAddress) -> Iterator[StoreWriter]:
    """The writer of an empty store, which is whole when the block ends without an error.

    An embedded store is made beside its place and put there at the end: complete or not at all, in place of a
    former store. A server's store has to be empty. Raises BadCall when the place is taken by anything else.
    """
    from graph.stores.sqlite.finished import put_in_place, refuse_foreign, remove_side_files

    place = address.path
    if place is None:
        target = address
    else:
        refuse_foreign(place)
        target = StoreAddress(str(place.with_name(f".{place.name}.partial-{os.getpid()}")))
    try:
        writer = open_writer(target)
        try:
            if writer.offsets():
                raise BadCall(
                    f"expected {address.place} to be an empty store, found one that is in use; "
                    "empty it, or name another database"
                )
            yield writer
        finally:
            writer.close()
        if place is not None:
            put_in_place(Path(target.place), place)
    finally:
        if place is not None:
            remove_side_files(Path(target.place))
            Path(target.place).unlink(missing_ok=True)


@contextmanager
def recorded(engine: RecordableEngine, address: StoreAddress) -> Iterator[RecordedEngine]:
    """The engine, with a store that follows it (see ``filling``)."""
    from graph.stores.behind import WriteBehind
    from graph.stores.recorder import RecordedEngine

    with filling(address) as writer:
        behind = WriteBehind(writer)
        try:
            followed = RecordedEngine(engine, behind)
            yield followed
            followed.finish()
        finally:
            behind.close()
