"""multi_account: one hand behind many accounts that do nothing special, to escape bans or ratings."""

from __future__ import annotations

from typing import Final

from simulation.accounts import Account, Hand
from simulation.config import DAY_MS
from simulation.rings.disguise import (
    days_left,
    share_addresses,
    share_cards,
    share_devices,
    share_numbers,
    start_afresh,
    working_time,
)
from simulation.spreading import spread
from simulation.streams import Dice
from simulation.town import Town

FARE_SHARE: Final = 0.1
"""The share of each trip's fare that counts as taken: what an evaded ban or rating is worth is a guess."""


def plan_multi_account(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one person with 4-30 rider (now and then driver) accounts. Returns the number of accounts."""
    as_drivers = dice.chance(0.2) and size <= 8
    members = town.take(max(4, min(30, size)), drivers=as_drivers)
    if len(members) < 4:
        return 0
    first, span = working_time(town, dice, camouflage, high=0.7, longest_days=28.0)
    start_afresh(town, members, spread(dice, first, span, len(members)), dice)
    share_devices(town, members, dice, dice.log_uniform(1.5, max(12.0, len(members))), camouflage)
    share_addresses(town, members, dice, camouflage)
    if as_drivers:
        bank = town.mint.bank_account()
        for account in members:
            account.bank_account = account.bank_account if dice.chance(0.4 * camouflage) else bank
    else:
        per_card, carded = dice.log_uniform(1.0, max(8.0, len(members))), dice.uniform(0.4, 1.0)
        share_cards(town, members, dice, per_card, camouflage, carded)
    share_numbers(town, members, dice, camouflage)
    ring = town.open_ring("multi_account", members, first, camouflage)
    _be_one_person(town, members, dice, span)
    for account in members:
        account.tithe = (ring, FARE_SHARE)
    return len(members)


def _be_one_person(town: Town, members: list[Account], dice: Dice, span: int) -> None:
    """One home and one hand, so never in two places; the accounts take turns, or one follows another."""
    home = members[0].home
    hand = Hand(home)
    in_turn = dice.chance(0.6) and span > len(members) * DAY_MS // 2
    busy = dice.uniform(0.8, 3.0)
    for at, account in enumerate(members):
        account.home, account.hand = home, hand
        account.work, account.work_ip = members[0].work, members[0].work_ip
        if account.is_driver:
            continue
        account.rate = max(busy / len(members), 4.0 / max(1.0, days_left(town, account.active_from_ms)))
        if in_turn and at + 1 < len(members):
            until = members[at + 1].created_ms or account.active_to_ms
            account.active_to_ms = max(until, account.active_from_ms + 6 * 3_600_000)
            stay_days = (account.active_to_ms - account.active_from_ms) / DAY_MS
            account.rate = max(busy, 2.0 / stay_days)
