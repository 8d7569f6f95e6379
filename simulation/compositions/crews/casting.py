"""Which crews there are: their designs, sizes and time, who is in them, and then they go to work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from simulation.compositions import priors
from simulation.compositions.crews.design import Design
from simulation.compositions.crews.drivers import enrol
from simulation.compositions.crews.layout import Layout, Roles
from simulation.compositions.crews.operation import Operation
from simulation.compositions.crews.ring import Ring
from simulation.compositions.crews.sources import muster
from simulation.compositions.crews.suppliers import Suppliers
from simulation.compositions.crews.takes import cancels, cards, referrals, trips, victims, vouchers
from simulation.compositions.crews.tempo import Tempo
from simulation.compositions.crews.wallet import settle_up
from simulation.compositions.draws import size
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.city import City
from simulation.kitchens.people import Account
from simulation.kitchens.voices import Voices
from simulation.streams import Dice
from simulation.truth import RING_KINDS, RingRecord

TAKES: Final[dict[str, Callable[[Operation, int], None]]] = {
    "resold": vouchers.resold,
    "partnered": vouchers.partnered,
    "meals": vouchers.meals,
    "referrals": referrals.referrals,
    "credits": referrals.credits,
    "ghosts": trips.ghosts,
    "pacts": trips.pacts,
    "guarantees": trips.guarantees,
    "joinings": trips.joinings,
    "late_cancels": cancels.late_cancels,
    "driver_cancels": cancels.driver_cancels,
    "stolen_cards": cards.stolen_cards,
    "disputes": cards.disputes,
    "drains": victims.drains,
    "sprees": victims.sprees,
    "payouts": victims.payouts,
}
"""Every thing that is taken, and how."""

_MOST_FAILURES: Final = 40
_MOST_DRAWS: Final = 60


def cast_crews(city: City, voices: Voices) -> None:
    """Plan crews until the configured share of accounts is in them; kinds take turns in any order."""
    dice, config = city.dice("crews"), city.config
    budget = left = round(config.fraud_share * (config.riders + config.drivers))
    largest = max(12, round(priors.LARGEST_PART * budget))
    least, most = priors.HUGE[0], min(priors.HUGE[1], round(priors.HUGE_PART * budget))
    huge = dice.randint(least, most) if least <= most and dice.chance(priors.HUGE_CHANCE) else 0
    suppliers, failures = Suppliers(active=dice.chance(priors.SUPPLIERS_CITIES)), 0
    for number, kind in enumerate(_kinds(dice)):
        if left < priors.SMALLEST or failures > _MOST_FAILURES:
            return
        own = city.dice("crews", number)
        members = size(
            priors.CREW_MEDIAN, priors.CREW_SPREAD, priors.SMALLEST, min(priors.LARGEST, largest), own
        )
        members = min(members, left)
        if left - members < priors.SMALLEST:
            members = left
        ring = _gather(city, kind, max(members, huge), own, crowd=huge > 0)
        if ring is None:
            failures += 1
            continue
        huge = 0
        left -= len(ring.members)
        _work(city, voices, ring, suppliers, own)


def _kinds(dice: Dice) -> Iterator[str]:
    """Yield kinds of crews without end, each once before one comes again."""
    while True:
        yield from dice.sample(RING_KINDS, len(RING_KINDS))


def _gather(city: City, kind: str, members: int, dice: Dice, *, crowd: bool) -> Ring | None:
    """Return a crew that hangs together, with its members and its time; None where people lack."""
    config = city.config
    care = max(0.0, min(1.0, dice.gauss(config.camouflage, priors.CARE_SPREAD)))
    most_drivers = max(0, city.spare(drives=True) - round(priors.HONEST_DRIVERS * config.drivers))
    for _ in range(_MOST_DRAWS):
        design = Design.draw(kind, care, transfers=config.transfers, dice=dice)
        design = design.crowded(dice) if crowd else design
        count = min(members, priors.ONE_HAND) if design.one_hand else members
        roles = Roles.draw(design, count, most_drivers, dice)
        if (roles.drivers == 0 and design.partners) or (design.on_victims and roles.victims < 2):
            continue
        layout = Layout.draw(design, roles, dice)
        if roles.riders + roles.victims + roles.drivers > 1 and layout.tied() >= priors.TIED:
            return _take(city, design, layout, dice)
    return None


def _take(city: City, design: Design, layout: Layout, dice: Dice) -> Ring | None:
    config, roles = city.config, layout.roles
    latest = max(0.5, config.days * 0.6)
    begin = config.start_ms + int(dice.uniform(min(0.4, latest / 2), latest) * DAY_MS)
    end = max(begin + 6 * HOUR_MS, min(config.end_ms - 5 * HOUR_MS, begin + int(design.span_days * DAY_MS)))

    def settled(account: Account) -> bool:
        return account.joined_ms < begin - DAY_MS

    victims = city.take(roles.victims, dice, drives=design.on_drivers, fit=settled)
    drivers = city.take(roles.drivers, dice, drives=True, fit=None if design.on_paper else settled)
    riders, mules = city.take(roles.riders, dice), city.take(roles.mules, dice)
    found = (len(victims), len(drivers), len(riders), len(mules))
    if found != (roles.victims, roles.drivers, roles.riders, roles.mules):
        city.give_back([*victims, *drivers, *riders, *mules])
        return None
    ring = Ring(
        trade="+".join(design.takes),
        record=RingRecord(city.mint.ring(), design.kind, [], [], [], end, design.care),
        kit=design.kit(),
        riders=riders,
        drivers=drivers,
        victims=victims,
        begin_ms=begin,
        end_ms=end,
        den=city.ground.in_one_of(("homes",), 1.5, dice),
        mules=mules,
        design=design,
        layout=layout,
    )
    ring.ips = _addresses(city, design, dice)
    city.crews.append(ring)
    return ring


def _addresses(city: City, design: Design, dice: Dice) -> list[str]:
    """Return the addresses that the crew has in common."""
    house = [city.mint.ip()] if design.network in {"wifi", "mix"} else []
    exits = {"vpn": dice.randint(1, 8), "mix": 2}.get(design.network, 0)
    return house + dice.some(city.vpn_ips, exits)


def _work(city: City, voices: Voices, ring: Ring, suppliers: Suppliers, dice: Dice) -> None:
    """Let a crew get its accounts, take what it takes, and divide it."""
    tempo = Tempo(ring.design, city.calendar, ring.begin_ms, ring.end_ms, dice)
    count = {"one": 1, "few": dice.randint(2, 6)}.get(ring.design.places, 0)
    spread = dice.choice((0.3, 2.0, 6.0))
    places = [city.ground.around(ring.den, spread, dice) for _ in range(count)]
    op = Operation(city, voices, ring, dice, tempo, places)
    enrol(op)
    muster(op)
    if ring.victims:
        victims.break_in(op)
    for place, take in enumerate(ring.design.takes):
        TAKES[take](op, place)
    settle_up(op)
    suppliers.deal_with(op)
