"""What each type of event does to the graph: the links it touches and the facts it adds.

Whom an identifier that is used then connects, the graph works out by itself (``tests.twin.entity_graph``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    AnalystAct,
    CardAdded,
    Chargeback,
    EventBase,
    GpsPing,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    Verdict,
    WalletTransfer,
)
from graph.model.vocabulary import EntityKind, LinkKind, Role
from graph.state.accounts import UNKNOWN_MS
from tests.twin.accounts import is_soon
from tests.twin.habits import place_of
from tests.twin.links import to_units

if TYPE_CHECKING:
    from tests.twin.entity_graph import EntityGraph, Touched


def apply_event(graph: EntityGraph, event: EventBase, touched: Touched) -> None:
    """Bring the graph in line with one event; what it changed is added to ``touched``."""
    _APPLY[type(event)](graph, event, touched)


def _created(graph: EntityGraph, event: AccountCreated, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    if account.created_ms == UNKNOWN_MS or event.ts < account.created_ms:
        account.role = event.role
        account.created_ms = event.ts
    graph.habits.created(event.ts)
    used = [
        (EntityKind.DEVICE, event.device_id),
        (EntityKind.IP, event.ip),
        (EntityKind.PHONE, event.phone_hash),
        (EntityKind.EMAIL, event.email_hash),
    ]
    for kind, name in used:
        if name is not None:
            graph.make_resident(account, graph.entities.intern(kind, name), touched)
    for kind, name in used:
        graph.use(account, kind, name, event.ts, touched)
    if event.referrer_id is not None and event.referrer_id != event.account_id:
        referrer = graph.see(event.referrer_id, event.ts, touched).entity
        link, revived = graph.links.touch(LinkKind.REFERRED, referrer, account.entity, event.ts)
        if revived:
            graph.referrals.setdefault(referrer, {})[account.entity] = link
            graph.referrers.setdefault(account.entity, {})[referrer] = link


def _logged_in(graph: EntityGraph, event: AccountLogin, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    account.logins += 1
    graph.integrity.whereabouts.login(event.account_id, event.ts, place_of(event.lat, event.lon))
    graph.use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)
    graph.use(account, EntityKind.IP, event.ip, event.ts, touched)


def _card_added(graph: EntityGraph, event: CardAdded, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    account.cards_added += 1
    graph.use(account, EntityKind.CARD, event.card_id, event.ts, touched)
    graph.use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)


def _payout_added(graph: EntityGraph, event: PayoutAdded, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    account.payouts_added += 1
    graph.use(account, EntityKind.BANK_ACCOUNT, event.bank_account_id, event.ts, touched)


def _charged_back(graph: EntityGraph, event: Chargeback, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    account.chargebacks += 1
    graph.chargebacks += 1
    account.chargeback_units += to_units(event.amount)


def _redeemed(graph: EntityGraph, event: PromoRedeemed, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    account.promos += 1
    account.promo_units += to_units(event.amount)
    graph.promos += 1
    graph.promo_units += to_units(event.amount)
    if account.promo_ms == UNKNOWN_MS or event.ts < account.promo_ms:
        account.promo_ms = event.ts
    promo = graph.entities.intern(EntityKind.PROMO, event.promo_id)
    link, revived = graph.links.touch(
        LinkKind.REDEEMED, account.entity, promo, event.ts, to_units(event.amount)
    )
    if revived:
        graph.redeemed.setdefault(account.entity, {})[promo] = link
    graph.use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)


def _paid(graph: EntityGraph, event: WalletTransfer, touched: Touched) -> None:
    payer = graph.see(event.account_id, event.ts, touched)
    if event.to_account_id != event.account_id:
        payee = graph.see(event.to_account_id, event.ts, touched)
        units = to_units(event.amount)
        found = graph.links.find(LinkKind.PAID, payer.entity, payee.entity)
        before = 0 if found is None else graph.links.count[found]
        link, revived = graph.links.touch(LinkKind.PAID, payer.entity, payee.entity, event.ts, units)
        if revived:
            graph.payees.setdefault(payer.entity, {})[payee.entity] = link
            graph.payers.setdefault(payee.entity, {})[payer.entity] = link
            graph.least_paid[link] = units
        elif graph.links.is_live(link) and graph.links.count[link] != before:
            graph.least_paid[link] = min(graph.least_paid[link], units)
    graph.use(payer, EntityKind.DEVICE, event.device_id, event.ts, touched)


def _declined(graph: EntityGraph, event: PaymentDeclined, touched: Touched) -> None:
    account = graph.see(event.account_id, event.ts, touched)
    card = graph.entities.intern(EntityKind.CARD, event.card_id)
    units = to_units(event.amount)
    link, revived = graph.links.touch(LinkKind.TRIED, account.entity, card, event.ts, units)
    if revived:
        graph.tried.setdefault(account.entity, {})[card] = link
    graph.use(account, EntityKind.DEVICE, event.device_id, event.ts, touched)


def _cancelled(graph: EntityGraph, event: TripCancelled, touched: Touched) -> None:
    rider = graph.see(event.rider_id, event.ts, touched)
    driver = graph.see(event.driver_id, event.ts, touched)
    rider.role = rider.role or Role.RIDER
    driver.role = driver.role or Role.DRIVER
    if rider is not driver:
        ends = (LinkKind.CANCELLED, rider.entity, driver.entity)
        found = graph.links.find(*ends)
        before = 0 if found is None else graph.links.count[found]
        link, revived = graph.links.touch(*ends, event.ts, to_units(event.fee or 0.0))
        if revived:
            graph.lost_drivers.setdefault(rider.entity, {})[driver.entity] = link
            graph.lost_riders.setdefault(driver.entity, {})[rider.entity] = link
            graph.cancelled_by_driver[link] = 0
        if graph.links.is_live(link) and graph.links.count[link] != before:
            graph.cancelled_by_driver[link] += event.by is Role.DRIVER
    graph.use(rider, EntityKind.DEVICE, event.rider_device_id, event.ts, touched)
    graph.use(driver, EntityKind.DEVICE, event.driver_device_id, event.ts, touched)


def _rode(graph: EntityGraph, event: TripCompleted, touched: Touched) -> None:
    judgement = graph.integrity.judge(event)
    rider = graph.see(event.rider_id, event.ts, touched)
    driver = graph.see(event.driver_id, event.ts, touched)
    rider.role = rider.role or Role.RIDER
    driver.role = driver.role or Role.DRIVER
    rider.ride(event.ts, (event.incentive or 0.0) > 0)
    if event.pickup_lat is not None and event.pickup_lon is not None:
        rider.pickups += 1
        rider.pickup_lat += event.pickup_lat
        rider.pickup_lon += event.pickup_lon
    if rider is not driver:
        found = graph.links.find(LinkKind.RODE_WITH, rider.entity, driver.entity)
        before = 0 if found is None else graph.links.count[found]
        before_ms = UNKNOWN_MS if found is None else graph.links.last_ms[found]
        link, revived = graph.links.touch(
            LinkKind.RODE_WITH, rider.entity, driver.entity, event.ts, to_units(event.fare)
        )
        if revived:
            graph.ride_facts.start(link)
            graph.drivers_of.setdefault(rider.entity, {})[driver.entity] = link
            graph.riders_of.setdefault(driver.entity, {})[rider.entity] = link
        more = graph.links.count[link] - before if graph.links.is_live(link) else 0
        if more:
            units, is_again = to_units(event.incentive or 0.0), is_soon(before_ms, event.ts)
            graph.ride_facts.add(link, units, is_again, judgement)
            rider.trips += more
            driver.trips += more
            graph.live_trips += more
            graph.refresh_if_met(rider, touched)
            graph.refresh_if_met(driver, touched)
    graph.use(rider, EntityKind.DEVICE, event.rider_device_id, event.ts, touched)
    graph.use(driver, EntityKind.DEVICE, event.driver_device_id, event.ts, touched)
    graph.use(rider, EntityKind.CARD, event.card_id, event.ts, touched)


def _pinged(graph: EntityGraph, event: GpsPing, _touched: Touched) -> None:
    graph.integrity.tracks.ping(event)


def _judged(_graph: EntityGraph, _event: Verdict | AnalystAct, _touched: Touched) -> None:
    """What people say changes rings, or the graph by a way of its own (``tests.twin.acts``)."""


_APPLY: Final[dict[type[EventBase], Callable[..., None]]] = {
    AccountCreated: _created,
    AccountLogin: _logged_in,
    CardAdded: _card_added,
    PayoutAdded: _payout_added,
    Chargeback: _charged_back,
    PromoRedeemed: _redeemed,
    TripCompleted: _rode,
    GpsPing: _pinged,
    WalletTransfer: _paid,
    PaymentDeclined: _declined,
    TripCancelled: _cancelled,
    AnalystAct: _judged,
    Verdict: _judged,
}
"""What each type of event does to the graph."""
