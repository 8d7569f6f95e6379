"""Who was in which ring from when to when, worked out from ledger entries.

A batch of entries becomes intervals: those it ends among the ones the store knows, and those it begins.
The order in which a store applies them: ``left``, then ``dissolved``, then ``intervals``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.model.results import LedgerEntry
from graph.model.vocabulary import LedgerChange


@dataclass(frozen=True, slots=True)
class Interval:
    """An account's stay in a ring; ``to_ms`` is None while it lasts."""

    ring_id: str
    account_id: str
    entry: int
    """The number of the ledger entry that began it."""
    from_ms: int
    to_ms: int | None


@dataclass(slots=True)
class Stays:
    """What a batch of ledger entries does to memberships."""

    left: list[tuple[str, str, int]] = field(default_factory=list)
    """(ring, account, when): a stay known before the batch that ends."""
    dissolved: list[tuple[str, int]] = field(default_factory=list)
    """(ring, when): every stay in the ring that still lasts ends; the ring is closed."""
    born: list[tuple[str, int]] = field(default_factory=list)
    """(ring, when) of rings that begin."""
    intervals: list[Interval] = field(default_factory=list)


def stays(entries: Iterable[LedgerEntry], first_number: int) -> Stays:
    """The stays that entries begin and end; the first entry has the number given."""
    out = Stays()
    lasting: dict[tuple[str, str], Interval] = {}

    def end(ring_id: str, account_id: str, ts: int) -> None:
        begun = lasting.pop((ring_id, account_id), None)
        if begun is None:
            out.left.append((ring_id, account_id, ts))
        else:
            out.intervals.append(Interval(ring_id, account_id, begun.entry, begun.from_ms, ts))

    def dissolve(ring_id: str, ts: int) -> None:
        for ring, account in [key for key in lasting if key[0] == ring_id]:
            end(ring, account, ts)
        out.dissolved.append((ring_id, ts))

    for number, entry in enumerate(entries, first_number):
        if entry.change is LedgerChange.MERGED:
            for swallowed in entry.from_:
                dissolve(swallowed, entry.ts)
        elif entry.change is LedgerChange.BORN or entry.from_:
            out.born.append((entry.ring_id, entry.ts))
        for account in entry.accounts.removed:
            end(entry.ring_id, account, entry.ts)
        if entry.change is LedgerChange.CLOSED:
            dissolve(entry.ring_id, entry.ts)
        for account in entry.accounts.added:
            lasting[entry.ring_id, account] = Interval(entry.ring_id, account, number, entry.ts, None)
    out.intervals.extend(lasting.values())
    return out
