"""The product's promise: nobody honest is flagged, but for one that is told, with the scorer that ships.

By the engine; that the twin tells the same of the same cities is for
``tests/properties/test_engine_equals_twin.py``.
"""

import pytest

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.vocabulary import Decision, LedgerChange
from graph.updates.sharing import DAY_MS
from tests.unit.graph.city import live_in
from tests.unit.graph.lookalikes import LOOKALIKES, kiosk
from tests.unit.graph.scenes import Scene


@pytest.mark.parametrize(
    "lookalike", [each for each in LOOKALIKES if each is not kiosk], ids=lambda lookalike: lookalike.__name__
)
def test_an_honest_group_raises_no_flag(lookalike):
    scene = Scene()
    live_in(scene)
    lookalike(scene)
    engine = Engine(EngineConfig(), load_scorer())
    outcome = engine.apply(scene.events)
    accused = [(flag.kind, flag.score, flag.accounts) for flag in outcome.flags]
    assert accused == []


def test_a_kiosk_is_looked_at_in_its_first_days_at_most_and_let_go():
    """Seven settled people come to a phone that is new to the city within days, two of them by one driver."""
    scene = Scene()
    live_in(scene)
    kiosk(scene)
    engine = Engine(EngineConfig(), load_scorer())
    outcome = engine.apply(scene.events)
    assert {flag.decision for flag in outcome.flags} <= {Decision.REVIEW}
    assert len({name for flag in outcome.flags for name in flag.accounts}) <= 10
    assert engine.rings() == []
    closed = [entry.ts for entry in outcome.ledger if entry.change is LedgerChange.CLOSED]
    assert all(last - flag.ts < DAY_MS for flag, last in zip(outcome.flags, closed, strict=True))


def test_a_city_of_honest_people_raises_no_flag():
    scene = Scene()
    live_in(scene)
    outcome = Engine(EngineConfig(), load_scorer()).apply(scene.events)
    assert (outcome.flags, outcome.ledger) == ([], [])
