"""The riders and rides of each driver, side by side, are those of its links; who is shared has a label."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.components.edges import label
from graph.links.records import RIDERS
from graph.links.touch import first_link
from graph.state.records import BLOCK_RIDERS
from graph.state.state import State
from graph.updates.passengers import NO_BLOCK
from tests.properties.test_engine_equals_twin import crowded, pair
from tests.properties.test_entity_graph import spelt
from tests.unit.graph.scenes import Scene


def listed(state: State, account) -> list[tuple[int, int]]:
    riders, block = [], account["passengers"]
    while block != NO_BLOCK:
        some, count = state.passengers[block], state.passengers[block]["count"]
        assert 0 < count <= BLOCK_RIDERS
        riders += zip(some["riders"][:count].tolist(), some["rides"][:count].tolist(), strict=True)
        block = some["next"]
    return sorted(riders)


def linked(state: State, driver: int) -> list[tuple[int, int]]:
    riders, link = [], first_link(state.links, driver, RIDERS)
    while link >= 0:
        riders.append((int(state.entities["account"][state.links.links[link]["source"]]), link))
        link = int(state.links.hooks[link]["next_in"])
    return sorted(riders)


def assert_in_line(engine) -> None:
    state = engine._memory.state
    for number, account in enumerate(state.accounts[: state.counters["accounts"][0]]):
        assert listed(state, account) == linked(state, int(account["entity"]))
        assert bool(state.shared[number]) == (label(state.forest, int(account["entity"])) >= 0)


@settings(max_examples=100, deadline=None)
@given(drawn=crowded, parts=st.integers(1, 5))
def test_lists_and_flags_follow_the_links(drawn, parts):
    events = spelt(drawn)
    engine = pair()[0]
    for part in range(parts):
        engine.apply(events[part::parts])
        assert_in_line(engine)


def test_a_driver_of_many_blocks_loses_its_riders_one_by_one_and_gains_others():
    scene = Scene()
    for n in range(150):
        scene.rides(f"r{n}", "d", day=n / 3)
    engine = pair(window_days=20)[0]
    most = 0
    for event in scene.events:
        engine.apply([event])
        assert_in_line(engine)
        most = max(most, engine.counts()["live_links"])
    assert most == engine.counts()["live_links"] > 4 * BLOCK_RIDERS
