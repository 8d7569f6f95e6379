"""What the arrays of an engine forget besides a name."""

from graph.engine import Engine, EngineConfig
from graph.model.renaming import ghosts_of
from graph.state.forgetting import without
from tests.unit.graph.drives import drive, trip_of
from tests.unit.graph.fakes import StrongestSign


def test_where_somebody_was_last_goes_with_their_name_and_others_stay():
    engine = Engine(EngineConfig(), StrongestSign())
    engine.apply([trip_of(drive(1))])
    saved = engine.save()
    arrays, renamed = without(saved, ghosts_of([("account", "rider of t")]))
    assert renamed == 1
    before, after = saved["whereabouts"], arrays["whereabouts"]
    assert ((before["who"] != 0).sum(), (after["who"] != 0).sum()) == (2, 1)
    gone = before[(before["who"] != 0) & (after["who"] == 0)]
    assert gone["lat"][0] != 0
    assert (after[(before["who"] != 0) & (after["who"] == 0)]["lat"] == 0).all()
    assert without(saved, ghosts_of([("account", "nobody")]))[1] == 0
