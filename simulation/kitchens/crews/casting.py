"""Which crews there are: trades, sizes and time, who is in them, and then they go to work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.city import City
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.crews.trades import LARGEST, TRADES, Trade
from simulation.kitchens.people import Account, Crew
from simulation.kitchens.toolkit import Toolkit
from simulation.kitchens.voices import Voices
from simulation.streams import Dice
from simulation.truth import RING_KINDS, RingRecord

_MEDIAN_SIZE_LOG, _SIZE_SPREAD = 2.45, 0.85
_SMALLEST = 3
_HUGE: Final = (200, 310)
_HUGE_CHANCE = 0.35
_LARGEST_PART = 0.35
"""No crew has more of a city's fraud than that, unless it is small anyway."""
_HONEST_DRIVERS = 0.4
"""At least so large a share of the drivers belongs to no crew."""
_MOST_FAILURES = 40


def cast_crews(city: City, voices: Voices) -> None:
    """Plan crews until the configured share of accounts is in them: two of each kind first, then any."""
    dice, config = city.dice("crews"), city.config
    budget = left = round(config.fraud_share * (config.riders + config.drivers))
    largest = max(12, round(_LARGEST_PART * budget))
    huge_is_due, failures = dice.chance(_HUGE_CHANCE), 0
    for number, name in enumerate(_names(city, dice)):
        if left < _SMALLEST or failures > _MOST_FAILURES:
            return
        trade = TRADES[name]
        own = city.dice("crews", number)
        size = max(_SMALLEST, min(LARGEST, int(own.lognormvariate(_MEDIAN_SIZE_LOG, _SIZE_SPREAD))))
        if huge_is_due and trade.may_be_huge and largest > LARGEST:
            size, huge_is_due = own.randint(*_HUGE), False
            most = _HUGE[1]
        else:
            most = trade.most
        size = min(size, most, largest, left)
        if left - size < _SMALLEST:
            size = min(left, most)
        crew = _gather(city, name, size, own)
        if crew is None:
            failures += 1
            continue
        left -= len(crew.members)
        trade.work(Operation(city, voices, crew, own))


def _names(city: City, dice: Dice) -> Iterator[str]:
    """Yield names of trades without end."""
    known = [name for name, trade in TRADES.items() if city.config.transfers or not trade.needs_transfers]
    by_kind = {kind: [name for name in known if TRADES[name].kind == kind] for kind in RING_KINDS}
    first = [dice.choice(names) for names in by_kind.values() for _ in "12"]
    dice.shuffle(first)
    yield from first
    while True:
        yield dice.choice(known)


def _gather(city: City, name: str, size: int, dice: Dice) -> Crew | None:
    """Return a crew with its members, its time and its phones to be bought; None where people lack."""
    config, trade = city.config, TRADES[name]
    care = max(0.0, min(1.0, dice.gauss(config.camouflage, 0.15)))
    kit = trade.habits(Toolkit.draw(care, dice), dice)
    latest = max(0.5, config.days * trade.latest)
    begin = config.start_ms + int(dice.uniform(min(0.5, latest / 2), latest) * DAY_MS)
    end = min(config.end_ms - 3 * HOUR_MS, begin + int(kit.span_days * DAY_MS))
    riders, drivers, victims = _take(city, trade, size, begin, dice)
    members = [*riders, *drivers, *victims]
    short = trade.needs_drivers and (not drivers or not riders)
    if len(members) < _SMALLEST or short or (trade.preys_on and len(victims) < 2):
        city.give_back(members)
        return None
    mules: list[Account] = []
    if kit.cash_out != "none" and config.transfers and not trade.preys_on and len(riders) > 5:
        count = 1 if kit.cash_out == "one" else dice.randint(2, min(4, len(riders) - 3))
        riders, mules = riders[count:], riders[:count]
    record = RingRecord(city.mint.ring(), trade.kind, [], [], [], end, care)
    den = city.ground.in_one_of(("homes",), 1.5, dice)
    crew = Crew(name, record, kit, riders, drivers, victims, begin, end, den, mules=mules)
    crew.ips = _addresses(city, kit, dice)
    for account in members:
        account.crew = crew
        account.until_ms = config.end_ms
    city.crews.append(crew)
    return crew


def _take(
    city: City, trade: Trade, size: int, begin: int, dice: Dice
) -> tuple[list[Account], list[Account], list[Account]]:
    """Return riders, drivers and victims, together ``size`` where there are as many."""

    def settled(account: Account) -> bool:
        return account.joined_ms < begin - DAY_MS and (trade.preys_on != "cards" or bool(account.cards))

    most_drivers = max(0, city.spare(drives=True) - round(_HONEST_DRIVERS * city.config.drivers))
    if trade.thieves is not None:
        thieves = trade.thieves(size, dice)
        by_car = trade.preys_on == "drivers"
        wanted = min(size - thieves, most_drivers) if by_car else size - thieves
        victims = city.take(wanted, dice, drives=by_car, fit=settled)
        return city.take(thieves, dice), [], victims
    drivers = city.take(max(0, min(trade.drivers(size, dice), most_drivers)), dice, drives=True)
    riders = 1 if trade.boss_only else size - len(drivers)
    return city.take(riders, dice), drivers, []


def _addresses(city: City, kit: Toolkit, dice: Dice) -> list[str]:
    """Return the addresses that the crew has in common."""
    house = [city.mint.ip()] if kit.network in {"wifi", "mix"} else []
    if kit.network == "vpn":
        return dice.some(city.vpn_ips, dice.randint(1, 6))
    return house + (dice.some(city.vpn_ips, 2) if kit.network == "mix" else [])
