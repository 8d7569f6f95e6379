"""One event applied to the graph: the links it touches, the facts it adds, the clusters it changes.

Everything an event changes is local. Cost: O(links it touches), plus O(sharers) for an identifier whose
sharers changed, plus what ages out of the window with it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from graph.kernels.kernel import kernel
from graph.links.change_log import log_entity
from graph.links.index import locate
from graph.links.interactions import interaction_of
from graph.links.records import IDENTITIES, USERS
from graph.links.touch import advance, first_link, if_live, length, next_expired, touch, touch_at
from graph.links.touch import find as find_link
from graph.model.event_batch import (
    ACCOUNT_CREATED,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    CHARGEBACK,
    GPS_PING,
    PAYMENT_DECLINED,
    PAYOUT_ADDED,
    PROMO_REDEEMED,
    TRIP_CANCELLED,
    TRIP_COMPLETED,
    WALLET_TRANSFER,
)
from graph.model.event_slots import (
    ACCOUNT_ID,
    ADDED_CARD_DEVICE_ID,
    ADDED_CARD_ID,
    AMOUNT,
    BANK_ACCOUNT_ID,
    CREATED_DEVICE_ID,
    CREATED_EMAIL,
    CREATED_IP,
    CREATED_PHONE,
    DRIVER_DEVICE_ID,
    DRIVER_ID,
    FARE,
    FEE,
    INCENTIVE,
    LAT,
    LOGIN_DEVICE_ID,
    LOGIN_IP,
    LON,
    PICKUP_LAT,
    PICKUP_LON,
    PROMO_DEVICE_ID,
    PROMO_ID,
    REFERRER_ID,
    RIDER_DEVICE_ID,
    RIDER_ID,
    TO_ACCOUNT_ID,
    TRANSFER_DEVICE_ID,
    TRIED_CARD_ID,
    TRIED_DEVICE_ID,
    TRIP_CARD_ID,
    TRIP_ID,
)
from graph.model.link_keys import LINK_CODE
from graph.model.money import to_units
from graph.model.vocabulary import IDENTITY_LINKS, EntityKind, LinkKind
from graph.state.accounts import UNKNOWN_MS, add_origin, is_origin
from graph.state.interning import Bytes, intern
from graph.state.sizes import EVENTS_AT_ONCE
from graph.state.state import (
    ACCOUNT_KIND,
    BANK_ACCOUNT,
    CARD,
    DEVICE,
    DRIVER,
    EMAIL,
    IP,
    NOBODY,
    PHONE,
    PROMO,
    RIDER,
    UNKNOWN_ROLE,
    State,
    account_of,
)
from graph.updates.batched_lookup import NOT_KNOWN
from graph.updates.clusters import NO_LINK, met, reconnect, reconnect_use, refresh_independence
from graph.updates.habits import learn_creation
from graph.updates.independence import is_independent
from graph.updates.integrity import judge_completed
from graph.updates.passengers import add_passenger, remove_passenger
from graph.updates.signs import SUSPECT, told_reasons
from graph.updates.tempo import is_soon, note_day, note_ride
from graph.updates.told_trips import tell_trip
from graph.updates.tracks import add_ping
from graph.updates.whereabouts import note_login

_USES: Final = np.array(
    [LINK_CODE[IDENTITY_LINKS[kind]] if kind in IDENTITY_LINKS else -1 for kind in EntityKind]
)
"""The link that ties an account to an identifier, by the identifier's kind."""
_CREATED_WITH: Final = (
    (DEVICE, CREATED_DEVICE_ID),
    (IP, CREATED_IP),
    (PHONE, CREATED_PHONE),
    (EMAIL, CREATED_EMAIL),
)
"""Identifiers that an account is created with, in the order in which they are named: kind and slot."""
_RODE: Final = LINK_CODE[LinkKind.RODE_WITH]
_REFERRED: Final = LINK_CODE[LinkKind.REFERRED]
_REDEEMED: Final = LINK_CODE[LinkKind.REDEEMED]
_PAID: Final = LINK_CODE[LinkKind.PAID]
_TRIED: Final = LINK_CODE[LinkKind.TRIED]
_CANCELLED: Final = LINK_CODE[LinkKind.CANCELLED]


