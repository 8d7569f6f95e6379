"""Trades on rides with whoever drives: one person's many accounts, stolen cards, taken-over accounts."""

from __future__ import annotations

from simulation.boroughs.borough_map import Spot
from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.crews.acts import haunting_hour, instants, ride, since
from simulation.boroughs.crews.tools import phone_plan
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice


def one_hand(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """One person lives on many accounts: to evade a ban, or to leave rides unpaid.

    An evaded ban is counted as a tenth of the fare, as in the first family: a guess, and nobody's figure.
    """
    unpaid, rides_each = dice.chance(0.4), dice.log_uniform(1.5, 10.0)
    home = members[0].home
    places = [city.ground.spot(purpose, dice) for purpose in ("office", "bar", "shop")]
    passengers = _passengers(city, dice) if crew.drivers else []
    for account in members:
        account.home = home
        for moment in instants(city, crew, max(1, dice.poisson(rides_each)), dice, since(account, crew)):
            ts = haunting_hour(city, crew, moment, dice)
            if account.drives:
                ride(city, crew, dice.choice(passengers), account, ts, "tenth", dice)
                continue
            away = dice.choice(places)
            ends: tuple[Spot, Spot] | None = (home, away) if dice.chance(0.5) else (away, home)
            if crew.recipe.trace == "haunts" or dice.chance(0.3):
                ends = None
            decided = ride(city, crew, account, crew.fence, ts, "fare" if unpaid else "tenth", dice, ends)
            if unpaid:
                decided.chargeback = 0.8


def _passengers(city: City, dice: Dice) -> list[Account]:
    """Return settled riders for a driver of many names; no look-alike makes newcomers of them later."""
    settled = city.take(60, dice, fit=lambda a: a.joined_ms is None)
    return settled or [a for a in city.riders() if a.joined_ms is None] or city.riders()


def work_cards(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """Work stolen cards on rides, the crew's own or sold to strangers; most are disowned later."""
    voices, resold = Voices(city), dice.chance(0.5)
    cards_each, rides_a_card = dice.log_uniform(1.0, 8.0), dice.uniform(1.0, 4.0)
    disowned, overlap = dice.uniform(0.35, 0.95), dice.random() * 0.4
    loot: list[str] = []
    for account in members:
        if account.drives:
            continue
        for _ in range(max(1, dice.poisson(cards_each))):
            card = dice.choice(loot) if loot and dice.chance(overlap) else city.mint.card()
            loot.append(card)
            added = instants(city, crew, 1, dice, since(account, crew))[0]
            if not dice.chance(city.priors.lost_card):
                voices.card(added, account, card, dice)
            for _ in range(max(1, dice.poisson(rides_a_card))):
                ts = city.inside(added + int(dice.log_uniform(0.1, 60.0) * HOUR_MS))
                ends = None
                if resold and crew.recipe.trace != "haunts":
                    ends = (city.ground.spot("bar", dice), city.ground.spot("home", dice))
                driver = crew.fence if dice.chance(0.7) else None
                decided = ride(
                    city, crew, account, driver, haunting_hour(city, crew, ts, dice), "fare", dice, ends
                )
                decided.card, decided.chargeback = card, disowned
                decided.taps_declined = dice.poisson(0.8)


def take_over(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """Ride on other people's accounts, from strange phones that victims share or do not share."""
    voices = Voices(city)
    victims = [a for a in members if not a.drives]
    plans = phone_plan(city, crew, victims, crew.begin_ms, dice)
    rides_each, disowned = dice.log_uniform(1.0, 7.0), dice.uniform(0.15, 0.8)
    hours = dice.log_uniform(2.0, 120.0)
    if crew.recipe.trace == "none" and crew.recipe.phones == "fresh" and crew.fence is None:
        crew.nets = [city.home_net(dice)]
    for account, plan in zip(victims, plans, strict=True):
        taken = instants(city, crew, 1, dice, since(account, crew))[0]
        strange = city.mint.device()
        for begin, device in plan:
            strange = device if begin <= taken else strange
        net = dice.choice(crew.nets or [city.carrier])
        voices.login(taken, account, dice, device=strange, net=net)
        crew.record.first_ts = min(crew.record.first_ts, taken)
        if dice.chance(0.3):
            voices.card(city.inside(taken + HOUR_MS), account, city.mint.card(), dice)
        for _ in range(max(1, dice.poisson(rides_each))):
            ts = city.inside(taken + int(dice.random() * hours * HOUR_MS))
            driver = crew.fence if dice.chance(0.75) else None
            ends = None
            if crew.recipe.trace != "haunts":
                ends = (city.ground.spot("station", dice), city.ground.spot("home", dice))
            decided = ride(
                city, crew, account, driver, haunting_hour(city, crew, ts, dice), "fare", dice, ends
            )
            decided.ts = max(decided.ts, taken)
            decided.device, decided.net, decided.chargeback = strange, net, disowned
            decided.card = account.cards[0] if account.cards else None
        if dice.chance(0.3):
            account.phones.append((city.inside(taken + 5 * DAY_MS), city.mint.device()))
