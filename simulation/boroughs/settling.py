"""Ordinary people: where they live, since when they are here, how they live and work."""

from __future__ import annotations

from simulation.boroughs.city import City
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Errand, Shift
from simulation.boroughs.priors import LIVES
from simulation.config import DAY_MS
from simulation.streams import Dice

_WORKDAYS = (0, 1, 2, 3, 4)
_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def settle(city: City) -> None:
    """Fill the city with its riders and drivers. Cost: about 40 us an account."""
    dice = city.dice("settling")
    for number in range(city.config.riders + city.config.drivers):
        account = _newcomer(city, number, number >= city.config.riders, dice)
        if account.drives:
            _drive(city, account, dice)
        else:
            live(city, account, dice)
        city.accounts.append(account)


def _newcomer(city: City, number: int, drives: bool, dice: Dice) -> Account:
    priors, config = city.priors, city.config
    joined = _arrival(city, drives, dice)
    begin = config.start_ms if joined is None else max(config.start_ms, joined)
    until = config.end_ms
    if dice.chance(0.25):
        until = min(until, begin + int(dice.log_uniform(0.5, 90.0) * DAY_MS))
    nets: list[tuple[float, Net]] = [
        (dice.uniform(0.2, 1.0), city.home_net(dice)),
        (dice.random(), city.carrier),
    ]
    if dice.chance(0.3):
        nets.append((dice.uniform(0.0, 0.3), dice.choice(city.public_nets)))
    return Account(
        number=number,
        id=city.mint.account(),
        drives=drives,
        home=city.ground.spot("home", dice),
        joined_ms=joined,
        from_ms=begin,
        until_ms=until,
        phones=[(0, city.mint.device())],
        nets=nets,
        second_phone=city.mint.device() if dice.chance(priors.second_phone) else None,
        phone_hash=None if dice.chance(priors.lost_phone) else city.mint.phone(),
        email_hash=None if dice.chance(priors.lost_email) else city.mint.email(),
        loyalty=min(0.9, priors.loyalty * dice.log_uniform(0.1, 10.0)),
        eagerness=dice.log_uniform(0.05, 12.0),
    )


def _arrival(city: City, drives: bool, dice: Dice) -> int | None:
    config, priors = city.config, city.priors
    if dice.chance(min(0.97, priors.old_accounts * (1.15 if drives else 1.0))):
        if not dice.chance(priors.old_in_file):
            return None
        return config.start_ms - int(dice.log_uniform(0.02, 120.0) * DAY_MS)
    share = dice.random() ** (1.0 / priors.growth)
    ts = config.start_ms + int(share * (config.days * DAY_MS - DAY_MS))
    return min(city.calendar.waking(ts, dice), config.end_ms - DAY_MS // 2)


def live(city: City, account: Account, dice: Dice) -> None:
    """Give the account an ordinary rider's errands, cards and pace, by one of the city's ways of life."""
    priors = city.priors
    account.errands = errands_of(city, account, dice.choices(LIVES, priors.lives)[0], dice)
    account.rate = city.config.trips_per_rider_day * dice.lognormvariate(
        -(priors.spread**2) / 2, priors.spread
    )
    account.cash = 1.0 if dice.chance(priors.cash * 0.5) else priors.cash * dice.random()
    if account.cash < 1.0:
        account.cards = [city.mint.card() for _ in range(dice.choices((1, 2, 3), (0.8, 0.16, 0.04))[0])]
    if dice.chance(priors.rider_payouts):
        account.bank = city.mint.bank_account()


def errands_of(city: City, account: Account, life: str, dice: Dice) -> list[Errand]:
    """Return the errands of a way of life; their counts sum to one ride a day."""
    ground, home = city.ground, account.home
    out: list[Errand] = []

    def habit(days: tuple[int, ...], hour: float, spread: float, a: object, b: object, count: float) -> None:
        start = a if isinstance(a, tuple | str) else home
        end = b if isinstance(b, tuple | str) else home
        out.append(Errand(days, hour, spread, start, end, count))

    u = dice.uniform
    if life in {"commuter", "student", "rota"}:
        place = ground.spot("school" if life == "student" else "office", dice)
        begin = u(6, 10) if life != "rota" else u(0, 24)
        days = _WORKDAYS if life != "rota" else tuple(sorted(dice.sample(_EVERY_DAY, 5)))
        both = u(0.2, 1.0)
        habit(days, begin, u(0.1, 0.7), home, place, 1.0)
        habit(days, (begin + u(6, 9.5)) % 24, u(0.2, 1.2), place, home, both)
        habit(_EVERY_DAY, u(11, 22), 2.5, home, dice.choice(("bar", "shop")), u(0.1, 0.6))
    elif life == "nightlife":
        nights = tuple(sorted({4, 5, *dice.sample(_EVERY_DAY, 2)}))
        habit(nights, u(19, 22), 1.2, home, "bar", 1.0)
        habit(nights, u(22, 28) % 24, 1.3, "bar", home, u(0.5, 1.3))
    elif life == "parent":
        school = ground.around(home, 1.5, dice)
        habit(_WORKDAYS, u(7, 8.6), 0.15, home, school, 1.0)
        habit(_WORKDAYS, u(14, 17), 0.3, school, home, u(0.3, 1.0))
        habit((5, 6), u(9, 16), 2.0, home, "shop", 0.7)
    elif life == "traveller":
        habit(_EVERY_DAY, u(4, 22), 4.0, home, "station", 0.6)
        habit(_EVERY_DAY, u(6, 23), 4.0, "station", home, 0.6)
        habit(_EVERY_DAY, 13, 4.0, "office", "office", 0.4)
    else:
        pace = 0.35 if life == "homebody" else 1.0
        habit(_EVERY_DAY, u(9, 17), 2.5, home, "shop", pace)
        habit(_EVERY_DAY, u(10, 18), 2.5, "shop", home, pace * u(0.3, 1.0))
        habit(_EVERY_DAY, 15, 5.0, home, dice.choice(("bar", "office", "station")), 0.2 * pace)
    weekly = sum(each.count * len(each.days) for each in out) / 7.0
    for each in out:
        each.count /= weekly
    return out


def _drive(city: City, account: Account, dice: Dice) -> None:
    kind = dice.choices(("day", "night", "rush", "weekend", "chaser"), (5, 2, 2, 1.5, 1.5))[0]
    days, length = tuple(sorted(dice.sample(_EVERY_DAY, dice.randint(4, 7)))), dice.uniform(5, 12)
    hour = dice.uniform(5, 13)
    if kind == "night":
        hour = dice.uniform(17, 23)
    elif kind == "rush":
        hour, length = dice.choice((6.0, 15.5)) + dice.random(), dice.uniform(2.5, 5)
    elif kind == "weekend":
        days = (4, 5, 6)
    account.shift = Shift(days, hour, length, chaser=kind == "chaser")
    account.bank = city.mint.bank_account()
    account.rate = 0.0
