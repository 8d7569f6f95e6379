"""What rings share and what they hide: devices, cards, addresses, pace, ordinary trips."""

from __future__ import annotations

from simulation.accounts import Account, Hand
from simulation.agenda import Ride
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.geography import Point
from simulation.spreading import away, later
from simulation.streams import Dice
from simulation.town import Town


def working_time(
    town: Town,
    dice: Dice,
    camouflage: float,
    *,
    low: float = 0.04,
    high: float = 0.8,
    longest_days: float = 21.0,
) -> tuple[int, int]:
    """Return the first instant of a ring and how long (ms) it builds up: hours to weeks."""
    first = town.waking(town.moment(dice, low, high), dice)
    span = dice.log_uniform(2.0, longest_days * 24) * (1 + 1.5 * camouflage) * HOUR_MS
    room = (town.config.end_ms - first) * 0.85
    return first, max(HOUR_MS // 2, int(min(span, room)))


def start_afresh(town: Town, members: list[Account], when: list[int], dice: Dice) -> None:
    """Turn the accounts into new ones, created at the given instants, without habits of their own."""
    for account, ts in zip(members, when, strict=True):
        account.created_ms = account.active_from_ms = ts
        account.active_to_ms = town.config.end_ms
        account.voucher = account.referrer = None
        account.other_devices, account.other_share = (), 0.0
        account.keeps_phone = True
        if dice.chance(0.3):
            account.phone = None


def gather(town: Town, members: list[Account], dice: Dice, spread_km: float) -> Point:
    """Let the members live around one place, which is returned, each in a hand of its own."""
    base = town.land.home(dice)
    for account in members:
        account.home = town.land.near(base, spread_km, dice)
        account.work, account.work_ip = None, None
        account.hand = Hand(account.home)
    return base


def share_devices(
    town: Town, members: list[Account], dice: Dice, per_device: float, camouflage: float
) -> list[str]:
    """Put the members on few devices, except careful ones who keep their own; return the shared ones."""
    pool = [town.mint.device() for _ in range(max(1, round(len(members) / per_device)))]
    for at, account in enumerate(members):
        if dice.chance(0.45 * camouflage):
            continue
        account.device = pool[at % len(pool)]
        if len(pool) > 1 and dice.chance(0.35):
            account.other_devices, account.other_share = tuple(dice.some(pool, 3)), 0.3
    return pool


def share_cards(
    town: Town, members: list[Account], dice: Dice, per_card: float, camouflage: float, carded: float = 1.0
) -> None:
    """Let the members pay with few cards; ``carded`` is the share that has one at all."""
    pool = [town.mint.card() for _ in range(max(1, round(len(members) * carded / per_card)))]
    for account in members:
        if dice.chance(1 - carded):
            account.cards, account.cash_share = [], 1.0
        elif not (account.cards and dice.chance(0.45 * camouflage)):
            account.cards, account.cash_share = [dice.choice(pool)], 0.1


def share_addresses(town: Town, members: list[Account], dice: Dice, camouflage: float) -> None:
    """Give the ring one or two semi-private addresses, or let it hide behind the carrier, or a mix."""
    manner = dice.choices(("own", "mixed", "carrier"), (5 - 3 * camouflage, 3, 1 + 3 * camouflage))[0]
    own = tuple(town.mint.ip() for _ in range(dice.randint(1, 2 if len(members) < 25 else 4)))
    for account in members:
        if manner == "own" and not dice.chance(0.4 * camouflage):
            account.ips = own
        elif manner == "mixed":
            account.ips = (*own, account.mobile_ip, account.mobile_ip)
        else:
            account.ips = (account.mobile_ip,)


def share_numbers(town: Town, members: list[Account], dice: Dice, camouflage: float) -> None:
    """Let careless rings sign several accounts up with one phone number or e-mail address."""
    if dice.chance(0.3 * (1 - camouflage)):
        phones = [town.mint.phone() for _ in range(max(1, len(members) // dice.randint(2, 6)))]
        for account in members:
            account.phone = dice.choice(phones) if dice.chance(0.6) else account.phone
    if dice.chance(0.2 * (1 - camouflage)):
        mails = [town.mint.email() for _ in range(max(1, len(members) // dice.randint(2, 4)))]
        for account in members:
            account.email = dice.choice(mails) if dice.chance(0.6) else account.email


def work_less(drivers: list[Account], dice: Dice) -> None:
    """Let half of the rings' drivers drive few ordinary passengers."""
    if dice.chance(0.5):
        share = dice.uniform(0.05, 0.6)
        for driver in drivers:
            driver.shift_hours *= share


def live_a_little(town: Town, members: list[Account], dice: Dice, camouflage: float, most: float) -> None:
    """Set the members' ordinary trips with random drivers: up to ``most`` of a normal rider's."""
    for account in members:
        account.rate = town.config.trips_per_rider_day * most * camouflage * dice.uniform(0.2, 1.3)


def ride_about(
    town: Town,
    account: Account,
    around: Point,
    since: int,
    count: int,
    dice: Dice,
    *,
    within_h: float = 72.0,
    farthest_km: float = 6.0,
) -> None:
    """Plan that many short rides of the account soon after ``since``, each from near a place to anywhere."""
    for _ in range(count):
        start = town.land.near(around, 1.0, dice)
        town.agenda.plan(
            Ride(
                ts=later(dice, since, 0.2, within_h),
                rider=account.number,
                pickup=start,
                dropoff=away(start, dice.log_uniform(0.6, farthest_km), dice),
            )
        )


def days_left(town: Town, ts: int) -> float:
    """Return how many days of the file lie after ``ts``."""
    return (town.config.end_ms - ts) / DAY_MS
