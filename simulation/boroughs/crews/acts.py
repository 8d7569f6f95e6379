"""What a crew does, one act at a time: when it acts, promotions it takes, rides it decides on."""

from __future__ import annotations

from simulation.boroughs.borough_map import Spot
from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.voices import Voices
from simulation.boroughs.wishes import Ride
from simulation.config import DAY_MS
from simulation.streams import Dice


def instants(
    city: City, crew: Crew, count: int, dice: Dice, begin: int | None = None, end: int | None = None
) -> list[int]:
    """Return that many sorted instants between the two, at the crew's tempo."""
    begin = crew.begin_ms if begin is None else begin
    end = max(begin + HOUR_MS, crew.end_ms if end is None else end)
    span, tempo = end - begin, crew.recipe.tempo
    found: list[float] = []
    if tempo in {"burst", "bursts"}:
        centres = [begin + dice.random() * span for _ in range(1 if tempo == "burst" else dice.randint(2, 6))]
        width = min(span, dice.log_uniform(0.3, 12.0) * HOUR_MS)
        found = [dice.choice(centres) + dice.random() * width for _ in range(count)]
    elif tempo == "ramp":
        found = [begin + span * dice.random() ** 0.4 for _ in range(count)]
    elif tempo == "nightly":
        for _ in range(count):
            ts = begin + dice.random() * span
            found.append(
                ts + ((crew.hour - city.calendar.hour(int(ts)) + 12) % 24 - 12 + dice.gauss(0, 0.4)) * HOUR_MS
            )
    else:
        found = [float(city.calendar.waking(int(begin + dice.random() * span), dice)) for _ in range(count)]
    return sorted(city.inside(int(max(begin, min(end, ts)))) for ts in found)


def since(account: Account, crew: Crew) -> int:
    """Return from when the account can act for the crew."""
    return max(crew.begin_ms, account.from_ms)


def take_promo(
    city: City, crew: Crew, account: Account, promo: tuple[str, float], ts: int, dice: Dice
) -> None:
    """The account takes a promotion for the crew, at once."""
    if Voices(city).promo(city.inside(max(ts, since(account, crew))), account, promo, dice, crew=crew):
        crew.planned.add(account.number)


def ride(
    city: City,
    crew: Crew,
    rider: Account,
    driver: Account | None,
    ts: int,
    gain: str,
    dice: Dice,
    ends: tuple[Spot, Spot] | None = None,
) -> Ride:
    """Decide on a ride and return it, for the caller to shape further."""
    start, end = ends or _ends(city, crew, rider, dice)
    decided = Ride(
        ts=city.inside(max(ts, rider.from_ms, 0 if driver is None else driver.from_ms)),
        rider=rider,
        start=start,
        end=end,
        driver=driver,
        settled=True,
        crew=crew,
        gain=gain,
    )
    city.wish(decided)
    crew.planned.update(a.number for a in (rider, driver) if a is not None and a.crew is crew and gain)
    return decided


def _ends(city: City, crew: Crew, rider: Account, dice: Dice) -> tuple[Spot, Spot]:
    """Where a ride goes: between the crew's corners where it has haunts, about the city otherwise."""
    if crew.recipe.trace == "haunts" and dice.chance(0.85):
        start = city.ground.around(dice.choice(crew.corners), 0.05, dice)
        end = dice.choice(crew.corners) if dice.chance(0.4) else city.ground.spot("shop", dice)
        return start, city.ground.around(end, 0.05, dice)
    start = rider.home if dice.chance(0.4) else city.ground.spot("shop", dice)
    return city.ground.around(start, 0.1, dice), city.ground.spot(
        dice.choice(("home", "bar", "office")), dice
    )


def haunting_hour(city: City, crew: Crew, ts: int, dice: Dice) -> int:
    """Return ``ts``, moved to the crew's hour of the same day where the crew keeps hours."""
    if crew.recipe.trace != "haunts" or dice.chance(0.2):
        return ts
    shift = (crew.hour - city.calendar.hour(ts) + 12) % 24 - 12 + dice.gauss(0, 0.5)
    return city.inside(ts + int(shift * HOUR_MS))


def settle_debts(city: City, crew: Crew, dice: Dice) -> None:
    """Give every member that has nothing planned an act of its own, so that all members take part."""
    riders = crew.riders
    for member in crew.members:
        if member.number in crew.planned:
            continue
        late = max(since(member, crew), crew.end_ms - int(dice.random() * DAY_MS))
        if member.drives:
            rider = dice.choice(riders) if riders else dice.choice(city.riders())
            ride(city, crew, rider, member, late, "bonus", dice)
        elif crew.recipe.kind in {"promo_farm", "referral_chain"}:
            take_promo(city, crew, member, city.welcome, late, dice)
        else:
            ride(city, crew, member, crew.fence, late, "fare", dice)
