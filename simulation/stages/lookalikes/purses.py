"""Honest money that runs to one hand or from one hand, and cards that many hold."""

from __future__ import annotations

from itertools import cycle

from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.lookalikes.groups import crowd, newcomers, old_hands
from simulation.stages.voices import Voices
from simulation.streams import Dice


def topup_agent(city: City, dice: Dice) -> None:
    """An agent who sells credit for cash to many strangers, and takes some back."""
    voices, agents = Voices(city), old_hands(city, 1, 60, 400, dice)
    customers = city.strangers(crowd(city, dice, 50, 0.6, 8, 160), dice) if agents else []
    for each in customers:
        for _ in range(1 + dice.poisson(1.5)):
            ts = city.calendar.moment(dice)
            if dice.chance(0.8):
                units = dice.choice((50, 100, 200, 300, 500, 1_000))
                voices.transfer(ts, agents[0], each, units, dice)
            else:
                voices.transfer(ts, each, agents[0], dice.uniform(100, 900), dice)
    city.note("topup_agent", [*agents, *customers])


def savings_circle(city: City, dice: Dice) -> None:
    """Friends who all pay one of them in turn, the same amount every few days."""
    voices, people = Voices(city), old_hands(city, dice.randint(5, 16), 5, 300, dice)
    units = dice.choice((200, 500, 1_000, 2_000))
    days = range(dice.randint(0, 5), city.config.days, dice.choice((3, 7)))
    for day, payee in zip(days, cycle(people), strict=False):
        for each in people:
            if dice.chance(0.95):
                voices.transfer(city.calendar.at(day, 8 + 12 * dice.random()), each, payee, units, dice)
    city.note("savings_circle", people)


def remittance(city: City, dice: Dice) -> None:
    """Somebody who sends the family money every week or two."""
    voices, people = Voices(city), old_hands(city, dice.randint(3, 9), 5, 400, dice)
    for each in people[1:]:
        for day in range(dice.randint(0, 6), city.config.days, dice.choice((7, 14))):
            ts = city.calendar.at(day, 9 + 11 * dice.random())
            voices.transfer(ts, people[0], each, dice.uniform(300, 3_000), dice)
    city.note("remittance", people)


def shared_virtual_card(city: City, dice: Dice) -> None:
    """People who pay with the number of one virtual card, which is refused at times."""
    voices, card = Voices(city), city.mint.card()
    people = newcomers(city, dice.randint(3, 12), 0.38, dice)
    for each in people:
        ts = max(each.joined_ms + HOUR_MS, city.calendar.moment(dice, 0.0, 0.8))
        each.card, each.card_chance, each.card_from_ms = card, 0.6, ts
        for _ in range(dice.poisson(0.8)):
            later = ts + dice.randint(5, 4_000) * MINUTE_MS
            amount = city.priors.amount(dice.uniform(100, 500))
            voices.declined(later, each, card, amount, device=each.own_phone(later))
    city.note("shared_virtual_card", people)
