"""Companies whose employees ride on one card from one office."""

from __future__ import annotations

from simulation.clock import HOUR_MS
from simulation.streams import Dice
from simulation.town import Town


def plan_company(town: Town, dice: Dice) -> None:
    """Plan 8-60 employees with one company card and one office address, on phones of their own."""
    staff = town.take(round(dice.log_uniform(8, min(60.0, max(9.0, town.config.riders / 40)))))
    if len(staff) < 5:
        return
    card, address, office = town.mint.card(), town.mint.ip(), town.land.work(dice)
    for account in staff:
        account.work, account.work_ip = office, address
        if dice.chance(0.6):
            account.cards = [card, *account.cards]
        else:
            account.cards.append(card)
        account.cash_share *= 0.3
    first = town.moment(dice, 0.0, 0.7)
    if dice.chance(0.4):
        for account in staff:
            if account.created_ms is not None and dice.chance(0.6):
                ts = first + int(dice.log_uniform(0.5, 100) * HOUR_MS)
                account.created_ms = account.active_from_ms = min(ts, town.config.end_ms - HOUR_MS * 12)
                account.signup_ip = address
    town.note_decoy("company", staff)
