"""Families and flat shares: one home and one address, now and then one phone or card."""

from __future__ import annotations

from itertools import pairwise

from simulation.accounts import Account
from simulation.biography import offer_welcome, pay_referral
from simulation.streams import Dice
from simulation.town import Town


def plan_household(town: Town, dice: Dice) -> None:
    """Plan a family of 2-6 that lives together; in many cities most families share a card or a phone."""
    members = town.take(dice.choices((2, 3, 4, 5, 6), (40, 25, 20, 10, 5))[0])
    if len(members) < 2:
        return
    _move_in(members)
    if dice.chance(town.habits.family_phone):
        for account in members[1:]:
            if dice.chance(0.6):
                account.other_devices, account.other_share = (members[0].device,), dice.uniform(0.05, 0.5)
            elif dice.chance(0.4):
                account.device = members[0].device
    if members[0].cards and dice.chance(town.habits.family_card):
        family = members[0].cards[0]
        for account in members[1:]:
            if dice.chance(0.5):
                account.cards = [family]
            elif dice.chance(0.6):
                account.cards = [*account.cards[:1], family][:: dice.choice((1, -1))]
    if dice.chance(0.1):
        members[-1].phone = members[0].phone
    _greet(town, members, dice, 0.3)
    town.note_decoy("household", members)


def plan_roommates(town: Town, dice: Dice) -> None:
    """Plan a flat share of 3-7: one home and address, everything else their own."""
    members = town.take(dice.randint(3, 7))
    if len(members) < 3:
        return
    _move_in(members)
    _greet(town, members, dice, 0.5)
    town.note_decoy("roommates", members)


def _move_in(members: list[Account]) -> None:
    for account in members[1:]:
        account.home, account.home_ip = members[0].home, members[0].home_ip
        account.hand.place = account.home


def _greet(town: Town, members: list[Account], dice: Dice, referring: float) -> None:
    members = sorted(members, key=lambda a: (a.seen_from_ms(0), a.number))
    for older, account in pairwise(members):
        offer_welcome(town, account, dice, town.habits.welcome_uptake)
        recent = account.created_ms is not None and account.created_ms > town.config.start_ms
        if recent and dice.chance(referring):
            account.referrer = older
            if dice.chance(0.7):
                pay_referral(town, older, account, dice)
