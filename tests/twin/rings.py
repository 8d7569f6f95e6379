"""Rings and their ledger: born, grown, merged, split, closed, under ids that stay.

A ring is identified by what founded it: the event that raised it and the accounts it then had. When
candidates that are already rings meet, the ring with the larger overlap survives; ties go to the older,
then to the smaller id. When a ring falls apart, the part with the larger overlap keeps the id. Ids, flags
and entries are derived from content, so a replay writes the same again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from graph.candidates.gathering import MAX_ACCOUNTS
from graph.model.results import AccountsChanged, Flag, LedgerEntry, Outcome, Reason
from graph.model.shapes import Shape
from graph.model.vocabulary import Decision, LedgerChange, RingKind
from graph.rings.decision import CREDIT, OUTGROWN
from graph.rings.judgement import CLEAR, SHOWN
from graph.rings.lifecycle import Moment, Policy
from graph.state.digest import content_id
from tests.twin.evidence import Evidence
from tests.twin.rules import Finding
from tests.twin.rules.remarks import remarks


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the scorer made of a candidate: its accounts (ascending), score and grounds."""

    accounts: tuple[int, ...]
    score: float
    evidence: Evidence
    findings: tuple[Finding, ...]
    truncated: bool = False

    @property
    def kind(self) -> RingKind:
        """The kind whose rule speaks strongest; ties go to the earlier rule.

        A ring is called ``multi_account`` only when nothing says clearly what it gains.
        """
        gains = [f for f in self.findings if f.kind not in (None, RingKind.MULTI_ACCOUNT)]
        strongest = max(gains, key=lambda f: f.strength)
        if strongest.kind is None or strongest.strength < CLEAR:
            return RingKind.MULTI_ACCOUNT
        return strongest.kind


@dataclass(slots=True)
class OpenRing:
    """A ring as it stands."""

    ring_id: str
    began_ms: int
    """When the first of its accounts began to act with another; kept when the link that tells ages out."""
    flagged_ms: int
    judgement: Judgement
    members: dict[int, None]
    decision: Decision
    shape: Shape
    grounded_ms: int | None = None
    """The newest event time at which it was blocked for what it gains."""
    best: float = 0.0
    best_ms: int = 0
    best_size: int = 0
    """The score of its best judgement, when that was, and how many accounts it then had."""


