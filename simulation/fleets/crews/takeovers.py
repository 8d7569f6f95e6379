"""Other people's accounts: passwords tried, numbers swapped, drivers phished."""

from __future__ import annotations

from simulation.fleets.calendar import HOUR_MS, MINUTE_MS
from simulation.fleets.crews.operation import Operation
from simulation.fleets.draws import about
from simulation.fleets.people import Account


def spree(op: Operation) -> None:
    """Taken accounts ride from the thieves' phones while the owners go on with their lives."""
    dice, ground, victims = op.dice, op.ground, op.crew.victims
    network = op.network("vpn", "proxies", "mix")
    phones = op.phones(len(victims), "drawer", "emulators", "reset")
    window, rides, hub = op.window(1.0, 18.0), dice.uniform(0.5, 2.5), ground.anywhere(dice)
    for victim, device in zip(victims, phones, strict=True):
        hours = (0.0, 7.0) if dice.chance(0.5) else (10.0, 24.0)
        ts = op.time_in(window, *hours)
        spot = ground.around(hub, 3.0, dice) if dice.chance(0.4) else None
        op.break_in(ts, victim, device, network, spot)
        if dice.chance(0.2):
            continue
        for _ in range(1 + dice.poisson(rides)):
            stadium = ground.around(ground.stadium, 3.0, dice)
            end = dice.choice((ground.at_airport(dice), ground.anywhere(dice), stadium))
            later = op.later(ts, 0.05, dice.choice((3.0, 30.0)))
            trip = op.trip(later, victim, ground.anywhere(dice), end, "fare")
            trip.device, trip.card, trip.network = device, victim.usual_card, network
            trip.disputes, trip.dispute_days = dice.uniform(0.3, 0.85), dice.choice((2.0, 5.0, 9.0))
            trip.insists, trip.declines = True, 0.05
        if dice.chance(0.5):
            _come_back(op, victim, op.later(ts, 10.0, 90.0), dice.chance(0.5))


def _come_back(op: Operation, victim: Account, ts: int, on_new_phone: bool) -> None:
    """The owner notices and logs in, some on a new phone."""
    if on_new_phone:
        victim.change_phone(ts, op.city.mint.device())
    op.login(ts + MINUTE_MS, victim, victim.phone(ts), victim.wifi, victim.home)


def wallet_drain(op: Operation) -> None:
    """Wallets are emptied to mules, and the mules pay one collector."""
    dice, city, victims = op.dice, op.city, op.crew.victims
    network = op.network("vpn", "proxies", "mix", "carrier")
    phones, window = op.phones(len(victims)), op.window(1.0, 15.0)
    on_network = op.some_use(network)
    lent = op.lean(lambda: dice.uniform(0.1, 0.7), more=False)
    mules = [
        op.rider(
            op.since(-2.0, 200.0) if dice.chance(0.6) else op.at(max(0.0, window[0] - 2.0), 3.0),
            network=on_network(),
            welcome=False,
            device=dice.choice(phones) if dice.chance(lent) else None,
        )
        for _ in range(op.heads.riders)
    ]
    for victim, device in zip(victims, phones, strict=True):
        mule = dice.choice(mules)
        ts = city.inside(max(op.time_in(window, 0.0, 24.0), mule.joined_ms + HOUR_MS), 0.1)
        op.break_in(ts, victim, device, network)
        for _ in range(dice.choice((1, 1, 2, 3))):
            ts += int(dice.uniform(1.0, 12.0) * MINUTE_MS)
            op.drain(ts, victim, mule, about(dice, 28.0, 0.7, 5.0, 200.0), device)
    for mule in mules:
        if dice.chance(0.5):
            op.cover(mule, 0.7)
        for _ in range(dice.randint(0, 4) if mule is not mules[0] else 0):
            ts = op.at(dice.uniform(window[0] + 1.0, window[1] + 2.0), 20.0)
            op.send(ts, mule, mules[0], about(dice, 60.0, 0.6, 10.0, 300.0))


def sim_swap(op: Operation) -> None:
    """Numbers of chosen people are swapped; the thief rides on their card for days."""
    dice, ground, victims = op.dice, op.ground, op.crew.victims
    phones, network = op.phones(len(victims), "drawer", "reset"), op.network("carrier", "mix", "vpn")
    for victim, device in zip(victims, phones, strict=True):
        ts = op.at(op.day(1, 5), dice.uniform(1.0, 22.0))
        op.break_in(ts, victim, device, network, ground.anywhere(dice))
        for _ in range(dice.randint(2, 8)):
            later = op.later(ts, 0.1, min(120.0, 8.0 * op.days))
            trip = op.trip(later, victim, ground.anywhere(dice), ground.anywhere(dice), "fare")
            trip.device, trip.card, trip.network = device, victim.usual_card, network
            trip.disputes, trip.dispute_days, trip.insists = 0.7, 4.0, True


def driver_phish(op: Operation) -> None:
    """Drivers are talked out of their code; payouts are led to a mule's bank and the balance is sent off."""
    dice, city, victims = op.dice, op.city, op.crew.victims
    banks = [city.mint.bank_account() for _ in range(dice.choice((1, 1, 2)))]
    phones = [city.mint.device() for _ in range(dice.randint(1, 3))]
    network = op.network("vpn", "mix")
    mules = [
        op.driver(
            op.since(3.0, 90.0),
            delivers=False,
            bank=dice.choice(banks),
            works=0.2 if dice.chance(0.5) else 0.0,
        )
        for _ in range(op.heads.drivers)
    ]
    for victim in victims:
        ts, device = op.at(op.day(1, 2), dice.uniform(1.0, 8.0)), dice.choice(phones)
        op.break_in(ts, victim, device, network)
        if dice.chance(0.6):
            op.voices.payout(ts + 5 * MINUTE_MS, victim, dice.choice(banks))
        for _ in range(dice.choice((1, 1, 2))):
            ts += int(dice.uniform(3.0, 60.0) * MINUTE_MS)
            op.drain(ts, victim, dice.choice(mules), about(dice, 130.0, 0.5, 30.0, 500.0), device)
        if dice.chance(0.7) and victim.bank is not None:
            op.voices.payout(op.later(ts, 10.0, 50.0), victim, victim.bank)
