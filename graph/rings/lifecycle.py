"""Rings and their ledger: born, grown, merged, split, closed, under ids that stay.

A ring is identified by what founded it: the event that raised it and the accounts it then had. When
candidates that are already rings meet, the ring with the larger overlap survives; ties go to the older,
then to the smaller id. When a ring falls apart, the part with the larger overlap keeps the id. Ids, flags
and entries are derived from content, so a replay writes the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from graph.model.results import AccountsChanged, Flag, LedgerEntry, Outcome
from graph.model.shapes import Shape
from graph.model.vocabulary import Decision, LedgerChange
from graph.rings.decision import CHANGE, CLOSE, NOTHING, OPEN
from graph.rings.judgement import Judgement
from graph.rings.table import RingTable
from graph.state.digest import content_id
from graph.state.state import NO_RING


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of a score.

    ``review`` opens a ring: two to one, by a score that is calibrated on habits which it had not learnt from.
    ``block`` is for what a wrong answer costs an honest person their income: 95 % sure. No ring stays open
    below ``close``, three to one that it is innocent: what was sure once is not forgotten because it grew.
    """

    review: float = 0.65
    block: float = 0.95
    close: float = 0.25
    min_accounts: int = 3

    def decide(self, score: float) -> Decision:
        """``block`` or ``review`` for a score that raises a flag."""
        return Decision.BLOCK if score >= self.block else Decision.REVIEW


@dataclass(slots=True)
class OpenRing:
    """A ring as it stands; its accounts and newest judgement are in the table, under ``slot``."""

    ring_id: str
    began_ms: int
    """When the first of its accounts began to act with another; kept when the link that shows it ages out."""
    flagged_ms: int
    decision: Decision
    slot: int


@dataclass(frozen=True, slots=True)
class Moment:
    """The event at which a result is emitted: its time (epoch ms) and its id."""

    ts: int
    event_id: str


