"""fake_rides: drivers who book themselves through rider accounts in the same hand, to harvest incentives.

Sources of the ideas: public accounts of fake orders and GPS spoofing at ride-hailing companies (for
instance Spade, arXiv 2211.06977; Uber's reports on collusion and on GPS spoofing).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulation.accounts import Account
from simulation.agenda import Ride, Take, Track
from simulation.config import DAY_MS
from simulation.geography import Point
from simulation.rings.disguise import (
    gather,
    live_a_little,
    share_addresses,
    share_cards,
    share_devices,
    start_afresh,
    work_less,
    working_time,
)
from simulation.spreading import away, spread
from simulation.streams import Dice
from simulation.town import Town


@dataclass(frozen=True, slots=True)
class Forgery:
    """How a ring forges a trip: its numbers, its track, and how often it is paid an incentive."""

    wrong: float
    speed_factors: tuple[float, ...]
    claim_factors: tuple[float, ...]
    tracks: tuple[Track, ...]
    incentive_chance: float
    reach_km: float


def plan_fake_rides(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one ring of drivers and their own passengers. Returns the number of accounts it took."""
    first, span = working_time(town, dice, camouflage, high=0.7)
    wanted = max(1, min(5, round(size * dice.uniform(0.06, 0.25))))
    drivers = town.take(
        wanted, drivers=True, fit=lambda a: a.active_from_ms < first and a.active_to_ms > first + DAY_MS
    )
    riders = town.take(size - len(drivers))
    if not drivers or len(riders) < 4:
        return 0
    start_afresh(town, riders, spread(dice, first, max(1, span // 3), len(riders)), dice)
    base = gather(town, riders, dice, dice.uniform(0.2, 2.0))
    pool = share_devices(town, riders, dice, dice.log_uniform(1.5, 12.0), camouflage)
    share_cards(town, riders, dice, dice.log_uniform(1.0, 8.0), camouflage, dice.uniform(0.4, 1.0))
    share_addresses(town, riders, dice, camouflage)
    live_a_little(town, riders, dice, camouflage, 0.6)
    _tie_drivers(town, drivers, riders, pool, dice, camouflage)
    ring = town.open_ring("fake_rides", [*drivers, *riders], first, camouflage)
    forgery = _forgery(dice, camouflage)
    per_rider = dice.uniform(2.0, 9.0)
    for rider in riders:
        begin = rider.created_ms or first
        room = max(1, min(span + DAY_MS, town.config.end_ms - begin - DAY_MS // 8))
        for _ in range(max(1, dice.poisson(per_rider))):
            ts = town.waking(begin + 300_000 + int(dice.random() * room), dice)
            driver = dice.choice(drivers)
            ride = _forged(town, dice, ts, rider, driver, base, forgery)
            ride.ring, ride.take = ring, Take.INCENTIVE
            town.agenda.plan(ride)
    return len(drivers) + len(riders)


def _tie_drivers(
    town: Town, drivers: list[Account], riders: list[Account], pool: list[str], dice: Dice, camouflage: float
) -> None:
    one_bank = len(drivers) > 1 and dice.chance(0.6 * (1 - camouflage))
    bank = town.mint.bank_account()
    work_less(drivers, dice)
    for driver in drivers:
        driver.keeps_phone = True
        if one_bank:
            driver.bank_account = bank
        if dice.chance(0.5 * (1 - camouflage)):
            driver.device = dice.choice(pool)
    if dice.chance(0.6 * (1 - camouflage)):
        lent = dice.choice(drivers).device
        for rider in riders:
            if dice.chance(0.4):
                rider.other_devices, rider.other_share = (lent,), 0.35


def _forgery(dice: Dice, camouflage: float) -> Forgery:
    styles = dice.some(("fast", "slow", "claim", "plain"), 3)
    speeds = [1.0]
    claims = [1.0]
    if "fast" in styles:
        speeds.append(1 + dice.uniform(1.0, 6.0) * (1 - 0.8 * camouflage))
    if "slow" in styles:
        speeds.append(1 / (1 + dice.uniform(1.0, 8.0) * (1 - 0.8 * camouflage)))
    if "claim" in styles:
        claims.append(1 + dice.uniform(0.8, 5.0) * (1 - 0.8 * camouflage))
    forged = dice.some((Track.STILL, Track.JUMP, Track.RULER), dice.randint(1, 2))
    tracks = (*forged, *[Track.ROAD] * dice.randint(0, 2)) if dice.chance(0.7) else (Track.ROAD,)
    return Forgery(
        wrong=dice.uniform(0.5, 1.0) * (1 - 0.7 * camouflage),
        speed_factors=tuple(speeds),
        claim_factors=tuple(claims),
        tracks=tracks,
        # A third of the rings are after ratings, ranks or vouchers, and earn no more incentives than others.
        incentive_chance=dice.uniform(0.6, 1.0) * (1 - 0.3 * camouflage)
        if dice.chance(0.65)
        else dice.uniform(0.0, 0.15),
        reach_km=dice.log_uniform(0.3, 1.5) * (1 + 2.5 * camouflage),
    )


def _forged(
    town: Town, dice: Dice, ts: int, rider: Account, driver: Account, base: Point, forgery: Forgery
) -> Ride:
    start = town.land.near(base, 0.8, dice)
    ride = Ride(
        ts=ts,
        rider=rider.number,
        driver=driver.number,
        pickup=start,
        dropoff=away(start, forgery.reach_km * dice.uniform(0.5, 1.6), dice),
    )
    if dice.chance(forgery.wrong):
        ride.speed_factor = dice.choice(forgery.speed_factors) * dice.uniform(0.85, 1.15)
        ride.claim_factor = dice.choice(forgery.claim_factors)
        ride.track = dice.choice(forgery.tracks)
    if dice.chance(forgery.incentive_chance):
        ride.incentive = round(town.habits.incentive_amount * dice.uniform(0.6, 1.6), 2)
    return ride
