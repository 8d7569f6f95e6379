"""What a batch of records does to the engine: the part of the service that is state.

The same batches give the same results and the same state, whatever happened in between: nothing here
looks at a clock, and the wall clock that event times are held against comes in from outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from graph.errors import Fatal, Rejected, RingfenceError
from graph.event_batch import EventBatch
from graph.events import Event
from graph.results import Outcome
from graph.vocabulary import RejectionReason
from streaming.dead_letters import dead_letter
from streaming.deduplicate import DAY_MS, Admission, Admitted
from streaming.ports import Engine
from streaming.pseudonyms import Pseudonyms
from streaming.rejection import too_far_ahead
from streaming.service.holding import Held, Holding
from streaming.service.intake import Taken
from streaming.service.ports import Arrays, Message, Partition, Refused
from streaming.sources.lines import KEPT_BYTES


@runtime_checkable
class SavedEngine(Protocol):
    """An engine that can be put into a snapshot."""

    def save(self) -> Arrays:
        """Its whole state."""

    def load(self, arrays: Arrays) -> None:
        """Becomes what ``save`` gave."""


class Tally(msgspec.Struct, kw_only=True):
    """What has been counted since the beginning of the state, each record once."""

    events: int = 0
    duplicates: int = 0
    late: int = 0
    rejected: dict[str, int] = {}
    flags: dict[str, int] = {}
    ledger: int = 0


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch brought forth: the engine's answer and the records that were refused."""

    outcome: Outcome
    refused: list[Refused]
    events: int

    @property
    def has_results(self) -> bool:
        """Whether anything has to be delivered."""
        return bool(self.outcome.flags or self.outcome.ledger or self.refused)


class EngineBroke(Exception):
    """The engine raised in the middle of a batch; its state is lost and has to be recovered."""

    batch = 0


class Poison(Exception):
    """Applied one at a time, this record broke the engine."""

    def __init__(self, partition: Partition, offset: int) -> None:
        super().__init__(f"{partition}@{offset}")
        self.partition, self.offset, self.batch = partition, offset, 0


Excluded = Collection[tuple[Partition, int]]


