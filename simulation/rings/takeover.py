"""takeover: old honest accounts logged in from one strange phone, then riding far with the same drivers."""

from __future__ import annotations

from simulation.accounts import Account
from simulation.agenda import Ride, Take
from simulation.clock import HOUR_MS
from simulation.config import DAY_MS
from simulation.spreading import away, later, spread
from simulation.streams import Dice
from simulation.town import Town


def plan_takeover(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan the hijack of 5-20 accounts by 1-3 drivers. Returns the number of accounts it took."""
    config = town.config
    first = town.waking(town.moment(dice, 0.35, 0.85), dice)
    settled = first - int(0.15 * config.days * DAY_MS)

    def old_enough(account: Account) -> bool:
        return account.active_from_ms < settled and account.active_to_ms > first and bool(account.cards)

    def driving(account: Account) -> bool:
        return account.active_from_ms < first and account.active_to_ms > first + DAY_MS

    drivers = town.take(dice.randint(1, 3), drivers=True, fit=driving)
    victims = town.take(max(5, min(20, size - len(drivers))), fit=old_enough)
    if not drivers or len(victims) < 5:
        return 0
    span = int(dice.log_uniform(3, 96) * HOUR_MS * (1 + 1.5 * camouflage))
    span = min(span, int((config.end_ms - first) * 0.7))
    phones = [town.mint.device() for _ in range(2 if dice.chance(0.35 + 0.3 * camouflage) else 1)]
    addresses = [town.mint.ip() for _ in range(dice.randint(1, 2))]
    ring = town.open_ring("takeover", [*drivers, *victims], first, camouflage)
    ring.victims = [a.id for a in victims]
    rides = dice.uniform(1.0, 3.5)
    disowned = dice.choice((0.0, dice.uniform(0.1, 0.6)))
    with_them = 1 - 0.3 * camouflage
    for victim, ts in zip(victims, spread(dice, first, span, len(victims)), strict=True):
        victim.keeps_phone = True
        victim.active_to_ms = config.end_ms
        phone = dice.choice(phones)
        address = victim.mobile_ip if dice.chance(0.4 * camouflage) else dice.choice(addresses)
        town.say_login(ts, victim, dice, device=phone, ip=address)
        for at in range(max(1, dice.poisson(rides))):
            driver = dice.choice(drivers) if at == 0 or dice.chance(with_them) else None
            start = town.land.near(drivers[0].home, 3.0, dice)
            town.agenda.plan(
                Ride(
                    ts=later(dice, ts, 0.1, 20.0),
                    rider=victim.number,
                    driver=None if driver is None else driver.number,
                    pickup=start,
                    dropoff=away(start, dice.uniform(6.0, 12.0 + 14.0 * (1 - camouflage)), dice),
                    fare_factor=1 + dice.uniform(0.0, 0.4) * (1 - camouflage),
                    device=phone,
                    ip=address,
                    card=victim.cards[0],
                    ring=ring,
                    take=Take.FARE,
                    chargeback_chance=disowned,
                    chargeback_days=dice.uniform(1.0, 6.0),
                )
            )
    return len(drivers) + len(victims)
