"""What a batch of records does to the engine: the part of the service that is state.

The same batches give the same results and the same state, whatever happened in between: nothing here
looks at a clock, and the wall clock that event times are held against comes in from outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import msgspec
import numpy as np
import numpy.typing as npt

from graph.errors import Fatal, Rejected, RingfenceError
from graph.event_batch import EventBatch
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


@dataclass(frozen=True, slots=True)
class _Ready:
    """Events whose turn it is, in order, and where each came from."""

    batch: EventBatch
    places: npt.NDArray[np.int64]
    origin: Callable[[int], tuple[Message, Partition]]
    """Of a place: its message and partition."""

    @classmethod
    def of_taken(cls, taken: Taken) -> _Ready:
        batch, places = taken.events()
        return cls(batch, places, lambda place: taken.origin(place)[::-1])

    def only(self, rows: npt.NDArray[np.int64]) -> _Ready:
        return _Ready(self.batch[rows], self.places[rows], self.origin)

    def letter(self, row: int) -> tuple[Message, Partition]:
        return self.origin(int(self.places[row]))

    def place(self, row: int) -> tuple[Partition, int]:
        message, partition = self.letter(row)
        return partition, message.offset()


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
        refused = [_refused(message, partition, why) for partition, message, why in taken.refused()]
        ready = self._ordered(taken, release_ms) if self.is_ordering else _Ready.of_taken(taken)
        if excluded:
            # Judged where it is applied and not where it is taken, so that its letter belongs to this batch.
            out = [n for n in range(len(ready.batch)) if ready.place(n) in excluded]
            refused += [_refused(*ready.letter(n), _unprocessable()) for n in out]
            ready = ready.only(np.setdiff1d(np.arange(len(ready.batch)), out))
        ready = self._admit(ready, refused)
        outcome = self._apply(ready, one_by_one)
        self._count(outcome, refused, len(ready.batch))
        return Brought(outcome=outcome, refused=refused, events=len(ready.batch))

    # -- steps ---------------------------------------------------------------------------------------

    def _ordered(self, taken: Taken, release_ms: int) -> _Ready:
        """Puts events among those held; gives those whose turn it is."""
        batch, places = taken.events()
        newest = taken.times_ms()[places].tolist() if len(taken) else []
        held: list[Held] = []
        at_once: list[Held] = []
        for event, place, reached in zip(batch.events(), places.tolist(), newest, strict=True):
            partition, message = taken.origin(place)
            each = (event.ts, event.event_id, partition, message.offset(), event, message)
            is_late = event.ts <= self.holding.released_ms
            self.tally.late += is_late
            # A time from the future is judged now; what comes too late is not made later still.
            (at_once if is_late or event.ts > reached else held).append(each)
        self.holding.add(held)
        turn = [*at_once, *self.holding.release(release_ms)]
        rows = np.arange(len(turn))
        return _Ready(
            EventBatch.of([each[4] for each in turn]), rows, lambda row: (turn[row][5], turn[row][2])
        )

    def _admit(self, ready: _Ready, refused: list[Refused]) -> _Ready:
        horizon_ms = self.admission.horizon_ms
        verdicts = self.admission.admit(ready.batch)
        if not verdicts.any():
            return ready
        times = ready.batch.records["ts"].tolist()
        for row, verdict in enumerate(verdicts.tolist()):
            if verdict == Admitted.NEW:
                horizon_ms = max(horizon_ms, times[row] + DAY_MS)
            elif verdict == Admitted.DUPLICATE:
                self.tally.duplicates += 1
            else:
                refused.append(_refused(*ready.letter(row), too_far_ahead(times[row], horizon_ms)))
        return ready.only(np.flatnonzero(verdicts == Admitted.NEW))

    def _apply(self, ready: _Ready, one_by_one: bool) -> Outcome:
        batch = ready.batch
        if not len(batch):
            return Outcome(flags=[], ledger=[])
        if self._pseudonyms is not None:
            batch = self._pseudonyms.replace_all(batch)
        if not one_by_one:
            try:
                return self.engine.apply(batch)
            except RingfenceError:
                raise
            except Exception as error:
                raise EngineBroke(f"{type(error).__name__}: {error}") from error
        outcome = Outcome(flags=[], ledger=[])
        for row in range(len(batch)):
            try:
                part = self.engine.apply(batch[row : row + 1])
            except RingfenceError:
                raise
            except Exception as error:
                raise Poison(*ready.place(row)) from error
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
