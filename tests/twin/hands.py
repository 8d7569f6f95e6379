"""Who depends on whom it was brought by or pays, and who loses trips: see ``graph.candidates``."""

from __future__ import annotations

from itertools import islice

from graph.candidates.hands import EMPTIED_MS, LED_MS, MIN_DEPENDENTS, SAMPLE
from graph.candidates.losses import MANY_LOST, MIN_LOSERS, MIN_LOST
from graph.model.vocabulary import EntityKind, LinkKind
from graph.updates.independence import LIVES
from graph.updates.sharing import SETTLED_MS
from tests.twin.entity_graph import EntityGraph
from tests.twin.independence import independence


def lives(graph: EntityGraph, account: int) -> bool:
    """Whether an account leads a life of its own."""
    return bool(independence(graph, graph.accounts[account]) & LIVES)


def brings(graph: EntityGraph, account: int) -> bool:
    """Whether several whom an account brought, and at least half of them, lead no lives."""
    return _is_hand([not lives(graph, each) for each in islice(graph.referrals.get(account, {}), SAMPLE)])


def is_paid(graph: EntityGraph, account: int) -> bool:
    """Whether several who pay an account, and at least half of them, depend on it."""
    return _is_hand([pays(graph, each, account) for each in islice(graph.payers.get(account, {}), SAMPLE)])


def _is_hand(depending: list[bool]) -> bool:
    return sum(depending) >= max(MIN_DEPENDENTS, len(depending) / 2)


def pays(graph: EntityGraph, payer: int, payee: int) -> bool:
    """Whether an account that pays another depends on it."""
    return not lives(graph, payer) or is_led_away(graph, payer, payee)


def is_led_away(graph: EntityGraph, payer: int, payee: int) -> bool:
    """Whether an account that had been in use paid from a new phone, or several hands at once."""
    began = {other: graph.links.first_ms[link] for other, link in graph.payees[payer].items()}
    seen_ms, moment = graph.accounts[payer].first_ms, began[payee]
    if moment - seen_ms < SETTLED_MS:
        return False
    came = [
        graph.links.first_ms[link]
        for identifier, link in graph.identifiers.get(payer, {}).items()
        if graph.entities.kind(identifier) is EntityKind.DEVICE
    ]
    if any(first_ms - seen_ms >= SETTLED_MS and 0 <= moment - first_ms <= LED_MS for first_ms in came):
        return True
    others = [other for other in islice(began, SAMPLE) if other != payee]
    return any(abs(began[other] - moment) <= EMPTIED_MS for other in others)


def loses(graph: EntityGraph, rider: int) -> bool:
    """Whether a rider keeps losing trips to any of its drivers."""
    return any(keeps_losing(graph, rider, each) for each in islice(graph.lost_drivers.get(rider, {}), SAMPLE))


def keeps_losing(graph: EntityGraph, rider: int, driver: int) -> bool:
    """Whether a rider keeps losing trips to a driver, or cancels for a living."""
    lost = {each: graph.links.count[link] for each, link in graph.lost_drivers[rider].items()}
    ride = graph.links.find(LinkKind.RODE_WITH, rider, driver)
    driven = 0 if ride is None else graph.links.count[ride]
    all_lost = sum(islice(lost.values(), SAMPLE))
    again = lost[driver] >= MIN_LOST and driven <= lost[driver]
    return again or (all_lost >= MANY_LOST and all_lost > graph.accounts[rider].trips)


def is_let_down(graph: EntityGraph, driver: int) -> bool:
    """Whether several riders keep losing trips to a driver."""
    riders = islice(graph.lost_riders.get(driver, {}), SAMPLE)
    return sum(keeps_losing(graph, rider, driver) for rider in riders) >= MIN_LOSERS
