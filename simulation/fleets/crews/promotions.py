"""Promotions taken by many accounts: welcome rides, sign-up vouchers, rides sold on."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.crews.operation import Operation


def welcome_farm(op: Operation) -> None:
    """Accounts on a drawer of phones, reset phones or emulators take short first rides on the welcome."""
    dice, ground, size = op.dice, op.ground, op.heads.riders
    window = op.window(2.0, 25.0)
    phones, cards = op.phones(size), op.cards(size)
    network = op.some_use(op.network())
    base, spread = ground.anywhere(dice), dice.choice((0.3, 1.5, 8.0))
    share = op.lean_choice((0.0, 0.0, 0.2, 0.5), more=True)
    more_rides = dice.choice((0.0, 0.0, 1.0, 2.0))
    for number in range(size):
        account = op.rider(
            op.time_in(window, 8.0, 24.0),
            device=phones[number],
            cards=[cards[number]],
            network=network(),
            home=ground.around(base, spread, dice),
            welcome=True,
        )
        for ride in range(1 + dice.poisson(more_rides)):
            start = ground.around(base, spread, dice) if dice.chance(0.6) else ground.anywhere(dice)
            end = ground.around(start, dice.uniform(0.8, 4.0), dice)
            ts = op.later(account.joined_ms, 0.1, 20.0) + int(ride * dice.uniform(0.5, 3.0) * DAY_MS)
            trip = op.trip(ts, account, start, end, "promo")
            trip.promo = op.code(3.0, 4.0) if ride else None
        op.cover(account, share)


def sim_bank(op: Operation) -> None:
    """Each account on a device and number of its own; the sign-up voucher is moved by wallet to mules."""
    dice, city = op.dice, op.city
    mule_count = min(dice.randint(1, 5), op.heads.riders // 3) if city.config.transfers else 0
    size, window = op.heads.riders - mule_count, op.window(1.0, 14.0)
    network = op.network("vpn", "proxies", "mix")
    phones = op.phones(size, "emulators", "emulators", "reset")
    mules = [
        op.rider(op.since(-3.0, 300.0) if dice.chance(0.6) else op.at(window[0], 1.0), welcome=False)
        for _ in range(mule_count)
    ]
    code, lag_h = op.code(3.0, 5.0, 6.0, 8.0), op.lean_choice((0.3, 5.0, 40.0), more=True)
    no_cards = dice.chance(0.5)
    for number in range(size):
        account = op.rider(
            op.time_in(window, 0.0, 24.0),
            device=phones[number],
            network=network,
            cards=[] if no_cards else None,
            welcome=False,
            rate=0.05,
        )
        ts = op.later(account.joined_ms, 0.02 * lag_h, lag_h)
        worth = city.money(code.worth)
        taking = op.voices.promo(ts, account, code.promo, worth, device=phones[number])
        if taking is not None:
            op.crew.took(*taking)
        if mules and dice.chance(0.92):
            mule = dice.choice(mules)
            moved = op.later(max(ts, mule.joined_ms), 0.05 * lag_h, 1.5 * lag_h)
            op.send(moved, account, mule, code.worth - dice.choice((0.0, 0.0, 0.5)))
        op.some_cover(0.15, 0.5, account)
    for mule in mules:
        op.cover(mule, dice.choice((0.5, 1.2)))
        if mule is not mules[0] and dice.chance(0.7):
            ts = op.at(min(window[1] + 1.0, op.days - 0.6), 12.0)
            op.send(ts, mule, mules[0], code.worth * size / mule_count * 0.7)


def resold_rides(op: Operation) -> None:
    """A seller's accounts, fresh or older, order with codes for strangers all over town."""
    dice, city, ground, size = op.dice, op.city, op.ground, op.heads.riders
    phones = [city.mint.device() for _ in range(dice.randint(1, 6))]
    cards = op.cards(size, op.lean(lambda: dice.uniform(1.5, 6.0), more=False))
    network, window = op.network(), op.window(8.0, 35.0)
    rides, shop = dice.choice((2.0, 4.0, 8.0)), ground.anywhere(dice)
    own_phone = 1.0 - op.lean(lambda: dice.uniform(0.5, 0.9), more=False)
    for number in range(size):
        earlier = op.at(dice.uniform(window[0] - 20.0, window[0] + 4.0), 12.0)
        account = op.rider(
            city.inside(earlier) if dice.chance(0.6) else op.time_in(window, 10.0, 14.0),
            device=city.mint.device() if dice.chance(own_phone) else dice.choice(phones),
            cards=[cards[number]],
            network=network,
            welcome=True,
        )
        begin = max(account.joined_ms, op.at(window[0]))
        for _ in range(1 + dice.poisson(rides)):
            ts = begin + int(dice.random() * max(DAY_MS // 2, op.span_ms(window))) + HOUR_MS // 10
            trip = op.trip(ts, account, ground.anywhere(dice), ground.anywhere(dice), "promo")
            trip.promo = op.code(4.0, 5.0, 6.0, 8.0)
            trip.device = dice.choice(phones) if dice.chance(0.5) else None
            trip.seen_at = ground.around(shop, 0.1, dice)