class Rings:
    """The open rings.

    ``names`` gives the identifiers of accounts; ``began`` gives when accounts began to act together, in epoch
    ms.
    """

    def __init__(
        self,
        policy: Policy,
        table: RingTable,
        names: Callable[[Sequence[int]], list[str]],
        began: Callable[[Collection[int]], int],
    ) -> None:
        self._policy = policy
        self._table = table
        self._names = names
        self._began = began
        self._open: dict[str, OpenRing] = {}
        self._by_slot: dict[int, OpenRing] = {}

    def __len__(self) -> int:
        return len(self._open)

    def ring_of(self, account: int) -> OpenRing | None:
        """The open ring that holds the account."""
        return self._by_slot.get(self._table.slot_of(account))

    def get(self, ring_id: str) -> OpenRing | None:
        """An open ring by id."""
        return self._open.get(ring_id)

    def at(self, slot: int) -> OpenRing | None:
        """The open ring in a slot of the table."""
        return self._by_slot.get(slot)

    def open_rings(self) -> list[OpenRing]:
        """Every open ring, by id."""
        return [self._open[ring_id] for ring_id in sorted(self._open)]

    def members(self, ring: OpenRing) -> list[int]:
        """The accounts of a ring, ascending."""
        return list(self._table.members(ring.slot))

    def shape(self, ring: OpenRing) -> Shape:
        """How the ring's newest candidate was found."""
        return self._table.shape(ring.slot)

    def judgement(self, ring: OpenRing) -> Judgement:
        """The newest judgement of a ring."""
        return self._table.judgement(ring.slot)

    def restore(self, rings: Iterable[OpenRing]) -> None:
        """Take up rings that stand in the table already."""
        for ring in rings:
            self._open[ring.ring_id] = self._by_slot[ring.slot] = ring

    def judge(self, judgement: Judgement, at: Moment, outcome: Outcome) -> None:
        """Let a judgement open, change or close rings; flags and ledger entries are appended to ``outcome``.

        Cost: O(accounts of the candidate and of the rings it meets).
        """
        decided = self._table.decide(judgement)
        if decided.action == NOTHING:
            return
        if decided.action == OPEN:
            self._open_ring(judgement, [], LedgerChange.BORN, at, outcome)
            return
        survivor = self._by_slot[decided.survivor]
        if decided.action == CLOSE:
            self.close(survivor, at, outcome)
        elif decided.action == CHANGE:
            self._change(survivor, [self._by_slot[slot] for slot in decided.merged], judgement, at, outcome)
        else:
            self._store_judgement(survivor, judgement)

    def _change(
        self,
        survivor: OpenRing,
        merged: Sequence[OpenRing],
        judgement: Judgement,
        at: Moment,
        outcome: Outcome,
    ) -> None:
        """Let a ring go on as a judgement found it: grown, shrunk, merged or blocked."""
        slots = self._table.slots_of(judgement.accounts)
        ours = {NO_RING, survivor.slot, *(other.slot for other in merged)}
        accounts = [a for a, slot in zip(judgement.accounts, slots, strict=True) if slot in ours]
        stands = self._table.stands(survivor.slot)
        if stands:
            accounts = sorted({*accounts, *self.members(survivor)})
        known = {account for other in merged for account in self.members(other)}
        for other in merged:
            self._forget(other)
        before = dict.fromkeys(self.members(survivor))
        inside = dict.fromkeys(accounts)
        added = [a for a in accounts if a not in before]
        removed = [a for a in before if a not in inside]
        if added or removed:
            self._table.set_members(survivor.slot, accounts)
        if added:
            survivor.began_ms = min(survivor.began_ms, self._began(accounts), *(r.began_ms for r in merged))
        joined, left = self._names_of(added), self._names_of(removed)
        if merged:
            sources = sorted(other.ring_id for other in merged)
            self._write(LedgerChange.MERGED, survivor.ring_id, sources, joined, left, at, outcome)
        elif added or removed:
            change = LedgerChange.GREW if added else LedgerChange.SPLIT
            self._write(change, survivor.ring_id, [], joined, left, at, outcome)
        decision = self._policy.decide(judgement.score)
        escalated = decision is Decision.BLOCK and survivor.decision is Decision.REVIEW
        fresh = accounts if escalated else [a for a in added if a not in known]
        if escalated:
            survivor.decision = decision
        if not stands or decision is Decision.BLOCK:
            self._store_judgement(survivor, judgement)
        if fresh:
            names = joined if fresh == added else self._names_of(fresh)
            self._flag(survivor, judgement, names, at, outcome)

    def split(self, ring: OpenRing, parts: Sequence[Judgement], at: Moment, outcome: Outcome) -> None:
        """Part a ring whose members are no longer tied.

        The part with most of its members keeps it; others that still deserve it become rings of their own.
        """
        members = dict.fromkeys(self.members(ring))
        overlap = {part.accounts: sum(a in members for a in part.accounts) for part in parts}
        kept, *others = sorted(parts, key=lambda j: (-overlap[j.accounts], j.accounts))
        stay = set(kept.accounts)
        for part in others:
            leaving = [a for a in part.accounts if a in members and a not in stay]
            if not leaving:
                continue
            for account in leaving:
                del members[account]
            self._table.set_members(ring.slot, members)
            self._write(LedgerChange.SPLIT, ring.ring_id, [], [], self._names_of(leaving), at, outcome)
            if self._table.opens(part):
                self._open_ring(part, [ring.ring_id], LedgerChange.SPLIT, at, outcome)
        self.judge(kept, at, outcome)

    def close(self, ring: OpenRing, at: Moment, outcome: Outcome) -> None:
        """Close a ring; its accounts are free."""
        names = self._names_of(self.members(ring))
        self._write(LedgerChange.CLOSED, ring.ring_id, [], [], names, at, outcome)
        self._forget(ring)

    def _names_of(self, accounts: Sequence[int]) -> list[str]:
        return sorted(self._names(accounts)) if accounts else []

    def _store_judgement(self, ring: OpenRing, judgement: Judgement) -> None:
        self._table.store_judgement(ring.slot, judgement, blocked=ring.decision is Decision.BLOCK)

    def _open_ring(
        self,
        judgement: Judgement,
        sources: list[str],
        change: LedgerChange,
        at: Moment,
        outcome: Outcome,
    ) -> None:
        """Open a ring of those of the judgement's accounts that stand in none."""
        slots = self._table.slots_of(judgement.accounts)
        members = [a for a, slot in zip(judgement.accounts, slots, strict=True) if slot == NO_RING]
        names = self._names_of(members)
        ring_id = content_id("ring", at.event_id, *names)
        ring = OpenRing(
            ring_id,
            min(at.ts, self._began(members)),
            at.ts,
            self._policy.decide(judgement.score),
            self._table.open(ring_id, at.ts),
        )
        self._open[ring.ring_id] = self._by_slot[ring.slot] = ring
        self._table.set_members(ring.slot, members)
        self._store_judgement(ring, judgement)
        self._write(change, ring.ring_id, sources, names, [], at, outcome)
        self._flag(ring, judgement, names, at, outcome)

    def _forget(self, ring: OpenRing) -> None:
        del self._open[ring.ring_id]
        del self._by_slot[ring.slot]
        self._table.release(ring.slot)

    def _flag(
        self, ring: OpenRing, judgement: Judgement, names: list[str], at: Moment, outcome: Outcome
    ) -> None:
        outcome.flags.append(
            Flag(
                flag_id=content_id("flag", at.event_id, ring.ring_id, *names),
                ts=at.ts,
                event_id=at.event_id,
                accounts=names,
                ring_id=ring.ring_id,
                score=round(judgement.score, 6),
                decision=ring.decision,
                reasons=judgement.reasons(),
                kind=judgement.kind,
            )
        )

    def _write(
        self,
        change: LedgerChange,
        ring_id: str,
        sources: list[str],
        joined: list[str],
        left: list[str],
        at: Moment,
        outcome: Outcome,
    ) -> None:
        outcome.ledger.append(
            LedgerEntry(
                ts=at.ts,
                ring_id=ring_id,
                change=change,
                from_=sources,
                accounts=AccountsChanged(added=joined, removed=left),
            )
        )
