"""Trips for what drivers are paid on top: rides of ghosts, and real rides of people who have agreed."""

from __future__ import annotations

from simulation.compositions import priors
from simulation.compositions.crews.operation import Operation
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.orders import BY_HABIT, CAMPAIGN

_BONUS_HOURS = (12.0, 12.0, 18.5, 19.5)


def ghosts(op: Operation, place: int) -> None:
    """Rides that nobody makes: short, standing, or on made-up positions."""
    dice, ground = op.dice, op.city.ground
    standing, spoofed = dice.choice((0.0, 0.5, 1.0)), dice.choice((0.0, 0.5, 1.0))
    length, pace = dice.choice((0.3, 0.8, 2.5, 6.0)), dice.choice((0.25, 0.6, 1.0))
    service, vouchers = dice.choice(("ride", "ride", "parcel", "food")), dice.choice((0.0, 0.5))
    for hand, account in op.some(place):
        for ts in op.times(account, place):
            driver = op.partner(hand)
            start = op.spot(driver)
            order = op.ride(account, ts, start, ground.around(start, length, dice), "incentive", "promo")
            order.driver, order.service, order.pace = driver, service, pace * dice.uniform(0.8, 1.2)
            order.standing, order.spoofed = dice.chance(standing), dice.chance(spoofed)
            order.card = op.card(hand)
            order.offer = BY_HABIT if dice.chance(vouchers) else None


def pacts(op: Operation, place: int) -> None:
    """Real rides by appointment at the hours that are paid for, on whatever campaign there is."""
    dice, city = op.dice, op.city
    back, vouchers = dice.choice((0.0, 0.3, 0.8)), dice.choice((0.0, 0.5, 1.0))
    for hand, account in op.some(place):
        for at in op.times(account, place):
            day, hour = city.calendar.day(at), dice.choice(_BONUS_HOURS) + dice.gauss(0, 0.5)
            ts = city.calendar.at(day, hour)
            begin, _ = op.windows[account.number]
            start, end = city.ground.door(account.home, dice), op.spot()
            if dice.chance(0.4):
                start, end = end, start
            order = op.ride(account, ts if ts > begin else at, start, end, "incentive", "promo")
            order.driver, order.card = op.partner(hand), op.card(hand)
            order.offer = CAMPAIGN if dice.chance(vouchers) else None
            if dice.chance(back):
                order.handback = dice.uniform(0.2, 0.8)


def joinings(op: Operation, place: int) -> None:
    """Drivers on paper are paid for joining, at once or some days later, and hardly drive."""
    dice, delay_h = op.dice, op.dice.choice((0.5, 3.0, 60.0))
    voucher = op.city.offers.code(op.city.mint, *priors.JOINING_WORTH, dice)
    for driver in op.ring.drivers:
        ts = op.later(driver.joined_ms, 0.3 * delay_h, 1.5 * delay_h)
        op.ring.took(op.voices.promo(ts, driver, voucher, dice), driver)
    guarantees(op, place)


def guarantees(op: Operation, place: int) -> None:
    """Drivers on paper do what is paid for; riders of the crew, where it has any, help them to it."""
    dice, ground, drivers = op.dice, op.city.ground, op.ring.drivers
    for _, account in op.some(place):
        known = dice.some(drivers, dice.randint(1, 4))
        for ts in op.times(account, place):
            driver = dice.choice(known)
            if ts > driver.joined_ms + HOUR_MS:
                start = op.spot(driver)
                order = op.ride(account, ts, start, ground.around(start, 1.0, dice), "promo")
                order.driver, order.offer = driver, BY_HABIT
