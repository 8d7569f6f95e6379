from __future__ import annotations

from pathlib import Path

from simulation.stages.priors import PLACES, Priors
from simulation.streams import Dice
from tests.unit.simulation.family_worlds import family_city


def test_a_city_pays_in_one_of_two_currencies_in_whole_coins(tmp_path: Path) -> None:
    drawn = {Priors.draw(Dice(seed)).place for seed in range(12)}
    assert drawn == set(PLACES)
    city = family_city("third", tmp_path / "out", riders=600, drivers=70, days=6)
    fares = [event["fare"] for event in city.of("trip_completed")]
    assert any(all(fare % place.coin == 0 for fare in fares) for place in PLACES)
