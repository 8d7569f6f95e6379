"""What would be, if an event happened now: the engine's answer before the fact, and nothing changed.

The event is applied by the engine's own kernels and rings, and taken back (``graph.engine.trial``). So the
answer is what ``Engine.apply`` would give for the event next: the same flags under the same ids, the same
ledger, the same scores. Afterwards every byte of the engine is what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.engine.engine import Engine
from graph.engine.trial import MayGoOn, NamedAccount, OutOfTime, Trial, _always
from graph.kernels.raw import copied
from graph.model.event_batch import EventBatch
from graph.model.results import AccountScore, Outcome
from graph.model.vocabulary import EntityKind
from graph.rings.judgement import Judgement


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What an event would bring.

    ``outcome``: the flags and ledger entries that it would raise. ``accounts``: those that it names, with the
    score and ring that they would have. ``judgement``: the one that speaks of them: made at the event, or
    that of their ring; None when they are in no ring and the event leads to no judgement. ``members``: the
    accounts of that judgement, by name. ``asked_ms``: the moment it was asked for, epoch ms. ``by_rules``:
    the scorer had no time, and the rules scored. ``is_stored``: there was no time for the event itself; the
    rest is as it stands without it.
    """

    outcome: Outcome
    accounts: tuple[AccountScore, ...]
    judgement: Judgement | None
    members: tuple[str, ...]
    asked_ms: int
    by_rules: bool = False
    is_stored: bool = False

    @property
    def score(self) -> float:
        """The highest score of the accounts that the event names; 0 when it names none."""
        return max((account.score for account in self.accounts), default=0.0)

    @property
    def ring_id(self) -> str | None:
        """The ring of the account with the highest score that stands in one."""
        standing = [account for account in self.accounts if account.ring_id is not None]
        return max(standing, key=lambda account: account.score).ring_id if standing else None


@dataclass(slots=True)
class Asking:
    """Questions to one engine, one at a time and by the thread that applies its events.

    An event more than ``most_ahead_ms`` ahead of the newest one applied is asked about at that distance, so
    that a question never has to age a whole window; nor does an act of an analyst end by a question. Cost:
    that of applying the event and twice its writes; it does not grow with the graph.
    """

    engine: Engine
    most_ahead_ms: int = 3_600_000
    _trial: Trial | None = field(default=None, init=False)

    def ask(self, event: EventBatch, may_go_on: MayGoOn = _always, may_score: MayGoOn = _always) -> WhatIf:
        """What one event would bring. Neither a verdict nor an act: these are answers and no questions.

        When ``may_go_on`` says no at a judgement, or the event would change more than the journal holds, the
        answer is made of what is stored.
        """
        trial = self._current()
        ts = int(event.records["ts"][0])
        at_ms = self._moment(ts)
        if ts != at_ms:
            records = copied(event.records)
            records["ts"] = at_ms
            event = EventBatch(records, event.buffer)
        try:
            with trial.begun(may_go_on, may_score):
                outcome = trial.apply(event)
                return _answer(trial, outcome, trial.named(), at_ms)
        except (OutOfTime, MemoryError):
            return self.stored(_names_in(event), at_ms)

    def stored(self, account_ids: Sequence[str], at_ms: int = 0) -> WhatIf:
        """What is known of accounts as they stand, without any event."""
        trial = self._current()
        known = [self.engine.entity_index.find(EntityKind.ACCOUNT, name) for name in account_ids]
        with trial.begun(_always, _always):
            named = trial.accounts_of([each for each in known if each is not None])
            told = _answer(trial, Outcome(flags=[], ledger=[]), named, at_ms)
        return WhatIf(told.outcome, told.accounts, told.judgement, told.members, at_ms, is_stored=True)

    def _current(self) -> Trial:
        if self._trial is None or not self._trial.is_current:
            self._trial = Trial(self.engine)
        return self._trial

    def _moment(self, ts: int) -> int:
        """When an event of that time is asked about, epoch ms."""
        newest = self.engine.watermark_ms
        if not newest:
            return ts
        acts_end_ms = int(self.engine.state.counters["acts_end_ms"][0])
        return min(ts, newest + self.most_ahead_ms, acts_end_ms)


def _answer(trial: Trial, outcome: Outcome, named: Sequence[NamedAccount], at_ms: int) -> WhatIf:
    judgement = trial.newest_judgement(named)
    members = [] if judgement is None else trial.names_of(judgement.accounts)
    return WhatIf(
        outcome=outcome,
        accounts=tuple(each.account for each in named),
        judgement=judgement,
        members=tuple(sorted(members)),
        asked_ms=at_ms,
        by_rules=trial.by_rules,
    )


_ACCOUNT_FIELDS = ("account_id", "rider_id", "driver_id", "referrer_id", "to_account_id")


def _names_in(event: EventBatch) -> list[str]:
    told = event.event(0)
    names = (getattr(told, name, None) for name in _ACCOUNT_FIELDS)
    return [name for name in dict.fromkeys(names) if name]
