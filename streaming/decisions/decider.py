"""One question to the follower's engine: decoded, asked, and answered by the policy."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from graph.engine.engine import Engine
from graph.engine.what_if import Asking, WhatIf
from graph.model.decisions import AccountAsked, Answered, DecisionMade, Refused, RuleHeld
from graph.model.errors import Rejected, Unavailable
from graph.model.event_batch import EventBatch
from graph.model.vocabulary import Fallback
from rules.running.runner import RuleMatch
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.fields import TAGS
from streaming.decisions.follower import Follower
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.policy import ASKED, DecisionPolicy, Terms
from streaming.decoding.columns import ColumnDecoder

TOGETHER: Final = 100
"""Others that are named in an answer at most."""
SCORER_SHARE: Final = 0.5
"""Of the budget; a scorer that kernels cannot work out is not begun later."""
BY_SCORE: Final = "score"
_NAMES: Final = tuple(TAGS)


class NotAsked(Exception):
    """The record is no event that can be asked about; ``code`` for programs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Decider:
    """Answers questions, one at a time. ``clock_s`` is held against the budget.

    What identifiers enter as pseudonyms in the stream do so here. Cost: 0.05 to 0.3 ms; the accounts of the
    candidate at most.
    """

    def __init__(
        self,
        follower: Follower,
        policy: DecisionPolicy,
        measures: DecisionMeasures,
        pseudonyms: Pseudonyms | None = None,
        clock_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.follower = follower
        self._policy, self._measures, self._pseudonyms = policy, measures, pseudonyms
        self._clock_s = clock_s
        self._decoder = ColumnDecoder()
        self._asking: Asking | None = None
        self._terms: dict[str, Terms] = policy.terms(follower.engine.policy)
        measures.follow(lambda: follower.as_of_ms, lambda: follower.lag, lambda: bool(follower.trouble))

    def decide(self, record: bytes) -> DecisionMade:
        """The decision about the event in a record of JSON.

        Raises NotAsked (it breaks the contract, or is of a type that is not asked about) and Unavailable (the
        follower waits for a snapshot).
        """
        begun = self._clock_s()
        if not self.follower.is_usable:
            raise Unavailable(self.follower.trouble, 5.0)
        tag, event = self._decoded(record)
        told = self._asked(event, begun)
        decision = self._decision(tag, event, told, self._matched(event, told.asked_ms))
        self._measures.count(tag, decision.decision, decision.fallback, decision.decided_by != BY_SCORE)
        self._measures.seconds.observe(self._clock_s() - begun)
        return decision

    def decide_or_refuse(self, record: bytes) -> Answered:
        """The same for one of a batch."""
        try:
            return Answered(answer=self.decide(record))
        except NotAsked as error:
            return Answered(refused=Refused(code=error.code, detail=str(error)))

    def _decoded(self, record: bytes) -> tuple[str, EventBatch]:
        event = self._decoder.decode_value(record)
        if isinstance(event, Rejected):
            self._measures.refused.inc()
            raise NotAsked(event.reason.value, event.detail or event.reason.value)
        tag = _NAMES[int(event.records["kind"][0])]
        if tag not in self._terms:
            self._measures.refused.inc()
            raise NotAsked("not_asked", f"expected an event of type {', '.join(ASKED)}, found {tag}")
        return tag, event if self._pseudonyms is None else self._pseudonyms.replace_all(event)

    def _asked(self, event: EventBatch, begun: float) -> WhatIf:
        engine: Engine = self.follower.engine
        if self._asking is None or self._asking.engine is not engine:
            self._asking = Asking(engine, self._policy.most_ahead_ms)
        budget_s, clock_s = self._policy.budget_s, self._clock_s
        return self._asking.ask(
            event,
            lambda: clock_s() - begun < budget_s,
            lambda: clock_s() - begun < SCORER_SHARE * budget_s,
        )

    def _matched(self, event: EventBatch, at_ms: int) -> list[RuleMatch]:
        """The live rules that the event meets at the moment asked about."""
        rules = self.follower.rules
        return [] if rules is None else rules.decide(msgspec.structs.replace(event.event(0), ts=at_ms))

    def _decision(
        self, tag: str, event: EventBatch, told: WhatIf, matches: Sequence[RuleMatch]
    ) -> DecisionMade:
        fallback = Fallback.STORED if told.is_stored else Fallback.RULES if told.by_rules else None
        terms, score = self._terms[tag], told.score
        by_score = terms.advice(score, is_degraded=fallback is not None)
        advice, decisive = terms.ruled(by_score, matches)
        judgement = told.judgement
        accounts = [
            AccountAsked(account_id=each.account_id, score=each.score, ring_id=each.ring_id)
            for each in told.accounts
        ]
        named = {account.account_id for account in accounts}
        others = [name for name in told.members if name not in named]
        return DecisionMade(
            event_id=event.event_id(0),
            decision=advice,
            decided_by=BY_SCORE if decisive is None else f"rule:{decisive.rule}",
            score=score,
            kind=None if judgement is None else judgement.kind,
            reasons=[] if judgement is None else judgement.reasons(),
            innocent_reasons=[] if judgement is None else judgement.reasons(innocent=True),
            rules=[RuleHeld(rule=each.rule, decision=each.decision, text=each.text) for each in matches],
            ring_id=told.ring_id,
            accounts=accounts,
            together_with=others[:TOGETHER],
            together_with_total=len(others),
            model_id=self.follower.engine.model_id,
            as_of_ms=self.follower.as_of_ms,
            asked_ms=told.asked_ms,
            lag=self.follower.lag,
            degraded=fallback is not None,
            fallback=fallback,
        )
