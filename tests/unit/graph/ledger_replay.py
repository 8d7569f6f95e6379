"""Who is in which ring, worked out from the ledger alone."""

from __future__ import annotations

from collections.abc import Sequence

from graph.model.results import LedgerEntry
from graph.model.vocabulary import LedgerChange


def replay(ledger: Sequence[LedgerEntry]) -> dict[str, set[str]]:
    """Members of every open ring, by id. Raises AssertionError when an entry contradicts those before it."""
    rings: dict[str, set[str]] = {}
    for entry in ledger:
        added, removed = set(entry.accounts.added), set(entry.accounts.removed)
        begins = entry.change is LedgerChange.BORN or (entry.change is LedgerChange.SPLIT and entry.from_)
        if begins:
            assert entry.ring_id not in rings, f"{entry.ring_id} begins twice"
            rings[entry.ring_id] = set()
        members = rings[entry.ring_id]
        if entry.change is LedgerChange.MERGED:
            assert entry.from_, "a merger names the rings it swallowed"
            for swallowed in entry.from_:
                del rings[swallowed]
        assert not added & members, f"{sorted(added & members)} join {entry.ring_id} twice"
        assert removed <= members, f"{sorted(removed - members)} leave {entry.ring_id} without being in it"
        members |= added
        members -= removed
        if entry.change is LedgerChange.CLOSED:
            assert not members, f"{entry.ring_id} closes and keeps {sorted(members)}"
            del rings[entry.ring_id]
    return rings
