"""A seeded city with planted rings and honest look-alikes: events and ground truth.

``simulate(CityConfig(seed=1), Path("city"))`` writes ``events.ndjson`` and ``truth.json``.
"""

from simulation.config import BadConfig, CityConfig
from simulation.families import simulate
from simulation.summary import Summary

__all__ = ["BadConfig", "CityConfig", "Summary", "simulate"]
