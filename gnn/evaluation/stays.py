"""How long accounts stood under a flag. The ledger tells: whoever is in an open ring was flagged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from statistics import median

from gnn.evaluation.ratio import share
from graph.model.results import LedgerEntry
from graph.model.vocabulary import LedgerChange

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Stay:
    """An account under flag from ``from_ms`` until no open ring held it; None: it still is."""

    account: str
    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What happened on the way: the stays under flag, and the time of the last event (epoch ms)."""

    stays: tuple[Stay, ...]
    end_ms: int


@dataclass(frozen=True, slots=True)
class Accused:
    """Honest accounts that were flagged at any time; days are None when there are none.

    ``still`` of them are flagged at the end. Days are counted from the flag until no open ring held the
    account, or the end; several stays of one account add up.
    """

    accounts: int
    per_10k_honest: float | None
    still: int
    median_days: float | None
    longest_days: float | None


def course_of(ledger: Iterable[LedgerEntry], end_ms: int) -> Course:
    """The course of a run whose last event was at ``end_ms``: the stays of all accounts, in the order begun.

    Cost: O(the ledger).
    Who leaves one ring and joins another at the same moment stays. A merge frees the accounts of its sources;
    those that go on in the ring are among the added.
    """
    members: dict[str, set[str]] = {}
    stays: list[Stay] = []
    last: dict[str, int] = {}

    def leave(ring: str, accounts: Iterable[str], ts: int) -> None:
        for account in sorted(members[ring].intersection(accounts)):
            members[ring].remove(account)
            stays[last[account]] = replace(stays[last[account]], until_ms=ts)

    def join(ring: str, accounts: Iterable[str], ts: int) -> None:
        for account in accounts:
            members[ring].add(account)
            if account in last and stays[last[account]].until_ms in (None, ts):
                stays[last[account]] = replace(stays[last[account]], until_ms=None)
            else:
                last[account] = len(stays)
                stays.append(Stay(account, ts))

    for entry in ledger:
        members.setdefault(entry.ring_id, set())
        if entry.change is LedgerChange.MERGED:
            for source in entry.from_:
                leave(source, members.get(source, ()), entry.ts)
        leave(entry.ring_id, entry.accounts.removed, entry.ts)
        join(entry.ring_id, entry.accounts.added, entry.ts)
    return Course(tuple(stays), end_ms)


def accused(course: Course, honest: Collection[str]) -> Accused:
    """What the ``honest`` accounts suffered."""
    days: dict[str, float] = {}
    still: set[str] = set()
    for stay in course.stays:
        if stay.account in honest:
            until = course.end_ms if stay.until_ms is None else stay.until_ms
            days[stay.account] = days.get(stay.account, 0.0) + (until - stay.from_ms) / DAY_MS
            if stay.until_ms is None:
                still.add(stay.account)
    per_account = share(len(days), len(honest))
    return Accused(
        accounts=len(days),
        per_10k_honest=None if per_account is None else 10_000 * per_account,
        still=len(still),
        median_days=median(days.values()) if days else None,
        longest_days=max(days.values(), default=None),
    )
