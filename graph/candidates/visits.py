"""Visits: accounts that meet on one phone which is not the home of all, and whom they ride with then.

A thief's phone gathers accounts whose owners have phones, families and cards elsewhere. The visit says
nothing about those homes, so this candidate is drawn around the phone: its users, the drivers that several
arrivals rode with since, and whoever else uses an address that mostly these use. A kiosk gathers visitors
too; the evidence distinguishes them (see ``graph.scoring.rules.takeover``).

So does a *mixed* phone, which a newcomer, somebody settled and a driver use: it joins some of its users, or
none, and no cluster holds them all.

Cost: O(links of the phone's users).
"""

from __future__ import annotations

from typing import Final

from graph.kernels.arrays import Int32s, Int64s
from graph.kernels.kernel import kernel, wide
from graph.kernels.rows import copy, sort
from graph.links.records import DRIVERS, IDENTITIES, USERS
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_DEVICE, USES_IP
from graph.state.accounts import is_origin
from graph.state.state import DRIVER, State, account_of, fresh_stamp
from graph.updates.clusters import is_cut, is_public
from graph.updates.sharing import DAY_MS, SEMI_PRIVATE_SHARERS, SETTLED_MS

MIN_ARRIVALS: Final = 2
MIN_MIXED: Final = 3
MAX_PHONES: Final = 64
MOST_AT_ONCE: Final = 300
AT_ONCE_MS: Final = DAY_MS
MIN_COMMON_RIDERS: Final = 2
MIN_COMMON_SHARE: Final = 0.25
CHANCE_MARGIN: Final = 3.0
"""Three times what chance explains, and one more."""
NEVER: Final = 1 << 62


@kernel
def expected_trips(state: State, driver: int, met: int, rides: int) -> float:
    """How many of a group's rides would be with the driver if riders met drivers by chance.

    The driver's share of the trips that are not the group's, times the group's ``rides``; ``met`` of them
    were with the driver.
    """
    others = max(state.counters[0].live_trips - rides, 1)
    return float(rides * max(account_of(state, driver).trips - met, 0) / others)


@kernel
def most_by_chance(state: State, driver: int, met: int, rides: int, free: int) -> float:
    """How many rides with the driver chance may explain: ``free``, and a margin times those expected."""
    return float(free + CHANCE_MARGIN * expected_trips(state, driver, met, rides))


@kernel
def arrival_ms(state: State, link: int) -> int:
    """When a settled rider came to a phone that it was not made on; NEVER when it is at home there.

    ``link`` ties an account to a device. Drivers change cars, and the phone stays in the car: their coming
    and going is no sign.
    """
    use = state.links.links[link]
    account = account_of(state, use.source)
    if (
        account.role == DRIVER
        or use.first_ms - account.first_ms < SETTLED_MS
        or is_origin(state, account, use.target)
    ):
        return NEVER
    return int(use.first_ms)


@kernel
def gathers(state: State, phone: int) -> bool:
    """Whether settled accounts that come to a phone may have something to do with each other.

    They may when the phone is not public. They may when they came all at once, at least half of its users
    within ``AT_ONCE_MS`` of the first who came, or for one thing, at least half with their first promotion
    within ``AT_ONCE_MS`` of coming. A kiosk gathers people over weeks, who want different things; a thief
    tries a whole batch of stolen accounts on one phone in a day, or takes an offer on it with each that was
    bought, and every one of them has a life elsewhere. O(1), or O(users) of a public phone with no more than
    ``MOST_AT_ONCE`` users.
    """
    if not is_public(state, phone):
        return True
    users = length(state.links, phone, USERS)
    if users > MOST_AT_ONCE or state.entities[phone].declared:
        return False
    first_ms = NEVER
    link = first_link(state.links, phone, USERS)
    while link >= 0:
        first_ms = min(first_ms, arrival_ms(state, link))
        link = state.links.hooks[link].next_in
    together = took = 0
    link = first_link(state.links, phone, USERS)
    while link >= 0:
        moment = arrival_ms(state, link)
        if moment != NEVER:
            after_ms = account_of(state, state.links.links[link].source).promo_ms - moment
            together += moment <= first_ms + AT_ONCE_MS
            took += 0 <= after_ms <= AT_ONCE_MS
        link = state.links.hooks[link].next_in
    return 2 * max(together, took) >= users


