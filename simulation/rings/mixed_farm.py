"""promo_farm with whatever in common that the dice give: fresh or gathered accounts of any number.

Whoever makes accounts for promotions need not share more than what the promotions come to, or what the
accounts pay with; and may share that and a house, a phone, a quarter. Honest groups do as well
(``simulation.decoys.mixed_groups``): what else such a farm does has to tell it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.accounts import Account
from simulation.agenda import NewPhone
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.rings.disguise import gather, live_a_little, ride_about, start_afresh, working_time
from simulation.spreading import later, spread
from simulation.streams import Dice
from simulation.town import Town

_TIES: Final = {
    "riders": ("phone", "card", "bank"),
    "drivers": ("phone", "bank"),
    "gathered": ("gathering phone",),
}
"""One of these a farm of that sort has in common at least."""
_MORE: Final = {
    "riders": ("phone", "card", "bank", "address", "quarter"),
    "drivers": ("phone", "bank", "address", "quarter"),
    "gathered": ("card", "bank", "address", "quarter"),
}
"""And any of these besides."""
_SORTS: Final = (3, 1, 1)
_MOST_MORE: Final = 0.7
_FOR_ALL: Final = 0.7
"""How often a thing is one for all and not one for some."""


def plan_mixed_farm(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one farm; the promos it redeems are its fraud. Returns the number of accounts it took."""
    sort = dice.choices(tuple(_TIES), _SORTS)[0]
    members = town.take(size, drivers=sort == "drivers")
    if len(members) < 4:
        return 0
    gathers = sort == "gathered"
    first, span = working_time(town, dice, camouflage, low=0.3 if gathers else 0.04)
    when = spread(dice, first, span, len(members))
    if gathers:
        _live_apart(town, members, when, dice)
    else:
        start_afresh(town, members, when, dice)
        live_a_little(town, members, dice, camouflage, 1.0)
    things = _things(sort, dice)
    if "quarter" in things:
        gather(town, members, dice, dice.uniform(0.0, 2.5))
    sharers = [account for account in members if not dice.chance(0.3 * camouflage)]
    _share(town, sharers, things, dice)
    ring = town.open_ring("promo_farm", members, first, camouflage)
    offer = town.sign_on if sort == "drivers" else town.welcome
    if gathers or dice.chance(0.3):
        offer = (town.mint.promo(), round(town.habits.welcome_amount * dice.uniform(0.4, 1.5), 1))
    hurry = dice.log_uniform(0.2, 12.0) * (1 + 3 * camouflage)
    trips, drives = dice.uniform(0.0, 1.6) * (1 + camouflage), dice.log_uniform(0.02, 0.5) * (1 + camouflage)
    phones = _pool(town.mint.device, len(sharers), dice) if gathers else []
    phone_of = {each.number: phones[at % len(phones)] for at, each in enumerate(sharers) if phones}
    for account, ts in zip(members, when, strict=True):
        account.shift_hours *= drives
        on = phone_of.get(account.number)
        if on is not None:
            town.say_login(ts, account, dice, device=on)
            town.agenda.plan(NewPhone(ts=ts, account=account.number, device=on))
        town.say_promo(later(dice, ts, 0.03, hurry), account, offer, dice, ring=ring, device=on)
        if not account.is_driver:
            ride_about(town, account, account.home, ts, dice.poisson(trips), dice)
    return len(members)


def _things(sort: str, dice: Dice) -> set[str]:
    """What the farm has in common: one thing, and others of which each is drawn for itself."""
    also = dice.uniform(0.0, _MOST_MORE)
    return {dice.choice(_TIES[sort]), *(thing for thing in _MORE[sort] if dice.chance(also))}


def _pool(mint: Callable[[], str], users: int, dice: Dice) -> list[str]:
    """One for all of them, or one for so many."""
    each_for = users if dice.chance(_FOR_ALL) else dice.log_uniform(3.0, max(4.0, users))
    return [mint() for _ in range(max(1, round(users / each_for)))]


def _share(town: Town, sharers: list[Account], things: set[str], dice: Dice) -> None:
    """Give them what they have in common; who shares no card pays in cash or by one of its own."""
    mint, count = town.mint, len(sharers)
    phones = _pool(mint.device, count, dice) if "phone" in things else []
    cards = _pool(mint.card, count, dice) if "card" in things else []
    banks = _pool(mint.bank_account, count, dice) if "bank" in things else []
    address, signs_up, works = mint.ip(), dice.chance(0.5), dice.random()
    carded = dice.random()
    for at, account in enumerate(sharers):
        if phones:
            account.device = phones[at % len(phones)]
        if banks:
            account.bank_account = dice.choice(banks)
        if cards:
            account.cards, account.cash_share = [dice.choice(cards)], 0.0
        elif "gathering phone" not in things and not dice.chance(carded):
            account.cards, account.cash_share = [], 1.0
        if "address" in things:
            account.signup_ip = address if signs_up else account.signup_ip
            account.ips = (address,) if dice.chance(works) else (address, account.mobile_ip, account.home_ip)


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
