"""Changes between two looks: applied to the older one they give the newer one, and hold nothing else."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.model.changes import Happenings, Look, changes_between, nothing
from graph.model.link_keys import LINK_KINDS
from graph.model.vocabulary import EntityKind
from graph.updates.sharing import DAY_MS
from tests.store_streams import stream
from tests.store_worlds import WINDOW_MS, World
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, moment


def links_of(columns, names):
    """Every link by its spelt key."""
    rows = zip(*(getattr(columns, each.name).tolist() for each in fields(columns)), strict=True)
    return {
        (LINK_KINDS[kind], names[source], names[target]): tuple(rest) for kind, source, target, *rest in rows
    }


def accounts_of(columns, names):
    rows = zip(*(getattr(columns, each.name).tolist() for each in fields(columns)), strict=True)
    return {names[entity]: tuple(rest) for entity, *rest in rows}


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(0, 80))
def test_applying_every_change_in_turn_gives_what_the_last_look_shows(seed, batches, changed):
    links, accounts, rings = {}, {}, {}
    for look, changes in stream(seed, batches, changed):
        for kind, source, target in zip(
            changes.gone.kind.tolist(),
            changes.gone.source.tolist(),
            changes.gone.target.tolist(),
            strict=True,
        ):
            del links[LINK_KINDS[kind], changes.names[source], changes.names[target]]
        links |= links_of(changes.links, changes.names)
        accounts |= accounts_of(changes.accounts, changes.names)
        rings |= {ring.ring_id: ring for ring in changes.rings}
        for ring_id in changes.closed:
            del rings[ring_id]
        assert links == links_of(look.view.links, look.view.names)
        assert accounts == accounts_of(look.view.accounts, look.view.names)
        assert rings == look.rings


@given(st.integers(0, 10_000))
def test_between_a_look_and_itself_nothing_changed(seed):
    *_, (look, _) = stream(seed, 3, 50)
    same = changes_between(look, look, WINDOW_MS)
    assert (len(same.names), len(same.links.kind), len(same.gone.kind), len(same.accounts.entity)) == (
        0,
        0,
        0,
        0,
    )
    assert (same.rings, same.closed, same.cuts, same.declared_public) == ((), (), None, None)


def test_one_login_changes_one_account_and_one_link():
    scene = Scene()
    scene.signs_up("ann", 1, device="phone")
    scene.signs_up("bob", 1, device="other")
    world = World(new_engine())
    world.hear(scene.events)
    world.settle()
    later = Scene()
    later.logs_in("ann", 2, "phone")
    world.hear(later.events)
    world.settle()
    changes = world.changes[-1]
    assert list(changes.names) == ["ann", "phone"]
    assert changes.links.count.tolist() == [2]
    assert changes.accounts.entity.tolist() == [0]


def test_cuts_come_whole_and_only_when_they_changed():
    scene = Scene()
    for name in ("ann", "bob", "cid"):
        scene.signs_up(name, 1, device="phone")
    world = World(new_engine())
    world.hear(scene.events)
    world.settle()
    world.say(world.engine.cut("ann", EntityKind.DEVICE, "phone", moment(2, "cut")))
    world.settle()
    first, second = world.changes
    assert first.cuts is None
    assert [(second.names[a], second.names[b]) for a, b in second.cuts] == [("ann", "phone")]


def test_a_link_that_aged_out_is_gone_under_its_name():
    scene = Scene()
    scene.signs_up("ann", 1, device="phone")
    later = Scene()
    later.logs_in("bob", 1 + WINDOW_MS / DAY_MS + 1, "another")
    world = World(new_engine())
    for events in (scene.events, later.events):
        world.hear(events)
        world.settle()
    gone = world.changes[-1].gone
    names = world.changes[-1].names
    assert [(names[s], names[t]) for s, t in zip(gone.source, gone.target, strict=True)] == [("ann", "phone")]


def test_ledger_entries_are_counted_on():
    said = Happenings(ledger=["first", "second"], ledger_from=3)
    assert said.next().ledger_from == 5
    assert len(said.next()) == 0


def test_the_first_look_is_empty():
    empty = nothing()
    assert isinstance(empty, Look)
    assert {getattr(empty.view.links, each.name).size for each in fields(empty.view.links)} == {0}
    assert empty.view.links.joins.dtype == np.bool_
