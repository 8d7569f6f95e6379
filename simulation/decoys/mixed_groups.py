"""Groups nobody has a name for: honest people with whatever in common that the dice give them.

What ties them is drawn thing by thing, so that none of it says fraud by being there. What tells them from a
ring is what they do: they ride or drive as others do, and take what is offered no oftener than others.
"""

from __future__ import annotations

from simulation.accounts import Account
from simulation.biography import offer_sign_on, offer_welcome, pay_referral
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.spreading import spread
from simulation.streams import Dice
from simulation.town import Town


def plan_mixed_group(town: Town, dice: Dice) -> None:
    """Plan 3 to some tens of riders, drivers or both who have some things in common and not others."""
    drivers, riders = _members(town, dice)
    members = [*drivers, *riders]
    if len(members) < 3:
        return
    tried = {each: dice.chance(0.4) for each in ("arrival", "place", "phones", "money", "word", "rides")}
    if tried["arrival"]:
        _arrive(town, members, dice)
    if tried["place"]:
        _gather(town, members, dice)
    shared = tried["phones"] and _pass_phones_round(town, members, dice)
    if tried["money"]:
        _pool_money(town, drivers, riders, dice)
    eager = dice.uniform(0.2, 1.0) if shared else dice.uniform(0.3, 1.6)
    for driver in drivers:
        offer_sign_on(town, driver, dice, min(1.0, eager * town.habits.sign_on_uptake))
    for rider in riders:
        offer_welcome(town, rider, dice, min(1.0, eager * town.habits.welcome_uptake))
    if tried["word"]:
        _tell_each_other(town, members, dice)
    if tried["rides"] and drivers:
        loyalty = dice.uniform(0.1, 0.95)
        for rider in riders:
            rider.favourites = tuple(d.number for d in dice.some(drivers, 3))
            rider.loyalty = loyalty * dice.uniform(0.5, 1.0)
    town.note_decoy("mixed_group", members)


def _members(town: Town, dice: Dice) -> tuple[list[Account], list[Account]]:
    kind = dice.choices(("ride", "drive", "mix"), (5, 4, 2))[0]
    most = max(8.0, town.config.riders / 50)
    riders = [] if kind == "drive" else town.take(round(dice.log_uniform(3, most)))
    crew = {"ride": 0, "mix": dice.randint(1, 4)}.get(kind)
    if crew is None:
        crew = round(dice.log_uniform(3, max(8.0, town.config.drivers / 10)))
    drivers = town.take(crew, drivers=True)
    pace = dice.log_uniform(0.4, 2.0)
    for rider in riders:
        rider.rate *= pace
    return drivers, riders


def _arrive(town: Town, members: list[Account], dice: Dice) -> None:
    """Most come within hours or weeks of each other, and stay."""
    first = town.waking(town.moment(dice, 0.0, 0.75), dice)
    span = min(int(dice.log_uniform(3, 600) * HOUR_MS), int((town.config.end_ms - first) * 0.8))
    comes = dice.uniform(0.3, 1.0)
    for account, ts in zip(members, spread(dice, first, span, len(members)), strict=True):
        if dice.chance(comes):
            account.created_ms = account.active_from_ms = ts
            account.active_to_ms = town.config.end_ms


def _gather(town: Town, members: list[Account], dice: Dice) -> None:
    """One quarter, one address of a house, an office or a depot."""
    place, wide, address = town.land.home(dice), dice.uniform(0.0, 2.5), town.mint.ip()
    signs_up, works = dice.chance(0.5), dice.chance(0.5)
    for account in members:
        account.home = account.hand.place = town.land.near(place, wide, dice)
        account.signup_ip = address if signs_up else account.signup_ip
        if works:
            account.ips = (address, account.mobile_ip, account.home_ip)
        else:
            account.home_ip = address


def _pass_phones_round(town: Town, members: list[Account], dice: Dice) -> bool:
    """Few phones, each for so many, with phones of their own beside them or without; whether many use one."""
    each_for = dice.log_uniform(1.5, max(2.0, len(members)))
    phones = [town.mint.device() for _ in range(max(1, round(len(members) / each_for)))]
    own, often, part = dice.chance(0.5), dice.uniform(0.05, 0.6), dice.uniform(0.4, 1.0)
    for at, account in enumerate(members):
        if not dice.chance(part):
            continue
        if own:
            account.other_devices, account.other_share = (phones[at % len(phones)],), often
        else:
            account.device, account.keeps_phone = phones[at % len(phones)], True
            if account.is_driver:
                account.shift_from_h = (6.0 + 12.0 * (at // len(phones) % 2) + dice.gauss(0, 1)) % 24
                account.shift_hours = min(account.shift_hours, 11.0)
    return part * each_for > 3


def _pool_money(town: Town, drivers: list[Account], riders: list[Account], dice: Dice) -> None:
    """One payout account or a few; one card or a few, beside people's own or in place of them."""
    joins = dice.uniform(0.4, 1.0)
    banks = [town.mint.bank_account() for _ in range(dice.choices((1, 2, 4), (6, 2, 1))[0])]
    for driver in drivers:
        if dice.chance(joins):
            driver.bank_account = dice.choice(banks)
    cards, only = [town.mint.card() for _ in range(dice.choices((1, 2, 4), (5, 3, 2))[0])], dice.random()
    for rider in riders if dice.chance(0.7) else ():
        if dice.chance(joins):
            card = dice.choice(cards)
            rider.cards = [card] if dice.chance(only) else [*rider.cards, card]
            rider.cash_share *= 0.5


def _tell_each_other(town: Town, members: list[Account], dice: Dice) -> None:
    """Some came by the word of one who was there before, and most of those who brought them were paid."""
    told = dice.uniform(0.1, 0.9)
    members = sorted(members, key=lambda a: (a.seen_from_ms(0), a.number))
    for at, account in enumerate(members):
        recent = account.created_ms is not None and account.created_ms > town.config.start_ms
        if at and recent and dice.chance(told):
            account.referrer = members[dice.randrange(max(0, at - 6), at)]
            if dice.chance(0.75):
                pay_referral(town, account.referrer, account, dice)
    if dice.chance(0.3):
        begin = town.moment(dice, 0.0, 0.9)
        code = (town.mint.promo(), round(town.habits.price_level * dice.uniform(0.5, 6.0), 1))
        for account in members:
            ts = max(begin, account.seen_from_ms(0) + HOUR_MS) + int(dice.random() * 5 * DAY_MS)
            if dice.chance(0.5):
                town.say_promo(ts, account, code, dice)