@kernel
def _is_mixed(state: State, phone: int) -> bool:
    """Whether a phone is not public, has three users or more, and does not join them all.

    One from which an analyst has cut somebody joins whom the analyst left. O(1), or O(users) where there are
    cuts.
    """
    users = length(state.links, phone, USERS)
    is_parted = state.entities[phone].joined < users
    return bool(
        users >= MIN_MIXED and is_parted and not is_public(state, phone) and not _has_cuts(state, phone)
    )


@kernel
def _has_cuts(state: State, phone: int) -> bool:
    """Whether an analyst has cut an account from a phone that it uses."""
    if len(state.cuts) == 0:
        return False
    link = first_link(state.links, phone, USERS)
    while link >= 0:
        if is_cut(state, wide(state.links.links[link].source), phone):
            return True
        link = state.links.hooks[link].next_in
    return False


@kernel
def visit_around(state: State, account: int) -> int:
    """Puts the largest candidate around a phone of the account into ``state.members``, ascending.

    Of phones that it came to, as ``MIN_ARRIVALS`` settled riders did, and of mixed ones. Returns how many
    accounts it has, 0 when there is no such phone; how many settled riders came to the phone is in
    ``state.candidate[0].arrivals``.
    """
    records, hooks = state.links.links, state.links.hooks
    best = state.candidate[0].arrivals = 0
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        phone = records[link].target
        if _came_to_share(state, link) or (records[link].kind == USES_DEVICE and _is_mixed(state, phone)):
            found = _around(state, phone)
            if found > best:
                best = found
                state.candidate[0].arrivals = _arrivals_on(state, phone)
                copy(state.visits.around, state.members, best)
        link = hooks[link].next_out
    sort(state.members[:best])
    return best


