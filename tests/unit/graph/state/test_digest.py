"""Digests and ids made from content."""

import pytest

from graph.engine import Engine
from graph.model.vocabulary import EntityKind
from graph.state.digest import content_id
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, moment


def engine_of(scene: Scene, **options) -> Engine:
    engine = new_engine(**options)
    engine.apply(scene.events)
    return engine


def digest_of(scene: Scene, **options) -> str:
    return engine_of(scene, **options).state_digest()


def full_scene() -> Scene:
    scene = Scene()
    scene.signs_up("ann", 1, "phone", ip="1.2.3.4", referrer="bob")
    scene.logs_in("bob", 2, "phone")
    scene.adds_card("bob", 3, "card")
    scene.is_paid_to("dan", 3, "bank")
    scene.takes("ann", 4, "welcome")
    scene.disowns("bob", 5)
    scene.rides("ann", "dan", 6, fare=10.0)
    return scene


def test_a_digest_is_thirty_two_hexadecimal_digits():
    digest = digest_of(full_scene())
    assert len(digest) == 32
    assert int(digest, 16) > 0


@pytest.mark.parametrize("lost", range(7))
def test_the_loss_of_any_event_changes_the_digest(lost):
    whole, part = full_scene(), full_scene()
    del part._events[lost]
    part.logs_in("ann", 6, "phone")
    whole.logs_in("ann", 6, "phone")
    assert digest_of(part) != digest_of(whole)


@pytest.mark.parametrize("twice", range(7))
def test_counting_any_event_twice_changes_the_digest(twice):
    whole, more = full_scene(), full_scene()
    more._events.append(more._events[twice])
    assert digest_of(more) != digest_of(whole)


def test_money_and_time_are_part_of_the_digest():
    digests = set()
    for fare, day in ((10.0, 6.0), (10.0001, 6.0), (10.0, 6.0 + 1 / 86_400_000)):
        scene = full_scene()
        scene.rides("ann", "dan", day, fare=fare)
        scene.logs_in("ann", 7, "phone")
        digests.add(digest_of(scene))
    assert len(digests) == 3


def test_a_cut_and_a_declaration_change_the_digest():
    def digest(change) -> str:
        engine = engine_of(full_scene())
        change(engine)
        return engine.state_digest()

    plain = digest(lambda engine: None)
    cut = digest(lambda engine: engine.cut("ann", EntityKind.DEVICE, "phone", moment(7, "cut")))
    declared = digest(lambda engine: engine.declare_public(EntityKind.DEVICE, "phone", moment(7, "word")))
    assert len({plain, cut, declared}) == 3


def test_a_window_that_forgets_changes_the_digest():
    scene = full_scene()
    assert digest_of(scene, window_days=3) != digest_of(scene)


def test_an_id_is_the_same_for_the_same_content_and_spells_no_two_contents_alike():
    assert content_id("ring", "a", "b") == content_id("ring", "a", "b")
    assert content_id("ring", "a", "b").startswith("ring_")
    ids = {
        content_id("ring", *parts) for parts in (("a", "b"), ("ab",), ("b", "a"), ("a|1;b",), ("a", "", "b"))
    }
    assert len(ids) == 5
