"""Cities of the fifth family of habits, planned and not lived."""

from __future__ import annotations

from functools import cache
from typing import Any

from simulation import CityConfig
from simulation.fleets.city import City
from simulation.fleets.crews.casting import cast_crews
from simulation.fleets.lookalikes.casting import cast_lookalikes
from simulation.fleets.settling import settle
from simulation.fleets.voices import Voices


@cache
def planned(seed: int, **settings: Any) -> City:
    """A city in which every story is cast, and nothing else said."""
    chosen = {"riders": 1_500, "drivers": 250, "days": 21, "fraud_share": 0.25, "transfers": True} | settings
    city = City(CityConfig(seed=seed, habits="fifth", **chosen))
    voices = Voices(city)
    settle(city)
    cast_crews(city, voices)
    cast_lookalikes(city, voices)
    return city
