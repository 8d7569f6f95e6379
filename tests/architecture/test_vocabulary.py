"""One vocabulary: every room speaks the words of the core."""

from __future__ import annotations

from pathlib import Path

import msgspec

from graph.model.vocabulary import RingKind
from simulation import CityConfig, simulate


def test_the_simulation_plants_exactly_the_kinds_of_ring_that_the_product_knows(tmp_path: Path) -> None:
    simulate(
        CityConfig(seed=1, riders=3000, drivers=250, days=10, fraud_share=0.1, gps=False), tmp_path / "city"
    )
    truth = msgspec.json.decode((tmp_path / "city" / "truth.json").read_bytes())
    assert {ring["kind"] for ring in truth["rings"]} == {kind.value for kind in RingKind}
