"""Promo farms: many accounts take what was meant for one new customer, or one new driver, each.

PromoGuardian (arXiv 2510.12652) names shared tools and orderly timing; no figure is taken from it.
"""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.crews.acts import haunting_hour, ride, since, take_promo
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.voices import Voices
from simulation.streams import Dice

_SIGNS_ON = 3


def signs_on(crew: Crew) -> bool:
    """Whether the crew farms the bonus for new drivers: it has more of them than it needs for rides."""
    return crew.recipe.kind == "promo_farm" and len(crew.drivers) >= _SIGNS_ON


def farm(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """Let every member take some of the promotions, at once or with a ride on which nobody need sit."""
    leaked = [
        (city.mint.promo(), round(city.priors.price * dice.log_uniform(0.5, 5.0), 2))
        for _ in range(dice.randint(0, 2))
    ]
    for promo in leaked:
        _known_to_others(city, crew, promo, dice)
    with_ride = dice.random() ** 2
    appetite = dice.uniform(1.0, 4.5)
    wait_h = dice.log_uniform(0.05, 72.0)
    for account in members:
        if account.drives:
            if signs_on(crew):
                ts = since(account, crew) + int(dice.expovariate(1.0 / wait_h) * HOUR_MS)
                take_promo(city, crew, account, city.sign_on, ts, dice)
            continue
        joined = since(account, crew)
        offers = [city.welcome, *leaked] if account.joined_ms is not None else leaked or [city.welcome]
        offers += [(p, a) for p, a, begin, end in city.campaigns if begin < crew.end_ms and end > joined]
        windows = {promo: (begin, end) for promo, _, begin, end in city.campaigns}
        for promo in dice.some(offers, max(1, dice.poisson(appetite))):
            begin, end = windows.get(promo[0], (joined, crew.end_ms))
            ts = max(begin, joined) + int(dice.expovariate(1.0 / wait_h) * HOUR_MS)
            ts = haunting_hour(city, crew, min(ts, max(end, joined)), dice)
            if dice.chance(with_ride):
                decided = ride(
                    city, crew, account, crew.fence if dice.chance(0.8) else None, ts, "promo", dice
                )
                decided.promo = promo
                decided.track = dice.choice(("road", "road", "still"))
            else:
                take_promo(city, crew, account, promo, ts, dice)


def _known_to_others(city: City, crew: Crew, promo: tuple[str, float], dice: Dice) -> None:
    """A code that leaks is seen by some honest people too, who take it once."""
    voices, span = Voices(city), max(1, crew.end_ms - crew.begin_ms)
    count = dice.poisson(dice.log_uniform(0.5, 12.0))
    for account in city.take(count, dice, fit=lambda a: a.joined_ms is None):
        ts = city.calendar.waking(crew.begin_ms + int(dice.random() * span), dice)
        voices.promo(city.inside(ts), account, promo, dice)
