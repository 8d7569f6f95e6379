"""Digests and ids made from content."""

import pytest

from graph.digest import content_id, state_digest
from graph.vocabulary import EntityKind
from tests.unit.graph.scenes import WINDOW_MS, Scene, entity, graph_of


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
    digest = state_digest(graph_of(full_scene()))
    assert len(digest) == 32
    assert int(digest, 16) > 0


@pytest.mark.parametrize("lost", range(7))
def test_the_loss_of_any_event_changes_the_digest(lost):
    whole, part = full_scene(), full_scene()
    del part._events[lost]
    part.logs_in("ann", 6, "phone")
    whole.logs_in("ann", 6, "phone")
    assert state_digest(graph_of(part)) != state_digest(graph_of(whole))


@pytest.mark.parametrize("twice", range(7))
def test_counting_any_event_twice_changes_the_digest(twice):
    whole, more = full_scene(), full_scene()
    more._events.append(more._events[twice])
    assert state_digest(graph_of(more)) != state_digest(graph_of(whole))


def test_money_and_time_are_part_of_the_digest():
    digests = set()
    for fare, day in ((10.0, 6.0), (10.0001, 6.0), (10.0, 6.0 + 1 / 86_400_000)):
        scene = full_scene()
        scene.rides("ann", "dan", day, fare=fare)
        scene.logs_in("ann", 7, "phone")
        digests.add(state_digest(graph_of(scene)))
    assert len(digests) == 3


def test_a_cut_and_a_declaration_change_the_digest():
    def digest(change) -> str:
        graph = graph_of(full_scene())
        change(graph, entity(graph, EntityKind.ACCOUNT, "ann"), entity(graph, EntityKind.DEVICE, "phone"))
        return state_digest(graph)

    plain = digest(lambda graph, account, phone: None)
    cut = digest(lambda graph, account, phone: graph.cut(account, phone))
    declared = digest(lambda graph, account, phone: graph.declare_public(phone))
    assert len({plain, cut, declared}) == 3


def test_a_window_that_forgets_changes_the_digest():
    scene = full_scene()
    assert state_digest(graph_of(scene, WINDOW_MS // 30)) != state_digest(graph_of(scene))


def test_an_id_is_the_same_for_the_same_content_and_spells_no_two_contents_alike():
    assert content_id("ring", "a", "b") == content_id("ring", "a", "b")
    assert content_id("ring", "a", "b").startswith("ring_")
    ids = {
        content_id("ring", *parts) for parts in (("a", "b"), ("ab",), ("b", "a"), ("a|1;b",), ("a", "", "b"))
    }
    assert len(ids) == 5
