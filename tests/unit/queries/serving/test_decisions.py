"""Decisions over HTTP: who is let in, what is shown, and bodies that are none."""

from __future__ import annotations

import json

import pytest

from graph.model.vocabulary import DeskRole, Permission
from queries.serving.application import application
from queries.serving.edges import MOST_BODY_BYTES
from queries.serving.rates import Rates
from ringfence.decision_wiring import mounted_around, mounted_without
from streaming.decisions.routes import BATCH, MOST_BATCH_BYTES, MOST_EVENTS, ONE
from tests.serving_places import ALL, Place

TS = 1_760_000_000_000
ASKING = Permission.DECISIONS_ASK


def event(account_id: str = "ann", **fields) -> dict:
    told = {"event_id": "ask", "type": "promo_redeemed", "ts": TS, "account_id": account_id}
    return told | {"promo_id": "WELCOME", "amount": 10.0} | fields


def test_a_program_asks_and_nothing_is_changed_or_written(place: Place):
    program = place.comes(DeskRole.SERVICE, None, ASKING, Permission.IDENTIFIERS_PLAIN)
    before = place.actions()
    answer = program.post(ONE, json=event())
    assert answer.status_code == 200
    told = answer.json()
    assert (told["decision"], told["event_id"], told["as_of_ms"]) == ("allow", "ask", TS)
    assert [account["account_id"] for account in told["accounts"]] == ["ann"]
    assert program.post(ONE, json=event()).json() == told
    assert place.actions() == before


def test_without_the_scope_to_see_them_accounts_are_masked(place: Place):
    program = place.comes(DeskRole.SERVICE, None, ASKING)
    (account,) = program.post(ONE, json=event()).json()["accounts"]
    assert account["account_id"].startswith("~")
    answers = program.post(BATCH, json={"events": [event()]}).json()["answers"]
    assert answers[0]["answer"]["accounts"] == [account]


def test_a_batch_answers_each_in_its_place(place: Place):
    program = place.comes(DeskRole.SERVICE, None, ASKING, Permission.IDENTIFIERS_PLAIN)
    events = [event("ann"), {"type": "gps_ping"}, 7, event("bob", event_id="second")]
    told = program.post(BATCH, json={"events": events}).json()["answers"]
    assert [(each["answer"] or {}).get("event_id") for each in told] == ["ask", None, None, "second"]
    assert [(each["refused"] or {}).get("code") for each in told] == [
        *(None, "missing_field", "not_an_object", None)
    ]
    assert program.post(BATCH, json={"events": []}).json() == {"answers": []}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b'{"event_id": "a"}', b"{}" * 9])
@pytest.mark.parametrize("path", [ONE, BATCH])
def test_a_body_that_is_no_question_is_a_problem_and_no_failure(shared: Place, path: str, body: bytes):
    answer = shared.comes(DeskRole.SERVICE).post(path, content=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert "\n" not in problem["detail"]


def test_bodies_and_batches_are_bounded(shared: Place):
    program = shared.comes(DeskRole.SERVICE)
    padded = json.dumps(event(note="x" * MOST_BODY_BYTES)).encode()
    assert program.post(ONE, content=padded).status_code == 413
    assert program.post(BATCH, content=b'{"events": [' + padded + b"]}").status_code == 200
    assert program.post(BATCH, content=b" " * (MOST_BATCH_BYTES + 1)).status_code == 413
    too_many = program.post(BATCH, json={"events": [1] * (MOST_EVENTS + 1)})
    assert too_many.status_code == 422
    assert "1000" in too_many.json()["detail"]


def test_a_browser_of_another_site_asks_nothing(place: Place):
    admin = place.sits(DeskRole.ADMIN, **{"Sec-Fetch-Site": "cross-site"})
    assert admin.post(ONE, json=event()).status_code == 403
    assert place.sits(DeskRole.ADMIN).post(ONE, json=event()).status_code == 200


def test_who_asks_too_often_waits(place: Place):
    object.__setattr__(place.parts, "quick_rates", Rates("2/minute", ALL, ALL))
    program = place.comes(DeskRole.SERVICE)
    assert [program.post(ONE, json=event()).status_code for _ in range(3)] == [200, 200, 429]
    assert program.get("/v1/rings").status_code == 200


def test_without_a_follower_the_answer_is_503_and_says_what_to_do(place: Place):
    object.__setattr__(place.parts, "mounted", mounted_without())
    place.app = application(place.parts)
    answer = place.comes(DeskRole.SERVICE).post(ONE, json=event())
    assert answer.status_code == 503
    assert "--follow" in answer.json()["detail"]


def test_decisions_are_counted(place: Place):
    program = place.comes(DeskRole.SERVICE)
    program.post(ONE, json=event())
    program.post(ONE, json={})
    shown = program.get("/metrics").text
    assert 'ringfence_decisions_total{decision="allow",type="promo_redeemed"} 1.0' in shown
    assert "ringfence_decisions_refused_total 1.0" in shown


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_finds_no_route_as_anywhere_else(shared: Place, method: str):
    program = shared.comes(DeskRole.SERVICE)
    assert program.request(method, ONE).status_code == program.request(method, "/v1/verdicts").status_code
    assert program.post(ONE + "/", json=event()).status_code == 404


def test_a_failure_behind_a_quick_route_is_told_as_an_incident(place: Place):
    class Broken:
        def decide(self, _record):
            raise ZeroDivisionError("no such luck")

    object.__setattr__(place.parts, "mounted", mounted_around(Broken()))
    place.app = application(place.parts)
    answer = place.comes(DeskRole.SERVICE).post(ONE, json=event())
    assert answer.status_code == 500
    assert answer.json()["code"] == "unforeseen"
    assert "luck" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    shown = place.comes(DeskRole.ADMIN).get("/metrics").text
    assert 'ringfence_http_answers_total{method="POST",route="/v1/decisions",status="500"} 1.0' in shown
