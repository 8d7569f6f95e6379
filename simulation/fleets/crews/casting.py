"""Which crews a city has, how large they are, and what the truth says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulation.fleets.city import City
from simulation.fleets.crews.operation import Heads, Operation
from simulation.fleets.crews.trades import TRADES, Trade
from simulation.fleets.people import Account, Crew
from simulation.fleets.voices import Voices
from simulation.streams import Dice
from simulation.truth import RingRecord

SMALLEST: Final = 3
_CARE_SPREAD: Final = 0.15
_LARGEST_PART: Final = 0.35
"""No crew is more of a city's fraud than that, unless it is small anyway."""
_HONEST_DRIVERS: Final = 0.4
"""At least so large a share of the drivers belongs to no crew."""
_DEALT_FIRST: Final = 15
"""So many different trades are dealt before one comes again."""
_GIANT_CHANCE: Final = 0.25
_GIANT_LEAST: Final = 130
"""A giant crew needs room for at least so many accounts."""
_MOST_FAILURES: Final = 40
_SETTLED_DAYS: Final = 3.0
"""Victims have been there for at least so long when the file begins."""
_DRIVERS_FOR_PREY: Final = 3
"""Drivers that are left over where drivers are the victims."""


def cast_crews(city: City, voices: Voices) -> None:
    """Plan crews until the configured share of accounts is in them."""
    dice, config = city.dice("crews"), city.config
    left = round(config.fraud_share * (config.riders + config.drivers))
    largest = max(12, round(_LARGEST_PART * left))
    giant_is_due = dice.chance(_GIANT_CHANCE) and largest >= _GIANT_LEAST
    failures = 0
    for number, name in enumerate(_names(city, dice)):
        if left < SMALLEST or failures > _MOST_FAILURES:
            return
        trade, own = TRADES[name], city.dice("crews", number)
        heads = trade.heads(own)
        if giant_is_due and trade.giant is not None:
            heads, giant_is_due = Heads(own.randint(*trade.giant), heads.drivers), False
        most = min(left, largest)
        heads = heads.within(most if left - most >= SMALLEST else left, _drivers_left(city, trade))
        crew = _gather(city, voices, name, heads, own)
        if crew is None:
            failures += 1
            continue
        left -= len(crew.members)


def close_books(city: City) -> None:
    """Complete the truth about the crews after the last day."""
    for crew in city.crews:
        record = crew.record
        record.accounts = [account.id for account in crew.members]
        record.drivers = [account.id for account in crew.members if account.drives]
        record.victims = [account.id for account in crew.victims]
        times = [ts for ts, _, _ in record.fraud_events]
        times += [] if crew.first_ms is None else [crew.first_ms]
        latest_join = max(account.joined_ms for account in crew.members)
        record.first_ts = min(times) if times else max(latest_join, city.config.start_ms)


def _names(city: City, dice: Dice) -> Iterator[str]:
    """Yield names of trades without end: different ones first, then any by their weight."""
    known = [name for name, trade in TRADES.items() if city.config.transfers or not trade.needs_transfers]
    weights = [TRADES[name].weight for name in known]
    yield from dice.sample(known, min(_DEALT_FIRST, len(known)))
    while True:
        yield dice.choices(known, weights)[0]


def _drivers_left(city: City, trade: Trade) -> int:
    """Return how many drivers a crew of the trade may have of its own."""
    left = city.spare(drives=True) - round(_HONEST_DRIVERS * city.config.drivers)
    return max(0, left - (_DRIVERS_FOR_PREY if trade.preys_on_drivers else 0))


def _gather(city: City, voices: Voices, name: str, heads: Heads, dice: Dice) -> Crew | None:
    """Return a crew that is at work; None where people lack."""
    trade = TRADES[name]
    if (trade.needs_drivers and not heads.drivers) or (trade.needs_riders and not heads.riders):
        return None
    prey_drives = trade.preys_on_drivers
    if heads.riders + heads.victims * (not prey_drives) > city.spare():
        return None
    victims = _victims(city, heads.victims, dice, drive=prey_drives)
    if heads.riders + heads.drivers + len(victims) < SMALLEST or (heads.victims and len(victims) < 2):
        city.give_back(victims)
        return None
    care = max(0.0, min(1.0, dice.gauss(city.config.camouflage, _CARE_SPREAD)))
    record = RingRecord(city.mint.ring(), trade.kind, [], [], [], 0, care)
    crew = Crew(name, record, care, list(victims), victims)
    for victim in victims:
        victim.crew = crew
    heads = Heads(heads.riders, heads.drivers, len(victims))
    trade.work(Operation(city, voices, dice, crew, heads))
    city.crews.append(crew)
    return crew


def _victims(city: City, count: int, dice: Dice, *, drive: bool) -> list[Account]:
    """Return so many people, settled and without a story, who stay for some time at least."""
    known = city.before(_SETTLED_DAYS)

    def settled(account: Account) -> bool:
        return (
            account.joined_ms < known
            and (drive or bool(account.cards))
            and account.until_ms > city.before(-1)
        )

    if drive:
        most = city.spare(drives=True) - round(_HONEST_DRIVERS * city.config.drivers)
        count = max(0, min(count, most))
    return city.take(count, dice, drives=drive, fit=settled)
