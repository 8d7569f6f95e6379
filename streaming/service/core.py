"""What a batch of records does to the engine: the part of the service that is state.

The same batches give the same results and the same state, whatever happened in between: nothing here
looks at a clock, and the wall clock that event times are held against comes in from outside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, Protocol, runtime_checkable

import msgspec
import numpy as np

from graph.kernels.raw import copied
from graph.model.errors import Fatal, Rejected, RingfenceError
from graph.model.event_batch import VERDICT, EventBatch
from graph.model.events import Verdict
from graph.model.results import Outcome
from graph.model.vocabulary import RejectionReason
from rules.running.runner import of_rings
from streaming.admission.deduplicate import WINDOW_MS
from streaming.admission.pipeline import AdmissionPipeline, RecordOf
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.dead_letters import dead_letter
from streaming.contract.ports import DetectionEngine
from streaming.files.replay import replays_in
from streaming.files.sources.lines import KEPT_BYTES
from streaming.service.alert_book import RaisedAlert, with_results
from streaming.service.partition_buffers import TakenRecords
from streaming.service.ports import Arrays, Partition, RejectedMessage
from streaming.service.reorder_buffer import OrderedEvents, Origin, ReorderBuffer


@runtime_checkable
class SavedEngine(Protocol):
    """An engine that can be put into a snapshot."""

    def save(self) -> Arrays:
        """Its whole state, copied."""

    def arrays(self) -> Arrays:
        """Its whole state, valid until it goes on."""

    def load(self, arrays: Arrays) -> None:
        """Becomes what ``save`` gave; the arrays are its own from now on."""


class Tally(msgspec.Struct, kw_only=True):
    """What has been counted since the beginning of the state, each record once."""

    events: int = 0
    duplicates: int = 0
    late: int = 0
    rejected: dict[str, int] = {}
    flags: dict[str, int] = {}
    ledger: int = 0
    alerts: dict[str, RaisedAlert] = {}
    """By ring id; never changed in place, so that a copy of the tally stays what it was."""


class BatchResults(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a batch: the engine's outcome and the messages that were rejected."""

    outcome: Outcome
    refused: list[RejectedMessage]
    events: int
    flagged_ms: list[int] = []
    """For each flag, the stamp of the message that raised it, epoch ms, where it carries one."""

    @property
    def has_results(self) -> bool:
        """Whether anything has to be delivered."""
        return bool(self.outcome.flags or self.outcome.ledger or self.refused)


class EngineBroke(Exception):
    """The engine raised in the middle of a batch; its state is lost and has to be recovered."""

    batch = 0


Excluded = Collection[tuple[Partition, int]]
"""Records that are left out, each by its partition and offset."""
REORDER_BUFFER: Final = "holding"
"""What the reorder buffer is called in snapshots, from the first on."""
MOST_POISON: Final = 100
"""Records that may break the engine in one batch before the service gives up."""