@kernel
def apply_event(state: State, event: Any, text: Bytes) -> None:
    """Apply one event: advance the newest moment, age what falls out of the window, then link.

    Leaves in the state which accounts it names, and whose cluster or rides changed.
    """
    begin_event(state)
    if event.ts > state.counters[0].watermark_ms:
        state.counters[0].watermark_ms = event.ts
        if advance(state.links, event.ts):
            age(state)
    if event.kind == GPS_PING:
        add_ping(state, event.text_hash[TRIP_ID], event.ts, event.values[LAT], event.values[LON])
    elif event.kind == TRIP_COMPLETED:
        rode(state, event, text)
    elif event.kind == ACCOUNT_CREATED:
        _created(state, event, text)
    elif event.kind == ACCOUNT_LOGIN:
        account = _account(state, event, ACCOUNT_ID, text)
        account_of(state, account).logins += 1
        note_login(state, event.text_hash[ACCOUNT_ID], event.ts, event.values[LAT], event.values[LON])
        _use(state, account, DEVICE, event, LOGIN_DEVICE_ID, text)
        _use(state, account, IP, event, LOGIN_IP, text)
    elif event.kind == CARD_ADDED:
        account = _account(state, event, ACCOUNT_ID, text)
        account_of(state, account).cards_added += 1
        _use(state, account, CARD, event, ADDED_CARD_ID, text)
        _use(state, account, DEVICE, event, ADDED_CARD_DEVICE_ID, text)
    elif event.kind == PAYOUT_ADDED:
        account = _account(state, event, ACCOUNT_ID, text)
        account_of(state, account).payouts_added += 1
        _use(state, account, BANK_ACCOUNT, event, BANK_ACCOUNT_ID, text)
    elif event.kind == CHARGEBACK:
        facts = account_of(state, _account(state, event, ACCOUNT_ID, text))
        facts.chargebacks += 1
        state.counters[0].chargebacks += 1
        facts.chargeback_units += to_units(event.values[AMOUNT])
    elif event.kind == PROMO_REDEEMED:
        _redeemed(state, event, text)
    elif event.kind == WALLET_TRANSFER:
        _paid(state, event, text)
    elif event.kind == PAYMENT_DECLINED:
        account = _account(state, event, ACCOUNT_ID, text)
        card = _entity(state, CARD, event, TRIED_CARD_ID, text)
        _count_payment(state, _TRIED, account, card, event.ts, to_units(event.values[AMOUNT]))
        _use(state, account, DEVICE, event, TRIED_DEVICE_ID, text)
    elif event.kind == TRIP_CANCELLED:
        _cancelled(state, event, text)


@kernel
def begin_event(state: State) -> None:
    """Forget what the event before touched."""
    cursor = state.cursor[0]
    state.counters[0].event += 1
    cursor.regrouped = 0
    cursor.faded = 0
    cursor.touched[0] = NOBODY
    cursor.touched[1] = NOBODY


@kernel
def _account(state: State, event: Any, slot: int, text: Bytes) -> int:
    """The entity of the account that an event names, with its first and last sight moved."""
    entity = _entity(state, ACCOUNT_KIND, event, slot, text)
    if state.cursor[0].touched[0] == NOBODY:
        state.cursor[0].touched[0] = entity
    elif state.cursor[0].touched[0] != entity:
        state.cursor[0].touched[1] = entity
    log_entity(state.links.change_log, entity)
    facts = account_of(state, entity)
    if event.ts > facts.last_ms:
        note_day(facts, event.ts)
        facts.last_ms = event.ts
    elif event.ts < facts.first_ms:
        facts.first_ms = event.ts
        # An account older than it seemed may have been settled when it came to its phones.
        links = state.links
        link = first_link(links, entity, IDENTITIES)
        while link >= 0:
            identifier = links.links[link].target
            if length(links, identifier, USERS) > 1:
                reconnect(state, identifier, NO_LINK)
            link = links.hooks[link].next_out
        _refresh(state, entity)
    return entity


@kernel
def _refresh(state: State, account: int) -> None:
    """Look at the independence of an account anew, if it ever shared an identifier."""
    if account_of(state, account).met:
        refresh_independence(state, account)


@kernel
def _entity(state: State, kind: int, event: Any, slot: int, text: Bytes) -> int:
    """The entity that an event names in one of its fields."""
    known = state.known[state.cursor[0].row % EVENTS_AT_ONCE, slot]
    if known != NOT_KNOWN:
        return int(known)
    return intern(
        state, kind, text, event.text_start[slot], event.text_length[slot], event.text_hash[slot], event.ts
    )


