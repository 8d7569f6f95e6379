"""Drivers and riders in league: promotions in turn, cancellation fees, padded rides on a firm's card."""

from __future__ import annotations

from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.crews.operation import Operation
from simulation.fleets.draws import about


def carousel(op: Operation) -> None:
    """Drivers and friends with no identifier in common: short rides on codes in turn, money handed back."""
    dice, city, ground, size = op.dice, op.city, op.ground, op.heads.riders
    window = op.window(10.0, 40.0)
    faithful = op.lean(lambda: dice.uniform(0.5, 0.95), more=False)
    pace = op.lean(lambda: dice.uniform(0.15, 0.8), more=False)
    share = op.lean_choice((0.2, 0.6, 1.1), more=True)
    drivers = [op.driver(op.since(10.0, 500.0), delivers=False, works=0.78) for _ in range(op.heads.drivers)]
    riders = [
        op.rider(
            op.born(0.7) if dice.chance(0.7) else city.inside(op.at(window[0] + dice.random() * 4.0, 12.0)),
            welcome=False,
        )
        for _ in range(size)
    ]
    for account in riders:
        for day in op.days_of(window):
            for _ in range(dice.poisson(pace)):
                driver = dice.choice(drivers)
                start = ground.around(driver.home, 1.5, dice)
                end = ground.around(start, dice.uniform(0.7, 2.5), dice)
                trip = op.trip(op.at(day, dice.uniform(9.0, 25.0)), account, start, end, "promo", "incentive")
                trip.driver = driver if dice.chance(faithful) else None
                trip.promo = op.code(3.0, 4.0, 5.0) if dice.chance(0.7) else None
                trip.top_up, trip.cancels = (0.4, 1.0, 3.5), 0.03
        op.cover(account, share)
        if dice.chance(0.4):
            ts = op.at(dice.uniform(*window), 21.0)
            op.send(ts, dice.choice(riders), dice.choice(drivers), about(dice, 15.0, 0.5, 3.0, 60.0))


def cancel_mill(op: Operation) -> None:
    """Riders with throwaway cards cancel late, so that the fee goes to the crew's drivers."""
    dice, city, ground, size = op.dice, op.city, op.ground, op.heads.riders
    window, fee, pace = op.window(3.0, 22.0), dice.choice((4.0, 5.0, 6.0, 8.0)), dice.uniform(1.0, 4.0)
    phones, cards, network = op.phones(size), op.cards(size), op.some_use(op.network())
    drivers = [op.driver(op.since(1.0, 200.0), delivers=False, works=0.78) for _ in range(op.heads.drivers)]
    for number in range(size):
        account = op.rider(
            city.inside(op.at(dice.uniform(window[0], max(window[0], window[1] - 1.0)), 11.0)),
            device=phones[number],
            cards=[cards[number]],
            network=network(),
            welcome=False,
        )
        left_h = (city.config.end_ms - account.joined_ms) / HOUR_MS
        for _ in range(1 + dice.poisson(3.0 * pace)):
            driver = dice.choice(drivers)
            start = ground.around(driver.home, 2.0, dice)
            most = min(left_h, 24.0 * dice.choice((1, 6)))
            trip = op.trip(
                op.later(account.joined_ms, 0.2, most), account, start, ground.anywhere(dice), "fee"
            )
            trip.driver = driver if dice.chance(0.9) else None
            trip.cancels, trip.fee_declined, trip.disputes = 0.9, 0.35, 0.0
            trip.cancelled_by = "rider" if dice.chance(0.9) else None
            trip.fee = round(fee * dice.choice((1.0, 1.0, 1.25)), 2)
        op.some_cover(0.3, 0.4, account)


def expense_padding(op: Operation) -> None:
    """Staff and a friendly driver run padded rides on the firm's card; some get a part back by wallet."""
    dice, city, ground = op.dice, op.city, op.ground
    card, office = city.mint.card(), ground.around(dice.choice(ground.offices), 0.3, dice)
    ip, window = city.mint.ip(), op.window(12.0, 40.0)
    often = op.lean(lambda: dice.uniform(0.2, 0.7), more=False)
    drivers = [op.driver(op.since(20.0, 400.0), delivers=False, works=0.78) for _ in range(op.heads.drivers)]
    for _ in range(op.heads.riders):
        account = op.rider(
            op.since(20.0, 400.0),
            work=office,
            work_ip=ip,
            cards=[card] if dice.chance(0.6) else [city.mint.card(), card],
            profile="business",
            welcome=False,
        )
        op.cover(account, 0.7)
        for day in op.days_of(window):
            if dice.chance(often):
                goal = ground.at_airport(dice) if dice.chance(0.5) else ground.anywhere(dice)
                trip = op.trip(op.at(day, dice.uniform(11.0, 21.0)), account, office, goal, "fare")
                trip.place, trip.driver, trip.card = "work", dice.choice(drivers), card
                trip.stretch, trip.cancels = dice.uniform(1.0, 1.8), 0.02
        if dice.chance(0.5):
            ts = op.at(dice.uniform(window[0] + (window[1] - window[0]) / 4, window[1]), 21.0)
            op.send(ts, drivers[0], account, about(dice, 60.0, 0.4, 15.0, 200.0))
