"""The families of habits behind one door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from simulation import city
from simulation.boroughs import building as boroughs
from simulation.compositions import building as compositions
from simulation.config import CityConfig
from simulation.fleets import building as fleets
from simulation.kitchens import building as kitchens
from simulation.stages import building as stages
from simulation.summary import Summary

_Family = Callable[[CityConfig, Path, Callable[[int], None] | None], Summary]
_FAMILIES: Final[dict[str, _Family]] = {
    "first": city.simulate,
    "second": boroughs.simulate,
    "third": stages.simulate,
    "fourth": kitchens.simulate,
    "fifth": fleets.simulate,
    "sixth": compositions.simulate,
}


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write a city of the family that ``config.habits`` names into ``out``: events and truth.

    ``out`` is complete or absent. ``progress`` is called now and then with the number of events written.
    The same settings give the same bytes. Raises ``BadConfig`` when ``out`` holds anything else than an
    earlier simulation.
    """
    return _FAMILIES[config.habits](config, out, progress)