class Rings:
    """The open rings.

    ``name`` spells an account, for ids and outputs; ``began`` says when accounts began to act together;
    ``is_recent`` whether a moment lies in the window, ``is_answered`` whether people say otherwise of a ring.
    """

    def __init__(
        self,
        policy: Policy,
        name: Callable[[int], str],
        began: Callable[[Collection[int]], int],
        is_recent: Callable[[int], bool],
        is_answered: Callable[[OpenRing], bool],
        now_ms: Callable[[], int],
    ) -> None:
        self._policy = policy
        self._name = name
        self._began = began
        self._is_recent, self._is_answered = is_recent, is_answered
        self._now_ms = now_ms
        self._open: dict[str, OpenRing] = {}
        self._ring_of: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._open)

    def ring_of(self, account: int) -> OpenRing | None:
        """The open ring that holds the account."""
        ring_id = self._ring_of.get(account)
        return None if ring_id is None else self._open[ring_id]

    def get(self, ring_id: str) -> OpenRing | None:
        """An open ring by id."""
        return self._open.get(ring_id)

    def open_rings(self) -> list[OpenRing]:
        """Every open ring, by id."""
        return [self._open[ring_id] for ring_id in sorted(self._open)]

    def judge(self, judgement: Judgement, at: Moment, outcome: Outcome) -> None:
        """Let a judgement open, change or close rings; what it says is appended to ``outcome``.

        Cost: O(accounts of the candidate and of the rings it meets).
        """
        survivor, merged = self._meet(judgement.accounts, judgement.evidence.shape)
        if survivor is None:
            if (
                judgement.score >= self._policy.review
                and len(judgement.accounts) >= self._policy.min_accounts
            ):
                self._open_ring(judgement, judgement.accounts, [], LedgerChange.BORN, at, outcome)
            return
        ours = {None, survivor.ring_id, *(other.ring_id for other in merged)}
        accounts = dict.fromkeys(a for a in judgement.accounts if self._ring_of.get(a) in ours)
        stands = self.stands(survivor)
        gains = bool(merged) or any(a not in self._ring_of for a in judgement.accounts)
        if stands and judgement.score < self._policy.block:
            if judgement.score < self._policy.close or not gains:
                return
        elif judgement.score < self._closes_below(survivor) or len(accounts) < self._policy.min_accounts:
            held = sum(a in survivor.members for a in judgement.accounts)
            if judgement.evidence.shape is survivor.shape or 2 * held >= len(judgement.accounts):
                self.close(survivor, at, outcome)
            return
        elif judgement.score < self._policy.close and gains:
            return
        if stands:
            accounts = dict.fromkeys(sorted({*accounts, *survivor.members}))
        for other in merged:
            self._forget(other)
        added = [a for a in accounts if a not in survivor.members]
        removed = [a for a in survivor.members if a not in accounts]
        for account in removed:
            del self._ring_of[account]
        for account in added:
            self._ring_of[account] = survivor.ring_id
        survivor.members = accounts
        if added:
            survivor.began_ms = min(survivor.began_ms, self._began(accounts), *(r.began_ms for r in merged))
        if merged:
            sources = sorted(other.ring_id for other in merged)
            self._write(LedgerChange.MERGED, survivor.ring_id, sources, added, removed, at, outcome)
        elif added or removed:
            change = LedgerChange.GREW if added else LedgerChange.SPLIT
            self._write(change, survivor.ring_id, [], added, removed, at, outcome)
        known = {account for other in merged for account in other.members}
        decision = self._policy.decide(judgement.score)
        escalated = decision is Decision.BLOCK and survivor.decision is Decision.REVIEW
        fresh = list(accounts) if escalated else [a for a in added if a not in known]
        if escalated:
            survivor.decision = decision
        if not stands or decision is Decision.BLOCK:
            self._store(survivor, judgement)
        if fresh:
            self._flag(survivor, judgement, fresh, at, outcome)

    def split(self, ring: OpenRing, parts: Sequence[Judgement], at: Moment, outcome: Outcome) -> None:
        """Part a ring whose members are no longer tied.

        The part with most of its members keeps it; others that still deserve it become rings of their own.
        """
        overlap = {part.accounts: sum(a in ring.members for a in part.accounts) for part in parts}
        kept, *others = sorted(parts, key=lambda j: (-overlap[j.accounts], j.accounts))
        for part in others:
            leaving = [a for a in part.accounts if a in ring.members and a not in kept.accounts]
            if not leaving:
                continue
            for account in leaving:
                del ring.members[account]
                del self._ring_of[account]
            self._write(LedgerChange.SPLIT, ring.ring_id, [], [], leaving, at, outcome)
            if part.score >= self._policy.review and len(part.accounts) >= self._policy.min_accounts:
                self._open_ring(part, part.accounts, [ring.ring_id], LedgerChange.SPLIT, at, outcome)
        self.judge(kept, at, outcome)

    def close(self, ring: OpenRing, at: Moment, outcome: Outcome) -> None:
        """Close a ring; its accounts are free."""
        self._write(LedgerChange.CLOSED, ring.ring_id, [], [], list(ring.members), at, outcome)
        self._forget(ring)

    def held(self, accounts: Collection[int], shape: Shape) -> tuple[int, ...]:
        """Those of a candidate's accounts that the ring it continues holds: enough of them and not all."""
        survivor, _ = self._meet(accounts, shape)
        found = tuple(a for a in accounts if survivor is not None and a in survivor.members)
        return found if self._policy.min_accounts <= len(found) < len(accounts) else ()

    def stands(self, ring: OpenRing) -> bool:
        """Whether a ring goes on whatever its accounts do next: see ``graph.rings.decision.stands``."""
        is_grounded = ring.grounded_ms is not None and self._is_recent(ring.grounded_ms)
        return is_grounded and ring.decision is Decision.BLOCK and not self._is_answered(ring)

    def met(
        self, accounts: Sequence[int], shape: Shape
    ) -> tuple[tuple[int, ...], list[tuple[int, ...]], tuple[int, ...]]:
        """Of accounts, those of the ring they continue, of each ring they swallow, and those in no ring."""
        survivor, swallowed = self._meet(accounts, shape)
        newcomers = tuple(a for a in accounts if a not in self._ring_of)
        if survivor is None:
            return (), [], newcomers
        held = {ring.ring_id: tuple(a for a in accounts if a in ring.members) for ring in swallowed}
        return (
            tuple(a for a in accounts if a in survivor.members),
            sorted(held.values(), key=lambda each: accounts.index(each[0])),
            newcomers,
        )

    def enough(self, held: Sequence[int]) -> float:
        """The score with which what a candidate is completed to stands, by whom of it a ring holds."""
        ring = self.ring_of(held[0]) if held else None
        return self._policy.review if ring is None else min(self._policy.review, self._closes_below(ring))

    def _closes_below(self, ring: OpenRing) -> float:
        """The score below which a ring closes, by its best judgement."""
        if not self._is_recent(ring.best_ms) or self._is_answered(ring):
            return self._policy.close
        review, close = _log_odds(self._policy.review), _log_odds(self._policy.close)
        return 1.0 / (1.0 + math.exp(CREDIT * max(0.0, _log_odds(ring.best) - review) - close))

    def _meet(self, accounts: Collection[int], shape: Shape) -> tuple[OpenRing | None, list[OpenRing]]:
        """The ring that accounts continue, and those that they swallow (half of them or more)."""
        overlap: dict[str, int] = {}
        for account in accounts:
            ring_id = self._ring_of.get(account)
            if ring_id is not None:
                overlap[ring_id] = overlap.get(ring_id, 0) + 1
        met = [
            self._open[ring_id]
            for ring_id, count in overlap.items()
            if 2 * count >= len(self._open[ring_id].members)
            or (2 * count >= len(accounts) and self._open[ring_id].shape is shape)
        ]
        if not met:
            return None, []
        met.sort(key=lambda ring: (-overlap[ring.ring_id], ring.flagged_ms, ring.ring_id))
        swallowed = [r for r in met[1:] if 2 * overlap[r.ring_id] >= len(r.members)]
        return met[0], swallowed

    def _open_ring(
        self,
        judgement: Judgement,
        accounts: Iterable[int],
        sources: list[str],
        change: LedgerChange,
        at: Moment,
        outcome: Outcome,
    ) -> None:
        members = dict.fromkeys(a for a in accounts if a not in self._ring_of)
        if len(members) < self._policy.min_accounts:
            return
        ring_id = content_id("ring", at.event_id, *sorted(map(self._name, members)))
        ring = OpenRing(
            ring_id,
            min(at.ts, self._began(members)),
            at.ts,
            judgement,
            members,
            self._policy.decide(judgement.score),
            judgement.evidence.shape,
        )
        self._open[ring_id] = ring
        self._store(ring, judgement)
        for account in members:
            self._ring_of[account] = ring_id
        self._write(change, ring_id, sources, list(members), [], at, outcome)
        self._flag(ring, judgement, list(members), at, outcome)

    def _store(self, ring: OpenRing, judgement: Judgement) -> None:
        ring.judgement = judgement
        ring.shape = judgement.evidence.shape
        is_outgrown = len(ring.members) > OUTGROWN * ring.best_size
        if judgement.score >= ring.best or is_outgrown or not self._is_recent(ring.best_ms):
            ring.best, ring.best_ms, ring.best_size = judgement.score, self._now_ms(), len(ring.members)
        if judgement.score >= self._policy.block and judgement.kind is not RingKind.MULTI_ACCOUNT:
            ring.grounded_ms = self._now_ms()

    def _forget(self, ring: OpenRing) -> None:
        del self._open[ring.ring_id]
        for account in ring.members:
            del self._ring_of[account]

    def _flag(
        self, ring: OpenRing, judgement: Judgement, accounts: Sequence[int], at: Moment, outcome: Outcome
    ) -> None:
        names = sorted(map(self._name, accounts))
        outcome.flags.append(
            Flag(
                flag_id=content_id("flag", at.event_id, ring.ring_id, *names),
                ts=at.ts,
                event_id=at.event_id,
                accounts=names,
                ring_id=ring.ring_id,
                score=round(judgement.score, 6),
                decision=ring.decision,
                reasons=reasons(judgement),
                kind=judgement.kind,
            )
        )

    def _write(
        self,
        change: LedgerChange,
        ring_id: str,
        sources: list[str],
        added: Sequence[int],
        removed: Sequence[int],
        at: Moment,
        outcome: Outcome,
    ) -> None:
        outcome.ledger.append(
            LedgerEntry(
                ts=at.ts,
                ring_id=ring_id,
                change=change,
                from_=sources,
                accounts=AccountsChanged(
                    added=sorted(map(self._name, added)), removed=sorted(map(self._name, removed))
                ),
            )
        )


