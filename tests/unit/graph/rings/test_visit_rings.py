"""Rings around a thief's phone: where one ends and the next begins."""

from graph.model.vocabulary import RingKind
from tests.unit.graph.city import live_in
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import takeover


def test_two_gangs_that_ride_with_one_driver_stay_two_rings(side):
    scene = Scene()
    live_in(scene)
    first = takeover(scene, "first gang", ("driver A", "both"))
    second = takeover(scene, "second gang", ("driver B", "both"))
    engine = side()
    engine.apply(scene.events)
    rings = engine.rings()
    assert [ring.kind for ring in rings] == [RingKind.TAKEOVER, RingKind.TAKEOVER]
    found = [set(ring.accounts) for ring in rings]
    assert set.union(*found) == first | second
    assert all(ring - {"both"} in (first - {"both"}, second - {"both"}) for ring in found)
