"""One recovery: loads the newest whole snapshot, then processes the journalled batches again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.model.errors import Fatal, Unavailable
from streaming.admission.deduplicate import HOUR_MS, WINDOW_MS
from streaming.service.core import BatchResults, Core, EngineBroke
from streaming.service.journal import Entry
from streaming.service.partition_buffers import Decode, PartitionBuffers, TakenRecords
from streaming.service.ports import DeliveryNote, Offsets, Partition, Polled, Source
from streaming.service.state_folder import PartitionPosition, StateFolder

READ_AHEAD: Final = 50_000
POLL_S: Final = 0.2
MOST_LOOKS: Final = 10
"""At a partition that ended before the records a batch was made of, before reading begins again."""
RETRY_AFTER_S: Final = 1.0

Positions = dict[Partition, PartitionPosition]
OpenSource = Callable[[Mapping[Partition, int]], Source]
"""Opens a source that reads exactly these partitions from these offsets, outside any group."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Results of a batch that are to be delivered, how far partitions were taken with it, and its note."""

    results: BatchResults
    offsets: Offsets
    note: DeliveryNote


@dataclass(slots=True)
class Recovered:
    """Where the service stands again."""

    core: Core
    batch: int = 0
    """The last batch made."""
    clock_ms: int = 0
    positions: Positions = field(default_factory=dict)
    undelivered: list[Undelivered] = field(default_factory=list)
    """Batches whose results are not known to have been delivered."""
    replayed: int = 0
    remember_ms: int = WINDOW_MS
    """The event time in which the batches at hand knew repeats."""
    snapshot: int = 0
    """The batch of the snapshot it began with, 0 without one."""
    store_offsets: Mapping[str, int] = field(default_factory=dict)
    """By partition, how far the store was written when the snapshot was taken."""
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
    partitions = sorted(
        {Partition.named(name) for entry in entries for name in entry.to} | set(done.positions)
    )
    known = delivered(partitions) if partitions else -1
    buffers = PartitionBuffers(decode, 1, READ_AHEAD, done.clock_ms)
    for partition in partitions:
        position = done.positions.get(partition, PartitionPosition(0, 0))
        buffers.open(partition, position.offset, position.newest_ms)
    source = open_source(buffers.taken)
    try:
        for entry in entries:
            if entry.clock_ms:
                done.remember_ms = entry.remember_ms
                done.clock_ms = buffers.clock_ms = done.core.admission.clock_ms = entry.clock_ms
            if entry.is_batch and entry.batch > done.batch:
                _same_memory(done)
                taken = _taken_again(entry, buffers, source, keep_going)
                results = _made_again(entry, done, taken, excluded, entry.batch in probes)
                done.batch = entry.batch
                done.replayed += results.events
                if results.has_results and entry.batch > known:
                    note = DeliveryNote(state.identity, entry.batch, entry.release_ms)
                    done.undelivered.append(Undelivered(results, buffers.taken, note))
    finally:
        source.leave()
    done.positions |= {
        partition: PartitionPosition(buffer.taken, buffer.taken_ms)
        for partition, buffer in buffers.by_partition.items()
    }
    return done


def _same_memory(done: Recovered) -> None:
    """A batch that is made again has to know the repeats that it knew."""
    ours, theirs = done.core.admission.remember_ms, done.remember_ms
    if ours != theirs:
        raise Fatal(
            f"expected repeats to be known for {ours / HOUR_MS:g} hours, found batches made with "
            f"{theirs / HOUR_MS:g}: start with that once and stop it with SIGTERM, then change it"
        )


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
    positions = {Partition.named(name): position for name, position in header.positions.items()}
    return Recovered(
        core=core,
        batch=batch,
        clock_ms=header.clock_ms,
        positions=positions,
        snapshot=batch,
        remember_ms=header.remember_ms,
        store_offsets=header.store_offsets,
    )


def _taken_again(
    entry: Entry, buffers: PartitionBuffers, source: Source, keep_going: Callable[[], None]
) -> TakenRecords:
    """The records that a journalled batch was made of, read again."""
    offsets, looks = entry.offsets(), 0
    while True:
        keep_going()
        if buffers.has_up_to(offsets):
            break
        _put(source.poll(READ_AHEAD // 10, POLL_S), buffers)
        source.pause(buffers.to_pause())
        lacking = buffers.lacks(offsets)
        looks = looks + 1 if lacking else 0
        if looks > MOST_LOOKS:
            # With fewer records it would be another batch: rather read again, or wait.
            raise Unavailable(
                f"expected the records of batch {entry.batch} in {lacking[0]}, found its end without them: "
                "restore the topic, or begin with an empty state folder",
                RETRY_AFTER_S,
            )
    taken = buffers.take_up_to(offsets)
    source.resume(buffers.to_resume())
    return taken


def _made_again(
    entry: Entry, done: Recovered, taken: TakenRecords, excluded: set[tuple[Partition, int]], with_care: bool
) -> BatchResults:
    """Processes the batch again; with care, a record that breaks the engine is found and left out."""
    core = done.core
    try:
        if not with_care:
            return core.process(taken, entry.release_ms, excluded)
        results, left_out = core.process_what_can_be(taken, entry.release_ms, excluded)
    except EngineBroke as error:
        error.batch = entry.batch
        raise
    if left_out:
        done.left_out[entry.batch] = left_out
    return results


def _put(polled: Polled, buffers: PartitionBuffers) -> None:
    for chunk in polled.chunks:
        buffers.put(chunk)
    for partition, offset in polled.ended.items():
        buffers.met_end(partition, offset)