@kernel
def _around(state: State, device: int) -> int:
    """Puts the candidate around a phone into ``state.visits.around``; how many, 0 when there is none."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    if _arrivals_on(state, device) < MIN_ARRIVALS and not _is_mixed(state, device):
        return 0
    phones = _phones_from(state, device)
    arrivals = _collect_arrivals(state, phones)
    drivers = common_drivers(
        state, state.arrivals.accounts[:arrivals], state.arrivals.moments_ms[:arrivals], fresh_stamp(state)
    )
    stamp = fresh_stamp(state)
    around, addresses = state.visits.around, state.visits.addresses
    found = seen = 0
    for place in range(phones):
        link = first_link(state.links, state.visits.phones[place], USERS)
        while link >= 0:
            found = _add(state, around, found, records[link].source, stamp)
            link = hooks[link].next_in
    for place in range(drivers):
        found = _add(state, around, found, state.arrivals.drivers[place], stamp)
    for place in range(found):
        link = first_link(state.links, around[place], IDENTITIES)
        while link >= 0:
            address = records[link].target
            if records[link].kind == USES_IP:
                mark = marks[address]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.count = 0
                    addresses[seen] = address
                    seen += 1
                mark.count += 1
            link = hooks[link].next_out
    for place in range(seen):
        users = length(state.links, addresses[place], USERS)
        inside = marks[addresses[place]].count
        if inside >= MIN_ARRIVALS and 2 * inside >= users and users <= SEMI_PRIVATE_SHARERS:
            link = first_link(state.links, addresses[place], USERS)
            while link >= 0:
                found = _add(state, around, found, records[link].source, stamp)
                link = hooks[link].next_in
    return found


@kernel
def _phones_from(state: State, device: int) -> int:
    """Puts a phone, and those that its wanderers lead to, into ``state.visits.phones``; returns how many.

    A crew that changes its phones every week is together on none of them, and each account is seen on
    several with others. A phone is added when one of the accounts that came to those at hand came to it
    too, and at least half of those who came to it, two or more, are such wanderers. At most ``MAX_PHONES``,
    nearest first.
    """
    records, hooks = state.links.links, state.links.hooks
    phones, marks = state.visits.phones, state.marks
    stamp = fresh_stamp(state)
    marks[device].stamp = stamp
    phones[0] = device
    found, done = 1, 0
    while done < found:
        link = first_link(state.links, phones[done], USERS)
        while link >= 0:
            if arrival_ms(state, link) != NEVER:
                other = first_link(state.links, records[link].source, IDENTITIES)
                while other >= 0:
                    phone = records[other].target
                    if marks[phone].stamp != stamp and found < MAX_PHONES and _came_to_share(state, other):
                        marks[phone].stamp = stamp
                        if _is_of_wanderers(state, phone):
                            phones[found] = phone
                            found += 1
                    other = hooks[other].next_out
            link = hooks[link].next_in
        done += 1
    return found


@kernel
def _came_to_share(state: State, link: int) -> bool:
    """Whether a link says that a settled account came to a phone that others use, and that gathers them."""
    phone = state.links.links[link].target
    return bool(
        state.links.links[link].kind == USES_DEVICE
        and length(state.links, phone, USERS) > 1
        and arrival_ms(state, link) != NEVER
        and gathers(state, phone)
    )


@kernel
def _is_of_wanderers(state: State, phone: int) -> bool:
    """Whether at least half of those who came to a phone, two or more, came to several shared phones."""
    arrivals = wanderers = 0
    link = first_link(state.links, phone, USERS)
    while link >= 0:
        if arrival_ms(state, link) != NEVER:
            arrivals += 1
            wanderers += _wanders(state, state.links.links[link].source)
        link = state.links.hooks[link].next_in
    return wanderers >= MIN_ARRIVALS and 2 * wanderers >= arrivals


@kernel
def _wanders(state: State, account: int) -> bool:
    """Whether an account came to several shared phones; not looked at further once two are known."""
    phones = 0
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0 and phones < 2:
        phones += _came_to_share(state, link)
        link = state.links.hooks[link].next_out
    return phones > 1


@kernel
def _arrivals_on(state: State, device: int) -> int:
    """How many settled accounts came to a phone."""
    arrivals = 0
    link = first_link(state.links, device, USERS)
    while link >= 0:
        arrivals += arrival_ms(state, link) != NEVER
        link = state.links.hooks[link].next_in
    return arrivals


@kernel
def _collect_arrivals(state: State, phones: int) -> int:
    """Puts who came to the phones at hand, and when first, into ``state.arrivals``; returns how many."""
    arrived, moments = state.arrivals.accounts, state.arrivals.moments_ms
    marks, stamp = state.marks, fresh_stamp(state)
    found = 0
    for place in range(phones):
        link = first_link(state.links, state.visits.phones[place], USERS)
        while link >= 0:
            moment = arrival_ms(state, link)
            if moment != NEVER:
                mark = marks[state.links.links[link].source]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.first = found
                    arrived[found] = state.links.links[link].source
                    moments[found] = moment
                    found += 1
                moments[mark.first] = min(moments[mark.first], moment)
            link = state.links.hooks[link].next_in
    return found


@kernel
def _add(state: State, accounts: Int32s, found: int, account: int, stamp: int) -> int:
    """Add an account to a list that it does not stand in yet; returns how long the list is then."""
    mark = state.marks[account]
    if mark.stamp == stamp:
        return found
    mark.stamp = stamp
    accounts[found] = account
    return found + 1


@kernel
def common_drivers(state: State, arrived: Int32s, moments: Int64s, stamp: int) -> int:
    """Puts the drivers that the arrivals have in common into ``state.arrivals.drivers``; how many.

    ``state.marks[driver].count`` holds, under ``stamp``, which must be fresh, how many arrivals rode with it
    since they came. In common: two or more arrivals, a quarter of them, and more than chance brings together:
    in a small town everybody meets the same drivers, and busy drivers meet everybody.
    """
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    common = state.arrivals.drivers
    met = rides = 0
    for place in range(len(arrived)):
        link = first_link(state.links, arrived[place], DRIVERS)
        while link >= 0:
            ride = records[link]
            if ride.last_ms >= moments[place]:
                mark = marks[ride.target]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.count = 0
                    mark.first = 0
                    common[met] = ride.target
                    met += 1
                mark.count += 1
                mark.first += ride.count
                rides += ride.count
            link = hooks[link].next_out
    least = max(float(MIN_COMMON_RIDERS), MIN_COMMON_SHARE * len(arrived))
    kept = 0
    for place in range(met):
        driver = common[place]
        mark = marks[driver]
        if mark.count >= max(least, most_by_chance(state, driver, mark.first, rides, 1)):
            common[kept] = driver
            kept += 1
        mark.first = 0
    return kept
