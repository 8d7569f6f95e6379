"""What honest groups do, beside living: take a code, meet, ride with one driver, have bad luck together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.compositions import priors
from simulation.compositions.groups import mishaps
from simulation.compositions.groups.people import Group
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.people import Shift

_PHONE_WITH_BANK: Final = 0.1


def life(group: Group) -> None:
    """Nothing that others do not do."""


def code_at_once(group: Group) -> None:
    """A code for an event, an opening or a shelter, used by all within hours."""
    evening = group.scene.at(group.scene.day(0.95), group.scene.dice.uniform(8, 21))
    newest = max(each.joined_ms for each in group.people)
    _use_code(group, max(evening, newest + HOUR_MS), 4.0)


def code_over_weeks(group: Group) -> None:
    """A sponsor's or a clinic's code, used by everybody once when it suits."""
    _use_code(group, None, 0.0)


def _use_code(group: Group, begin: int | None, hours: float) -> None:
    scene, dice = group.scene, group.scene.dice
    code, uptake = scene.city.offers.code(scene.city.mint, 0.8, 3.5, dice), dice.uniform(0.6, 1.0)
    service, common = dice.choice(("ride", "ride", "food")), dice.chance(0.5)
    for each in group.people:
        if each.drives or not dice.chance(uptake):
            continue
        ts = group.moment(each) if begin is None else begin + int(dice.uniform(0, hours) * HOUR_MS)
        there = scene.ground.around(group.place, 0.1, dice) if common else scene.ground.outing(0.5, dice)
        if service == "food":
            order = scene.meal(ts, each, scene.ground.door(each.home, dice))
        else:
            order = scene.order(ts, each, "ride", there, scene.ground.door(each.home, dice))
        order.offer = code


def gathering(group: Group) -> None:
    """To one place and back at one time: a service, a class, a match, a clinic's day."""
    scene, dice = group.scene, group.scene.dice
    hour, often, back = dice.uniform(7, 20), dice.choice((1, 2, 4)), dice.chance(0.6)
    days = [scene.day() for _ in range(often)]
    for each in group.people:
        for day in days:
            if each.drives or not dice.chance(0.75):
                continue
            ends = (scene.ground.door(each.home, dice), scene.ground.around(group.place, 0.05, dice))
            scene.order(scene.at(day, dice.gauss(hour, 0.3)), each, "ride", *ends)
            if back:
                scene.order(scene.at(day, dice.gauss(hour + 2.5, 0.4)), each, "ride", *ends[::-1])


def regular_driver(group: Group) -> None:
    """To school, to work or to dialysis with one driver or two, on most days or some of the week."""
    scene, dice = group.scene, group.scene.dice
    drivers, share = scene.drivers(dice.randint(1, 2)), dice.choice((0.3, 0.6, 0.9))
    hour, back = dice.choice((6.7, 7.5, 10.0, 14.0)), dice.chance(0.6)
    for each in group.people[:25]:
        own, days = dice.choice(drivers), scene.workdays()
        for day in days if group.who != "seldom" else dice.some(days, 2):
            if each.drives or not dice.chance(share):
                continue
            ends = (scene.ground.door(each.home, dice), scene.ground.around(group.place, 0.05, dice))
            ride = scene.order(scene.at(day, dice.gauss(hour, 0.25)), each, "ride", *ends)
            ride.driver, ride.cancel_chance = own, 0.03
            if back:
                ride = scene.order(scene.at(day, dice.gauss(hour + 5, 0.4)), each, "ride", *ends[::-1])
                ride.driver, ride.cancel_chance = own, 0.03
    group.people += drivers


def one_orders(group: Group) -> None:
    """One orders meals or rides for the others."""
    scene, dice = group.scene, group.scene.dice
    for each in group.others[:30]:
        for _ in range(dice.randint(1, 3)):
            door, ts = scene.ground.door(each.home, dice), group.moment(group.first)
            if dice.chance(0.5):
                scene.meal(ts, group.first, door)
            else:
                scene.order(ts, group.first, "ride", door, scene.ground.outing(0.5, dice))


def new_phones(group: Group) -> None:
    """Everybody has a new phone within a day or weeks, and logs in."""
    scene, dice = group.scene, group.scene.dice
    begin, spread_h = group.moment(group.first, 9, 18), dice.choice((5.0, 48.0, 400.0))
    for each in group.people:
        ts = begin + int(dice.uniform(0, spread_h) * HOUR_MS)
        if ts > each.joined_ms + HOUR_MS:
            each.change_phone(ts, (ts, scene.city.mint.device()))
            scene.voices.login(ts + 9 * MINUTE_MS, each, dice)


def new_bank(group: Group) -> None:
    """Drivers take new bank accounts, in a week or over the file; now and then with a new phone."""
    scene, dice = group.scene, group.scene.dice
    begin, days = scene.day(0.7), dice.choice((1, 7, scene.city.config.days))
    for each in group.people:
        if each.drives and dice.chance(0.8):
            ts = scene.at(begin + dice.randrange(days), dice.uniform(8, 20))
            if dice.chance(_PHONE_WITH_BANK):
                each.change_phone(ts - HOUR_MS, (ts - HOUR_MS, scene.city.mint.device()))
            scene.voices.payout(ts, each, scene.city.mint.bank_account())
            if dice.chance(0.4):
                scene.voices.login(ts - 9 * MINUTE_MS, each, dice)


def shifts(group: Group) -> None:
    """Drivers follow each other through the day."""
    for place, each in enumerate(group.people):
        if each.drives:
            each.shift = Shift(5.0 + 8.0 * (place % 3), 7.5, group.scene.dice.uniform(0.7, 0.95))


def together(group: Group) -> None:
    """New drivers of one class chase what new drivers are promised, by driving; some are paid for joining."""
    scene, dice = group.scene, group.scene.dice
    voucher = scene.city.offers.code(scene.city.mint, *priors.JOINING_WORTH, dice)
    paid = dice.chance(priors.JOINING_TAKEN)
    for each in group.people:
        if each.drives:
            each.shift = Shift(dice.uniform(6, 14), 11.0, 0.95)
            if paid:
                scene.voices.promo(each.joined_ms + dice.randint(20, 3_000) * MINUTE_MS, each, voucher, dice)


DOINGS: Final[dict[str, Callable[[Group], None]]] = {
    "life": life,
    "code_at_once": code_at_once,
    "code_over_weeks": code_over_weeks,
    "gathering": gathering,
    "regular_driver": regular_driver,
    "one_orders": one_orders,
    "new_phones": new_phones,
    "lost_phone": mishaps.lost_phone,
    "declines": mishaps.declines,
    "bank_glitch": mishaps.bank_glitch,
    "cancelling": mishaps.cancelling,
    "credits": mishaps.credits,
    "new_bank": new_bank,
    "shifts": shifts,
    "class": together,
}
"""Everything that groups do, by its name."""
