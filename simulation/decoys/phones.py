"""Phones that change hands: sold on, lost and replaced, or one for a whole family or village."""

from __future__ import annotations

from simulation.agenda import NewPhone
from simulation.biography import offer_welcome
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.spreading import spread
from simulation.streams import Dice
from simulation.town import Town


def plan_phone_sold_on(town: Town, dice: Dice) -> None:
    """Plan a phone that passes to one stranger (or on to a second); each seller stops using it."""
    people = town.take(dice.choices((2, 3), (85, 15))[0])
    if len(people) < 2:
        return
    device = people[0].device
    ts = town.moment(dice, 0.2, 0.6)
    for at, account in enumerate(people):
        account.keeps_phone = True
        if at:
            bought = ts + int(dice.log_uniform(2, 240) * HOUR_MS)
            joined = account.seen_from_ms(town.config.start_ms)
            if joined > bought - HOUR_MS:
                account.created_ms = account.active_from_ms = max(joined, bought)
                account.device = device
            else:
                town.agenda.plan(NewPhone(ts=bought, account=account.number, device=device))
            offer_welcome(town, account, dice, town.habits.welcome_uptake)
            ts = bought + int(dice.uniform(5, 30) * DAY_MS)
        if at + 1 < len(people):
            if account.active_from_ms >= ts:
                account.created_ms, account.active_from_ms = None, town.config.start_ms
            if dice.chance(0.4):
                account.active_to_ms = ts
            else:
                town.agenda.plan(NewPhone(ts=ts, account=account.number, device=town.mint.device()))
    town.note_decoy("phone_sold_on", people)


def plan_lost_phone(town: Town, dice: Dice) -> None:
    """Plan a person who loses the phone, logs in from a borrowed or new one, and goes on as before."""
    people = town.take(1, fit=lambda a: a.active_to_ms == town.config.end_ms)
    if not people:
        return
    person = people[0]
    person.keeps_phone = True
    ts = max(town.moment(dice, 0.1, 0.95), person.active_from_ms + DAY_MS)
    lender = town.anyone(1, dice)
    if lender and dice.chance(0.4):
        town.say_login(ts, person, dice, device=lender[0].device, ip=lender[0].home_ip)
    town.agenda.plan(
        NewPhone(
            ts=ts + int(dice.log_uniform(0.5, 72) * HOUR_MS), account=person.number, device=town.mint.device()
        )
    )
    town.note_decoy("lost_phone", people)


def plan_shared_phone(town: Town, dice: Dice) -> None:
    """Plan 4-15 people without phones of their own who use one, with accounts made over weeks."""
    members = town.take(dice.randint(4, 15))
    if len(members) < 4:
        return
    device = town.mint.device()
    first = town.moment(dice, 0.0, 0.5)
    span = int((town.config.end_ms - first) * dice.uniform(0.5, 0.95))
    uptake = town.habits.welcome_uptake * dice.uniform(0.2, 0.9)
    place = town.land.home(dice)
    wide = dice.uniform(0.2, 2.5)
    for account, ts in zip(members, spread(dice, first, span, len(members)), strict=True):
        account.device, account.keeps_phone = device, True
        account.created_ms = account.active_from_ms = ts
        account.home = account.hand.place = town.land.near(place, wide, dice)
        if dice.chance(0.3):
            account.cards, account.cash_share = [], 1.0
        offer_welcome(town, account, dice, uptake)
    town.note_decoy("shared_phone", members)
