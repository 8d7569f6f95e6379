"""What analysts did by hand, and what of it holds: acts begin, end by themselves or are undone.

Every act in force is kept. What the arrays hold (cuts, declarations, cleared accounts) is worked out from
these alone, so an act that ends leaves what the others say, exactly, whatever came in between. Cost: O(acts
in force) when one begins or ends; acts are a person's clicks, and are neither many nor bounded.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from graph.model.event_batch import LATEST_MS
from graph.state.memory import Memory
from graph.state.state import PRIVATE, PUBLIC
from graph.updates.analysts import establish


class Act(msgspec.Struct, frozen=True):
    """One act by entity numbers: until when it holds, and what it says."""

    act_id: str
    until_ms: int = LATEST_MS
    cuts: tuple[tuple[int, int], ...] = ()
    """(account, identifier) that are unlinked."""
    public: int | None = None
    """An identifier that belongs to nobody."""
    private: int | None = None
    """One that belongs to those who share it, however many these are."""
    household: tuple[int, ...] = ()
    """Accounts that live together."""


class _Kept(msgspec.Struct):
    """Everything as a snapshot keeps it."""

    in_force: list[Act]
    undone: list[str]
    answers: list[tuple[int, int]]


class Acts:
    """The acts in force, and the arrays in line with them. After each change the caller follows the event."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._in_force: list[Act] = []
        self._undone: set[str] = set()
        self._answers: dict[int, int] = {}
        """Of accounts in a household: what a verdict says of each, 0 when none does."""

    def begin(self, act: Act) -> bool:
        """Let an act hold; False, and nothing changes, when it was undone before or is over already."""
        if act.act_id in self._undone or act.until_ms < self._memory.state.counters["watermark_ms"][0]:
            return False
        self._in_force.append(act)
        self._establish([act])
        return True

    def undo(self, act_id: str) -> bool:
        """Let an act hold no longer, also one that comes later; whether anything changed."""
        self._undone.add(act_id)
        return self._end([act for act in self._in_force if act.act_id == act_id])

    def expire(self, now_ms: int) -> None:
        """Let every act end whose time is over at a moment."""
        self._end([act for act in self._in_force if act.until_ms < now_ms])

    def answer(self, account: int, verdict: int) -> None:
        """Store a verdict about an account: +1 fraud, -1 legit, 0 none. It comes before a household."""
        if account in self._answers:
            self._answers[account] = verdict
            verdict = verdict or -1
        self._set_verdict(account, verdict)

    def save(self) -> bytes:
        """Everything, for a snapshot."""
        kept = _Kept(self._in_force, sorted(self._undone), sorted(self._answers.items()))
        return msgspec.json.encode(kept)

    def load(self, saved: bytes) -> None:
        """Know what was saved; the arrays hold it already."""
        kept = msgspec.json.decode(saved, type=_Kept)
        self._in_force, self._undone, self._answers = kept.in_force, set(kept.undone), dict(kept.answers)

    def _end(self, gone: Sequence[Act]) -> bool:
        self._in_force = [act for act in self._in_force if act not in gone]
        if gone:
            self._establish(gone)
        return bool(gone)

    def _establish(self, changed: Sequence[Act]) -> None:
        """Bring the arrays in line with the acts in force, in what the changed ones speak of."""
        memory = self._memory
        keys = {(account << 32) | identifier for act in self._in_force for account, identifier in act.cuts}
        memory.set_cuts(np.array(sorted(keys), np.int64))
        ends = memory.state.counters["acts_end_ms"]
        ends[0] = min((act.until_ms for act in self._in_force), default=LATEST_MS)
        identifiers = {identifier for act in changed for _, identifier in act.cuts}
        for identifier in {each for act in changed for each in (act.public, act.private) if each is not None}:
            memory.state.entities["declared"][identifier] = self._declared(identifier)
            identifiers.add(identifier)
        accounts = sorted({account for act in changed for account in act.household})
        for account in accounts:
            self._settle(account)
        establish(memory.state, np.array(sorted(identifiers), np.int32), np.array(accounts, np.int32))

    def _declared(self, identifier: int) -> int:
        """What the newest act in force says of an identifier."""
        for act in reversed(self._in_force):
            if act.public == identifier:
                return PUBLIC
            if act.private == identifier:
                return PRIVATE
        return 0

    def _settle(self, account: int) -> None:
        """Clear an account that is in a household and of which no verdict says anything else."""
        at_home = any(account in act.household for act in self._in_force)
        if at_home and account not in self._answers:
            state = self._memory.state
            self._answers[account] = int(state.accounts["verdict"][state.entities["account"][account]])
            self._set_verdict(account, self._answers[account] or -1)
        elif not at_home and account in self._answers:
            self._set_verdict(account, self._answers.pop(account))

    def _set_verdict(self, account: int, verdict: int) -> None:
        state = self._memory.state
        facts = state.accounts[state.entities["account"][account]]
        state.counters["verdicts"][0] += (verdict != 0) - int(facts["verdict"] != 0)
        facts["verdict"] = verdict
