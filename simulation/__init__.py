"""A seeded city with planted rings and honest look-alikes: events and ground truth.

``simulate(CityConfig(seed=1), Path("city"))`` writes ``events.ndjson`` and ``truth.json``.
"""

from simulation.config import BadConfig, CityConfig
from simulation.families import simulate
from simulation.mishaps.building import simulate_mishaps
from simulation.summary import Summary
from simulation.takeovers.building import simulate_takeovers
from simulation.waves.building import simulate_wave

__all__ = [
    "BadConfig",
    "CityConfig",
    "Summary",
    "simulate",
    "simulate_mishaps",
    "simulate_takeovers",
    "simulate_wave",
]
