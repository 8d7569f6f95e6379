"""A seeded city with planted rings and honest look-alikes: events and ground truth.

``simulate(CityConfig(seed=1), Path("city"))`` writes ``events.ndjson`` and ``truth.json``.
"""

from simulation.city import Summary, simulate
from simulation.config import BadConfig, CityConfig

__all__ = ["BadConfig", "CityConfig", "Summary", "simulate"]
