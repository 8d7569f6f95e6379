"""The newest whole snapshot of a state folder, read by somebody who may not change the folder.

The folder may be in use by its service, or be a copy of it. Nothing in it is locked, mended or renamed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from graph.engine import Engine
from graph.model.errors import BadCall, Fatal, Unavailable
from rules.running.engine import RuledEngine
from rules.running.runner import RuleRunner
from streaming.service.core import Core
from streaming.service.journal import entries_after
from streaming.service.ports import Partition
from streaming.service.state_folder import Header
from streaming.snapshots.file import Damaged, NewerFormat, read_snapshot
from streaming.snapshots.folder import SUFFIX

NewCore = Callable[[int, int], Core]
"""Makes an empty core for a clock, epoch ms, and for how long it holds events back, ms."""
RETRY_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class LoadedState:
    """A core as a snapshot left it. ``excluded``: records that the service found to break the engine."""

    batch: int
    header: Header
    core: Core
    excluded: Collection[tuple[Partition, int]]


def parted(engine: object) -> tuple[Engine, RuleRunner | None]:
    """The engine that questions go to, and the rules beside it."""
    if isinstance(engine, RuledEngine):
        return engine.engine, engine.rules
    assert isinstance(engine, Engine)
    return engine, None


def snapshots_in(folder: Path) -> list[Path]:
    """The snapshots of a folder, newest first."""
    return sorted(folder.glob(f"snapshot-*{SUFFIX}"), reverse=True)


def newest_state(folder: Path, new_core: NewCore) -> LoadedState:
    """The newest whole snapshot, in a core of its own.

    Raises BadCall (no such folder, or no snapshot in it), Fatal (a snapshot of a newer format, or of another
    model or configuration) and Unavailable (only damaged ones). Cost: the bytes of the snapshot once.
    """
    if not folder.is_dir():
        raise BadCall(f"expected a state folder at {folder}, found none; give the --state of `ringfence run`")
    paths = snapshots_in(folder)
    if not paths:
        raise BadCall(f"expected a snapshot in {folder}, found none; wait for `ringfence run` to write one")
    trouble = ""
    for path in paths:
        try:
            header, arrays = read_snapshot(path, Header)
        except NewerFormat as error:
            raise Fatal(f"{error} in {path.name}; run the version that wrote it") from error
        except Damaged as error:
            trouble = str(error)
            continue
        core = new_core(header.clock_ms, header.order_within_ms)
        misfit = header.misfit(core.engine)
        if misfit is not None:
            raise Fatal(f"{misfit}; give the --model, --window-days and alert terms of `ringfence run`")
        core.load(arrays, header.tally)
        # The service's store is told what changed; here the record of it would only grow.
        parted(core.engine)[0].forget_changes()
        batch = int(path.stem.split("-")[1])
        return LoadedState(batch, header, core, _excluded(folder, batch))
    raise Unavailable(f"{trouble}; wait for the next snapshot", RETRY_AFTER_S)


def _excluded(folder: Path, batch: int) -> frozenset[tuple[Partition, int]]:
    try:
        entries = list(entries_after(folder, batch))
    except FileNotFoundError:
        # The service dropped a journal while we read it: what it held is in a newer snapshot.
        return frozenset()
    return frozenset((Partition.named(name), offset) for entry in entries for name, offset in entry.excluded)
