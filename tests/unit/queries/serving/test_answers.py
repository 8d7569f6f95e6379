"""Verdicts and acts over HTTP: who may, about what, and the event that comes of it."""

from __future__ import annotations

import json

import pytest

from graph.model.vocabulary import DeskRole, Permission
from queries.desk.outbox import OutgoingEvent
from tests.serving_places import DEVICE, Place


class Carrier:
    """Remembers what it is given."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def carry(self, events: list[OutgoingEvent]) -> None:
        self.events += [json.loads(event.payload) for event in events]


def sent(place: Place) -> list[dict]:
    carrier = Carrier()
    place.desk.outbox.deliver(carrier)
    return carrier.events


def test_a_verdict_on_a_ring_becomes_an_event(place):
    client = place.comes(DeskRole.INVESTIGATOR, "ann-the-analyst")
    body = {"subject": place.ring_id, "outcome": "fraud", "note": "=cmd() <b>'; --"}
    answer = client.post("/v1/verdicts", json=body)
    assert answer.status_code == 202
    assert sent(place) == [
        {"type": "verdict", "analyst": "ann-the-analyst", **answer.json(), **body},
    ]
    last = list(place.desk.log)[-1]
    assert (last.action, last.subject) == ("verdict.given", f"ring:{place.ring_id}")
    assert json.loads(last.detail) == {"event_id": answer.json()["event_id"], "outcome": "fraud"}


def test_an_event_is_as_old_as_a_store_of_long_ago(place):
    client = place.comes(DeskRole.INVESTIGATOR)
    watermark = place.parts.store.watermark_ms()
    times = [
        client.post("/v1/verdicts", json={"subject": "ann", "outcome": "unsure"}).json()["ts"]
        for _ in range(2)
    ]
    assert times == [watermark, watermark + 1]


def test_a_verdict_on_a_handle_is_one_on_the_account(place):
    handle = place.desk.masks.masked("account", "ann")
    answer = place.comes(DeskRole.LEAD).post("/v1/verdicts", json={"subject": handle, "outcome": "legit"})
    assert answer.status_code == 202
    assert sent(place)[0]["subject"] == "ann"
    assert list(place.desk.log)[-1].subject == place.desk.subjects.pseudonym("account", "ann")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"subject": "nobody", "outcome": "fraud"}, 404),
        ({"subject": "' OR 1=1 --", "outcome": "fraud"}, 404),
        ({"subject": "ann"}, 422),
        ({"subject": "ann", "outcome": "maybe"}, 422),
        ({"subject": "", "outcome": "fraud"}, 422),
        ({"subject": "ann", "outcome": "fraud", "note": "x" * 2_001}, 422),
    ],
)
def test_a_verdict_that_is_none_is_refused_and_leaves_no_event(place, body, status):
    assert place.comes(DeskRole.LEAD).post("/v1/verdicts", json=body).status_code == status
    assert place.desk.outbox.waiting() == 0
    assert "verdict.given" not in place.actions()


def test_the_same_request_sent_twice_is_one_event(place):
    client = place.comes(DeskRole.LEAD)
    body = {"subject": "ann", "outcome": "fraud"}
    ids = [
        client.post("/v1/verdicts", json=body, headers={"Idempotency-Key": key}).json()["event_id"]
        for key in ("one", "one", "two")
    ]
    assert ids[0] == ids[1] != ids[2]
    assert [event["event_id"] for event in sent(place)] == [ids[0], ids[2]]


@pytest.mark.parametrize(
    "body",
    [
        {"act": "cut", "subject": "ann", "other": f"device:{DEVICE}"},
        {"act": "cut", "subject": "ann", "other": "bob"},
        {"act": "declare_public", "subject": f"device:{DEVICE}"},
        {"act": "declare_private", "subject": f"device:{DEVICE}", "until_ts": 1_800_000_000_000},
        {"act": "household", "subject": "ann", "note": "three siblings"},
        {"act": "undo", "subject": "ann", "other": "act-0123"},
    ],
    ids=lambda body: body["act"],
)
def test_an_act_becomes_an_event(place, body):
    answer = place.comes(DeskRole.LEAD, "lee").post("/v1/acts", json=body)
    assert answer.status_code == 202
    assert sent(place) == [{"type": "analyst_act", "analyst": "lee", **answer.json(), **body}]
    assert place.actions()[-1] == "act.done"


def test_handles_in_an_act_are_what_they_stand_for(place):
    masks = place.desk.masks
    body = {
        "act": "cut",
        "subject": masks.masked("account", "ann"),
        "other": masks.masked_key(f"device:{DEVICE}"),
    }
    assert place.comes(DeskRole.LEAD).post("/v1/acts", json=body).status_code == 202
    event = sent(place)[0]
    assert (event["subject"], event["other"]) == ("ann", f"device:{DEVICE}")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"act": "cut", "subject": "ann"}, 422),
        ({"act": "cut", "subject": "ann", "other": "device:unknown"}, 404),
        ({"act": "cut", "subject": "nobody", "other": f"device:{DEVICE}"}, 404),
        ({"act": "declare_public", "subject": "ann"}, 422),
        ({"act": "declare_public", "subject": "device:unknown"}, 404),
        ({"act": "household", "subject": "ann", "other": "bob"}, 422),
        ({"act": "undo", "subject": "ann"}, 422),
        ({"act": "explode", "subject": "ann"}, 422),
    ],
)
def test_an_act_that_is_none_is_refused_and_leaves_no_event(place, body, status):
    assert place.comes(DeskRole.LEAD).post("/v1/acts", json=body).status_code == status
    assert place.desk.outbox.waiting() == 0


def test_declaring_is_for_those_who_may(place):
    public = {"act": "declare_public", "subject": f"device:{DEVICE}"}
    investigator = place.comes(DeskRole.INVESTIGATOR)
    refused = investigator.post("/v1/acts", json=public)
    assert (refused.status_code, "acts_declare" in refused.json()["detail"]) == (403, True)
    assert investigator.post("/v1/acts", json={"act": "household", "subject": "ann"}).status_code == 202
    narrow = place.comes(DeskRole.ADMIN, "ada", Permission.ACTS_DO)
    assert narrow.post("/v1/acts", json=public).status_code == 403


def test_an_answer_that_cannot_be_kept_leaves_no_line(place, monkeypatch):
    client = place.comes(DeskRole.LEAD)

    def breaks(_event: OutgoingEvent) -> None:
        raise RuntimeError

    monkeypatch.setattr(place.desk.outbox, "put", breaks)
    body = {"subject": "ann", "outcome": "fraud"}
    assert client.post("/v1/verdicts", json=body).status_code == 500
    assert "verdict.given" not in place.actions()
