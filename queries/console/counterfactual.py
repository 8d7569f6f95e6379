"""What would be left of a ring without what it shares or does, or one of its accounts, from its links.

It speaks of how the accounts hang together, and says so; which links move the score, ``ringfence explain``
finds by scoring again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MOST_TOLD: Final = 6
MOST_REMOVED: Final = 5
MOST_GONE: Final = 20
"""Accounts that are taken away for trial, one after another: those with the most links."""


@dataclass(frozen=True, slots=True)
class Without:
    """The groups into which the accounts fall without some shared things."""

    removed: tuple[str, ...]
    """As ``kind:identifier``."""
    groups: tuple[int, ...]
    """Accounts that still hang together, the largest group first."""


def _most_telling(each: Without) -> tuple[int, int, tuple[str, ...]]:
    return each.groups[0], -len(each.groups), each.removed


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
    return sorted(found, key=_most_telling)


def without_a_member(accounts: Sequence[str], links: Iterable[tuple[str, str]]) -> list[Without]:
    """For each of the ``MOST_GONE`` accounts with the most links without which the others fall apart further,
    the groups of the others; most telling first. O(links).
    """
    pairs = sorted(set(links))
    held = Counter(end for pair in pairs for end in pair)
    whole = len(_groups(accounts, pairs))
    found = []
    for account in sorted(accounts, key=lambda each: (-held[each], each))[:MOST_GONE]:
        others = [each for each in accounts if each != account]
        groups = _groups(others, [pair for pair in pairs if account not in pair])
        if others and len(groups) > whole:
            found.append(Without((account,), groups))
    return sorted(found, key=_most_telling)


def without_a_kind(accounts: Sequence[str], links: Iterable[tuple[str, str, str]]) -> list[Without]:
    """For every kind of link (``source, kind, target``) without all of which the accounts fall apart further,
    the groups; ``removed`` is the kind. Most telling first. O(kinds * links).
    """
    told = sorted(set(links))
    whole = _groups(accounts, [(source, target) for source, _, target in told])
    found = []
    for kind in sorted({kind for _, kind, _ in told}):
        groups = _groups(accounts, [(source, target) for source, each, target in told if each != kind])
        if groups != whole:
            found.append(Without((kind,), groups))
    return sorted(found, key=_most_telling)


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
