"""Scenes: what is shown of what, where it lies, and what would be left of a ring without what it shares."""

from __future__ import annotations

import json
import math

import pytest

from graph.model.errors import BadCall
from graph.model.vocabulary import DeskRole
from queries.console.counterfactual import (
    MOST_GONE,
    Without,
    fewest_that_part,
    without_a_kind,
    without_a_member,
    without_each,
)
from queries.console.layout import beside, laid_out
from queries.console.scene import Mode, SceneStep, SceneWanted, scene_of
from tests.serving_places import MEMBERS, ORIGIN

JSON = {"Accept": "application/json", "Origin": ORIGIN}


def test_a_scene_holds_all_members_what_they_share_and_every_link_among_them(place):
    made = scene_of(place.parts.store, SceneWanted(ring_id=place.ring_id))
    members = {key for key, node in made.nodes.items() if node["is_member"]}
    assert members >= {f"account:{name}" for name in MEMBERS}
    assert "device:phone'1" in made.nodes
    assert {edge["target"] for edge in made.edges if edge["source"] == "account:ann"} >= {"device:phone'1"}
    assert made.total == len(made.nodes)
    assert set(made.places) == set(made.nodes)


def test_what_is_unfolded_says_how_much_of_how_much_and_folding_leads_back(place):
    wanted = SceneWanted(ring_id=place.ring_id)
    before = scene_of(place.parts.store, wanted)
    step = SceneStep(key="account:ann", mode=Mode.ALL)
    after = scene_of(place.parts.store, SceneWanted(ring_id=place.ring_id, steps=[step]))
    links = place.store.ask("links", id="ann")
    words, key = after.told[-1]
    assert (words, key) == (f"{links.total} of the {links.total} links of account ", "account:ann")
    assert set(after.nodes) == set(before.nodes) | {f"{row[2]}:{row[3]}" for row in links.rows}
    assert {key: after.places[key] for key in before.places} == before.places
    assert scene_of(place.parts.store, wanted).places == before.places


@pytest.mark.parametrize(("mode", "roles"), [(Mode.DRIVERS, {"driver"}), (Mode.RIDERS, {"rider"})])
def test_neighbours_are_unfolded_by_role(place, mode, roles):
    made = scene_of(
        place.parts.store,
        SceneWanted(start="device:phone'1", steps=[SceneStep(key="device:phone'1", mode=mode)]),
    )
    assert {node["role"] for key, node in made.nodes.items() if key != "device:phone'1"} <= roles


def test_the_most_connected_come_first_and_twenty_at_most(place):
    step = SceneStep(key="device:phone'1", mode=Mode.MOST)
    made = scene_of(place.parts.store, SceneWanted(start="device:phone'1", steps=[step]))
    users = place.store.ask("shared", kind="device", id="phone'1")
    assert made.told[-1][0] == f"{min(20, users.total)} of the {users.total} links of device "
    assert len(made.nodes) == 1 + min(20, users.total)


def test_a_scene_that_begins_nowhere_is_refused(place):
    with pytest.raises(BadCall, match="a ring or a thing"):
        scene_of(place.parts.store, SceneWanted())


def test_scenes_speak_in_handles_until_there_is_a_reason(place):
    client = place.sits(DeskRole.VIEWER, **JSON)
    handle = place.desk.masks.masked_key("account:ann")
    wanted = {"ring_id": place.ring_id, "steps": [{"key": handle, "mode": "newest"}]}
    told = client.post("/scenes", json=wanted).json()
    names = [node["key"].partition(":")[2] for node in told["nodes"] if node["kind"] != "promo"]
    assert {name[0] for name in names} == {"~"}
    assert handle in [node["key"] for node in told["nodes"] if node.get("unfolded")]
    assert told["shown"] == len(told["nodes"])
    assert "ann" not in " ".join(told["told"]).split()


def test_a_moment_past_tells_who_stood_in_the_ring_then(place):
    client = place.sits(DeskRole.INVESTIGATOR, **JSON)
    history = place.store.ask("history", ring_id=place.ring_id).rows
    born = client.get(f"/rings/{place.ring_id}/moment?at={history[0][1]}").json()
    earlier = client.get(f"/rings/{place.ring_id}/moment?at={history[0][1] - 1}").json()
    assert len(born["accounts"]) == len(history[0][5])
    assert earlier["accounts"] == []


def test_the_panel_counts_before_anything_is_unfolded(place):
    client = place.sits(DeskRole.VIEWER, Accept="text/html", Origin=ORIGIN)
    handle = place.desk.masks.masked_key("device:phone'1")
    page = client.get("/scenes/panel", params={"key": handle}, headers={"HX-Request": "true"}).text
    (row,) = place.store.ask("counts", kind="device", id="phone'1").rows
    assert f'value="{row[2]}"' in page
    assert "data-unfold" in page


