"""Visits: settled accounts that turn up on one phone that is not theirs, and whom they ride with then.

A thief's phone gathers accounts whose owners have phones, families and cards elsewhere. The visit says
nothing about those homes, so this candidate is drawn around the phone: its users, the drivers that several
arrivals rode with since, and whoever else uses an address that mostly these use. A kiosk gathers visitors
too; the evidence tells (see ``tests.twin.rules.takeover``).

Cost: O(links of the phone's users).
"""

from __future__ import annotations

from graph.candidates.visits import (
    AT_ONCE_MS,
    CHANCE_MARGIN,
    MAX_PHONES,
    MIN_ARRIVALS,
    MIN_COMMON_RIDERS,
    MIN_COMMON_SHARE,
    MIN_MIXED,
    MOST_AT_ONCE,
)
from graph.model.vocabulary import EntityKind
from graph.updates.sharing import SEMI_PRIVATE_SHARERS, SETTLED_MS
from tests.twin.entity_graph import EntityGraph


def arrival_ms(graph: EntityGraph, account: int, device: int) -> int | None:
    """When a settled rider came to a phone that it was not made on; None when it is at home there.

    Drivers change cars, and the phone stays in the car: their coming and going says nothing.
    """
    if graph.entities.kind(device) is not EntityKind.DEVICE:
        return None
    link = graph.users[device][account]
    facts = graph.accounts[account]
    first_ms = graph.links.first_ms[link]
    if facts.is_driver or device in facts.origins or first_ms - facts.first_ms < SETTLED_MS:
        return None
    return first_ms


def gathers(graph: EntityGraph, device: int) -> bool:
    """Whether settled accounts that come to a phone may have something to do with each other."""
    if not graph.is_public(device):
        return True
    users = graph.users[device]
    if len(users) > MOST_AT_ONCE or graph.is_declared_public(device):
        return False
    came = {
        account: moment for account in users if (moment := arrival_ms(graph, account, device)) is not None
    }
    together = sum(moment <= min(came.values()) + AT_ONCE_MS for moment in came.values())
    took = sum(
        moment <= graph.accounts[account].promo_ms <= moment + AT_ONCE_MS for account, moment in came.items()
    )
    return 2 * max(together, took) >= len(users)


def arrivals_on(graph: EntityGraph, device: int) -> dict[int, int]:
    """The settled accounts that came to a phone, with the time each came, for a phone that gathers them."""
    if not gathers(graph, device):
        return {}
    found = {}
    for account in graph.users.get(device, {}):
        moment = arrival_ms(graph, account, device)
        if moment is not None:
            found[account] = moment
    return found


def shared_arrivals(graph: EntityGraph, account: int) -> dict[int, dict[int, int]]:
    """Phones that others use too and that the account came to, in order, with all who came to each."""
    found = {}
    for identifier in graph.identifiers.get(account, ()):
        if graph.entities.kind(identifier) is EntityKind.DEVICE and len(graph.users[identifier]) > 1:
            arrivals = arrivals_on(graph, identifier)
            if account in arrivals:
                found[identifier] = arrivals
    return found


def is_mixed(graph: EntityGraph, device: int) -> bool:
    """Whether a phone is not public, has three users or more, does not join them all, and none was cut."""
    users = graph.users[device]
    parted = len(users) >= MIN_MIXED and len(graph.connects(device)) < len(users)
    cut = any(identifier == device and account in users for account, identifier in graph.cuts())
    return parted and not cut and not graph.is_public(device)


def visit_around(graph: EntityGraph, account: int) -> tuple[tuple[int, ...], int]:
    """The candidate around a phone of the account, ascending, and how many settled accounts came to that.

    Of phones that the account came to, and that two settled accounts came to, and of mixed ones the one with
    the largest; nobody when there is none.
    """
    best: tuple[tuple[int, ...], int] = (), 0
    came_to = shared_arrivals(graph, account)
    for device in graph.identifiers.get(account, ()):
        if graph.entities.kind(device) is not EntityKind.DEVICE:
            continue
        mixed = is_mixed(graph, device)
        if mixed or len(came_to.get(device, ())) >= MIN_ARRIVALS:
            around = _around(graph, phones_from(graph, device))
            if len(around) > len(best[0]):
                best = around, len(arrivals_on(graph, device))
    return best


def phones_from(graph: EntityGraph, device: int) -> list[int]:
    """A phone and those that its wanderers lead to, nearest first."""
    phones, seen = [device], {device}
    for phone in phones:
        for account in arrivals_on(graph, phone):
            for other, arrivals in shared_arrivals(graph, account).items():
                if other in seen or len(phones) >= MAX_PHONES:
                    continue
                seen.add(other)
                wanderers = sum(len(shared_arrivals(graph, each)) > 1 for each in arrivals)
                if wanderers >= MIN_ARRIVALS and 2 * wanderers >= len(arrivals):
                    phones.append(other)
    return phones


def _around(graph: EntityGraph, phones: list[int]) -> tuple[int, ...]:
    members: dict[int, None] = {}
    came: dict[int, int] = {}
    for phone in phones:
        members.update(dict.fromkeys(graph.users[phone]))
        for account, moment in arrivals_on(graph, phone).items():
            came[account] = min(moment, came.get(account, moment))
    for driver in common_drivers(graph, came):
        members[driver] = None
    addresses: dict[int, int] = {}
    for member in members:
        for identifier in graph.identifiers.get(member, ()):
            if graph.entities.kind(identifier) is EntityKind.IP:
                addresses[identifier] = addresses.get(identifier, 0) + 1
    for address, inside in addresses.items():
        users = graph.users[address]
        if inside >= MIN_ARRIVALS and 2 * inside >= len(users) and len(users) <= SEMI_PRIVATE_SHARERS:
            members.update(dict.fromkeys(users))
    return tuple(sorted(members))


def common_drivers(graph: EntityGraph, arrivals: dict[int, int]) -> dict[int, list[int]]:
    """The drivers that the arrivals have in common, each with the arrivals who rode with it since they came.

    Two or more arrivals, a quarter of them, and more than chance brings together: in a small town everybody
    meets the same drivers, and busy drivers meet everybody.
    """
    links = graph.links
    riders: dict[int, list[int]] = {}
    met: dict[int, int] = {}
    rides = 0
    for account, since in arrivals.items():
        for driver, link in graph.drivers_of.get(account, {}).items():
            if links.last_ms[link] >= since:
                riders.setdefault(driver, []).append(account)
                met[driver] = met.get(driver, 0) + links.count[link]
                rides += links.count[link]
    least = max(MIN_COMMON_RIDERS, MIN_COMMON_SHARE * len(arrivals))
    return {
        driver: those
        for driver, those in riders.items()
        if len(those) >= max(least, 1 + CHANCE_MARGIN * graph.expected_trips(driver, met[driver], rides))
    }
