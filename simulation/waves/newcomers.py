"""Honest newcomers: accounts made, cards added and sometimes declined, first trips, seldom a dispute."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.waves.habits import NewcomerHabits
from simulation.waves.life import HOUR_MS, Life, Newcomer

OUTAGE_DECLINES: Final = 0.08
"""In an outage of an issuer: declines of its cards, of each young account that has one."""


def live(life: Life, habits: NewcomerHabits, day_ms: int) -> None:
    """One day of honest newcomers."""
    dice = life.dice
    times = max((m for begins, ends, m in habits.campaigns if begins <= day_ms < ends), default=1.0)
    for _ in range(dice.poisson(habits.accounts_a_day * times)):
        ts = day_ms + int(dice.triangular(6, 24, 18) * HOUR_MS)
        shares = dice.chance(habits.shared_phone_share)
        device = dice.choice(life.phones) if shares and life.phones else life.mint.device()
        account = life.new_account(ts, device)
        life.phones.append(device)
        del life.phones[:-200]
        _arrive(life, habits, account, ts)


def _arrive(life: Life, habits: NewcomerHabits, account: Newcomer, ts: int) -> None:
    dice = life.dice
    is_tourist = dice.chance(habits.tourist_share)
    ts += int(dice.uniform(0.01, 1.0 if is_tourist else 30.0) * HOUR_MS)
    card = life.mint.card()
    issuer = life.classes.issuer_of(card)
    outage = max((m for begins, ends, m in habits.outages if begins <= ts < ends), default=1.0)
    for _ in range(dice.poisson(habits.declined_share * outage)):
        life.decline(ts, account, card, issuer, dice.uniform(0, 5))
        ts += int(dice.uniform(0.01, 0.5) * HOUR_MS)
    life.add_card(ts, account, card, issuer)
    if dice.chance(habits.second_card_share):
        other = life.mint.card()
        life.add_card(ts + HOUR_MS // 3, account, other, life.classes.issuer_of(other))
    for n in range(1 + dice.poisson(1.2)):
        ts += int(dice.uniform(0.1, 3.0 if n == 0 or is_tourist else 90.0) * HOUR_MS)
        factor = dice.uniform(1.5, 3.0) if is_tourist else dice.uniform(0.7, 1.3)
        ride = life.ride(ts, account, card, factor)
        if ride is not None and dice.chance(habits.disputed_share):
            life.dispute(ts + int(dice.uniform(5, 40) * DAY_MS), account, card, ride)