def test_why_two_are_linked_is_told_link_by_link(place):
    client = place.sits(DeskRole.VIEWER, Accept="text/html", Origin=ORIGIN)
    page = client.get("/why", params={"a": "ann", "b": "bob"}).text
    assert "uses device" in page
    assert "Strongest path" in page
    assert "No path" in client.get("/why", params={"a": "ann", "b": "device:nothing"}).text


def test_the_same_graph_lies_the_same_way_with_nobody_on_top_of_another():
    keys = [f"account:{n}" for n in range(40)] + ["device:d"]
    edges = [(key, "device:d") for key in keys[:-1]]
    places = laid_out(keys, edges)
    assert places == laid_out(keys, edges)
    assert min(math.dist(places[a], places[b]) for a in keys for b in keys if a != b) > 5
    fresh = [f"account:new {n}" for n in range(25)]
    joined = beside(places, "device:d", fresh)
    assert min(math.dist(joined[a], joined[b]) for a in fresh for b in fresh if a != b) > 40
    assert min(math.dist(joined[a], place) for a in fresh for place in places.values()) > 40


def test_a_ring_that_one_phone_holds_falls_apart_without_it():
    accounts = ["account:a", "account:b", "account:c"]
    links = [(account, "device:d") for account in accounts] + [
        ("account:a", "card:x"),
        ("account:b", "card:x"),
    ]
    assert without_each(accounts, links) == [Without(("device:d",), (2, 1))]
    assert fewest_that_part(accounts, links) == Without(("device:d", "card:x"), (1, 1, 1))


def test_a_ring_that_hangs_together_by_rides_is_parted_by_no_shared_thing():
    accounts = ["account:a", "account:b"]
    assert without_each(accounts, [("account:a", "account:b"), ("account:a", "device:d")]) == []
    assert fewest_that_part(accounts, [("account:a", "account:b")]) is None


def test_without_the_driver_of_all_the_others_fall_apart_and_without_the_rides_everybody():
    accounts = ["account:a", "account:b", "account:driver"]
    rides = [("account:a", "rode_with", "account:driver"), ("account:b", "rode_with", "account:driver")]
    pairs = [(source, target) for source, _, target in rides]
    assert without_a_member(accounts, pairs) == [Without(("account:driver",), (1, 1))]
    assert without_a_kind(accounts, rides) == [Without(("rode_with",), (1, 1, 1))]


def test_who_hangs_on_one_of_the_others_is_missed_by_nobody():
    accounts = ["account:a", "account:b", "account:c"]
    links = [(account, "uses_device", "device:d") for account in accounts]
    assert without_a_member(accounts, [(source, target) for source, _, target in links]) == []
    again = [*links, ("account:a", "rode_with", "account:b")]
    assert without_a_kind(accounts, again) == [Without(("uses_device",), (2, 1))]


def test_of_a_crowd_only_the_most_linked_are_taken_away_for_trial():
    drivers = [f"account:driver {n}" for n in range(MOST_GONE + 5)]
    riders = [f"account:rider {n}" for n in range(MOST_GONE + 5)]
    pairs = [(rider, driver) for rider, driver in zip(riders, drivers, strict=True)]
    pairs += [(drivers[0], driver) for driver in drivers[1:]]
    found = without_a_member([*drivers, *riders], pairs)
    assert len(found) == MOST_GONE
    assert found[0].removed == ("account:driver 0",)


def test_the_canvas_opens_around_one_thing_that_has_links(place):
    client = place.sits(DeskRole.VIEWER, Accept="text/html", Origin=ORIGIN)
    handle = place.desk.masks.masked_key("device:phone'1")
    assert f'data-start="{handle}"' in client.get("/graph", params={"start": handle}).text
    assert client.get("/graph", params={"start": "device:nothing"}).status_code == 404


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store) -> None:
        self.store, self.asked = store, []

    def ask(self, name, **given):
        self.asked.append((name, given))
        return self.store.ask(name, **given)


def test_however_much_is_unfolded_nothing_is_asked_twice(place):
    steps = [
        SceneStep(key="device:phone'1", mode=Mode.RIDERS),
        SceneStep(key="account:ann", mode=Mode.DRIVERS),
        SceneStep(key="account:bob", mode=Mode.MOST),
    ]
    store = Counting(place.parts.store)
    made = scene_of(store, SceneWanted(start="device:phone'1", steps=steps))
    assert [name for name, _ in store.asked].count("between") == 2
    keys = [key for name, given in store.asked if name == "facts" for key in json.loads(given["keys"])]
    assert len(keys) == len(set(keys))
    ends = {key for edge in made.edges for key in (edge["source"], edge["target"])}
    assert {"account:ann", "device:phone'1"} <= ends <= set(made.nodes)
    assert all("links" in node for node in made.nodes.values())
