"""Trips that nobody needs: for drivers' incentives, for a false kitchen's promotions, for a guarantee."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.fleets.crews.operation import Heads, Operation
from simulation.fleets.networks import Network
from simulation.fleets.people import Account
from simulation.streams import Dice


def quest_heads(dice: Dice) -> Heads:
    """Some drivers, each with some riders."""
    drivers = dice.randint(1, 7)
    return Heads(drivers * dice.randint(2, 8), drivers)


def ghost_quest(op: Operation) -> None:
    """Drivers and rider accounts on spare phones or phones of their own loop around for incentives."""
    dice, city, ground = op.dice, op.city, op.ground
    window, crossed, one_bank = op.window(5.0, 30.0), dice.chance(0.5), dice.chance(0.3)
    spare = [city.mint.device() for _ in range(dice.randint(1, 2 * op.heads.drivers))]
    on_spare = op.lean(lambda: dice.uniform(0.2, 0.9), more=False)
    bank = city.mint.bank_account()
    drivers = [
        op.driver(
            op.since(5.0, 300.0) if dice.chance(0.8) else op.at(window[0]),
            delivers=False,
            bank=bank if one_bank else None,
            shift=dice.choice(("day", "eve", "night", "part")),
            works=0.6,
        )
        for _ in range(op.heads.drivers)
    ]
    pace, hour = dice.choice((0.3, 0.8, 1.8)), dice.choice((10.0, 14.5, 23.0, 2.0))
    chance = dice.uniform(0.5, 1.0)
    for number in range(op.heads.riders):
        driver = drivers[number % len(drivers)]
        near = Network([(0.5, [driver.wifi]), (0.5, city.carriers[0])])
        last = window[0] + (window[1] - window[0]) * 0.6
        account = op.rider(
            city.inside(op.at(dice.uniform(window[0] - 10.0, last), 12.0)),
            device=dice.choice(spare) if dice.chance(on_spare) else city.mint.device(),
            welcome=False,
            home=ground.around(driver.home, 0.5, dice),
            network=near if dice.chance(0.6) else None,
            cards=[city.mint.card()],
        )
        for day in op.days_of(window):
            for _ in range(dice.poisson(pace)):
                start = ground.around(driver.home, 0.8, dice)
                end = ground.around(start, dice.uniform(0.2, 1.5), dice)
                ts = op.at(day, dice.gauss(hour, 2.5) % 24)
                trip = op.trip(ts, account, start, end, "incentive")
                trip.driver = dice.choice(drivers) if crossed and dice.chance(0.5) else driver
                trip.top_up, trip.haste = (chance, 1.5, 5.0), (0.5, 1.3)
                trip.cancels, trip.logs_in = 0.03, 0.2
        op.some_cover(0.2, 0.5, account)


def ghost_kitchen(op: Operation) -> None:
    """A false kitchen, its customers and its couriers eat promotions and earn incentives."""
    dice, ground, size = op.dice, op.ground, op.heads.riders
    kitchen, window = ground.around(dice.choice(ground.neighbourhoods), 0.4, dice), op.window(5.0, 28.0)
    phones, cards, network = op.phones(size), op.cards(size), op.some_use(op.network())
    couriers = [op.driver(op.since(2.0, 200.0), delivers=True, works=0.78) for _ in range(op.heads.drivers)]
    pace, with_code = dice.uniform(0.1, 0.6), dice.uniform(0.5, 0.9)
    last = window[0] + (window[1] - window[0]) * 0.7
    for number in range(size):
        account = op.rider(
            op.time_in((max(0.0, window[0] - 4.0), last), 9.0, 22.0),
            device=phones[number],
            cards=[cards[number]],
            network=network(),
            home=ground.around(kitchen, 2.0, dice),
            welcome=dice.chance(0.6),
        )
        for day in op.days_of(window):
            for _ in range(dice.poisson(pace)):
                hour = dice.choice((dice.gauss(14.0, 1.0), dice.gauss(20.5, 1.2), dice.uniform(10.0, 23.0)))
                door = ground.around(account.home, 0.1, dice)
                order = op.trip(op.at(day, hour), account, kitchen, door, "promo", "incentive")
                order.food, order.driver = True, dice.choice(couriers)
                order.promo = op.code(3.0, 5.0, 7.0, 10.0) if dice.chance(with_code) else None
                order.top_up, order.haste = (0.4, 1.0, 4.0), (0.4, 1.0)
                order.cancels, order.logs_in = 0.03, 0.25
        op.some_cover(0.2, 0.4, account)


def signup_bonus(op: Operation) -> None:
    """New drivers make sham trips with the crew's riders up to the guarantee, and bring each other."""
    dice, city, ground, size = op.dice, op.city, op.ground, op.heads.drivers
    op.crew.takes_driver_bonus = True
    window, steps = op.window(5.0, 20.0), dice.choice((10, 15, 20))
    phones = op.phones(size + op.heads.riders)
    network, base = op.network(), ground.anywhere(dice)
    banks = [city.mint.bank_account() for _ in range(int(op.lean_choice((1, 2, size), more=True)))]
    users = op.some_use(network)
    riders = [
        op.rider(
            city.inside(op.at(dice.uniform(window[0] - 15.0, window[0] + 1.0), 12.0)),
            device=phones[size + number],
            network=users(),
            welcome=False,
            rate=0.05,
        )
        for number in range(op.heads.riders)
    ]
    drivers: list[Account] = []
    gap_h, slow = dice.uniform(0.3, 1.0), min(dice.choice((2.0, 8.0)), op.days * 24 / (4 * steps))
    for number in range(size):
        begin = op.at(window[0] + number * dice.uniform(0.05, 1.2), 10.0)
        driver = op.driver(
            city.inside(begin, 6.0) if number else op.at(max(window[0] - 2.0, 0.0), 9.0),
            delivers=False,
            device=phones[number],
            bank=dice.choice(banks),
            network=network,
            referrer=_who_brought(drivers, dice),
            works=0.0,
        )
        drivers.append(driver)
        driver.bonus_at, ts = steps, op.later(driver.joined_ms, 3.0, 6.0)
        for _ in range(steps + dice.randint(0, 6)):
            start = ground.around(base, 1.5, dice)
            end = ground.around(start, dice.uniform(0.5, 2.0), dice)
            ts = op.later(ts, 0.3 * gap_h, slow)
            trip = op.trip(
                min(ts, city.config.end_ms - DAY_MS // 8), dice.choice(riders), start, end, "incentive"
            )
            trip.driver, trip.haste, trip.cancels, trip.logs_in = driver, (0.6, 1.2), 0.02, 0.15


def _who_brought(drivers: list[Account], dice: Dice) -> Account | None:
    """Return the first driver, or the one before."""
    if not drivers:
        return None
    return drivers[0] if dice.chance(0.6) else drivers[-1]
