"""promo_farm of one thing: fresh or gathered accounts of any number that share one identifier and no other.

Whoever makes accounts for promotions need not share more than what the promotions come to, or what the
accounts pay with. Honest groups share one thing as well: what else such a farm does has to tell it.
"""

from __future__ import annotations

from typing import Final

from simulation.accounts import Account
from simulation.agenda import NewPhone
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.rings.disguise import live_a_little, ride_about, start_afresh, working_time
from simulation.spreading import later, spread
from simulation.streams import Dice
from simulation.town import Town

THINGS: Final = ("phone", "card", "bank", "drivers' bank", "gathering phone")


def plan_bare_farm(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one farm; the promos it redeems are its fraud. Returns the number of accounts it took."""
    thing = dice.choice(THINGS)
    members = town.take(size, drivers=thing == "drivers' bank")
    if len(members) < 4:
        return 0
    first, span = working_time(town, dice, camouflage, low=0.3 if thing == "gathering phone" else 0.04)
    when = spread(dice, first, span, len(members))
    if thing == "gathering phone":
        _live_apart(town, members, when, dice)
    else:
        start_afresh(town, members, when, dice)
        live_a_little(town, members, dice, camouflage, 1.0)
    sharers = [account for account in members if not dice.chance(0.3 * camouflage)]
    _share(town, sharers, thing, dice)
    ring = town.open_ring("promo_farm", members, first, camouflage)
    offer = town.sign_on if thing == "drivers' bank" else town.welcome
    if thing == "gathering phone" or dice.chance(0.3):
        offer = (town.mint.promo(), round(town.habits.welcome_amount * dice.uniform(0.4, 1.5), 1))
    hurry = dice.log_uniform(0.2, 12.0) * (1 + 3 * camouflage)
    trips, drives = dice.uniform(0.0, 1.6) * (1 + camouflage), dice.log_uniform(0.02, 0.5) * (1 + camouflage)
    phone = town.mint.device() if thing == "gathering phone" else None
    at_it = {account.number for account in sharers}
    for account, ts in zip(members, when, strict=True):
        account.shift_hours *= drives
        on = phone if account.number in at_it else None
        if on is not None:
            town.say_login(ts, account, dice, device=on)
            town.agenda.plan(NewPhone(ts=ts, account=account.number, device=on))
        town.say_promo(later(dice, ts, 0.03, hurry), account, offer, dice, ring=ring, device=on)
        if not account.is_driver:
            ride_about(town, account, account.home, ts, dice.poisson(trips), dice)
    return len(members)


def _share(town: Town, sharers: list[Account], thing: str, dice: Dice) -> None:
    """Give them the one phone, card or bank account; who shares no card pays in cash or by one of its own."""
    phone, card, bank = town.mint.device(), town.mint.card(), town.mint.bank_account()
    carded = dice.random()
    for account in sharers:
        if thing == "phone":
            account.device = phone
        elif "bank" in thing:
            account.bank_account = bank
        if thing == "card":
            account.cards, account.cash_share = [card], 0.0
        elif thing != "gathering phone" and not dice.chance(carded):
            account.cards, account.cash_share = [], 1.0


def _live_apart(town: Town, members: list[Account], when: list[int], dice: Dice) -> None:
    """Let them be a week to two months old at that time, and have ridden little on phones of their own."""
    pace = dice.uniform(0.05, 1.0)
    for account, ts in zip(members, when, strict=True):
        made = ts - int(dice.log_uniform(7, 60) * DAY_MS)
        account.created_ms = made if made > town.config.start_ms else None
        account.active_from_ms = max(made, town.config.start_ms)
        account.active_to_ms = town.config.end_ms
        account.rate *= pace if ts - account.active_from_ms > HOUR_MS else 0.0
        account.keeps_phone = True
