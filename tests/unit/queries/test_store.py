"""An embedded store asked from Python: answers, frames, graphs, pictures."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing

import networkx as nx
import pandas as pd
import pytest

from graph.model.errors import BadCall
from graph.stores.sqlite import SqliteWriter
from queries import open_store
from queries.answer import shown
from queries.catalogue import Type
from queries.picture import draw_ring
from tests.store_worlds import World, farm
from tests.unit.graph.scenes import Scene

MEMBERS = ["ann", "bob", "cid", "dee", "eve", "fay"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    scene = Scene()
    farm(scene, MEMBERS, "phone", 1)
    scene.signs_up("honest", 1, device="own")
    scene.logs_in("honest", 2, "phone")
    world = World()
    world.live(scene, 1000)
    place = tmp_path_factory.mktemp("store") / "store.db"
    writer = SqliteWriter(place)
    writer.write(world.changes[0], {"events": 1})
    writer.close()
    return place


@pytest.fixture
def store(path):
    with open_store(path) as opened:
        yield opened


@pytest.fixture
def ring_id(store):
    return store.ask("rings").rows[0][0]


def test_an_answer_says_how_much_there_is_when_it_is_cut(store, ring_id):
    answer = store.ask("members", ring_id=ring_id, limit=2)
    assert [row[0] for row in answer.rows] == ["driver", "ann"]
    assert answer.is_cut
    assert re.fullmatch(r"2 of \d rows", answer.extent)


def test_pages_put_together_are_the_whole_answer(store, ring_id):
    whole = store.ask("members", ring_id=ring_id).rows
    pages = [
        store.ask("members", ring_id=ring_id, limit=3, skip=skip) for skip in range(0, len(whole) + 3, 3)
    ]
    assert [row for page in pages for row in page.rows] == whole
    assert {page.total for page in pages} == {len(whole)}
    assert pages[-1].rows == []


def test_members_are_found_by_the_ring_and_not_by_looking_at_every_account(path, tmp_path):
    """``PRAGMA optimize`` counts what was asked for most: few members, and nothing said of the accounts."""
    place = tmp_path / "counted.db"
    shutil.copy(path, place)
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("ANALYZE member")
        connection.execute("DELETE FROM sqlite_stat1")
        connection.execute("INSERT INTO sqlite_stat1 VALUES ('member', 'member', '206 10 1 1')")
        connection.commit()
    with open_store(place) as store:
        assert store.explain("members", {"ring_id": "any"})[0].startswith("SEARCH m ")


def test_the_clock_says_how_far_the_store_has_come(store):
    (row,) = store.ask("clock").rows
    facts = dict(store.ask("status").rows)
    assert row == (facts["watermark_ms"], facts["window_ms"], facts["ledger_entries"])


def test_two_of_one_phone_are_linked_by_it(store):
    rows = store.ask("why", a="ann", b="bob", paths=6).rows
    found = [(row[0], row[2], *row[3:6]) for row in rows if "device:phone" in row]
    assert [row[1:] for row in found] == [
        (1, "account:ann", "uses_device", "device:phone"),
        (2, "device:phone", "uses_device", "account:bob"),
    ]
    strengths = [row[1] for row in rows]
    assert strengths == sorted(strengths, reverse=True)


def test_a_hub_is_named_and_not_followed(store):
    rows = store.ask("around", id="ann", hops=1, fold=2).rows
    folded = {row[2] for row in rows if row[4]}
    assert "phone" in folded
    beyond = store.ask("around", id="honest", hops=3, fold=2)
    assert "ann" not in {row[2] for row in beyond.rows}
    assert beyond.notes


def test_a_frame_has_typed_columns_and_says_whether_it_is_cut(store, ring_id):
    frame = store.frame("members", ring_id=ring_id)
    assert isinstance(frame.from_ms.dtype, pd.DatetimeTZDtype)
    assert str(frame.trips.dtype) == "Int64"
    assert frame.attrs["is_cut"] is False
    assert set(MEMBERS) <= set(frame.account_id)


def test_a_frame_without_rows_has_its_columns(store):
    assert list(store.frame("verdicts").columns) == [c.name for c in store.ask("verdicts").columns]


def test_a_ring_comes_as_a_graph_for_networkx_and_for_igraph(store, ring_id):
    graph = store.ring_graph(ring_id)
    assert set(MEMBERS) <= {data["id"] for _, data in graph.nodes(data=True)}
    assert graph.has_edge("account:ann", "device:phone")
    made = store.ring_igraph(ring_id)
    assert sorted(made.vs["name"]) == sorted(graph.nodes)
    assert made.ecount() == graph.number_of_edges()


def test_a_ring_that_is_not_there_has_no_graph(store):
    with pytest.raises(BadCall, match="found none"):
        store.ring_graph("nobody")


def test_a_picture_is_the_same_every_time_and_names_everybody(store, ring_id, tmp_path):
    for name in ("one.svg", "two.svg"):
        store.draw_ring(ring_id, tmp_path / name)
    text = (tmp_path / "one.svg").read_text()
    assert text == (tmp_path / "two.svg").read_text()
    for name in [*MEMBERS, "phone"]:
        assert f">{name}<" in text


def test_three_hundred_nodes_can_be_drawn_and_no_more(tmp_path):
    graph = nx.MultiDiGraph(is_cut=False)
    for n in range(299):
        graph.add_node(f"account:a{n}", kind="account", id=f"a{n}", role="rider", score=0.5)
        graph.add_edge(
            f"account:a{n}", "device:d", link="uses_device", events=1, money=0.0, first_ms=0, last_ms=0
        )
    graph.add_node("device:d", kind="device", id="d")
    draw_ring(graph, "many", tmp_path / "many.svg")
    assert (tmp_path / "many.svg").stat().st_size > 10_000
    graph.add_node("account:more", kind="account", id="more", role="rider", score=0.5)
    with pytest.raises(BadCall, match="found 301"):
        draw_ring(graph, "more", tmp_path / "more.svg")


def test_a_picture_of_another_format_is_refused(store, ring_id, tmp_path):
    with pytest.raises(BadCall, match="expected a file that ends in"):
        store.draw_ring(ring_id, tmp_path / "ring.bmp")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, Type.TEXT, ""),
        (1_769_817_600_000, Type.TIME, "2026-01-31 00:00:00"),
        (1_769_817_600_000, Type.DAY, "2026-01-31"),
        (True, Type.BOOLEAN, "yes"),
        (1234.5, Type.NUMBER, "1,234.50"),
        (0.0123, Type.NUMBER, "0.0123"),
        (1234, Type.INTEGER, "1,234"),
        (["a", {"detail": "why"}], Type.LIST, "a, why"),
    ],
)
def test_values_are_shown_as_people_read_them(value, kind, expected):
    assert shown(value, kind) == expected


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("members", {}),
        ("ring", {}),
        ("account", {"account_id": "ann"}),
        ("rings-of", {"account_id": "ann"}),
    ],
)
def test_a_question_about_one_thing_goes_by_indexes_and_reads_no_table_whole(store, ring_id, question, given):
    steps = store.explain(question, given or {"ring_id": ring_id})
    assert [step for step in steps if step.strip().startswith("SEARCH")]
    kept_small = ("entity_kind", "link_kind", " k", "CONSTANT ROW", "json_each", "(subquery", "meta")
    names = ("now", "me", "used", "ride", "income", "card_kind", "tested", "paid")
    gathered = {f"SCAN {name}" for name in names}
    scanned = [s for s in steps if s.strip().startswith("SCAN") and s.strip() not in gathered]
    assert [step for step in scanned if not any(name in step for name in kept_small)] == []
