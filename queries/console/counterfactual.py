"""What would be left of a ring without what it shares: in words, from its links alone.

It speaks of how the accounts hang together, and says so; which links move the score, ``ringfence explain``
finds by scoring again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MOST_TOLD: Final = 6
MOST_REMOVED: Final = 5


@dataclass(frozen=True, slots=True)
class Without:
    """The groups into which the accounts fall without some shared things."""

    removed: tuple[str, ...]
    """As ``kind:identifier``."""
    groups: tuple[int, ...]
    """Accounts that still hang together, the largest group first."""


def without_each(accounts: Sequence[str], links: Iterable[tuple[str, str]]) -> list[Without]:
    """For every shared thing without which the accounts fall apart further, the groups; most telling first.

    ``accounts``, and both ends of ``links``, are ``kind:identifier``. O(things * links).
    """
    pairs = sorted(set(links))
    whole = _groups(accounts, pairs)
    things = sorted({end for pair in pairs for end in pair if not end.startswith("account:")})
    found = []
    for thing in things:
        groups = _groups(accounts, [pair for pair in pairs if thing not in pair])
        if groups != whole:
            found.append(Without((thing,), groups))
    return sorted(found, key=lambda each: (each.groups[0], -len(each.groups), each.removed))


def fewest_that_part(accounts: Sequence[str], links: Iterable[tuple[str, str]]) -> Without | None:
    """A few shared things without which no more than half of the accounts hang together, by removing the most
    shared again and again; None when ``MOST_REMOVED`` are not enough.
    """
    pairs = sorted(set(links))
    removed: list[str] = []
    while len(removed) <= MOST_REMOVED:
        groups = _groups(accounts, pairs)
        if groups[0] * 2 <= len(accounts):
            return Without(tuple(removed), groups) if removed else None
        uses: dict[str, int] = {}
        for pair in pairs:
            for end in pair:
                if not end.startswith("account:"):
                    uses[end] = uses.get(end, 0) + 1
        if not uses:
            return None
        worst = min(uses, key=lambda each: (-uses[each], each))
        removed.append(worst)
        pairs = [pair for pair in pairs if worst not in pair]
    return None


def _groups(accounts: Sequence[str], pairs: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    above = {account: account for account in accounts}

    def root(each: str) -> str:
        above.setdefault(each, each)
        while above[each] != each:
            above[each] = above[above[each]]
            each = above[each]
        return each

    for left, right in pairs:
        above[root(left)] = root(right)
    sizes: dict[str, int] = {}
    for account in accounts:
        sizes[root(account)] = sizes.get(root(account), 0) + 1
    return tuple(sorted(sizes.values(), reverse=True)) or (0,)
