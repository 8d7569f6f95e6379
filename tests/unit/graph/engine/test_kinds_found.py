"""Each of the seven kinds is found, named and explained, in an ordinary city.

By the engine, with the scorer that ships too; that the twin tells the same of the same cities is for
``tests/properties/test_engine_equals_twin.py``.
"""

import pytest

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.vocabulary import RingKind
from graph.rings.lifecycle import Policy
from tests.unit.graph.city import live_in
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import SCHEMES

# The strongest sign gives nine tenths of it, so that no rule alone is certain.
SCORERS = {"strongest sign": (StrongestSign, Policy(review=0.8)), "shipped": (load_scorer, Policy())}


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.__name__)
def test_the_scheme_is_found_as_what_it_is_and_no_one_else_is_accused(scheme, scorer):
    scene = Scene()
    live_in(scene)
    accounts = scheme(scene)
    made, policy = SCORERS[scorer]
    engine = Engine(EngineConfig(policy=policy), made())
    outcome = engine.apply(scene.events)
    (ring,) = engine.rings()
    found = set(ring.accounts)
    assert len(found & accounts) >= 0.8 * len(found | accounts)
    assert ring.kind is RingKind(scheme.__name__)
    assert ring.reasons[0].detail
    flagged = {account for flag in outcome.flags for account in flag.accounts}
    assert flagged <= accounts | found
    assert ring.flagged_ts < scene.events[-1].ts