@kernel
def _use(state: State, account: int, kind: int, event: Any, slot: int, text: Bytes) -> None:
    """An account used an identifier; an absent field changes nothing."""
    if event.text_length[slot] == 0:
        return
    identifier = _entity(state, kind, event, slot, text)
    links = state.links
    located = locate(links, _USES[kind], account, identifier)
    first_ms = last_ms = UNKNOWN_MS
    found = if_live(links, located)
    if found >= 0:
        first_ms, last_ms = links.links[found].first_ms, links.links[found].last_ms
    link, revived = touch_at(links, located, _USES[kind], account, identifier, event.ts, 0)
    facts = account_of(state, account)
    users = length(links, identifier, USERS)
    if kind != IP:
        if revived:
            state.entities[identifier].independents += is_independent(facts, kind)
            state.entities[identifier].residents += is_origin(state, facts, identifier)
        if users > 1:
            facts.met = 1
        if revived and users == 2:
            met(state, identifier)
        elif revived or kind == DEVICE:
            _refresh(state, account)
    if users < 2:
        return
    use = links.links[link]
    # A use at the newest moment cannot move a sale (graph.updates.sharing) of one who holds the phone now.
    moved = event.ts < state.counters[0].watermark_ms and (first_ms != use.first_ms or last_ms != use.last_ms)
    if moved:
        reconnect(state, identifier, NO_LINK)
    elif revived or not use.joins:
        reconnect_use(state, identifier, link)


@kernel
def _created(state: State, event: Any, text: Bytes) -> None:
    account = _account(state, event, ACCOUNT_ID, text)
    facts = account_of(state, account)
    if facts.created_ms == UNKNOWN_MS or event.ts < facts.created_ms:
        facts.role = event.code
        facts.created_ms = event.ts
    learn_creation(state, event.ts)
    for kind, slot in _CREATED_WITH:
        if event.text_length[slot] > 0:
            identifier = _entity(state, kind, event, slot, text)
            if not is_origin(state, facts, identifier):
                add_origin(state, facts, identifier)
                if find_link(state.links, _USES[kind], account, identifier) >= 0:
                    state.entities[identifier].residents += 1
                    reconnect(state, identifier, NO_LINK)
    for kind, slot in _CREATED_WITH:
        _use(state, account, kind, event, slot, text)
    if event.text_length[REFERRER_ID] > 0:
        referrer = _other_account(state, account, event, REFERRER_ID, text)
        if referrer != account:
            touch(state.links, _REFERRED, referrer, account, event.ts, 0)


@kernel
def _other_account(state: State, account: int, event: Any, slot: int, text: Bytes) -> int:
    """The account that an event names beside another, which is no second touch of that when both are one."""
    entity = state.entities[account]
    if entity.name_length == event.text_length[slot]:
        same = True
        for place in range(entity.name_length):
            same = same and text[event.text_start[slot] + place] == state.names[entity.name_at + place]
        if same:
            return account
    return _account(state, event, slot, text)


@kernel
def _redeemed(state: State, event: Any, text: Bytes) -> None:
    account = _account(state, event, ACCOUNT_ID, text)
    facts = account_of(state, account)
    units = to_units(event.values[AMOUNT])
    facts.promos += 1
    facts.promo_units += units
    state.counters[0].promos += 1
    state.counters[0].promo_units += units
    if facts.promo_ms == UNKNOWN_MS or event.ts < facts.promo_ms:
        facts.promo_ms = event.ts
    promo = _entity(state, PROMO, event, PROMO_ID, text)
    touch(state.links, _REDEEMED, account, promo, event.ts, units)
    _use(state, account, DEVICE, event, PROMO_DEVICE_ID, text)


@kernel
def _paid(state: State, event: Any, text: Bytes) -> None:
    """An account paid another; one that pays itself only uses its phone."""
    payer = _account(state, event, ACCOUNT_ID, text)
    payee = _other_account(state, payer, event, TO_ACCOUNT_ID, text)
    if payer != payee:
        _count_payment(state, _PAID, payer, payee, event.ts, to_units(event.values[AMOUNT]))
    _use(state, payer, DEVICE, event, TRANSFER_DEVICE_ID, text)


@kernel
def _count_payment(state: State, kind: int, payer: int, payee: int, ts: int, units: int) -> None:
    """Add a payment that was made or declined to its link, with the smallest amount."""
    links = state.links
    located = locate(links, kind, payer, payee)
    found = if_live(links, located)
    before = 0 if found < 0 else links.links[found].count
    link, began = touch_at(links, located, kind, payer, payee, ts, units)
    payment = links.links[link]
    if payment.live and payment.count != before:
        facts = interaction_of(links, link)
        facts.least = units if began else min(facts.least, units)


