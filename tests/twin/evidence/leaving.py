"""Payout accounts and phones that came late to a candidate's accounts, and were left again."""

from __future__ import annotations

from dataclasses import dataclass

from graph.evidence.leaving import MOVED_MS
from graph.model.vocabulary import EntityKind
from graph.updates.sharing import SETTLED_MS
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio


@dataclass(frozen=True, slots=True)
class Leaving:
    """Shares of the accounts that have such an identifier."""

    late_payouts: float
    payouts_left: float
    payouts_moved: float
    devices_left: float


def measure_leaving(graph: EntityGraph, members: tuple[int, ...]) -> Leaving:
    """Cost: O(identity links of the members)."""
    paid = [uses for member in members if (uses := _uses(graph, member, EntityKind.BANK_ACCOUNT))]
    phones = [uses for member in members if (uses := _uses(graph, member, EntityKind.DEVICE))]
    return Leaving(
        late_payouts=ratio(sum(bool(_late(uses)) for uses in paid), len(paid)),
        payouts_left=ratio(sum(map(_is_left, paid)), len(paid)),
        payouts_moved=ratio(sum(_moves(graph, member) for member in members), len(paid)),
        devices_left=ratio(sum(map(_is_left, phones)), len(phones)),
    )


def _uses(graph: EntityGraph, account: int, kind: EntityKind) -> list[tuple[int, int]]:
    """When the account first and last used each identifier of a kind, in ms since it was first seen."""
    links, seen_ms = graph.links, graph.accounts[account].first_ms
    return [
        (links.first_ms[link] - seen_ms, links.last_ms[link] - seen_ms)
        for identifier, link in graph.identifiers.get(account, {}).items()
        if graph.entities.kind(identifier) is kind
    ]


def _late(uses: list[tuple[int, int]]) -> list[int]:
    return [last for first, last in uses if first >= SETTLED_MS]


def _moves(graph: EntityGraph, account: int) -> bool:
    """Whether a payout account came late to the account, soon after a phone that came late."""
    banks, phones = (
        [first for first, _ in _uses(graph, account, kind) if first >= SETTLED_MS]
        for kind in (EntityKind.BANK_ACCOUNT, EntityKind.DEVICE)
    )
    return any(0 <= bank - phone <= MOVED_MS for bank in banks for phone in phones)


def _is_left(uses: list[tuple[int, int]]) -> bool:
    """Whether the first was used after one that came late."""
    _, last_of_first = min(uses, key=lambda use: use[0])
    return any(last < last_of_first for last in _late(uses))
