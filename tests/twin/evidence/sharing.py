"""Who shares what with whom inside a candidate, and who has something of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.model.vocabulary import EntityKind
from graph.updates.independence import AT_HOME, LIVES
from tests.twin.entity_graph import EntityGraph
from tests.twin.independence import independence

SHARED_KINDS: Final = (EntityKind.DEVICE, EntityKind.CARD, EntityKind.BANK_ACCOUNT, EntityKind.IP)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Shares are of the accounts that have such an identifier at all, 0 when none has."""

    device_sharing: float
    card_sharing: float
    bank_sharing: float
    address_sharing: float
    """Share of the accounts on one address most of whose users are members."""
    accounts_per_device: float
    accounts_per_card: float
    own_device: float
    """Share of the accounts with a device that nobody else uses."""
    own_card: float
    living: float
    """Share of the accounts that lead a life of their own."""
    at_home: float
    """Share of the accounts whose newest device is theirs alone and was from the start."""
    hands: int
    """How many hands the accounts would be, if whoever shares a device or a card were one."""


def measure_sharing(graph: EntityGraph, members: tuple[int, ...]) -> Sharing:
    """Cost: O(identity links of the members)."""
    users: dict[EntityKind, dict[int, list[int]]] = {kind: {} for kind in SHARED_KINDS}
    holders = dict.fromkeys(SHARED_KINDS, 0)
    owners = dict.fromkeys(SHARED_KINDS, 0)
    for account in members:
        has: dict[EntityKind, bool] = {}
        for identifier in graph.identifiers.get(account, ()):
            kind = graph.entities.kind(identifier)
            if kind in users:
                users[kind].setdefault(identifier, []).append(account)
                has[kind] = has.get(kind, False) or len(graph.users[identifier]) == 1
        for kind, own in has.items():
            holders[kind] += 1
            owners[kind] += own
    shared = {
        kind: {identifier: used for identifier, used in by.items() if len(used) > 1}
        for kind, by in users.items()
    }
    sharers = {
        kind: len({account for used in by.values() for account in used}) for kind, by in shared.items()
    }
    addresses = (
        len(used)
        for identifier, used in shared[EntityKind.IP].items()
        if 2 * len(used) >= len(graph.users[identifier])
    )
    tying = [*shared[EntityKind.DEVICE].values(), *shared[EntityKind.CARD].values()]
    bits = [independence(graph, graph.accounts[member]) for member in members]
    return Sharing(
        device_sharing=ratio(sharers[EntityKind.DEVICE], holders[EntityKind.DEVICE]),
        card_sharing=ratio(sharers[EntityKind.CARD], holders[EntityKind.CARD]),
        bank_sharing=ratio(sharers[EntityKind.BANK_ACCOUNT], holders[EntityKind.BANK_ACCOUNT]),
        address_sharing=max(addresses, default=0) / len(members),
        accounts_per_device=ratio(sharers[EntityKind.DEVICE], len(shared[EntityKind.DEVICE])),
        accounts_per_card=ratio(sharers[EntityKind.CARD], len(shared[EntityKind.CARD])),
        own_device=owners[EntityKind.DEVICE] / len(members),
        own_card=owners[EntityKind.CARD] / len(members),
        living=sum(each & LIVES != 0 for each in bits) / len(members),
        at_home=sum(each & AT_HOME != 0 for each in bits) / len(members),
        hands=_hands(members, tying),
    )


def ratio(part: float, whole: float) -> float:
    """A share; 0 of nothing is 0."""
    return part / whole if whole else 0.0


def _hands(members: tuple[int, ...], groups: list[list[int]]) -> int:
    """How many sets the groups leave the members in (union-find with path halving)."""
    parent = {member: member for member in members}

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    left = len(members)
    for group in groups:
        for other in group[1:]:
            a, b = find(group[0]), find(other)
            if a != b:
                parent[b] = a
                left -= 1
    return left