def exposure(judgement: Judgement) -> float:
    """Money granted to or taken by the accounts so far, in the main unit.

    Promotions, incentives of inside trips, disowned payments; for a takeover also the fares of inside trips,
    which the owners of the accounts paid.
    """
    evidence = judgement.evidence
    fares = evidence.trips.fare_money if judgement.kind is RingKind.TAKEOVER else 0.0
    return (
        evidence.takings.promo_money
        + evidence.trips.incentive_money
        + evidence.cards.chargeback_money
        + fares
    )


def reasons(judgement: Judgement, *, innocent: bool = False) -> list[Reason]:
    """The findings that speak, strongest first: against the accounts, or for them."""
    speaking = [f for f in judgement.findings if (f.kind is None) is innocent and f.strength >= SHOWN]
    if not speaking and not innocent:
        speaking = [max((f for f in judgement.findings if f.kind is not None), key=lambda f: f.strength)]
    speaking.sort(key=lambda f: -f.strength)
    if not innocent:
        speaking += [f for f in remarks(judgement.evidence) if f.strength >= SHOWN]
    if judgement.truncated and not innocent:
        detail = f"more accounts hang together than the {MAX_ACCOUNTS} nearest, which are judged and shown"
        speaking.append(Finding("truncated", None, 0.0, detail))
    return [
        Reason(
            rule=f.rule,
            detail=f.detail,
            strength=round(f.strength, 4),
            numbers={key: round(float(value), 4) for key, value in f.numbers.items()},
        )
        for f in speaking
    ]


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-9), 1.0 - 1e-9)
    return math.log(inside / (1.0 - inside))
