"""Public devices and shared addresses: kiosks, hotel desks, call centres."""

from __future__ import annotations

from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.spreading import spread
from simulation.streams import Dice
from simulation.town import Town


def plan_kiosk(town: Town, dice: Dice) -> None:
    """Plan a device that tens or hundreds of strangers use besides their own phones, over weeks.

    Anybody may pass by, now and then a member of a ring; those are not written down as look-alikes.
    """
    small = dice.chance(0.5)
    most = max(15.0, town.config.riders / 20)
    count = dice.randint(5, 15) if small else round(dice.log_uniform(15, min(400.0, most)))
    guests = town.anyone(count, dice)
    if len(guests) < 5:
        return
    device, address = town.mint.device(), town.mint.ip()
    place = town.land.work(dice)
    signup = dice.uniform(0.0, 0.5)
    for guest in guests:
        joined = guest.seen_from_ms(town.config.start_ms)
        if guest.created_ms is not None and joined > town.config.start_ms and dice.chance(signup):
            visit = guest.created_ms + int(dice.log_uniform(0.01, 1.0) * HOUR_MS)
            guest.signup_ip = address
        else:
            low = (joined - town.config.start_ms) / (town.config.days * DAY_MS)
            visit = town.waking(town.moment(dice, min(low, 0.98), 0.99), dice)
        for _ in range(1 + dice.poisson(0.4)):
            town.say_login(visit, guest, dice, device=device, ip=address)
            visit += int(dice.log_uniform(3, 300) * HOUR_MS)
        if dice.chance(0.3):
            guest.hand.place = place
    if dice.chance(0.35):
        for passer_by in dice.some(town.accounts, dice.randint(1, 4)):
            joined = passer_by.seen_from_ms(town.config.start_ms)
            if not passer_by.is_driver and joined < town.config.end_ms - DAY_MS:
                visit = joined + int(dice.random() * (town.config.end_ms - joined))
                town.say_login(visit, passer_by, dice, device=device, ip=address)
    town.note_decoy("kiosk", guests)


def plan_call_centre(town: Town, dice: Dice) -> None:
    """Plan a place where 20-200 people work shifts behind one address, each with a phone and a card."""
    staff = town.take(round(dice.log_uniform(20, min(200.0, max(21.0, town.config.riders / 25)))))
    if len(staff) < 10:
        return
    address, place = town.mint.ip(), town.land.work(dice)
    for account in staff:
        account.work, account.work_ip = place, address
        if dice.chance(0.3):
            account.ips = (address, account.mobile_ip, account.home_ip)
    joined = [a for a in staff if a.created_ms is not None and dice.chance(0.3)]
    first = town.moment(dice, 0.0, 0.6)
    for account, ts in zip(joined, spread(dice, first, 7 * DAY_MS, max(1, len(joined))), strict=False):
        account.created_ms = account.active_from_ms = min(ts, town.config.end_ms - DAY_MS)
        account.signup_ip = address
    town.note_decoy("call_centre", staff)
