from __future__ import annotations

from simulation.fleets.priors import Priors
from simulation.streams import Dice


def test_cities_differ_in_everything_that_is_drawn() -> None:
    drawn = [Priors.draw(Dice(seed)) for seed in range(40)]
    for name in Priors.__slots__:
        assert len({getattr(priors, name) for priors in drawn}) >= 4, name
