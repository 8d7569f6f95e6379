"""Whether an account leads a life of its own: see ``graph.updates.independence``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model.vocabulary import EntityKind
from graph.updates.independence import AT_HOME, HOME_MS, LIFE_PARTNERS, LIVES, TRIPS_A_PARTNER

if TYPE_CHECKING:
    from tests.twin.accounts import Account
    from tests.twin.entity_graph import EntityGraph


def is_independent(account: Account, kind: EntityKind) -> bool:
    """Whether the account is independent of an identifier of the kind that it uses."""
    if kind is EntityKind.DEVICE:
        return account.independence != 0
    return bool(account.independence & LIVES)


def independence(graph: EntityGraph, account: Account) -> int:
    """LIVES and AT_HOME, from the account's live links and who else uses what they lead to."""
    links = graph.links
    uses = graph.identifiers.get(account.entity, {})
    alone = {x for x in uses if len(graph.users[x]) == 1}
    owned = (EntityKind.DEVICE, EntityKind.CARD)
    owns = any(graph.entities.kind(x) in owned for x in alone)
    partners = len(graph.drivers_of.get(account.entity, {})) + len(graph.riders_of.get(account.entity, {}))
    bits = 0
    if owns and partners >= LIFE_PARTNERS and TRIPS_A_PARTNER * partners >= account.trips:
        bits |= LIVES
    devices = [x for x in uses if graph.entities.kind(x) is EntityKind.DEVICE]
    if devices:
        last_ms = max(links.last_ms[uses[x]] for x in devices)
        newest = [x for x in devices if links.last_ms[uses[x]] == last_ms]
        if all(x in alone and links.first_ms[uses[x]] - account.first_ms <= HOME_MS for x in newest):
            bits |= AT_HOME
    return bits
