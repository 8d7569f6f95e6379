"""How accounts are tied to marked ones: marks spread by relation, and what they reach is counted.

Marked accounts mark the identifiers they use and the promotions they took; an account reads, for each
relation, how much of what it touches is marked by others. That is two steps of propagation from a query, kept
apart by relation. Rides are counted from the side of the marked, so that a driver with thousands of riders is
no dearer than another. Cost: O(links of the marked, and of the accounts asked about without their rides).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from graph.candidates.hands import is_led_away
from graph.completion.creations import near, put_creations
from graph.completion.features import GROUP, OWN
from graph.components.edges import label
from graph.evidence.places import middle
from graph.evidence.sharing import ratio
from graph.kernels.arrays import Floats, Int32s
from graph.kernels.geometry import distance_km
from graph.kernels.kernel import kernel, wide
from graph.links.records import (
    DRIVERS,
    IDENTITIES,
    LOST_DRIVERS,
    LOST_RIDERS,
    PAYEES,
    PAYERS,
    REDEEMED,
    REFERRALS,
    REFERRERS,
    RIDERS,
    USERS,
)
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_CARD, USES_DEVICE, USES_IP
from graph.model.shapes import CIRCLE, VISIT
from graph.state.accounts import UNKNOWN_MS
from graph.state.state import DRIVER, PUBLIC, State, account_of, fresh_stamp
from graph.updates.clusters import is_cut
from graph.updates.independence import AT_HOME, LIVES, independence
from graph.updates.sharing import DAY_MS

MOST_LINKS: Final = 4096
_OWN: Final = len(OWN)
_GROUP: Final = len(GROUP)

_PLACES: Final = {name: place for place, name in enumerate(OWN)}
_DEVICE: Final = _PLACES["device_part"]
_CARD: Final = _PLACES["card_part"]
_CONTACT: Final = _PLACES["contact_part"]
_ADDRESS: Final = _PLACES["address_part"]
"""Of each, the share; the count follows."""
_ADDRESSES: Final = _PLACES["addresses"]
_ADDRESSES_PART: Final = _PLACES["addresses_part"]
_RIDES_PART: Final = _PLACES["rides_part"]
_RIDES: Final = _PLACES["rides"]
_PARTNERS_PART: Final = _PLACES["partners_part"]
_PARTNERS: Final = _PLACES["partners"]
_REFERRALS: Final = _PLACES["referrals"]
_REFERRALS_PART: Final = _PLACES["referrals_part"]
_PAYMENTS: Final = _PLACES["payments"]
_PAYMENTS_PART: Final = _PLACES["payments_part"]
_LED_AWAY: Final = _PLACES["led_away"]
_SAME_PROMO: Final = _PLACES["same_promo"]
_PROMOS: Final = _PLACES["promos"]
_CREATED_NEAR: Final = _PLACES["created_near"]
_LIVES: Final = _PLACES["lives"]
_AT_HOME: Final = _PLACES["at_home"]
_TRIPS: Final = _PLACES["trips"]
_ACTIVE_DAYS: Final = _PLACES["active_days"]
_DRIVER: Final = _PLACES["driver"]
_CHARGEBACKS: Final = _PLACES["chargebacks"]
_DISTANCE: Final = _PLACES["distance"]
_CANCELLED: Final = _PLACES["cancelled"]
_SAME_CLUSTER: Final = _PLACES["same_cluster"]
_GROUPED: Final = np.array([_PLACES[name] for name in GROUP], np.int64)


@kernel
def describe(state: State, marked: Int32s, asked: Int32s, shape: int) -> int:
    """Put what each account asked about has to do with the marked ones into ``state.completing.rows``.

    Returns the stamp under which what the marked use is marked.

    The marked are all among the asked, of which there are at most ``COMPLETED``. ``means`` then holds the
    means of the marked, and what is said of them together.
    """
    stamp = _mark(state, marked)
    counted = _count_rides(state, marked, stamp)
    created = put_creations(state, marked)
    _, lat, lon = middle(state, marked)
    rows, means = state.completing.rows, state.completing.means
    means[:] = 0.0
    for place in range(len(asked)):
        _describe(state, asked[place], stamp, counted, len(marked), created, lat, lon, rows[place])
        if state.marks[asked[place]].stamp == stamp:
            for each in range(_OWN):
                means[each] += rows[place, each]
    for each in range(_OWN):
        means[each] /= max(1, len(marked))
    _group(state, asked)
    means[_OWN] = min(1.0, math.log(max(1, len(marked))) / math.log(300))
    means[_OWN + 1] = shape == CIRCLE
    means[_OWN + 2] = shape == VISIT
    return stamp


@kernel
def is_parted(state: State, account: int, stamp: int) -> bool:
    """Whether an analyst has cut the account from something that others of the marked use.

    Such a cut is the last word: whatever else ties the account, it does not belong. O(log cuts) a link.
    """
    if len(state.cuts) == 0:
        return False
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    own = marks[account].stamp == stamp
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        identifier = records[link].target
        used = marks[identifier].count if marks[identifier].stamp == stamp else 0
        if used > own and is_cut(state, account, identifier):
            return True
        link = hooks[link].next_out
    return False


@kernel
def is_tied(state: State, place: int) -> bool:
    """Whether anything but likeness ties an account that was just described to the marked ones."""
    row = state.completing.rows[place]
    for first in (_DEVICE, _CARD, _CONTACT, _ADDRESS):
        if row[first] > 0.0:
            return True
    return bool(row[_RIDES] > 0.0 or row[_REFERRALS] > 0.0 or row[_PAYMENTS] > 0.0 or row[_CANCELLED] > 0.0)


@kernel
def _group(state: State, asked: Int32s) -> None:
    """Put behind the row of each account the means of its cluster, of those asked about."""
    rows, sums, tallies = state.completing.rows, state.completing.sums, state.tallies
    stamp = fresh_stamp(state)
    groups = 0
    for place in range(len(asked)):
        own = label(state.forest, asked[place])
        if own < 0:
            continue
        tally = tallies[own]
        if tally.stamp != stamp:
            tally.stamp = stamp
            tally.riders = groups
            tally.trips = 0
            for each in range(_GROUP):
                sums[groups, each] = 0.0
            groups += 1
        tally.trips += 1
        for each in range(_GROUP):
            sums[tally.riders, each] += rows[place, _GROUPED[each]]
    for place in range(len(asked)):
        own = label(state.forest, asked[place])
        for each in range(_GROUP):
            if own < 0:
                rows[place, _OWN + each] = rows[place, _GROUPED[each]]
            else:
                rows[place, _OWN + each] = sums[tallies[own].riders, each] / tallies[own].trips


@kernel
def _mark(state: State, marked: Int32s) -> int:
    """Mark accounts, and how many of them use each identifier, took each promotion, are in each cluster."""
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    stamp = fresh_stamp(state)
    labels = state.tallies
    for place in range(len(marked)):
        account = marked[place]
        marks[account].stamp = stamp
        marks[account].count = 1
        group = label(state.forest, account)
        if group >= 0:
            tally = labels[group]
            if tally.stamp != stamp or tally.riders != group:
                tally.stamp = stamp
                tally.riders = group
                tally.trips = 0
            tally.trips += 1
        for slot in (IDENTITIES, REDEEMED):
            link = first_link(state.links, account, slot)
            while link >= 0:
                mark = marks[records[link].target]
                if state.entities[records[link].target].declared != PUBLIC:
                    if mark.stamp != stamp:
                        mark.stamp = stamp
                        mark.count = 0
                    mark.count += 1
                link = hooks[link].next_out
    return stamp


@kernel
def _describe(
    state: State,
    account: int,
    stamp: int,
    counted: bool,
    marked: int,
    created: int,
    lat: float,
    lon: float,
    row: Floats,
) -> None:
    """What one account has to do with the marked ones, itself aside; whether rides with them are counted."""
    facts = account_of(state, account)
    inside = state.marks[account].stamp == stamp
    others = max(1, marked - inside)
    row[:] = 0.0
    _identifiers(state, account, stamp, inside, row)
    trips, all_trips, partners, all_partners = _rides(state, account, stamp, counted)
    row[_RIDES_PART] = ratio(trips, all_trips)
    row[_RIDES] = trips / (trips + 3.0)
    row[_PARTNERS_PART] = ratio(partners, all_partners)
    row[_PARTNERS] = partners / (partners + 2.0)
    _, _, referrals, all_referrals = _met(state, account, stamp, REFERRALS, REFERRERS)
    row[_REFERRALS] = referrals / (referrals + 1.0)
    row[_REFERRALS_PART] = ratio(referrals, all_referrals)
    payments, all_payments, _, _ = _met(state, account, stamp, PAYEES, PAYERS)
    row[_PAYMENTS] = payments / (payments + 2.0)
    row[_PAYMENTS_PART] = ratio(payments, all_payments)
    led = _led_away(state, account, stamp) if payments > 0 else 0
    row[_LED_AWAY] = led / (led + 1.0)
    row[_SAME_PROMO] = min(1.0, _same_promo(state, account, stamp, inside) / others)
    row[_PROMOS] = facts.promos / (facts.promos + 1.0)
    if facts.created_ms != UNKNOWN_MS:
        row[_CREATED_NEAR] = min(1.0, max(0, near(state, created, facts.created_ms) - inside) / others)
    bits = independence(state, account)
    row[_LIVES] = (bits & LIVES) != 0
    row[_AT_HOME] = (bits & AT_HOME) != 0
    row[_TRIPS] = facts.trips / (facts.trips + 5.0)
    days = (facts.last_ms - facts.first_ms) / DAY_MS
    row[_ACTIVE_DAYS] = days / (days + 7.0)
    row[_DRIVER] = facts.role == DRIVER
    row[_CHARGEBACKS] = facts.chargebacks / (facts.chargebacks + 1.0)
    row[_DISTANCE] = 0.5
    if facts.pickups > 0 and not math.isnan(lat):
        away = distance_km(facts.pickup_lat / facts.pickups, facts.pickup_lon / facts.pickups, lat, lon)
        row[_DISTANCE] = away / (away + 2.0)
    cancelled, _, _, _ = _met(state, account, stamp, LOST_DRIVERS, LOST_RIDERS)
    row[_CANCELLED] = cancelled / (cancelled + 1.0)
    group = label(state.forest, account)
    if group >= 0:
        tally = state.tallies[group]
        if tally.stamp == stamp and tally.riders == group:
            row[_SAME_CLUSTER] = min(1.0, max(0, tally.trips - inside) / others)


@kernel
def _identifiers(state: State, account: int, stamp: int, inside: bool, row: Floats) -> None:
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    addresses = shared = 0
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        identifier = records[link].target
        kind = records[link].kind
        mark = marks[identifier]
        count = mark.count - inside if mark.stamp == stamp else 0
        addresses += kind == USES_IP
        if count > 0:
            first = _CONTACT
            if kind == USES_DEVICE:
                first = _DEVICE
            elif kind == USES_CARD:
                first = _CARD
            elif kind == USES_IP:
                first = _ADDRESS
                shared += 1
            users = max(1, length(state.links, identifier, USERS) - 1)
            row[first] = max(row[first], count / users)
            row[first + 1] = max(row[first + 1], count / (count + 2.0))
        link = hooks[link].next_out
    row[_ADDRESSES] = shared / (shared + 2.0)
    row[_ADDRESSES_PART] = ratio(shared, addresses)


@kernel
def _count_rides(state: State, marked: Int32s, stamp: int) -> bool:
    """Count the rides of each account with marked ones, and with how many; False if a list is too long."""
    records, hooks = state.links.links, state.links.hooks
    for place in range(len(marked)):
        account = marked[place]
        for slot in (DRIVERS, RIDERS):
            if length(state.links, account, slot) > MOST_LINKS:
                return False
            link = first_link(state.links, account, slot)
            while link >= 0:
                other = wide(records[link].target) if slot == DRIVERS else wide(records[link].source)
                rides = state.rides[state.entities[other].account]
                if rides.stamp != stamp:
                    rides.stamp = stamp
                    rides.riders = 0
                    rides.trips = 0
                rides.riders += 1
                rides.trips += records[link].count
                link = hooks[link].next_out if slot == DRIVERS else hooks[link].next_in
    return True


@kernel
def _rides(state: State, account: int, stamp: int, counted: bool) -> tuple[int, int, int, int]:
    """As ``_met``, of rides; O(1) where those of the marked were counted."""
    as_rider, as_driver = length(state.links, account, DRIVERS), length(state.links, account, RIDERS)
    if not counted or max(as_rider, as_driver) > MOST_LINKS:
        return _met(state, account, stamp, DRIVERS, RIDERS)
    rides = state.rides[state.entities[account].account]
    trips = partners = 0
    if rides.stamp == stamp:
        trips += rides.trips
        partners += rides.riders
    return trips, wide(account_of(state, account).trips), partners, as_rider + as_driver


@kernel
def _met(state: State, account: int, stamp: int, out: int, back: int) -> tuple[int, int, int, int]:
    """Of two lists of an account: events with marked accounts and in all, such accounts and all.

    Of a list of more than ``MOST_LINKS`` none is read: a shop that thousands pay belongs to nobody.
    """
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    events = all_events = accounts = all_accounts = 0
    for slot in (out, back):
        links = length(state.links, account, slot)
        all_accounts += links
        if links > MOST_LINKS:
            all_events += links
            continue
        link = first_link(state.links, account, slot)
        while link >= 0:
            record = records[link]
            all_events += record.count
            if marks[record.target if slot == out else record.source].stamp == stamp:
                events += record.count
                accounts += 1
            link = hooks[link].next_out if slot == out else hooks[link].next_in
    return events, all_events, accounts, all_accounts


@kernel
def _led_away(state: State, account: int, stamp: int) -> int:
    """How many payments between the account and marked ones led money away."""
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    led = 0
    for slot in (PAYEES, PAYERS):
        is_read = length(state.links, account, slot) <= MOST_LINKS
        link = first_link(state.links, account, slot) if is_read else -1
        while link >= 0:
            record = records[link]
            if marks[record.target if slot == PAYEES else record.source].stamp == stamp:
                led += is_led_away(state, link)
            link = hooks[link].next_out if slot == PAYEES else hooks[link].next_in
    return led


@kernel
def _same_promo(state: State, account: int, stamp: int, inside: bool) -> int:
    """How many marked accounts took the promotion that most of them have in common with this one."""
    records, hooks, marks = state.links.links, state.links.hooks, state.marks
    most = 0
    link = first_link(state.links, account, REDEEMED)
    while link >= 0:
        mark = marks[records[link].target]
        if mark.stamp == stamp:
            most = max(most, mark.count - inside)
        link = hooks[link].next_out
    return most
