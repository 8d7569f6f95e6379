"""What the kernels know of the open rings: who is in each, and its newest judgement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.raw import raw
from graph.model.shapes import SHAPES, Shape
from graph.rings.decision import decide, note_judgement, opens, stands
from graph.rings.judgement import Judgement
from graph.state.memory import Memory
from graph.state.state import NO_RING, State, account_of

_END: Final = -1
_LOW_BITS: Final = 40
"""Bits of a ring's id in the lower of its two numbers; it has eighty."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a judgement does to the rings: an action, the slot of the ring that goes on, those it takes in."""

    action: int
    survivor: int
    merged: tuple[int, ...]


class RingTable:
    """Rings by slot in the arrays of ``memory``; a slot is used again when its ring is gone."""

    _decide: Callable[[State, Int32s, float, int], int] = staticmethod(decide)

    def __init__(self, memory: Memory, slots: Collection[int] = ()) -> None:
        self._memory = memory
        self._used = max(slots, default=-1) + 1
        self._free = sorted(set(range(self._used)) - set(slots), reverse=True)
        self._members = {slot: tuple(self._chain(slot)) for slot in slots}

    def slot_of(self, account: int) -> int:
        """The slot of the ring that holds the account, NO_RING if none does."""
        state = self._memory.state
        return int(state.accounts["ring"][state.entities["account"][account]])

    def slots_of(self, accounts: Sequence[int]) -> list[int]:
        """The slot of each account's ring."""
        state = self._memory.state
        slots: list[int] = state.accounts["ring"][state.entities["account"][list(accounts)]].tolist()
        return slots

    def members(self, slot: int) -> tuple[int, ...]:
        """The accounts of a ring, ascending."""
        return self._members[slot]

    def _chain(self, slot: int) -> Iterator[int]:
        """The same, as the kernels read it."""
        state = self._memory.state
        record_of, following = state.entities["account"], state.accounts["next_in_ring"]
        member = int(state.rings["head"][slot])
        while member != _END:
            yield member
            member = int(following[record_of[member]])

    def shape(self, slot: int) -> Shape:
        """How the ring's newest candidate was found."""
        return SHAPES[int(self._memory.state.rings["shape"][slot])]

    def decide(self, judgement: Judgement) -> Decided:
        """What a judgement does to the rings. Cost: O(its accounts)."""
        state = self._memory.state
        accounts = np.array(judgement.accounts, np.int32)
        action = self._decide(state, accounts, judgement.score, SHAPES.index(judgement.shape))
        decision = state.decision[0]
        merged = state.overlaps.merged[: decision["merged"]].tolist()
        return Decided(int(action), int(decision["survivor"]), tuple(merged))

    def stands(self, slot: int) -> bool:
        """Whether a ring goes on whatever its accounts do now (``graph.rings.decision.stands``)."""
        return bool(stands(self._memory.state, slot))

    def opens(self, judgement: Judgement) -> bool:
        """Whether a judgement opens a ring of those of its accounts that stand in none."""
        free = self.slots_of(judgement.accounts).count(NO_RING)
        return bool(opens(self._memory.state, judgement.score, free))

    def open(self, ring_id: str, flagged_ms: int) -> int:
        """A slot for a new ring, without members."""
        if self._free:
            slot = self._free.pop()
        else:
            slot = self._used
            self._used += 1
            self._memory.reserve_rings(self._used)
        ring = self._memory.state.rings[slot]
        ring["head"], ring["size"], ring["flagged_ms"] = _END, 0, flagged_ms
        ring["best"], ring["best_size"], ring["best_ms"] = 0.0, 0, flagged_ms
        ring["grounded_ms"] = -(1 << 62)
        digits = int(ring_id.rpartition("_")[2], 16)
        ring["id_high"], ring["id_low"] = digits >> _LOW_BITS, digits & (1 << _LOW_BITS) - 1
        self._members[slot] = ()
        return slot

    def release(self, slot: int) -> None:
        """Let a ring's accounts and its slot go."""
        self.set_members(slot, ())
        del self._members[slot]
        self._free.append(slot)

    def set_members(self, slot: int, members: Collection[int]) -> None:
        """Replace the accounts of a ring; they stand in no other."""
        self._members[slot] = tuple(sorted(members))
        _chain_up(self._memory.state, slot, np.array(self._members[slot], np.int32))

    def store_judgement(self, slot: int, judgement: Judgement, *, blocked: bool) -> None:
        """Store the newest judgement of a ring; ``blocked`` is its decision."""
        state = self._memory.state
        raw(state.ring_evidence)[slot] = judgement.record
        state.ring_features[slot] = judgement.features
        shape = SHAPES.index(judgement.shape)
        note_judgement(state, slot, judgement.score, shape, judgement.truncated, blocked)

    def judgement(self, slot: int) -> Judgement:
        """The newest judgement of a ring; the kernels may have replaced it since it was stored."""
        state = self._memory.state
        return Judgement(
            accounts=self._members[slot],
            score=float(state.rings["score"][slot]),
            shape=self.shape(slot),
            record=state.ring_evidence[slot : slot + 1].tobytes(),
            features=tuple(state.ring_features[slot].tolist()),
            truncated=bool(state.rings["truncated"][slot]),
        )


@kernel
def _chain_up(state: State, slot: int, members: Int32s) -> None:
    """Chain these accounts, ascending, as those of a ring, in place of the ones chained before."""
    ring = state.rings[slot]
    member = ring.head
    while member != _END:
        account = account_of(state, member)
        account.ring = NO_RING
        member = account.next_in_ring
    ring.head = _END
    ring.size = len(members)
    for place in range(len(members) - 1, -1, -1):
        account = account_of(state, members[place])
        account.ring = slot
        account.next_in_ring = ring.head
        ring.head = members[place]
