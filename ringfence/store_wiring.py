"""Stores put together with engines: what follows a run, what is read, what is compared."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import BadCall
from graph.stores.opening import StoreAddress, open_reader, open_writer
from ringfence.settings import Settings

if TYPE_CHECKING:
    from graph.engine import Engine
    from graph.stores.port import StoreReader
    from graph.stores.recorder import RecordedEngine
    from graph.stores.verification import PartCompared
    from ringfence.terminal import Advance
    from ringfence.wiring import DetectOptions


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
def recorded(engine: Engine, address: StoreAddress, window_ms: int) -> Iterator[RecordedEngine]:
    """The engine, with a store that follows it and is whole when the block ends without an error.

    An embedded store is made beside its place and put there at the end: complete or not at all, in place of a
    former store. A server's store has to be empty. Raises BadCall when the place is taken by anything else.
    """
    from graph.stores.behind import WriteBehind
    from graph.stores.recorder import RecordedEngine
    from graph.stores.sqlite.finished import put_in_place, refuse_foreign, remove_side_files

    place = address.path
    if place is None:
        target = address
    else:
        refuse_foreign(place)
        target = StoreAddress(str(place.with_name(f".{place.name}.partial-{os.getpid()}")))
    behind = None
    try:
        writer = open_writer(target)
        if writer.offsets():
            writer.close()
            raise BadCall(
                f"expected {address.place} to be an empty store, found one that is in use; "
                "empty it, or name another database"
            )
        behind = WriteBehind(writer)
        followed = RecordedEngine(engine, behind, window_ms)
        yield followed
        followed.finish()
        behind.close()
        behind = None
        if place is not None:
            put_in_place(Path(target.place), place)
    finally:
        if behind is not None:
            behind.close()
        if place is not None:
            remove_side_files(Path(target.place))
            Path(target.place).unlink(missing_ok=True)


def compared(
    events: Sequence[str], address: StoreAddress, options: DetectOptions, progress: Advance | None
) -> list[PartCompared]:
    """The store beside an engine that has read ``events``, part by part."""
    from graph.changes import Look
    from graph.stores.verification import verify
    from ringfence.wiring import run_engine

    with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
        engine, _ = run_engine(events, Path(folder) / "out", options, progress)
    reader = open_reader(address)
    try:
        return verify(reader, Look.at(engine.view(), engine.rings()))
    finally:
        reader.close()
