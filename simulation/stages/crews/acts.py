"""What crews do, one act at a time: when they sign up, rides they forge or take, money they bring home."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.crews.kit import age
from simulation.stages.demand import vehicle_for
from simulation.stages.draws import clip
from simulation.stages.ground import Spot, around, away
from simulation.stages.people import Account, Crew
from simulation.stages.requests import Request
from simulation.stages.voices import Voices
from simulation.streams import Dice

TEMPOS: Final = ("burst", "sessions", "drip", "ramp")
PROMOS: Final = frozenset(("promo",))
PROMOS_AND_REFERRALS: Final = frozenset(("promo", "referral"))


def instants(city: City, crew: Crew, count: int, dice: Dice, *, spare_days: int = 0) -> list[int]:
    """Return that many sorted instants of the crew's days (but the last few), at a tempo drawn for it."""
    calendar = city.calendar
    first, last = crew.first_day, max(crew.first_day, crew.last_day - spare_days)
    tempo = dice.choices(TEMPOS, (1.4 - crew.care, 1.0, 0.6 + crew.care, 1.0))[0]
    if tempo == "burst":
        begin = calendar.at(first, clip(calendar.hour(dice), 6, 20))
        pause = dice.choice((20, 120, 600)) * MINUTE_MS
        found = [begin + int(dice.expovariate(1 / pause)) for _ in range(count)]
    elif tempo == "sessions":
        begins = [
            calendar.at(dice.randint(first, last), calendar.hour(dice)) for _ in range(dice.randint(2, 8))
        ]
        found = [dice.choice(begins) + int(dice.random() * 3 * HOUR_MS) for _ in range(count)]
    elif tempo == "drip":
        found = [calendar.at(dice.randint(first, last), calendar.hour(dice)) for _ in range(count)]
    else:
        found = [
            calendar.at(first, 0) + int((last - first) * math.sqrt(dice.random()) * DAY_MS)
            for _ in range(count)
        ]
        found = [calendar.waking(ts, dice) for ts in found]
    return sorted(calendar.inside(ts) for ts in found)


def soon(city: City, ts: int, mean_h: float, dice: Dice) -> int:
    """Return an instant about that many hours after ``ts``, at an hour at which people are awake."""
    later = ts + 9 * MINUTE_MS + int(dice.expovariate(1 / (mean_h * HOUR_MS)))
    return max(ts + 9 * MINUTE_MS, city.calendar.waking(later, dice))


def ride(
    city: City,
    crew: Crew,
    rider: Account,
    ts: int,
    start: Spot,
    end: Spot,
    dice: Dice,
    *,
    driver: Account | None = None,
) -> Request:
    """Ask for a ride for the crew and return it, for the caller to shape; with a driver it is staged."""
    vehicle = vehicle_for(rider, start, end, dice) if driver is None else driver.shift.vehicle
    request = Request(
        ts=ts,
        rider=rider,
        start=start,
        end=end,
        vehicle=vehicle,
        driver=driver,
        staged=driver is not None,
        insists=True,
        crew=crew,
    )
    city.ask(request)
    return request


@dataclass(frozen=True, slots=True)
class Forgery:
    """How a crew forges rides: at which hours, how far apart, how long, and how the claim looks."""

    hours: str
    spread_km: float
    length_km: float
    manner: str

    @classmethod
    def draw(cls, care: float, dice: Dice) -> Forgery:
        """Draw a crew's way; the careful forge plausible rides by day."""
        manner = "plausible" if dice.chance(0.3 + 0.6 * care) else dice.choice(("fast", "same"))
        return cls(
            dice.choices(("mixed", "shift", "night"), (1, 2, 1.4 - care))[0],
            dice.choice((0.05, 0.4, 1.5)),
            dice.choice((0.7, 1.2, 2.0, 4.0)),
            manner,
        )


def forge(
    city: City,
    crew: Crew,
    day: int,
    rider: Account,
    driver: Account,
    way: Forgery,
    dice: Dice,
    base: Spot | None = None,
) -> Request:
    """Stage a ride of a rider in the driver's hand about ``base``, or where the driver works."""
    if way.hours == "mixed":
        hour = city.calendar.hour(dice)
    elif way.hours == "shift":
        hour = (driver.shift.hour + dice.random() * driver.shift.length_h) % 24
    else:
        hour = (22 + dice.random() * 7) % 24
    start = around(base or driver.shift.area, way.spread_km, dice)
    end = away(start, way.length_km * math.exp(dice.gauss(0, 0.35)), dice)
    request = ride(city, crew, rider, city.calendar.at(day, hour), start, end, dice, driver=driver)
    request.manner = way.manner
    return request


def cover(city: City, crew: Crew, accounts: list[Account], dice: Dice) -> None:
    """Let some of the accounts ride like ordinary ones; careful crews more of them."""
    share = dice.choice((0.0, dice.uniform(0.0, 0.4), dice.uniform(0.3, 1.0)))
    share = min(1.0, share * (0.5 + crew.care))
    for account in accounts:
        if dice.chance(share):
            busy = clip(0.5 * math.exp(dice.gauss(0, 0.7)), 0.05, 2.5)
            account.rate = busy * city.config.trips_per_rider_day


def hands(city: City, crew: Crew, dice: Dice, chance: float = 0.5) -> tuple[list[Account], list[Account]]:
    """Part the riders into those who work and the few who collect; nobody collects without transfers."""
    if not city.config.transfers or len(crew.riders) < 6 or not dice.chance(chance):
        return crew.riders, []
    count = 1 if dice.chance(0.5) else min(dice.randint(2, 4), len(crew.riders) // 3)
    collectors = crew.riders[:count]
    for each in collectors:
        age(city, crew, each, dice)
        each.rate *= dice.random()
    return crew.riders[count:], collectors


def cash_out(
    city: City,
    crew: Crew,
    workers: list[Account],
    collectors: list[Account],
    units: tuple[float, float],
    dice: Dice,
) -> None:
    """Bring the workers' takings to the collectors, and those to the first of them."""
    if not collectors:
        return
    voices, part = Voices(city), dice.uniform(0.3, 0.95)
    for each in workers:
        if dice.chance(part):
            begin = max(each.joined_ms, city.calendar.at(crew.first_day, 0))
            ts = city.calendar.waking(begin + int(dice.uniform(0.5, 8) * DAY_MS), dice)
            voices.transfer(ts, each, dice.choice(collectors), dice.uniform(*units), dice, crew=crew)
    for each in collectors[1:]:
        for _ in range(dice.randint(1, 4)):
            ts = city.calendar.at(crew.first_day, 0) + int(dice.uniform(3, 15) * DAY_MS)
            voices.transfer(ts, each, collectors[0], dice.uniform(300, 1_500), dice, crew=crew)
