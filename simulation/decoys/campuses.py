"""Sign-up drives on campus: many new accounts at one address that refer each other, and then just ride."""

from __future__ import annotations

from simulation.biography import offer_welcome, pay_referral
from simulation.clock import HOUR_MS
from simulation.spreading import spread
from simulation.streams import Dice
from simulation.town import Town


def plan_campus_drive(town: Town, dice: Dice) -> None:
    """Plan 20-60 students who join within a day to a week, with own phones and cards, and stay."""
    students = town.take(dice.randint(20, 60))
    if len(students) < 15:
        return
    campus, addresses = town.land.work(dice), [town.mint.ip() for _ in range(dice.randint(1, 2))]
    first = town.waking(town.moment(dice, 0.05, 0.7), dice)
    span = int(dice.log_uniform(8, 168) * HOUR_MS)
    span = min(span, int((town.config.end_ms - first) * 0.8))
    referring = dice.uniform(0.2, 0.8)
    uptake = min(1.0, town.habits.welcome_uptake * dice.uniform(1.0, 2.0))
    for at, (account, ts) in enumerate(zip(students, spread(dice, first, span, len(students)), strict=True)):
        account.created_ms = account.active_from_ms = ts
        account.active_to_ms = town.config.end_ms
        account.home = account.hand.place = town.land.near(campus, 1.2, dice)
        account.work, account.work_ip = campus, dice.choice(addresses)
        account.signup_ip = account.work_ip if dice.chance(0.8) else None
        account.keeps_phone = True
        if at and dice.chance(referring):
            account.referrer = dice.choice(students[max(0, at - 8) : at])
            if dice.chance(0.85):
                pay_referral(town, account.referrer, account, dice)
        offer_welcome(town, account, dice, uptake)
    town.note_decoy("campus_drive", students)
