"""Two sides that agree: diners and couriers, a kitchen that orders from itself, fees for cancelling."""

from __future__ import annotations

from dataclasses import replace

from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.orders import BY_HABIT, CAMPAIGN, WELCOME
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice


def diner_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """Diners are people of their own, with nothing in common."""
    return replace(
        kit,
        accounts_per_phone=1.0,
        leak=0.0,
        network=dice.choice(("mobile", "proxy", "wifi")),
        span_days=dice.choice((10, 20, 30)),
        cash_out="none",
    )


def ghost_orders(op: Operation) -> None:
    """Vouchered meals are marked delivered; the courier hands a part of the diner's money back."""
    dice, city, crew, ground = op.dice, op.city, op.crew, op.city.ground
    couriers = op.enrol(one_bank=0.1, working=0.95)
    back, most = dice.choice((0.0, 0.3, 0.9)), dice.randint(4, 22)
    for diner in crew.riders:
        op.enlist(diner, crew.begin_ms, city.mint.device(), bought=dice.chance(0.75))
        diner.common_ips, diner.home = [], ground.home(dice)
        if dice.chance(0.6):
            diner.cover_rate = city.config.trips_per_rider_day * dice.uniform(0.1, 0.85)
        known = dice.some(couriers, dice.randint(1, 3))
        for _ in range(dice.randint(max(2, most // 2), most)):
            ts = op.moment(diner)
            if ts is None:
                continue
            order = op.meal(diner, ts, ground.door(diner.home, dice), "incentive", "promo")
            order.driver, order.pace = dice.choice(known), dice.choice((0.3, 0.6, 1.0))
            order.offer = CAMPAIGN if dice.chance(0.85) else WELCOME
            order.standing = dice.chance(0.5)
            if dice.chance(back):
                order.handback = dice.uniform(0.5, 0.9)


def kitchen_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """A kitchen's staff order for weeks and live little else on these accounts."""
    return replace(kit, span_days=dice.choice((10, 20, 30)), cover=kit.cover * dice.choice((0.0, 0.5)))


def merchant_self(op: Operation) -> None:
    """A kitchen orders from itself, on accounts of staff and relatives, to eat the platform's vouchers."""
    dice, ground, crew = op.dice, op.city.ground, op.crew
    accounts, couriers = op.muster(), op.enrol(working=0.95)
    kitchen = ground.kitchen(dice)
    for account in accounts:
        for _ in range(dice.randint(3, 14)):
            ts = op.moment(account)
            if ts is None:
                continue
            door = ground.around(kitchen, dice.choice((0.1, 0.8)), dice)
            order = op.meal(account, ts, door, "incentive", "promo", kitchen=kitchen)
            order.offer, order.fare = dice.choice((CAMPAIGN, CAMPAIGN, WELCOME)), dice.uniform(3, 8)
            if dice.chance(0.85):
                order.driver = dice.choice(couriers)
    op.enlist_mules()
    paying = [account for account in accounts if dice.chance(0.5)]
    op.collect(paying, crew.end_ms - int(dice.uniform(0.1, 0.6) * op.span_ms), 4.0)


def cancelling_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """The accounts are thrown away after days or weeks."""
    return replace(kit, span_days=dice.choice((5, 10, 20)), cash_out="none")


def cancel_milk(op: Operation) -> None:
    """Throwaway riders call a partner and cancel late; the platform advances a fee it will never collect."""
    dice, ground = op.dice, op.city.ground
    accounts, drivers = op.muster(), op.enrol(one_bank=0.3, working=0.8)
    for account in accounts:
        for _ in range(dice.randint(3, 15)):
            ts, driver = op.moment(account, at_meals=False), dice.choice(drivers)
            if ts is None:
                continue
            start = ground.around(driver.area, 1.0, dice)
            order = op.ride(account, ts, start, ground.around(start, 2.0, dice), "fee", "incentive", "promo")
            order.driver, order.offer = driver, BY_HABIT
            if dice.chance(0.75):
                order.cancel_fee = dice.choice((0.5, 0.9, 1.2))
