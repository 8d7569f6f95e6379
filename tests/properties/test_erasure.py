"""Forgetting somebody: nothing of them is left, and everything else is as before."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.entities import KINDS
from graph.model.renaming import ghosts_of, places_of
from graph.model.vocabulary import VerdictOutcome
from graph.state.forgetting import without
from graph.stores.listening import without as nothing_heard_of
from graph.stores.recorder import TellingEngine
from graph.stores.sqlite import SqliteWriter
from graph.stores.sqlite.eraser import SqliteEraser
from tests.erasure_worlds import renamed_events, renamed_rows, store_rows
from tests.store_worlds import AWKWARD, World, farm
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene

PEOPLE = [*AWKWARD[:8], "person-1", "person-12", "person-123", "bob"]
KIND_NAMES = [kind.value for kind in KINDS]
PLACE = {"pickup_lat": 1.0, "pickup_lon": 2.0, "dropoff_lat": 1.1, "dropoff_lon": 2.1}


@st.composite
def scenes(draw) -> Scene:
    """A farm of some, phones of their own and shared ones, cards, trips with places, transfers, answers."""
    scene = Scene()
    crew = draw(st.lists(st.sampled_from(PEOPLE), min_size=5, max_size=9, unique=True))
    farm(scene, crew, "the crew's phone", 1)
    day = 4.0
    for name in PEOPLE:
        day += 0.1
        scene.logs_in(name, day, draw(st.sampled_from([f"own phone of {name}", "kiosk phone"])))
        if draw(st.booleans()):
            scene.adds_card(name, day + 0.01, draw(st.sampled_from([f"own card of {name}", "shared card"])))
        if draw(st.booleans()):
            scene.rides(name, draw(st.sampled_from(["driver", "person-12"])), day + 0.02, **PLACE)
        if draw(st.booleans()):
            scene.pays(name, day + 0.03, draw(st.sampled_from(PEOPLE)))
        if draw(st.booleans()):
            scene.disowns(name, day + 0.04, card=f"own card of {name}")
    scene.is_answered(
        draw(st.sampled_from(PEOPLE)),
        day + 1,
        draw(st.sampled_from([VerdictOutcome.FRAUD, VerdictOutcome.LEGIT])),
    )
    return scene


@settings(max_examples=12, deadline=None)
@given(scene=scenes(), gone=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))
def test_a_store_forgets_them_down_to_its_last_byte_and_nobody_else(scene, gone):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        world = World()
        world.live(scene, 20)
        writer = SqliteWriter(path)
        for number, changes in enumerate(world.changes, 1):
            writer.write(changes, {"events": number})
        writer.close()
        before = store_rows(path)
        eraser = SqliteEraser(path)
        renaming = ghosts_of(eraser.identifiers_of(gone))
        longer = {each: eraser.containing(each) for each in renaming.identifiers}
        assert {name for kind, name in renaming.names if kind == "account"} == set(gone)
        assert eraser.erase(renaming) > 0
        assert eraser.identifiers_of(gone) == []
        assert eraser.erase(renaming) == 0, "a second time there is nothing left to do"
        eraser.close()
        assert store_rows(path) == renamed_rows(before, renaming, KIND_NAMES)
        data = b"".join(each.read_bytes() for each in sorted(Path(folder).iterdir()))
        for each in renaming.identifiers:
            assert list(places_of(each, data, longer[each])) == []


@settings(max_examples=12, deadline=None)
@given(scene=scenes(), gone=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))
def test_a_saved_engine_forgets_them_and_is_as_if_they_had_always_been_called_otherwise(scene, gone):
    engine = TellingEngine(new_engine())
    engine.drain()
    engine.apply(scene.events)
    named = [("account", each) for each in gone]
    named += [(kind, f"own {what} of {each}") for each in gone for kind, what in OWN]
    renaming = ghosts_of(named)
    saved, count = without(engine.save(), renaming)
    saved = nothing_heard_of(saved, renaming)
    assert count >= len(gone)
    others = [*PEOPLE, *(f"own {what} of {each}" for each in PEOPLE for _, what in OWN)]
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in saved.values())
    for each in renaming.identifiers:
        longer = [other for other in others if each in other and other != each]
        assert list(places_of(each, data, longer)) == []
    erased = TellingEngine(new_engine())
    erased.load(saved)
    other = TellingEngine(new_engine())
    other.drain()
    other.apply(renamed_events(scene.events, renaming))
    assert erased.state_digest() == other.state_digest()
    assert sorted(tuple(ring.accounts) for ring in erased.rings()) == sorted(
        tuple(ring.accounts) for ring in other.rings()
    )
    again = [
        msgspec.structs.replace(each, event_id=f"later {n}", ts=each.ts + 86_400_000 * 10)
        for n, each in enumerate(renamed_events(scene.events, renaming))
        if n % 3 == 0
    ]
    erased.apply(again)
    other.apply(again)
    assert erased.state_digest() == other.state_digest(), "and goes on so"


OWN = (("device", "phone"), ("card", "card"))
