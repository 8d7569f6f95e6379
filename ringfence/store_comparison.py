"""Stores held against an engine: filled anew from a snapshot, or compared with events or a snapshot."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall
from graph.stores.opening import StoreAddress, open_reader
from ringfence.engines import new_engine
from ringfence.store_wiring import filling
from ringfence.wiring import DetectOptions, run_engine

if TYPE_CHECKING:
    from graph.engine import Engine
    from graph.stores.verification import PartCompared
    from ringfence.terminal import Advance
    from streaming.service.state_folder import Header

SNAPSHOT = ".rfsnap"


def rebuilt(snapshot: Path, address: StoreAddress, options: DetectOptions) -> Engine:
    """Fill a store from a snapshot of the service; gives the engine that it holds."""
    from graph.stores.rebuilding import rebuild

    engine, header = engine_of(snapshot, options)
    offsets = {partition: each.offset for partition, each in header.positions.items()}
    with filling(address) as writer:
        rebuild(writer, engine, header.tally.ledger, offsets)
    return engine


def engine_of(snapshot: Path, options: DetectOptions) -> tuple[Engine, Header]:
    """The engine in a snapshot, or in the newest of a state folder, and what the snapshot says of itself.

    Raises BadCall when there is none, it is damaged, or another configuration made it.
    """
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
    engine = new_engine(options.window_days, options.model, options.terms)
    misfit = header.misfit(engine)
    if misfit is not None:
        raise BadCall(
            f"{misfit} in {path.name}; give the --window-days of the service, and its model and its alert "
            "contract as settings (RINGFENCE_MODEL, RINGFENCE_MAX_FALSE_ALERTS, ...)"
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
    from graph.model.changes import Look
    from graph.stores.verification import verify

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
