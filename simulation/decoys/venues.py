"""Days on which many people ride to the same place at the same time."""

from __future__ import annotations

from simulation.agenda import Ride
from simulation.clock import MINUTE_MS
from simulation.config import DAY_MS
from simulation.streams import Dice
from simulation.town import Town


def plan_event_day(town: Town, dice: Dice) -> None:
    """Plan a match or concert: 30-300 riders arrive within two hours and leave within one."""
    day = dice.randrange(town.config.days)
    day_ms = town.config.start_ms + day * DAY_MS
    starts = day_ms + int(town.clock.utc_minute(dice.uniform(14.0, 20.0)) * MINUTE_MS)
    count = round(dice.log_uniform(30, min(300.0, max(31.0, town.config.riders / 15))))
    crowd = [
        a
        for a in town.anyone(count, dice)
        if a.active_from_ms < starts - 4 * 3_600_000 and a.active_to_ms > starts
    ]
    if not crowd:
        return
    venue = town.land.work(dice)
    ends = starts + int(dice.uniform(90, 200) * MINUTE_MS)
    for guest in crowd:
        there, back = town.land.near(venue, 0.2, dice), town.land.near(venue, 0.2, dice)
        town.agenda.plan(
            Ride(
                ts=starts - int(dice.uniform(20, 130) * MINUTE_MS),
                rider=guest.number,
                pickup=guest.home,
                dropoff=there,
                patient=False,
            )
        )
        if dice.chance(0.8):
            town.agenda.plan(
                Ride(
                    ts=ends + int(dice.uniform(0, 50) * MINUTE_MS),
                    rider=guest.number,
                    pickup=back,
                    dropoff=guest.home,
                    patient=False,
                )
            )
    town.note_decoy("event_day", crowd)
