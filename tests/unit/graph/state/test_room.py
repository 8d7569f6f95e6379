"""Room for events: made when it is needed, and nothing moves while there is some."""

from __future__ import annotations

from graph.state.memory import FIRST_ROOM
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene


def test_nothing_moves_while_there_is_room_and_what_is_too_small_grows() -> None:
    memory = new_engine()._memory
    memory.reserve(1, 30)
    state = memory.state
    memory.reserve(1, 30)
    assert memory.state is state
    memory.reserve(1, FIRST_ROOM)
    assert memory.state is state
    memory.reserve(1, FIRST_ROOM + 1)
    assert memory.state is not state
    assert len(memory.state.names) > FIRST_ROOM
    for events in (100, 1_000, 10_000):
        memory.reserve(events, 0)
        kept = memory.state
        assert len(kept.entities) >= 6 * events
        assert len(kept.accounts) >= 2 * events
        assert len(kept.shared) >= 2 * events
        assert len(kept.origins) >= 4 * events
        assert len(kept.passengers) >= events
        assert len(kept.links.links) >= 5 * events
        assert len(kept.links.entities) >= 6 * events
        assert len(kept.links.ends) >= 2 * events
        memory.reserve(events, 0)
        assert memory.state is kept


def test_what_is_used_counts() -> None:
    engine = new_engine()
    scene = Scene()
    for number in range(200):
        scene.logs_in(f"account {number}", number, f"phone {number}")
    engine.apply(scene.events)
    memory = engine._memory
    used = engine.counts()["entities"]
    assert used == 400
    free = (len(memory.state.entities) - used) // 6
    memory.reserve(free, 0)
    assert len(memory.state.entities) >= used + 6 * free
    memory.reserve(free + 1, 0)
    assert len(memory.state.entities) >= used + 6 * (free + 1)


def test_a_log_of_changes_that_begins_or_ends_has_room_at_the_next_event() -> None:
    engine = new_engine()
    memory = engine._memory
    memory.reserve(1, 30)
    engine.changes()
    memory.reserve(1, 30)
    links = memory.state.links
    assert len(links.change_log.link_marks) >= len(links.links)
    engine.forget_changes()
    assert memory.state.links is memory.links.state
    assert len(memory.state.links.change_log.link_marks) == 0
