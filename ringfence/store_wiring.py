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
from ringfence.model_choice import scorer_at
from ringfence.settings import Settings

if TYPE_CHECKING:
    from graph.engine import Engine
    from graph.stores.port import StoreReader, StoreWriter
    from graph.stores.recorder import RecordedEngine
    from graph.stores.verification import PartCompared
    from ringfence.terminal import Advance
    from ringfence.wiring import DetectOptions
    from streaming.service.state_folder import Header

SNAPSHOT = ".rfsnap"


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
def recorded(engine: Engine, address: StoreAddress) -> Iterator[RecordedEngine]:
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


def rebuilt(snapshot: Path, address: StoreAddress, options: DetectOptions) -> Engine:
    """Fill a store from a snapshot of the service; gives the engine that it holds."""
    from graph.stores.rebuilding import rebuild

    engine, header = engine_of(snapshot, options)
    offsets = {partition: place.offset for partition, place in header.places.items()}
    with filling(address) as writer:
        rebuild(writer, engine, header.tally.ledger, offsets)
    return engine


def engine_of(snapshot: Path, options: DetectOptions) -> tuple[Engine, Header]:
    """The engine in a snapshot, or in the newest of a state folder, and what the snapshot says of itself.

    Raises BadCall when there is none, it is damaged, or another configuration made it.
    """
    from graph.engine import Engine, EngineConfig
    from streaming.service.state_folder import Header
    from streaming.snapshots import Damaged, read_snapshot

    path = snapshot
    if snapshot.is_dir():
        found = sorted(snapshot.glob(f"*{SNAPSHOT}"))
        if not found:
            raise BadCall(f"expected a snapshot in {snapshot}, found none; give event files instead")
        path = found[-1]
    try:
        header, arrays = read_snapshot(path, Header)
    except Damaged as error:
        raise BadCall(f"{error}; give an older snapshot, or event files") from error
    engine = Engine(EngineConfig(window_days=options.window_days), scorer_at(options.model))
    misfit = header.misfit(engine)
    if misfit is not None:
        raise BadCall(
            f"{misfit} in {path.name}; give the --window-days of the service, and its model as "
            "RINGFENCE_MODEL"
        )
    prefix = "engine/"
    engine.load({name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)})
    return engine, header


def snapshot_among(given: Sequence[str]) -> Path | None:
    """The snapshot, or the folder of snapshots, when that is what was given instead of event files."""
    paths = [Path(each) for each in given]
    named = [path for path in paths if path.suffix == SNAPSHOT or path.is_dir()]
    if not named:
        return None
    if len(paths) > 1:
        raise BadCall(f"expected one snapshot or event files, found {len(paths)} places; give one of the two")
    return named[0]


def compared(
    given: Sequence[str], address: StoreAddress, options: DetectOptions, progress: Advance | None
) -> list[PartCompared]:
    """The store, part by part, beside an engine that has read the events or comes from the snapshot given."""
    from graph.changes import Look
    from graph.stores.verification import verify
    from ringfence.wiring import run_engine

    snapshot = snapshot_among(given)
    if snapshot is not None:
        engine, _ = engine_of(snapshot, options)
    else:
        with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
            engine, _ = run_engine(given, Path(folder) / "out", options, progress)
    reader = open_reader(address)
    try:
        return verify(reader, Look.at(engine.view(), engine.rings()))
    finally:
        reader.close()
