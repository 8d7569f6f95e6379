"""How many honest look-alikes of each sort a city has: drawn from its seed in wide ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.decoys.campuses import plan_campus_drive
from simulation.decoys.closed_worlds import (
    plan_driver_family,
    plan_regulars,
    plan_shuttle,
    plan_village,
)
from simulation.decoys.counters import plan_call_centre, plan_kiosk
from simulation.decoys.fleets import plan_fleet
from simulation.decoys.homes import plan_household, plan_roommates
from simulation.decoys.mixed_groups import plan_mixed_group
from simulation.decoys.phones import plan_lost_phone, plan_phone_sold_on, plan_shared_phone
from simulation.decoys.singles import plan_driver_who_rides, plan_promo_hunter, plan_tourist
from simulation.decoys.venues import plan_event_day
from simulation.decoys.workplaces import plan_company
from simulation.streams import Dice
from simulation.town import Town

Planner = Callable[[Town, Dice], None]

PLANNERS: Final[tuple[tuple[str, Planner, float, float], ...]] = (
    ("household", plan_household, 8.0, 40.0),
    ("roommates", plan_roommates, 1.0, 10.0),
    ("phone_sold_on", plan_phone_sold_on, 2.0, 14.0),
    ("shared_phone", plan_shared_phone, 0.3, 3.0),
    ("call_centre", plan_call_centre, 0.1, 0.6),
    ("company", plan_company, 0.3, 2.0),
    ("campus_drive", plan_campus_drive, 0.2, 1.2),
    ("fleet", plan_fleet, 0.3, 1.5),
    ("village", plan_village, 0.3, 2.0),
    ("shuttle", plan_shuttle, 1.0, 6.0),
    ("regulars", plan_regulars, 0.3, 3.0),
    ("driver_family", plan_driver_family, 0.3, 5.0),
    ("driver_who_rides", plan_driver_who_rides, 1.0, 8.0),
    ("promo_hunter", plan_promo_hunter, 1.0, 10.0),
    ("tourist", plan_tourist, 2.0, 15.0),
    ("lost_phone", plan_lost_phone, 2.0, 12.0),
    ("mixed_group", plan_mixed_group, 1.0, 8.0),
    ("kiosk", plan_kiosk, 0.3, 2.5),
    ("event_day", plan_event_day, 0.2, 1.5),
)
"""Name, planner, and the range of how many there are per thousand accounts.

Those that borrow accounts without taking them come last: nobody may be given a new start after that.
"""

_LEAST_ORDINARY = 0.35


def plan_decoys(town: Town) -> None:
    """Plan the look-alikes; at least a third of the riders stay ordinary people."""
    thousands = (town.config.riders + town.config.drivers) / 1_000
    for name, planner, low, high in PLANNERS:
        dice = town.streams.dice("decoys", name)
        wanted = dice.log_uniform(low, high) * town.habits.lookalikes * thousands
        for _ in range(int(wanted) + (1 if dice.chance(wanted % 1) else 0)):
            if town.spare() < _LEAST_ORDINARY * town.config.riders:
                return
            planner(town, dice)