class Core:
    """Engine, admission and held events together. ``order_within_ms`` 0 applies events as they come."""

    def __init__(
        self, engine: Engine, clock_ms: int, order_within_ms: int = 0, pseudonyms: Pseudonyms | None = None
    ) -> None:
        self.engine = engine
        self.admission = Admission(clock_ms)
        self.holding = Holding()
        self.tally = Tally()
        self._order_within_ms = order_within_ms
        self._pseudonyms = pseudonyms

    @property
    def is_ordering(self) -> bool:
        """Whether events are held back to be put in order."""
        return self._order_within_ms > 0

    def release_ms(self, low_ms: int) -> int:
        """Up to which event time to release, when every lane has been taken up to ``low_ms``."""
        return max(low_ms - self._order_within_ms, self.holding.released_ms)

    def process(
        self, taken: Taken, release_ms: int, excluded: Excluded = (), *, one_by_one: bool = False
    ) -> Brought:
        """Applies a batch and says what it brought forth.

        Raises ``EngineBroke``, or with ``one_by_one`` ``Poison`` naming the record; the core is of no use
        then.
        """
        refused: list[Refused] = []
        ready = self._ready(taken, release_ms, refused)
        if excluded:
            # Judged where it is applied and not where it is taken, so that its letter belongs to this batch.
            refused += [
                _refused(held[5], held[2], _unprocessable()) for held in ready if held[2:4] in excluded
            ]
            ready = [held for held in ready if held[2:4] not in excluded]
        admitted = self._admit(ready, refused)
        outcome = self._apply(admitted, one_by_one)
        self._count(outcome, refused, len(admitted))
        return Brought(outcome=outcome, refused=refused, events=len(admitted))

    # -- steps ---------------------------------------------------------------------------------------

    def _ready(self, taken: Taken, release_ms: int, refused: list[Refused]) -> Sequence[Held]:
        """The events whose turn it is; records that are none are refused."""
        events: list[Held] = []
        at_once: list[Held] = []
        for record, message, partition, newest in zip(
            taken.records, taken.messages, taken.partitions, taken.times_ms, strict=True
        ):
            if isinstance(record, Rejected):
                refused.append(_refused(message, partition, record))
                continue
            offset = message.offset()
            held = (record.ts, record.event_id, partition, offset, record, message)
            if not self.is_ordering:
                events.append(held)
            elif record.ts > newest or record.ts <= self.holding.released_ms:
                # A time from the future is judged now; what comes too late is not made later still.
                self.tally.late += record.ts <= self.holding.released_ms
                at_once.append(held)
            else:
                events.append(held)
        if not self.is_ordering:
            return events
        self.holding.add(events)
        return [*at_once, *self.holding.release(release_ms)]

    def _admit(self, ready: Sequence[Held], refused: list[Refused]) -> list[Held]:
        if not ready:
            return []
        horizon_ms = self.admission.horizon_ms
        verdicts = self.admission.admit(EventBatch.of([held[4] for held in ready]))
        if not verdicts.any():
            return list(ready)
        admitted: list[Held] = []
        for held, verdict in zip(ready, verdicts.tolist(), strict=True):
            if verdict == Admitted.NEW:
                admitted.append(held)
                horizon_ms = max(horizon_ms, held[0] + DAY_MS)
            elif verdict == Admitted.DUPLICATE:
                self.tally.duplicates += 1
            else:
                refused.append(_refused(held[5], held[2], too_far_ahead(held[0], horizon_ms)))
        return admitted

    def _apply(self, admitted: Sequence[Held], one_by_one: bool) -> Outcome:
        events: list[Event] = [held[4] for held in admitted]
        if self._pseudonyms is not None:
            events = [self._pseudonyms.replace(event) for event in events]
        if not events:
            return Outcome(flags=[], ledger=[])
        if not one_by_one:
            try:
                return self.engine.apply(EventBatch.of(events))
            except RingfenceError:
                raise
            except Exception as error:
                raise EngineBroke(f"{type(error).__name__}: {error}") from error
        outcome = Outcome(flags=[], ledger=[])
        for held, event in zip(admitted, events, strict=True):
            try:
                part = self.engine.apply(EventBatch.of([event]))
            except RingfenceError:
                raise
            except Exception as error:
                raise Poison(held[2], held[3]) from error
            outcome.flags += part.flags
            outcome.ledger += part.ledger
        return outcome

    def _count(self, outcome: Outcome, refused: Sequence[Refused], events: int) -> None:
        tally = self.tally
        tally.events += events
        tally.ledger += len(outcome.ledger)
        flags = Counter(tally.flags)
        flags.update(flag.kind.value for flag in outcome.flags)
        rejected = Counter(tally.rejected)
        rejected.update(each.letter.reason.value for each in refused)
        tally.flags, tally.rejected = dict(sorted(flags.items())), dict(sorted(rejected.items()))

    # -- snapshots -----------------------------------------------------------------------------------

    @property
    def can_be_saved(self) -> bool:
        """Whether the engine knows how to be put into a snapshot."""
        return isinstance(self.engine, SavedEngine)

    def save(self) -> Arrays:
        """Every array of the state, copied, under names that say whose it is. Memory: the state again."""
        if not isinstance(self.engine, SavedEngine):
            raise Fatal("expected an engine with save and load, found one without; run without snapshots")
        parts = {"engine": self.engine.save(), "admission": self.admission.save()}
        parts["holding"] = self.holding.save()
        return {f"{whose}/{name}": array for whose, part in parts.items() for name, array in part.items()}

    def load(self, arrays: Arrays, tally: Tally) -> None:
        """Becomes what ``save`` gave."""
        if not isinstance(self.engine, SavedEngine):
            raise Fatal("expected an engine with save and load, found one without; empty the state folder")
        self.engine.load(_of("engine", arrays))
        self.admission.restore(_of("admission", arrays))
        self.holding.restore(_of("holding", arrays))
        self.tally = tally


def _of(whose: str, arrays: Arrays) -> Arrays:
    prefix = f"{whose}/"
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _refused(message: Message, partition: Partition, rejected: Rejected) -> Refused:
    raw = message.value() or b""
    letter = dead_letter(str(partition), message.offset(), raw[:KEPT_BYTES], len(raw), rejected)
    return Refused(letter, message.key(), partition)


def _unprocessable() -> Rejected:
    return Rejected(
        RejectionReason.UNPROCESSABLE,
        "the engine failed on this event alone; the ones around it were applied",
    )
