"""Cities of the third family of habits, planned and not lived."""

from __future__ import annotations

from functools import cache

from simulation import CityConfig
from simulation.stages.building import plan
from simulation.stages.city import City


@cache
def planned(seed: int, camouflage: float = 0.4, fraud_share: float = 0.2) -> City:
    return plan(
        CityConfig(
            seed=seed,
            habits="third",
            riders=1_000,
            drivers=150,
            days=14,
            fraud_share=fraud_share,
            camouflage=camouflage,
            transfers=True,
        )
    )
