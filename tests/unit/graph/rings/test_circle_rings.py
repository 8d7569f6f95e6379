"""Rings of riders and drivers who share nothing: how they begin, widen and end."""

from graph.model.vocabulary import LedgerChange, RingKind
from tests.unit.graph.city import live_in
from tests.unit.graph.fakes import in_batches
from tests.unit.graph.ledger_replay import replay
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import collusion


def test_a_circle_is_found_before_it_has_done_half_of_its_trips(side):
    scene = Scene()
    live_in(scene)
    accounts = collusion(scene)
    inside = [
        e for e in scene.events if {getattr(e, "rider_id", ""), getattr(e, "driver_id", "")} <= accounts
    ]
    trips = [event.ts for event in inside if hasattr(event, "fare")]
    (first, *_) = in_batches(side(), scene.events, 500).flags
    assert first.kind is RingKind.COLLUSION
    assert first.ts <= trips[len(trips) // 2]


def test_a_circle_closes_when_its_trips_have_aged_out_of_the_window(side):
    scene = Scene()
    live_in(scene)
    collusion(scene)
    engine = side()
    ledger = engine.apply(scene.events).ledger
    assert len(engine.rings()) == 1
    later = Scene()
    for day in range(100, 140):
        later.logs_in("stranger", day, "elsewhere")
    after = engine.apply(later.events).ledger
    assert after[-1].change is LedgerChange.CLOSED
    assert engine.rings() == []
    assert replay([*ledger, *after]) == {}
