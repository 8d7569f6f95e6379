"""The product's promise: nobody honest is flagged, with the scorer that ships.

By the engine; that the twin tells the same of the same cities is for
``tests/properties/test_engine_equals_twin.py``.
"""

import pytest

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from tests.unit.graph.city import live_in
from tests.unit.graph.lookalikes import LOOKALIKES
from tests.unit.graph.scenes import Scene


@pytest.mark.parametrize("lookalike", LOOKALIKES, ids=lambda lookalike: lookalike.__name__)
def test_an_honest_group_raises_no_flag(lookalike):
    scene = Scene()
    live_in(scene)
    lookalike(scene)
    engine = Engine(EngineConfig(), load_scorer())
    outcome = engine.apply(scene.events)
    accused = [(flag.kind, flag.score, flag.accounts) for flag in outcome.flags]
    assert accused == []


def test_a_city_of_honest_people_raises_no_flag():
    scene = Scene()
    live_in(scene)
    outcome = Engine(EngineConfig(), load_scorer()).apply(scene.events)
    assert (outcome.flags, outcome.ledger) == ([], [])
