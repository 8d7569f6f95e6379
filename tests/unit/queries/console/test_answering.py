"""Verdicts, blocks by two people, acts and the work on rings, as forms send them."""

from __future__ import annotations

import json

import msgspec
import pytest

from graph.model.vocabulary import DeskRole
from tests.serving_places import ORIGIN

HTML = {"Accept": "text/html", "Origin": ORIGIN}


def outbox(place):
    rows = place.desk.database.rows("SELECT payload FROM outbox ORDER BY number")
    return [json.loads(row[0]) for row in rows]


def sits(place, role=DeskRole.INVESTIGATOR):
    return place.sits(role, **HTML)


def test_a_verdict_becomes_an_event_and_stands_on_the_page_before_the_engine_has_read_it(place):
    client = sits(place)
    form = {"outcome": "fraud", "grounds": ["promo_farm"], "note": "one phone", "key": "k1"}
    client.post(f"/rings/{place.ring_id}/verdict", data=form)
    client.post(f"/rings/{place.ring_id}/verdict", data=form)
    (event,) = outbox(place)
    assert (event["type"], event["subject"], event["outcome"]) == ("verdict", place.ring_id, "fraud")
    assert event["note"] == "[grounds: promo_farm] one phone"
    assert "On its way" in client.get(f"/rings/{place.ring_id}").text
    assert place.ring_id not in client.get("/queue").text
    assert place.ring_id in client.get("/queue?standing=answered").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"note": "x"}, "expected one of fraud, legit, unsure"),
        ({"outcome": "fraud"}, "expected grounds or a note"),
        ({"outcome": "legit", "note": "x", "block": "1"}, "expected the verdict fraud to ask for a block"),
    ],
)
def test_a_verdict_has_no_default_and_needs_grounds(place, form, said):
    answer = sits(place).post(f"/rings/{place.ring_id}/verdict", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert outbox(place) == []


def test_members_are_answered_about_alone(place):
    handle = place.desk.masks.masked("account", "ann")
    form = {"outcome": "legit", "note": "knows them", "subject": ["bob", handle]}
    sits(place).post(f"/rings/{place.ring_id}/verdict", data=form)
    assert [event["subject"] for event in outbox(place)] == ["bob", "ann"]
    assert place.desk.cases.outcomes() == {}


def test_a_block_needs_a_second_person_who_has_opened_the_evidence_since(place):
    first, second = sits(place), sits(place)
    address = f"/rings/{place.ring_id}"
    second.get(address)
    place.clock.passes(seconds=1)
    first.get(address)
    first.post(f"{address}/verdict", data={"outcome": "fraud", "note": "all of them", "block": "1"})
    assert outbox(place) == []
    decide = f"{address}/blocks/1"
    alone = first.post(decide, data={"decision": "approve"})
    assert "expected a second person" in alone.text
    unseen = second.post(decide, data={"decision": "approve"})
    assert "opened the evidence since" in unseen.text
    place.clock.passes(seconds=1)
    assert "asks to block" in second.get(address).text
    second.post(decide, data={"decision": "approve"})
    (event,) = outbox(place)
    assert event["outcome"] == "fraud"
    assert "approved by" in event["note"]
    assert "block.approved" in place.actions()
    assert "expected an open request" in second.post(decide, data={"decision": "refuse"}).text


def test_one_request_to_block_is_open_at_a_time_and_may_be_taken_back(place):
    client = sits(place)
    form = {"outcome": "fraud", "note": "all of them", "block": "1"}
    client.post(f"/rings/{place.ring_id}/verdict", data=form)
    again = client.post(f"/rings/{place.ring_id}/verdict", data=form)
    assert "expected no open request" in again.text
    client.post(f"/rings/{place.ring_id}/blocks/1", data={"decision": "refuse"})
    assert outbox(place) == []
    assert place.desk.blocks.waiting() == []


def test_the_accounts_of_a_request_lie_masked_at_the_desk(place):
    form = {"outcome": "fraud", "note": "all of them", "block": "1"}
    sits(place).post(f"/rings/{place.ring_id}/verdict", data=form)
    (kept,) = place.desk.database.row("SELECT handles FROM block_request")
    handles = msgspec.json.decode(kept, type=list[str])
    assert {handle[0] for handle in handles} == {"~"}
    assert "ann" in {place.desk.masks.plain("account", handle) for handle in handles}


def test_acts_become_events_and_a_wrong_one_is_told(place):
    client = sits(place)
    address = f"/rings/{place.ring_id}/acts"
    device = place.desk.masks.masked_key("device:phone'1")
    client.post(address, data={"act": "cut", "subject": "ann", "other": device, "note": "sold on"})
    (event,) = outbox(place)
    assert (event["act"], event["subject"], event["other"]) == ("cut", "ann", "device:phone'1")
    page = client.get(f"/rings/{place.ring_id}").text
    assert event["event_id"] in page
    assert "needs other" in client.post(address, data={"act": "cut", "subject": "ann"}).text
    assert "expected one of" in client.post(address, data={"act": "dance", "subject": "ann"}).text
    refused = client.post(address, data={"act": "declare_public", "subject": device})
    assert refused.status_code == 403


def test_a_ring_is_claimed_assigned_put_to_sleep_and_woken(place):
    client = sits(place)
    address = f"/rings/{place.ring_id}/work"
    name = next(each.name for each in place.desk.people.all() if each.role is DeskRole.INVESTIGATOR)
    client.post(address, data={"action": "claim"})
    assert place.desk.cases.of(place.ring_id).assignee == name
    assert place.ring_id in client.get("/queue?standing=mine").text
    client.post(address, data={"action": "snooze", "hours": "24"})
    assert place.ring_id not in client.get("/queue").text
    assert place.ring_id in client.get("/queue?standing=snoozed").text
    place.clock.passes(hours=25)
    again = sits(place)
    assert place.ring_id in again.get("/queue").text
    again.post(address, data={"action": "release"})
    assert place.desk.cases.of(place.ring_id).assignee is None
    again.post(address, data={"action": "assign", "person": name})
    assert place.desk.cases.of(place.ring_id).assignee == name
    assert again.post(address, data={"action": "snooze", "hours": "9999"}).status_code == 400
    assert again.post(address, data={"action": "dance"}).status_code == 400


def test_several_rings_are_shown_before_they_are_answered_together(place):
    client = sits(place)
    preview = client.post("/rings-answered", data={"ring": [place.ring_id]})
    assert "Answer 1 ring together" in preview.text
    assert outbox(place) == []
    form = {"ring": [place.ring_id], "confirmed": "1", "outcome": "unsure", "note": "look-alikes"}
    client.post("/rings-answered", data=form)
    assert [event["outcome"] for event in outbox(place)] == ["unsure"]
    assert client.post("/rings-answered", data={}).status_code == 400
