"""Back to where the service was: the newest whole snapshot, then the journalled batches made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.model.errors import Fatal, Unavailable
from streaming.service.core import Brought, Core, EngineBroke
from streaming.service.intake import Decode, Intake, Taken
from streaming.service.journal import Entry
from streaming.service.ports import Partition, Polled, Source
from streaming.service.state_folder import LanePlace, StateFolder

READ_AHEAD: Final = 50_000
POLL_S: Final = 0.2
MOST_LOOKS: Final = 10
"""At a partition that ended before the records a batch was made of, before reading begins again."""
RETRY_AFTER_S: Final = 1.0

Places = dict[Partition, LanePlace]
OpenSource = Callable[[Mapping[Partition, int]], Source]
"""Opens a source that reads exactly these partitions from these offsets, outside any group."""


@dataclass(slots=True)
class Recovered:
    """Where the service stands again."""

    core: Core
    batch: int = 0
    """The last batch made."""
    clock_ms: int = 0
    places: Places = field(default_factory=dict)
    undelivered: list[tuple[int, Brought]] = field(default_factory=list)
    """Batches with results that nobody is known to have received."""
    replayed: int = 0
    snapshot: int = 0
    """The batch of the snapshot it began with, 0 without one."""
    told: Mapping[str, int] = field(default_factory=dict)
    """By partition, the offset up to which a store had been told when the snapshot was taken."""
    left_out: dict[int, list[tuple[Partition, int]]] = field(default_factory=dict)
    """Of batches that broke the engine, the records found to do it, which the journal does not name yet."""


def recover(
    state: StateFolder,
    new_core: Callable[[int], Core],
    decode: Decode,
    open_source: OpenSource,
    delivered: Callable[[list[Partition]], int],
    now_ms: int,
    keep_going: Callable[[], None] = lambda: None,
) -> Recovered:
    """The state after the last journalled batch. ``new_core`` makes an empty one for a clock.

    ``delivered`` says up to which batch the results are known to be safe. ``keep_going`` is called again and
    again and may raise to stop. Raises ``EngineBroke`` with its batch, and ``Unavailable`` when the broker is
    away. Cost: reading the snapshot, and processing the events since.
    """
    done = _from_snapshot(state, new_core, now_ms, keep_going)
    entries = list(state.entries_after(done.batch))
    if not entries:
        return done
    excluded = {(Partition.named(name), offset) for entry in entries for name, offset in entry.excluded}
    probes = {entry.batch for entry in entries if entry.probe}
    partitions = sorted({Partition.named(name) for entry in entries for name in entry.to} | set(done.places))
    known = delivered(partitions) if partitions else -1
    intake = Intake(decode, 1, READ_AHEAD, done.clock_ms)
    for partition in partitions:
        place = done.places.get(partition, LanePlace(0, 0))
        intake.open(partition, place.offset, place.newest_ms)
    source = open_source(intake.taken)
    try:
        for entry in entries:
            if entry.clock_ms:
                done.clock_ms = intake.clock_ms = done.core.admission.clock_ms = entry.clock_ms
            if entry.is_batch and entry.batch > done.batch:
                taken = _taken_again(entry, intake, source, keep_going)
                brought = _made_again(entry, done, taken, excluded, entry.batch in probes)
                done.batch = entry.batch
                done.replayed += brought.events
                if brought.has_results and entry.batch > known:
                    done.undelivered.append((entry.batch, brought))
    finally:
        source.leave()
    done.places |= {
        partition: LanePlace(lane.taken, lane.taken_ms) for partition, lane in intake.lanes.items()
    }
    return done


def _from_snapshot(
    state: StateFolder, new_core: Callable[[int], Core], now_ms: int, keep_going: Callable[[], None]
) -> Recovered:
    found = state.newest(keep_going)
    if found is None:
        return Recovered(core=new_core(now_ms), clock_ms=now_ms)
    batch, header, arrays = found
    core = new_core(header.clock_ms)
    misfit = header.misfit(core.engine)
    if misfit is not None:
        raise Fatal(f"{misfit}: use that one, or begin with an empty state folder")
    core.load(arrays, header.tally)
    places = {Partition.named(name): place for name, place in header.places.items()}
    return Recovered(
        core=core, batch=batch, clock_ms=header.clock_ms, places=places, snapshot=batch, told=header.told
    )


def _taken_again(entry: Entry, intake: Intake, source: Source, keep_going: Callable[[], None]) -> Taken:
    """What a batch was made of, read until everything is there."""
    offsets, looks = entry.offsets(), 0
    while True:
        keep_going()
        if intake.has_up_to(offsets):
            break
        _put(source.poll(READ_AHEAD // 10, POLL_S), intake)
        source.pause(intake.to_pause())
        lacking = intake.lacks(offsets)
        looks = looks + 1 if lacking else 0
        if looks > MOST_LOOKS:
            # A batch made of less than it was made of would be another: rather read again, or wait.
            raise Unavailable(
                f"expected the records of batch {entry.batch} in {lacking[0]}, found its end without them: "
                "restore the topic, or begin with an empty state folder",
                RETRY_AFTER_S,
            )
    taken = intake.take_up_to(offsets)
    source.resume(intake.to_resume())
    return taken


def _made_again(
    entry: Entry, done: Recovered, taken: Taken, excluded: set[tuple[Partition, int]], with_care: bool
) -> Brought:
    """The batch once more; with care, a record that breaks the engine is left out."""
    core = done.core
    try:
        if not with_care:
            return core.process(taken, entry.release_ms, excluded)
        brought, left_out = core.process_what_can_be(taken, entry.release_ms, excluded)
    except EngineBroke as error:
        error.batch = entry.batch
        raise
    if left_out:
        done.left_out[entry.batch] = left_out
    return brought


def _put(polled: Polled, intake: Intake) -> None:
    for chunk in polled.chunks:
        intake.put(chunk)
    for partition, offset in polled.ended.items():
        intake.met_end(partition, offset)