class Core:
    """Engine, admission and reorder buffer together; ``order_within_ms`` 0 applies events as they come.

    ``remember_ms`` is the event time in which a repeat is known.
    """

    def __init__(
        self,
        engine: DetectionEngine,
        clock_ms: int,
        order_within_ms: int = 0,
        pseudonyms: Pseudonyms | None = None,
        remember_ms: int = WINDOW_MS,
    ) -> None:
        self.engine = engine
        self._pipeline = AdmissionPipeline(clock_ms, pseudonyms, remember_ms)
        self.admission = self._pipeline.admission
        self.reorder_buffer = ReorderBuffer()
        self.tally = Tally()
        self._order_within_ms = order_within_ms

    @property
    def is_ordering(self) -> bool:
        """Whether events are held back to be put in order."""
        return self._order_within_ms > 0

    def release_ms(self, low_ms: int) -> int:
        """Up to which event time to release, when every partition has been taken up to ``low_ms``."""
        return max(low_ms - self._order_within_ms, self.reorder_buffer.released_ms)

    def process(self, taken: TakenRecords, release_ms: int, excluded: Excluded = ()) -> BatchResults:
        """Applies a batch, without the ``excluded``, and gives its results.

        Raises ``EngineBroke``; the core is of no use then.
        """
        refused = [
            _rejected_message((partition, message), why) for partition, message, why in taken.refused()
        ]
        ready = self._ordered(taken, release_ms) if self.is_ordering else _as_taken(taken)
        if excluded:
            # Judged where it is applied and not where it is taken, so that its letter belongs to this batch,
            # and before its id is remembered, so that it is new when it is fed again.
            out = [row for row in range(len(ready)) if ready.place(row) in excluded]
            refused += [_rejected_message(ready.origin(row), _unprocessable()) for row in out]
            ready = ready.only(np.setdiff1d(np.arange(len(ready)), out))
        ready = self._admit(ready, refused)
        outcome = self._apply(ready)
        reasons = [each.letter.reason for each in refused]
        self._count(outcome, reasons, len(ready), _verdicts_in(ready.batch))
        return BatchResults(
            outcome=outcome, refused=refused, events=len(ready), flagged_ms=_stamps(ready, outcome)
        )

    def process_what_can_be(
        self, taken: TakenRecords, release_ms: int, excluded: Excluded = ()
    ) -> tuple[BatchResults, list[tuple[Partition, int]]]:
        """The same for a batch that broke the engine; also gives the records that had to be left out.

        Each is found by bisecting: the state from before is put back after each of log2(n) breaks at most.
        Memory: the state twice more. Raises ``EngineBroke`` when there are more than ``MOST_POISON``.
        """
        before, tally = self.save(), msgspec.structs.replace(self.tally)
        left_out = set(excluded)
        for _ in range(MOST_POISON):
            try:
                return self.process(taken, release_ms, left_out), sorted(left_out - set(excluded))
            except EngineBroke:
                self.load(_copies(before), msgspec.structs.replace(tally))
                left_out.add(self._culprit(taken, release_ms, left_out))
                self.load(_copies(before), msgspec.structs.replace(tally))
        raise EngineBroke(f"it fails without {MOST_POISON} of the records still")

    def process_history(
        self, batch: EventBatch, refused: Sequence[Rejected], record_of: RecordOf
    ) -> tuple[Outcome, list[tuple[int, Rejected]]]:
        """Applies decoded events that come from elsewhere than a stream, in the order given.

        Gives what came of them, and the rows of those too far ahead with the reason. ``refused`` is counted:
        the records beside them that are no events. Nothing is held back. Raises ``Fatal`` when an event
        breaks the engine.
        """
        admitted = self._pipeline.admit(batch, record_of)
        self.tally.duplicates += admitted.duplicates
        try:
            outcome = self._apply(OrderedEvents(admitted.batch, _from_nowhere))
        except EngineBroke as error:
            raise Fatal(
                f"expected the engine to take every event, found {error}: report it, with the events"
            ) from error
        reasons = [why.reason for why in (*refused, *(why for _, why in admitted.rejected))]
        self._count(outcome, reasons, len(admitted.batch), _verdicts_in(admitted.batch))
        return outcome, admitted.rejected

    # -- steps ---------------------------------------------------------------------------------------

    def _culprit(self, taken: TakenRecords, release_ms: int, excluded: Excluded) -> tuple[Partition, int]:
        """The first record whose event breaks the engine. The state is lost."""
        ready = self._ordered(taken, release_ms) if self.is_ordering else _as_taken(taken)
        ready = ready.only(np.array([r for r in range(len(ready)) if ready.place(r) not in excluded], int))
        ready = self._admit(ready, [])
        engine = self._saved_engine()
        before = engine.save()
        # The engine holds the first ``applied`` events; the first ``fails`` break it.
        applied, fails = 0, len(ready)
        while fails - applied > 1:
            middle = (applied + fails) // 2
            try:
                self._apply(ready.only(np.arange(applied, middle)))
                applied = middle
            except EngineBroke:
                fails = middle
                engine.load(_copies(before))
                self._apply(ready.only(np.arange(applied)))
        return ready.place(applied)

    def _ordered(self, taken: TakenRecords, release_ms: int) -> OrderedEvents:
        """Puts events into the reorder buffer; gives those that leave it."""
        batch, places = taken.events()
        times = batch.records["ts"]
        newest = taken.times_ms()[places] if len(batch) else times
        # Later in its partition than anybody waits, its turn is where it came, not among those of its time:
        # a repeat days later would meet the first one there, but only where both are in one batch.
        turns = np.maximum(times, newest - self._order_within_ms + 1)
        came_late = turns <= self.reorder_buffer.released_ms
        self.tally.late += int(np.count_nonzero(came_late | (turns > times)))
        # A time from the future is judged now; what comes too late is not made later still.
        at_once = came_late | (times > newest)
        origins = taken.origins()
        waiting = [origins[place] for place in places[~at_once].tolist()]
        self.reorder_buffer.add(batch[~at_once], waiting, turns[~at_once])
        released, turn = self.reorder_buffer.release(release_ms)
        if at_once.any():
            turn = [*(origins[place] for place in places[at_once].tolist()), *turn]
            released = EventBatch.joined([batch[at_once], released])
        return OrderedEvents(released, turn.__getitem__)

    def _admit(self, ready: OrderedEvents, refused: list[RejectedMessage]) -> OrderedEvents:
        def record_of(row: int) -> bytes:
            return ready.origin(row)[1].value() or b""

        admitted = self._pipeline.admit(ready.batch, record_of)
        self.tally.duplicates += admitted.duplicates
        refused += [_rejected_message(ready.origin(row), why) for row, why in admitted.rejected]
        return ready.admitted(admitted.batch, admitted.rows)

    def _apply(self, ready: OrderedEvents) -> Outcome:
        if not len(ready):
            return Outcome(flags=[], ledger=[])
        try:
            return self.engine.apply(ready.batch)
        except RingfenceError:
            raise
        except Exception as error:
            raise EngineBroke(f"{type(error).__name__}: {error}") from error

    def _count(
        self,
        outcome: Outcome,
        refused: Sequence[RejectionReason],
        events: int,
        verdicts: Sequence[Verdict],
    ) -> None:
        tally = self.tally
        if outcome.flags or verdicts:
            tally.alerts = with_results(tally.alerts, of_rings(outcome.flags), verdicts)
        tally.events += events
        tally.ledger += len(outcome.ledger)
        flags = Counter(tally.flags)
        flags.update(flag.kind.value for flag in outcome.flags)
        rejected = Counter(tally.rejected)
        rejected.update(reason.value for reason in refused)
        tally.flags, tally.rejected = dict(sorted(flags.items())), dict(sorted(rejected.items()))

    def sizes(self) -> dict[str, int]:
        """How much the engine and what stands around it hold."""
        return {**self.engine.counts(), "admission_bytes": self.admission.memory_bytes}

    # -- snapshots -----------------------------------------------------------------------------------

    @property
    def can_be_saved(self) -> bool:
        """Whether the engine knows how to be put into a snapshot."""
        return isinstance(self.engine, SavedEngine)

    def save(self) -> Arrays:
        """Every array of the state, copied, under names that say whose it is. Memory: the state again."""
        return self._named(self._saved_engine().save())

    def arrays(self) -> Arrays:
        """The same, mostly the state's own arrays: to be read, and valid until the next batch."""
        return self._named(self._saved_engine().arrays())

    def _saved_engine(self) -> SavedEngine:
        if not isinstance(self.engine, SavedEngine):
            raise Fatal(
                "expected an engine with save, arrays and load, found one without; run without snapshots"
            )
        return self.engine

    def _named(self, engine: Arrays) -> Arrays:
        parts = {"engine": engine, "admission": self.admission.save()}
        parts[REORDER_BUFFER] = self.reorder_buffer.save()
        return {f"{whose}/{name}": array for whose, part in parts.items() for name, array in part.items()}

    def load(self, arrays: Arrays, tally: Tally) -> None:
        """Becomes what ``save`` gave; the arrays are its own from now on."""
        self._saved_engine().load(_of("engine", arrays))
        self.admission.restore(_of("admission", arrays))
        self.reorder_buffer.restore(_of(REORDER_BUFFER, arrays))
        self.tally = tally


