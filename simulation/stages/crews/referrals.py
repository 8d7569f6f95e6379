"""Trades on referrals: trees of one's own accounts, and recruiters who invent drivers."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.crews.acts import (
    PROMOS,
    PROMOS_AND_REFERRALS,
    Forgery,
    cash_out,
    cover,
    forge,
    hands,
    instants,
    ride,
)
from simulation.stages.crews.kit import Kit, age, enlist
from simulation.stages.ground import around
from simulation.stages.people import Account, Crew
from simulation.streams import Dice

SHAPES = ("star", "chain", "tree", "bushy")


def self_referral_tree(city: City, crew: Crew, dice: Dice) -> None:
    """Accounts of one hand refer each other as star, chain or tree; the least ride each that is rewarded."""
    kit, base, shape = Kit(city, crew, dice), city.ground.home(dice), dice.choice(SHAPES)
    workers, collectors = hands(city, crew, dice)
    root, rest = workers[0], workers[1:]
    if dice.chance(0.6):
        age(city, crew, root, dice)
        root.rate *= dice.random()
    else:
        kit.sign_up(root, city.calendar.at(crew.first_day, 5))
    root.phones = [(0, kit.phones[0])]
    root.takes = PROMOS_AND_REFERRALS
    crew.lead(root)
    for driver in crew.drivers:
        age(city, crew, driver, dice)
    grown: list[Account] = []
    pause = dice.choice((1, 8, 30))
    for account, moment in zip(rest, instants(city, crew, len(rest), dice), strict=True):
        ts = max(moment, root.joined_ms + HOUR_MS)
        kit.sign_up(account, ts)
        account.takes = PROMOS_AND_REFERRALS
        branch = dice.choice(_branches(shape, root, grown))
        account.referrer = branch if branch.joined_ms < account.joined_ms else root
        grown.append(account)
        for number in range(dice.choice((1, 1, 2))):
            start = around(base, 0.8, dice) if dice.chance(0.6) else city.ground.anywhere(dice)
            later = ts + (6 + 5 * number) * MINUTE_MS + int(dice.expovariate(1 / (pause * HOUR_MS)))
            own = dice.choice(crew.drivers) if crew.drivers else None
            ride(city, crew, account, later, start, around(start, 1.2, dice), dice, driver=own)
    cover(city, crew, rest, dice)
    reward = city.priors.referral_value
    cash_out(city, crew, rest, collectors, (0.6 * reward, 1.4 * reward), dice)


def _branches(shape: str, root: Account, grown: list[Account]) -> list[Account]:
    """Return who may have brought the next account."""
    if shape == "star" or not grown:
        return [root]
    if shape == "chain":
        return grown[-1:]
    return [*grown[-6:], root] if shape == "tree" else grown


def driver_referral_mill(city: City, crew: Crew, dice: Dice) -> None:
    """A recruiter invents drivers, who forge rides up to a step of the ramp: referral and ramp bonuses."""
    kit, way = Kit(city, crew, dice, (1.0, 0.8, 0.3)), Forgery.draw(crew.care, dice)
    recruiter, invented = crew.drivers[0], crew.drivers[1:]
    age(city, crew, recruiter, dice)
    recruiter.takes = frozenset(("referral",))
    crew.lead(recruiter)
    count = dice.choice((1, 2, max(1, len(invented))))
    banks = [city.mint.bank_account() for _ in range(count)]
    for account in crew.riders:
        kit.sign_up(account, city.calendar.at(crew.first_day, 0) - dice.randint(0, 40) * DAY_MS)
        account.takes = PROMOS
        account.rate = dice.choice((0.0, 0.3)) * city.config.trips_per_rider_day
    steps = [city.priors.ramp[0][0], city.priors.ramp[0][0] + 1, city.priors.ramp[1][0] + 1]
    for driver, ts in zip(invented, instants(city, crew, len(invented), dice, spare_days=4), strict=True):
        enlist(city, crew, driver, ts)
        driver.phones, driver.referrer, driver.bank = [(0, kit.phone())], recruiter, dice.choice(banks)
        driver.shift.diligence, driver.shift.vehicle = dice.choice((0.0, 0.0, 0.1, 0.4)), "motorcycle"
        city.post(driver, recruiter.shift.area, 0.8, dice)
        a_day, first = dice.choice((3, 6, 9)), city.calendar.day_of(ts) + 1
        for number in range(dice.choice(steps)):
            forge(city, crew, first + number // a_day, dice.choice(crew.riders), driver, way, dice)
