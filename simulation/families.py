"""The two families of habits behind one door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation import city
from simulation.boroughs import building
from simulation.config import CityConfig
from simulation.summary import Summary


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write a city of the family that ``config.habits`` names into ``out``: events and truth.

    ``out`` is complete or absent. ``progress`` is called now and then with the number of events written.
    The same settings give the same bytes. Raises ``BadConfig`` when ``out`` holds anything else than an
    earlier simulation.
    """
    family = building.simulate if config.habits == "second" else city.simulate
    return family(config, out, progress)
