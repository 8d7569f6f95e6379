"""collusion: drivers and riders in a closed circle, each with an own device and card.

Source of the idea: Uber's public study of collusion between riders and drivers (2021).
"""

from __future__ import annotations

from simulation.agenda import Ride, Take
from simulation.rings.disguise import start_afresh, work_less, working_time
from simulation.spreading import away, spread
from simulation.streams import Dice
from simulation.town import Town


def plan_collusion(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one circle of 3-8 drivers and 6-30 riders. Returns the number of accounts it took."""
    drivers = town.take(max(3, min(8, round(size * dice.uniform(0.15, 0.35)))), drivers=True)
    riders = town.take(max(6, min(30, size - len(drivers))))
    if len(drivers) < 3 or len(riders) < 6:
        return 0
    first, span = working_time(town, dice, camouflage, high=0.6, longest_days=28.0)
    span = max(span, 36 * 3_600_000)
    span = min(span, int((town.config.end_ms - first) * 0.9))
    if dice.chance(0.5):
        start_afresh(town, riders, spread(dice, first, span // 2, len(riders)), dice)
    work_less(drivers, dice)
    for account in [*drivers, *riders]:
        account.keeps_phone = True
        account.active_to_ms = town.config.end_ms
        if not account.is_driver:
            account.rate = town.config.trips_per_rider_day * dice.uniform(0.1, 0.3 + 0.7 * camouflage)
            if not account.cards:
                account.cards, account.cash_share = [town.mint.card()], town.habits.cash_share
    ring = town.open_ring("collusion", [*drivers, *riders], first, camouflage)
    density = dice.uniform(0.5, 1.0)
    repeats = dice.uniform(1.0, 3.5)
    inflated = 1 + dice.uniform(0.1, 0.6) * (1 - 0.8 * camouflage)
    paid = dice.uniform(0.55, 0.95) * (1 - 0.35 * camouflage)
    if dice.chance(0.25):
        # These live on inflated fares alone.
        inflated, paid = inflated + dice.uniform(0.1, 0.4), dice.uniform(0.0, 0.15)
    for rider in riders:
        begin = max(first, rider.seen_from_ms(town.config.start_ms) + 600_000, rider.active_from_ms)
        for driver in drivers:
            if not dice.chance(density):
                continue
            for _ in range(max(1, min(6, dice.poisson(repeats)))):
                ready = max(begin, driver.active_from_ms)
                room = max(1, min(first + span, town.config.end_ms) - ready)
                start = town.land.near(driver.home, 2.0, dice)
                town.agenda.plan(
                    Ride(
                        ts=town.waking(ready + int(dice.random() * room), dice),
                        rider=rider.number,
                        driver=driver.number,
                        pickup=start,
                        dropoff=away(start, dice.log_uniform(1.0, 7.0), dice),
                        fare_factor=inflated * dice.uniform(0.95, 1.1),
                        incentive=round(town.habits.incentive_amount * dice.uniform(0.7, 1.4), 2)
                        if dice.chance(paid)
                        else None,
                        ring=ring,
                        take=Take.INCENTIVE,
                    )
                )
    return len(drivers) + len(riders)
