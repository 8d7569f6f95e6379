"""An engine on trial: applies events by the same kernels and the same rings, and then takes them back.

It works on the arrays of another engine. Kernels journal what they overwrite (``graph.kernels.journalled``);
what plain Python changes is either journalled by the row, or a copy that is thrown away: the tables of open
rings are copied when a judgement first changes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from graph.engine.engine import Engine, _began_ms
from graph.engine.feature_extraction import with_verdicts
from graph.kernels.journal import Journal
from graph.kernels.journalled import journalled
from graph.kernels.raw import raw
from graph.model.errors import RingfenceError
from graph.model.event_batch import EVENT, EventBatch, KernelBatch
from graph.model.results import AccountScore, Outcome
from graph.model.vocabulary import LedgerChange
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment, OpenRing, Rings
from graph.rings.table import RingTable
from graph.scoring.features import PLACES
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.state.memory import Memory
from graph.state.state import NOBODY, State

Names = Callable[[Sequence[int]], list[str]]
MayGoOn = Callable[[], bool]
"""Whether there is time left."""
_JOURNAL: Final = Journal()
_TEXT_ROOM: Final = 1 << 12


class OutOfTime(RingfenceError):
    """The trial was broken off, and everything is as before."""


class TrialMemory(Memory):
    """The memory of another engine, whose kernels journal. ``reserve`` makes room in that memory."""

    def __init__(self, source: Memory) -> None:
        self.source = source
        self.links, self.forest = source.links, source.forest
        self._seen: State | None = None
        self.follow()

    def follow(self) -> None:
        """Work on the arrays as they are now."""
        if self._seen is not self.source.state:
            self._seen = self.source.state
            self.state = journalled(self.source.state)

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

    def __init__(self, memory: TrialMemory, table: RingTable) -> None:
        self._memory = memory
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

    def __init__(self, rings: Rings, memory: TrialMemory, names: Names) -> None:
        self._trial_table = TrialTable(memory, rings._table)
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
        self._batch = KernelBatch(events=records, text=self._text)
        self._record = raw(records)

    def of(self, batch: EventBatch) -> KernelBatch:
        """Valid until the next call; a batch that is no single short event gets arrays of its own."""
        length = len(batch.buffer)
        if len(batch) != 1 or length > _TEXT_ROOM:
            return batch.for_kernels()
        self._record[:] = raw(batch.records)
        self._text[:length] = batch.buffer
        return self._batch


class Trial(Engine):
    """An engine on trial over another one. ``begun`` is a context: what is applied in it is taken back.

    ``judged`` are the judgements of the trial at hand, in their order; ``by_rules`` whether a scorer that
    kernels cannot work out had no time, so that the rules scored.
    """

    def __init__(self, engine: Engine) -> None:
        self.model_id, self.config_digest = engine.model_id, engine.config_digest
        self.judged: list[Judgement] = []
        self.by_rules = False
        self._config, self._scorer = engine._config, engine._scorer
        self._acts = engine._acts
        self._reader = None
        self._tells_trips = False
        self._observer = lambda judgement, _values, _at: self.judged.append(judgement)
        self._real = engine
        self._source = engine._memory
        self._trial_memory = TrialMemory(self._source)
        self._memory = self._trial_memory
        self.entity_index = type(engine.entity_index)(self._memory)
        self._rings = TrialRings(engine._rings, self._trial_memory, self.entity_index.names)
        self._may_go_on: MayGoOn = _always
        self._may_score: MayGoOn = _always
        self._one_event = OneEvent()

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
        self._rings = TrialRings(self._real._rings, self._trial_memory, self.entity_index.names)
        reader = self._real._reader
        self._reader = None if reader is None else reader.on_trial()
        options = self._memory.state.options
        try:
            _JOURNAL.record(options, 0)
            options["observed"][0] = 1
            yield
        finally:
            _JOURNAL.roll_back()

    def named(self) -> list[int]:
        """The accounts that the newest event applied names, by entity."""
        touched = self._memory.state.cursor["touched"][0].tolist()
        return [entity for entity in touched if entity != NOBODY]

    def account(self, entity: int) -> AccountScore:
        """One account as ``Engine.accounts`` gives it."""
        state = self._memory.state
        facts = state.accounts[state.entities["account"][entity]]
        score = float(facts["score"])
        score = self._scorer.prior if score <= 0 else score
        ring = self._rings.at(int(facts["ring"]))
        return AccountScore(
            account_id=self.entity_index.name(entity),
            score=round(with_verdicts(score, float(facts["verdict"])), 6),
            ring_id=None if ring is None else ring.ring_id,
        )

    def newest_judgement(self, entities: Sequence[int]) -> Judgement | None:
        """The trial's with the highest score that speaks of these accounts, or else their ring's."""
        told = [each for each in self.judged if any(entity in each.accounts for entity in entities)]
        if told:
            return max(told, key=lambda each: each.score)
        rings = [ring for ring in map(self._rings.ring_of, entities) if ring is not None]
        return max(map(self._rings.judgement, rings), key=lambda each: each.score, default=None)

    def _for_kernels(self, batch: EventBatch) -> KernelBatch:
        return self._one_event.of(batch)

    def _judgement(self, at: Moment) -> Judgement:
        if not self._may_go_on():
            raise OutOfTime("expected an answer in the budget, found it spent; raise the budget")
        return super()._judgement(at)

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
