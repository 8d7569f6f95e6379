"""The assembly of the family: a seeded city from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.compositions.crews.casting import cast_crews
from simulation.compositions.groups.casting import cast_groups
from simulation.config import CityConfig
from simulation.kitchens.living import Cast, live
from simulation.summary import Summary

STREAM = "compositions"
CASTS: tuple[Cast, ...] = (cast_crews, cast_groups)


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write a city of the sixth family into ``out``, as ``simulation.kitchens.living.live`` does.

    Raises ``BadConfig`` where ``out`` holds anything else than an earlier simulation.
    """
    return live(config, out, progress, stream=STREAM, casts=CASTS)