def _from_nowhere(_row: int) -> Origin:
    raise LookupError("expected nobody to ask where an event of a history came from")


def _of(whose: str, arrays: Arrays) -> Arrays:
    prefix = f"{whose}/"
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _copies(arrays: Arrays) -> Arrays:
    """For whoever loads the same again."""
    return {name: copied(array) for name, array in arrays.items()}


def _verdicts_in(batch: EventBatch) -> list[Verdict]:
    """The verdicts among the events, in their order."""
    rows = np.flatnonzero(batch.records["kind"] == VERDICT)
    return [event for event in batch[rows].events() if isinstance(event, Verdict)] if len(rows) else []


def _as_taken(taken: TakenRecords) -> OrderedEvents:
    batch, places = taken.events()
    return OrderedEvents(batch, lambda row: taken.origin(int(places[row])))


def _rejected_message(origin: Origin, rejected: Rejected) -> RejectedMessage:
    partition, message = origin
    raw = message.value() or b""
    letter = dead_letter(str(partition), message.offset(), raw[:KEPT_BYTES], len(raw), rejected)
    return RejectedMessage(letter, message.key(), partition, replays_in(message.headers()))


def _stamps(ready: OrderedEvents, outcome: Outcome) -> list[int]:
    """The stamp of each flag's message: by its producer, or by the broker where the topic says so."""
    stamps = []
    for flag in outcome.flags:
        for row in np.flatnonzero(ready.batch.records["ts"] == flag.ts).tolist():
            if ready.batch.event_id(row) == flag.event_id:
                kind, stamp_ms = ready.origin(row)[1].timestamp()
                stamps += [stamp_ms] if kind else []
    return stamps


def _unprocessable() -> Rejected:
    return Rejected(
        RejectionReason.UNPROCESSABLE,
        "the engine failed on this event alone; the ones around it were applied",
    )
