"""The assembly of the family: a seeded city from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.config import CityConfig
from simulation.kitchens.crews.casting import cast_crews
from simulation.kitchens.living import live
from simulation.kitchens.lookalikes.casting import cast_lookalikes
from simulation.summary import Summary


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write a city of the fourth family into ``out``, as ``live`` does.

    Raises ``BadConfig`` where ``out`` holds anything else than an earlier simulation.
    """
    return live(config, out, progress, stream="kitchens", casts=(cast_crews, cast_lookalikes))