@kernel
def rode(state: State, event: Any, text: Bytes) -> None:
    """Judge a completed trip, link its rider with its driver, and both with what they used."""
    judge_completed(state, event)
    tell_trip(state)
    rider = _account(state, event, RIDER_ID, text)
    driver = _account(state, event, DRIVER_ID, text)
    _give_roles(state, rider, driver)
    rides = account_of(state, rider)
    note_ride(rides, event.ts, event.values[INCENTIVE] > 0)
    # An absent coordinate is not a number, which equals nothing.
    lat, lon = event.values[PICKUP_LAT], event.values[PICKUP_LON]
    if lat == lat and lon == lon:  # noqa: PLR0124
        rides.pickups += 1
        rides.pickup_lat += lat
        rides.pickup_lon += lon
    if rider != driver:
        _count_ride(state, rider, driver, event)
    _use(state, rider, DEVICE, event, RIDER_DEVICE_ID, text)
    _use(state, driver, DEVICE, event, DRIVER_DEVICE_ID, text)
    _use(state, rider, CARD, event, TRIP_CARD_ID, text)


@kernel
def _give_roles(state: State, rider: int, driver: int) -> None:
    """Whoever has no role yet has that of the trip at hand; who rides and drives at once is a rider."""
    rides, drives = account_of(state, rider), account_of(state, driver)
    if rides.role == UNKNOWN_ROLE:
        rides.role = RIDER
    if drives.role == UNKNOWN_ROLE:
        drives.role = DRIVER


@kernel
def _cancelled(state: State, event: Any, text: Bytes) -> None:
    """A trip did not happen: no ride, but each used a phone, and one left the other waiting."""
    rider = _account(state, event, RIDER_ID, text)
    driver = _account(state, event, DRIVER_ID, text)
    _give_roles(state, rider, driver)
    if rider != driver:
        links = state.links
        located = locate(links, _CANCELLED, rider, driver)
        found = if_live(links, located)
        before = 0 if found < 0 else links.links[found].count
        fee = to_units(event.values[FEE])
        link, _ = touch_at(links, located, _CANCELLED, rider, driver, event.ts, fee)
        lost = links.links[link]
        if lost.live and lost.count != before:
            interaction_of(links, link).by_driver += event.code == DRIVER
    _use(state, rider, DEVICE, event, RIDER_DEVICE_ID, text)
    _use(state, driver, DEVICE, event, DRIVER_DEVICE_ID, text)


@kernel
def _count_ride(state: State, rider: int, driver: int, event: Any) -> None:
    links = state.links
    located = locate(links, _RODE, rider, driver)
    found = if_live(links, located)
    before, before_ms = 0, UNKNOWN_MS
    if found >= 0:
        before, before_ms = links.links[found].count, links.links[found].last_ms
    fare = to_units(event.values[FARE])
    link, began = touch_at(links, located, _RODE, rider, driver, event.ts, fare)
    if began:
        add_passenger(state, link)
    ride = links.links[link]
    if not ride.live or ride.count == before:
        return
    units = to_units(event.values[INCENTIVE])
    facts = interaction_of(links, link)
    facts.again += is_soon(before_ms, event.ts)
    facts.incentives += units > 0
    facts.incentive_units += units
    facts.odd += state.trip[0].improbability
    facts.surcharge += state.trip[0].surcharge
    if state.trip[0].improbability >= SUSPECT:
        facts.reasons |= np.uint32(told_reasons(state.trip[0]))
    more = ride.count - before
    account_of(state, rider).trips += more
    account_of(state, driver).trips += more
    state.counters[0].live_trips += more
    _refresh(state, rider)
    _refresh(state, driver)


@kernel
def age(state: State) -> None:
    """Follow every link that fell out of the window, oldest first."""
    link = next_expired(state.links)
    while link >= 0:
        fallen = state.links.links[link]
        source, target = fallen.source, fallen.target
        if fallen.kind == _RODE:
            account_of(state, source).trips -= fallen.count
            account_of(state, target).trips -= fallen.count
            state.counters[0].live_trips -= fallen.count
            remove_passenger(state, link)
            _fade(state, source)
            _fade(state, target)
            _refresh(state, source)
            _refresh(state, target)
        elif fallen.kind not in (_REFERRED, _REDEEMED, _PAID, _TRIED, _CANCELLED):
            kind = state.entities[target].kind
            if kind != IP and is_independent(account_of(state, source), kind):
                state.entities[target].independents -= 1
            if kind != IP and is_origin(state, account_of(state, source), target):
                state.entities[target].residents -= 1
            reconnect(state, target, link)
            _refresh(state, source)
            if kind != IP and length(state.links, target, USERS) == 1:
                met(state, target)
        link = next_expired(state.links)


@kernel
def _fade(state: State, account: int) -> None:
    """Remember that some of the account's rides fell out of the window with the event at hand."""
    log_entity(state.links.change_log, account)
    facts = account_of(state, account)
    if facts.faded != state.counters[0].event:
        facts.faded = state.counters[0].event
        state.faded[state.cursor[0].faded] = account
        state.cursor[0].faded += 1
