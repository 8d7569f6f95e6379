"""Cities of the fourth family of habits, planned and not lived."""

from __future__ import annotations

from functools import cache
from typing import Any

from simulation import CityConfig
from simulation.kitchens.city import City
from simulation.kitchens.crews.casting import cast_crews
from simulation.kitchens.lookalikes.casting import cast_lookalikes
from simulation.kitchens.settling import settle
from simulation.kitchens.voices import Voices


@cache
def planned(seed: int, **settings: Any) -> City:
    """A city in which every story is cast, and nothing else said."""
    chosen = {"riders": 1_000, "drivers": 180, "days": 21, "fraud_share": 0.25, "transfers": True} | settings
    city = City(CityConfig(seed=seed, habits="fourth", **chosen))
    voices = Voices(city)
    settle(city)
    cast_crews(city, voices)
    cast_lookalikes(city, voices)
    return city
