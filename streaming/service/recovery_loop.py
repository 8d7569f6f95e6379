"""The recovery loop: recovers again until every record that breaks the engine is found and left out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from graph.model.errors import Fatal
from streaming.service.core import EngineBroke
from streaming.service.journal import Entry
from streaming.service.parts import Parts
from streaming.service.ports import Partition
from streaming.service.recovery import Recovered, recover
from streaming.service.retry import Retry
from streaming.service.status import Status

MOST_TRIES: Final = 100
"""Batches that break the engine between two snapshots before the service gives up."""


def suspect(parts: Parts, retry: Retry, number: int, error: EngineBroke) -> None:
    """Journals that a batch broke the engine: recovery will process it with care."""
    parts.warn(f"expected the engine to take batch {number}, found {error}; looking for the record")
    retry(lambda: parts.state.append(Entry(batch=number, probe=True)))


def recover_without_poison(
    parts: Parts, status: Status, retry: Retry, keep_going: Callable[[], None]
) -> Recovered:
    """The state after the last journalled batch, without the records that break the engine.

    Those records are journalled as excluded before their batch has an effect. ``keep_going`` is called again
    and again and may raise to stop. Raises ``Fatal`` when a batch breaks the engine whatever is left out.
    """
    suspected: set[int] = set()
    for _ in range(MOST_TRIES):
        try:
            found = _once(parts, status, retry, keep_going)
        except EngineBroke as error:
            if error.batch in suspected:
                raise Fatal(
                    f"expected the engine to take batch {error.batch} without some records, found {error}: "
                    "report it, with the log"
                ) from error
            suspected.add(error.batch)
            suspect(parts, retry, error.batch, error)
            continue
        for batch, poison in found.left_out.items():
            entry = Entry(batch=batch, excluded=[(str(partition), offset) for partition, offset in poison])
            retry(lambda: parts.state.append(entry))  # noqa: B023
            for name, offset in entry.excluded:
                parts.note("poison", {"partition": name, "offset": offset, "batch": batch})
        return found
    raise Fatal(
        f"expected the engine to take its batches, found {MOST_TRIES} that break it: report it, with the log"
    )


def _once(parts: Parts, status: Status, retry: Retry, keep_going: Callable[[], None]) -> Recovered:
    before, status.phase = status.phase, "recovering"
    started = time.monotonic()
    found = retry(
        lambda: recover(
            parts.state,
            parts.new_core,
            parts.decode,
            parts.open_source,
            lambda partitions: _delivered(parts, partitions),
            parts.now_ms(),
            keep_going,
        )
    )
    status.phase = before
    status.recoveries += 1
    parts.note(
        "recovered",
        {
            "batch": found.batch,
            "replayed_events": found.replayed,
            "undelivered_batches": len(found.undelivered),
            "seconds": round(time.monotonic() - started, 3),
        },
    )
    return found


def _delivered(parts: Parts, partitions: list[Partition]) -> int:
    """The last batch of this state folder whose results are known to be safe; -1 when none is."""
    notes = [each.note for each in parts.group.committed(partitions).values()]
    ours = [note.batch for note in notes if note is not None and note.identity == parts.state.identity]
    return max(ours, default=-1)
