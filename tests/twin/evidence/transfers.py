"""What a candidate's accounts pay to each other and to one hand out of their wallets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from graph.evidence.transfers import CROWD, MOST_PAYEES, SAMPLE, TEST_SHARE
from graph.model.link_keys import MONEY_SCALE
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio
from tests.twin.hands import is_led_away


@dataclass(frozen=True, slots=True)
class Transfers:
    """Payments of the members from wallet to wallet, those to and of institutions aside."""

    count: int
    money: float
    share: float
    """Share of the accounts that paid a member, or the account that most members paid."""
    fan_in: int
    cash_out: float
    circular_flow: float
    tried: float
    led_away: float


def measure_transfers(graph: EntityGraph, members: tuple[int, ...]) -> Transfers:
    """Cost: O(payments of the members)."""
    inside = dict.fromkeys(members)
    links = graph.links
    payments = {
        (member, payee): link
        for member in members
        if not _is_institution(graph, graph.payees.get(member, {}), inside)
        for payee, link in islice(graph.payees.get(member, {}).items(), MOST_PAYEES)
        if not _is_institution(graph, graph.payers.get(payee, {}), inside)
    }
    received = dict.fromkeys(members, 0)
    payers = dict.fromkeys(members, 0)
    sent_inside = dict.fromkeys(members, 0)
    for (member, payee), link in payments.items():
        received[payee] = received.get(payee, 0) + links.money[link]
        payers[payee] = payers.get(payee, 0) + 1
        if payee in inside:
            sent_inside[member] += links.money[link]
    hand = max(received, key=lambda payee: (payers[payee], received[payee]))
    tied = {member for member, payee in payments if payee in inside or payee == hand}
    circling = sum(min(received[member], sent_inside[member]) for member in members)
    total = sum(received.values())
    return Transfers(
        count=sum(links.count[link] for link in payments.values()),
        money=total / MONEY_SCALE,
        share=len(tied) / len(members),
        fan_in=payers[hand],
        cash_out=ratio(max(received.values()), total),
        circular_flow=ratio(circling, sum(sent_inside.values())),
        led_away=ratio(sum(is_led_away(graph, *pair) for pair in payments), len(payments)),
        tried=ratio(sum(_was_tried(graph, link) for link in payments.values()), len(payments)),
    )


def _is_institution(graph: EntityGraph, others: dict[int, int], inside: Iterable[int]) -> bool:
    """Whether too many accounts pay, or are paid, that live by themselves outside the candidate."""
    if len(others) <= CROWD:
        return False
    some = list(islice(others, SAMPLE))
    accounts = [graph.accounts[other] for other in some if other not in inside]
    return 2 * sum(not account.met or account.independence != 0 for account in accounts) > len(some)


def _was_tried(graph: EntityGraph, link: int) -> bool:
    """Whether one of the amounts was small beside the mean of the others."""
    least = graph.least_paid[link]
    others = graph.links.count[link] - 1
    return others > 0 and least * TEST_SHARE <= (graph.links.money[link] - least) / others
