"""Ordinary people: since when they are here, where they live and work, how often they ride or drive."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.city import City
from simulation.stages.draws import clip
from simulation.stages.ground import around, distance_km
from simulation.stages.people import Account, Shift
from simulation.streams import Dice

_BUSIEST = 7.0
"""The most that an account rides, as a multiple of the city's mean."""


def settle(city: City) -> None:
    """Fill the city with its riders and drivers, and open the pool of those without a story."""
    dice = city.dice("settling")
    for number in range(city.config.riders + city.config.drivers):
        city.accounts.append(_account(city, number, number >= city.config.riders, dice))
    city.open_pool()


def arrival(city: City, newcomers: float, dice: Dice) -> int:
    """Return when somebody signs up: with the given chance on a day of the file, else up to years before."""
    calendar = city.calendar
    if dice.chance(newcomers):
        ts = calendar.at(int(calendar.days * dice.random() ** 0.85), calendar.hour(dice))
        return max(ts, city.config.start_ms)
    return calendar.at(-1 - int(dice.expovariate(1 / 150)), calendar.hour(dice))


def _account(city: City, number: int, drives: bool, dice: Dice) -> Account:
    priors, ground, mint = city.priors, city.ground, city.mint
    joined = min(
        arrival(city, priors.newcomers * (0.8 if drives else 1.0), dice), city.config.end_ms - DAY_MS // 4
    )
    home = ground.home(dice)
    work = min((ground.hub(dice) for _ in range(2)), key=lambda spot: distance_km(spot, home))
    mean = -(priors.rate_sigma**2) / 2
    account = Account(
        number=number,
        id=mint.account(),
        drives=drives,
        joined_ms=joined,
        recorded=dice.chance(priors.old_in_file),
        until_ms=city.config.end_ms,
        phones=[(0, mint.device())],
        home=home,
        work=around(work, 0.7, dice),
        haunts=[],
        shift=_shift(city, dice),
        carrier=city.nets.carrier(dice),
        wifi=city.nets.line() if dice.chance(priors.home_networks) else None,
        on_proxies=dice.chance(priors.proxies),
        phone_hash=mint.phone(),
        email_hash=None if dice.chance(priors.lost_email) else mint.email(),
        rate=city.config.trips_per_rider_day
        * min(_BUSIEST, dice.lognormvariate(mean, priors.rate_sigma))
        * (0.0 if drives else 1.0),
        commutes=dice.chance(0.45),
        leaves_h=dice.gauss(7.4, 1.1),
        returns_h=dice.gauss(17.8, 1.4),
        motorcycle=dice.betavariate(3, 2),
        shy=dice.chance(priors.promo_shyness),
        logins=priors.logins * dice.uniform(0.25, 1.75),
        bank=mint.bank_account() if drives else None,
    )
    city.move_in(account, home, dice)
    account.spot = account.shift.area if drives else home
    if not drives:
        _habits(city, account, dice)
    return account


def _habits(city: City, account: Account, dice: Dice) -> None:
    """Cards are rare; some accounts are hardly used any more, others leave; newcomers have promotions."""
    if dice.chance(city.priors.cards):
        account.card, account.card_chance = city.mint.card(), dice.uniform(0.3, 1.0)
    if account.joined_ms < city.config.start_ms and dice.chance(0.14):
        account.rate *= 0.08
    if dice.chance(0.18):
        stays = DAY_MS + int(dice.expovariate(1 / (12 * DAY_MS)))
        account.until_ms = max(account.joined_ms, city.config.start_ms) + stays


def _shift(city: City, dice: Dice) -> Shift:
    late = dice.chance(city.priors.late_shifts)
    return Shift(
        vehicle="motorcycle" if dice.chance(city.priors.motorcycles) else "car",
        area=city.ground.stage(2.0, dice),
        hour=dice.gauss(14.5, 1.8) if late else clip(dice.gauss(7, 2.4), 4, 17),
        length_h=clip(dice.gauss(9.5, 2.5), 3, 15),
        diligence=clip(dice.gauss(0.78, 0.16), 0.15, 0.97),
    )
