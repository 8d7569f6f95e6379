"""An engine on trial: applies events by the same kernels and the same rings, and then takes them back.

It works on the arrays of another engine. Kernels journal what they overwrite (``graph.kernels.journalled``);
what plain Python changes is either journalled by the row, or a copy that is thrown away: the tables of open
rings are copied when a judgement first changes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.engine.engine import Engine, _began_ms
from graph.engine.feature_extraction import with_verdicts
from graph.engine.judging import begin_batch, run
from graph.engine.named_accounts import NAMED_ACCOUNT, read_accounts
from graph.kernels.journal import Journal
from graph.kernels.journalled import journalled
from graph.kernels.machine_code import machine_code
from graph.kernels.raw import copied, raw
from graph.model.errors import RingfenceError
from graph.model.event_batch import EVENT, EventBatch, KernelBatch
from graph.model.results import AccountScore, Outcome
from graph.model.vocabulary import LedgerChange
from graph.rings.decision import decide
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment, OpenRing, Rings
from graph.rings.table import RingTable
from graph.scoring.features import PLACES
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.state.memory import Memory
from graph.state.state import State

Names = Callable[[Sequence[int]], list[str]]
MayGoOn = Callable[[], bool]
"""Whether there is time left."""
_JOURNAL: Final = Journal()
_TEXT_ROOM: Final = 1 << 12


class OutOfTime(RingfenceError):
    """The trial was broken off, and everything is as before."""


class TrialMemory(Memory):
    """The memory of another engine, whose kernels journal and show each judgement.

    ``reserve`` makes room in that memory.
    """

    def __init__(self, source: Memory) -> None:
        self.source = source
        self.links, self.forest = source.links, source.forest
        self._seen: State | None = None
        self.follow()

    def follow(self) -> None:
        """Work on the arrays as they are now."""
        if self._seen is not self.source.state:
            self._seen = self.source.state
            options = copied(self._seen.options)
            options["observed"] = True
            self.state = journalled(self._seen.replaced(options=options))

    def reserve(self, events: int, name_bytes: int) -> None:
        """Make room for a batch, as ``Memory.reserve``."""
        self.source.reserve(events, name_bytes)
        self.follow()

    def reserve_rings(self, rings: int) -> None:
        """Make room for so many open rings in all."""
        self.source.reserve_rings(rings)
        self.follow()


class TrialTable(RingTable):
    """The table of open rings, whose rows are journalled before they change."""

    def __init__(self, memory: TrialMemory, table: RingTable, decide_code: Any) -> None:
        self._memory, self._decide = memory, decide_code
        self._members, self._free, self._used = table._members, table._free, table._used

    def part(self) -> None:
        """Go on with copies."""
        self._members, self._free = dict(self._members), list(self._free)

    def open(self, ring_id: str, flagged_ms: int) -> int:
        """A slot for a new ring, without members."""
        slot = self._free[-1] if self._free else self._used
        self._memory.reserve_rings(slot + 1)
        _JOURNAL.record(self._memory.state.rings, slot)
        return super().open(ring_id, flagged_ms)

    def store_judgement(self, slot: int, judgement: Judgement, *, blocked: bool) -> None:
        """Store the newest judgement of a ring."""
        state = self._memory.state
        for array in (state.rings, state.ring_evidence, state.ring_features):
            _JOURNAL.record(array, slot)
        super().store_judgement(slot, judgement, blocked=blocked)


class TrialRings(Rings):
    """The open rings of another engine, copied when the first of them changes."""

    def __init__(self, rings: Rings, memory: TrialMemory, names: Names, decide_code: Any) -> None:
        self._trial_table = TrialTable(memory, rings._table, decide_code)
        super().__init__(rings._policy, self._trial_table, names, partial(_began_ms, memory))
        self._open, self._by_slot = rings._open, rings._by_slot
        self._is_parted = False

    def _part(self) -> None:
        if not self._is_parted:
            self._open, self._by_slot = dict(self._open), dict(self._by_slot)
            self._trial_table.part()
            self._is_parted = True

    def _open_ring(
        self, judgement: Judgement, sources: list[str], change: LedgerChange, at: Moment, outcome: Outcome
    ) -> None:
        self._part()
        super()._open_ring(judgement, sources, change, at, outcome)

    def _change(
        self,
        survivor: OpenRing,
        merged: Sequence[OpenRing],
        judgement: Judgement,
        at: Moment,
        outcome: Outcome,
    ) -> None:
        self._part()
        ours = replace(survivor)
        self._open[ours.ring_id] = self._by_slot[ours.slot] = ours
        super()._change(ours, merged, judgement, at, outcome)

    def split(self, ring: OpenRing, parts: Sequence[Judgement], at: Moment, outcome: Outcome) -> None:
        """Part a ring whose members are no longer tied."""
        self._part()
        super().split(ring, parts, at, outcome)

    def close(self, ring: OpenRing, at: Moment, outcome: Outcome) -> None:
        """Close a ring; its accounts are free."""
        self._part()
        super().close(ring, at, outcome)


class OneEvent:
    """One event after another for kernels, in the same arrays: making these costs more than filling them."""

    def __init__(self) -> None:
        records, self._text = np.zeros(1, EVENT), np.zeros(_TEXT_ROOM, np.uint8)
        self.batch = KernelBatch(events=records, text=self._text)
        self._record = raw(records)

    def of(self, batch: EventBatch) -> KernelBatch:
        """Valid until the next call; a batch that is no single short event gets arrays of its own."""
        length = len(batch.buffer)
        if len(batch) != 1 or length > _TEXT_ROOM:
            return batch.for_kernels()
        self._record[:] = raw(batch.records)
        self._text[:length] = batch.buffer
        return self.batch


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """An account as ``Engine.accounts`` gives it, with its entity and the slot of its ring."""

    entity: int
    slot: int
    account: AccountScore


class Trial(Engine):
    """An engine on trial over another one. ``begun`` is a context: what is applied in it is taken back.

    ``judged`` are the judgements of the trial at hand, in their order; ``by_rules`` whether a scorer that
    kernels cannot work out had no time, so that the rules scored.
    """

    def __init__(self, engine: Engine) -> None:
        self.model_id, self.config_digest = engine.model_id, engine.config_digest
        self.judged: list[Judgement] = []
        self.by_rules = False
        self._moment_of: Moment | None = None
        self._config, self._scorer = engine._config, engine._scorer
        self._acts = engine._acts
        self._reader = None
        self._tells_trips = False
        self._observer = None
        self._real = engine
        self._source = engine._memory
        self._trial_memory = TrialMemory(self._source)
        self._memory = self._trial_memory
        self.entity_index = type(engine.entity_index)(self._memory)
        self._may_go_on: MayGoOn = _always
        self._may_score: MayGoOn = _always
        self._one_event = OneEvent()
        state = self._memory.state
        self._entities = np.empty(0, np.int64)
        self._found = np.empty(0, NAMED_ACCOUNT)
        # The same arguments at each question: what they are is looked at once.
        self._begin = machine_code(begin_batch, state)
        self._go_on = machine_code(run, state, self._one_event.batch)
        self._decide = machine_code(decide, state, np.zeros(0, np.int32), 0.0, 0)
        self._read = machine_code(read_accounts, state, self._entities, self._found)
        self._rings = self._trial_rings()

    @property
    def is_current(self) -> bool:
        """Whether the other engine still has the memory that it had."""
        return self._real._memory is self._source

    @contextmanager
    def begun(self, may_go_on: MayGoOn, may_score: MayGoOn) -> Iterator[None]:
        """Take back at the end whatever is applied.

        ``may_go_on`` is asked at each judgement, and the trial is broken off when it says no (``OutOfTime``);
        ``may_score`` before a scorer that kernels cannot work out is asked.
        """
        self.judged.clear()
        self.by_rules = False
        self._may_go_on, self._may_score = may_go_on, may_score
        self._trial_memory.follow()
        self._rings = self._trial_rings()
        reader = self._real._reader
        self._reader = None if reader is None else reader.on_trial()
        try:
            yield
        finally:
            _JOURNAL.roll_back()

    def named(self) -> list[NamedAccount]:
        """The accounts that the newest event applied names."""
        return self.accounts_of(self._memory.state.cursor["touched"][0])

    def accounts_of(self, entities: Sequence[int] | npt.NDArray[np.int64]) -> list[NamedAccount]:
        """Accounts by their entities; NOBODY is left out."""
        return [self._named(*each) for each in self._found_of(entities).tolist()]

    def names_of(self, entities: Sequence[int]) -> list[str]:
        """What accounts are called, in the same order."""
        found, names = self._found_of(entities), self._memory.state.names.data
        starts = found["name_at"]
        ends = starts + found["name_length"]
        return [
            str(names[start:end], "utf-8") for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def _found_of(self, entities: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
        most = len(entities)
        if len(self._entities) < most:
            self._entities, self._found = np.empty(most, np.int64), np.empty(most, NAMED_ACCOUNT)
        self._entities[:most] = entities
        return self._found[: self._read(self._memory.state, self._entities[:most], self._found)]

    def _named(
        self, entity: int, slot: int, name_at: int, name_length: int, score: float, verdict: float
    ) -> NamedAccount:
        score = self._scorer.prior if score <= 0 else score
        ring = self._rings.at(slot)
        account = AccountScore(
            account_id=str(self._memory.state.names[name_at : name_at + name_length].data, "utf-8"),
            score=round(with_verdicts(score, verdict) if verdict else score, 6),
            ring_id=None if ring is None else ring.ring_id,
        )
        return NamedAccount(entity, slot, account)

    def newest_judgement(self, named: Sequence[NamedAccount]) -> Judgement | None:
        """The trial's with the highest score that speaks of these accounts, or else their ring's."""
        told = [each for each in self.judged if any(one.entity in each.accounts for one in named)]
        if told:
            return max(told, key=lambda each: each.score)
        rings = [ring for ring in (self._rings.at(one.slot) for one in named) if ring is not None]
        return max(map(self._rings.judgement, rings), key=lambda each: each.score, default=None)

    def _trial_rings(self) -> TrialRings:
        return TrialRings(self._real._rings, self._trial_memory, self.entity_index.names, self._decide)

    def _apply(self, batch: EventBatch, outcome: Outcome) -> None:
        room = len(batch.buffer)
        self._memory.reserve(len(batch), room if room <= _TEXT_ROOM else batch.text_bytes)
        self._begin(self._memory.state)
        self._moment_of = None
        self._run(batch, None, outcome)

    def _moment(self, batch: EventBatch) -> Moment:
        """The same for every judgement at one event."""
        if len(batch) != 1:
            return super()._moment(batch)
        if self._moment_of is None:
            self._moment_of = super()._moment(batch)
        return self._moment_of

    def _for_kernels(self, batch: EventBatch) -> KernelBatch:
        return self._one_event.of(batch)

    def _judgement(self, at: Moment) -> Judgement:
        if not self._may_go_on():
            raise OutOfTime("expected an answer in the budget, found it spent; raise the budget")
        judgement = super()._judgement(at)
        self.judged.append(judgement)
        return judgement

    def _score(self) -> None:
        state = self._memory.state
        _JOURNAL.record(state.candidate, 0)
        if self._may_score():
            super()._score()
        else:
            self.by_rules = True
            state.candidate["score"][0] = score_by_rules(state.features.tolist())


def score_by_rules(features: Sequence[float]) -> float:
    """What the rules alone say, in [0, 1]: the strongest against, less the strongest for. Not calibrated."""
    against = max(features[PLACES[rule.feature]] for rule in RULES)
    innocent = max(features[PLACES[rule.feature]] for rule in INNOCENT_RULES)
    return against * (1 - innocent)


def _always() -> bool:
    return True
