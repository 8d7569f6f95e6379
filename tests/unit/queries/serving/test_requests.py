"""Requests that are too large, too many, too odd: each is refused with a problem, and nothing breaks."""

from __future__ import annotations

import json
import sqlite3

import pytest

from graph.model.errors import Unavailable
from graph.model.vocabulary import DeskRole
from queries.serving.edges import HEADERS, MOST_BODY_BYTES
from queries.serving.store_pool import SESSIONS, StorePool
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import ORIGIN, serving


def is_problem(answer, status: int) -> bool:
    told = answer.json()
    return (
        answer.status_code == status == told["status"]
        and answer.headers["content-type"] == "application/problem+json"
        and set(told) == {"type", "title", "status", "code", "detail"}
    )


def test_every_answer_carries_the_security_headers(place):
    client = place.client()
    for path in ("/healthz", "/v1/rings", "/nowhere", "/openapi.json", "/welcome"):
        answer = client.get(path)
        for name, value in HEADERS:
            assert answer.headers[name] == value, path
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


MALFORMED = [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"label": 3}']
MALFORMED += [b"[" * 60_000, b'{"a":' * 10_000, b'"' + b"x" * 50_000]


@pytest.mark.parametrize("body", MALFORMED)
def test_a_malformed_body_is_a_problem_and_not_a_failure(shared, body):
    client = shared.comes(DeskRole.LEAD)
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/v1/tokens", content=body, headers={"Content-Type": kind})
        assert is_problem(answer, answer.status_code)
        assert answer.status_code in (400, 422)


def test_a_problem_never_repeats_what_was_given(place):
    client = place.client(Origin=ORIGIN)
    for body in ({"name": "n" * 65, "password": "a secret word"}, {"name": 3, "password": ["a secret word"]}):
        answer = client.post("/v1/sessions", json=body)
        assert is_problem(answer, 422)
        assert "a secret word" not in answer.text


def test_a_body_that_is_too_large_is_refused_told_or_not(place):
    client = place.comes(DeskRole.LEAD)
    small = json.dumps({"label": "x", "filler": "y" * (MOST_BODY_BYTES - 40)})
    assert len(small) <= MOST_BODY_BYTES
    as_json = {"Content-Type": "application/json"}
    assert client.post("/v1/tokens", content=small, headers=as_json).status_code == 201
    told = client.post("/v1/tokens", content=b"x" * (MOST_BODY_BYTES + 1))
    untold = client.post("/v1/tokens", content=(b"x" * 1_000 for _ in range(100)))
    assert is_problem(told, 413)
    assert is_problem(untold, 413)


@pytest.mark.parametrize("size", ["-1", "1e3", "abc", "٣", "9" * 30])
def test_a_length_that_is_none_is_refused(shared, size):
    answer = shared.comes(DeskRole.LEAD).post(
        "/v1/tokens", content=b"{}", headers={"Content-Length": size.encode()}
    )
    assert is_problem(answer, 413)


@pytest.mark.parametrize("host", ["evil.test", "desk.test.evil.test", "", "10.0.0.1", "[::1]:80"])
def test_another_host_is_not_served(shared, host):
    assert is_problem(shared.client().get("/healthz", headers={"Host": host}), 421)


def test_the_port_of_a_host_does_not_matter(place):
    assert place.client().get("/healthz", headers={"Host": "DESK.test:8443"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/rings/", 404),
        ("GET", "/docs", 404),
        ("PUT", "/v1/rings", 405),
        ("TRACE", "/v1/rings", 405),
        ("DELETE", "/v1/rings/x", 405),
    ],
)
def test_what_is_not_there_is_a_problem(shared, method, path, status):
    assert is_problem(shared.comes(DeskRole.ADMIN).request(method, path), status)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "limit=x", "skip=-1", "skip=100001", "as_of=-1", "min_score=nan", "kind=x"],
)
def test_a_parameter_out_of_its_range_is_a_problem(shared, query):
    assert is_problem(shared.comes(DeskRole.VIEWER).get(f"/v1/rings?{query}"), 422)


def test_who_asks_too_often_is_told_when_to_come_again(tmp_path, store):
    with serving(tmp_path, store, by_caller="5/minute") as place:
        ann, bob = place.comes(DeskRole.VIEWER), place.comes(DeskRole.VIEWER)
        assert [ann.get("/v1/rings").status_code for _ in range(7)] == [200] * 5 + [429] * 2
        answer = ann.get("/v1/rings")
        assert is_problem(answer, 429)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert bob.get("/v1/rings").status_code == 200


def test_an_address_that_asks_too_often_is_refused_whoever_asks(tmp_path, store):
    with serving(tmp_path, store, by_address="5/minute") as place:
        client = place.client()
        assert [client.get("/v1/rings").status_code for _ in range(6)] == [401] * 5 + [429]
        assert place.comes(DeskRole.VIEWER).get("/v1/rings").status_code == 429


def test_guessing_ends_after_a_few_tries_by_name_and_by_address(tmp_path, store):
    with serving(tmp_path, store, failures="3/minute") as place:
        _, code = place.desk.add_person(TEST, "ann", DeskRole.VIEWER)
        place.desk.redeem_link(code, PASSWORD, "")
        guess = {"name": "ann", "password": "a wrong password"}
        client = place.client()
        assert [client.post("/v1/sessions", json=guess).status_code for _ in range(4)] == [401] * 3 + [429]
        right = {"name": "ann", "password": PASSWORD}
        assert client.post("/v1/sessions", json=right).status_code == 429, (
            "also with the right one, for a while"
        )
    other = tmp_path / "other"
    other.mkdir()
    with serving(other, store, failures="3/minute") as place:
        client = place.client(Authorization="Bearer rf_guess")
        assert [client.get("/v1/rings").status_code for _ in range(4)] == [401] * 3 + [429]


def test_a_wrong_name_and_a_wrong_password_are_not_told_apart(place):
    _, code = place.desk.add_person(TEST, "ann", DeskRole.VIEWER)
    place.desk.redeem_link(code, PASSWORD, "")
    client = place.client()
    told = [
        client.post("/v1/sessions", json={"name": name, "password": "wrong"}).json()
        for name in ("ann", "bob")
    ]
    assert told[0] == told[1]
    assert told[0]["code"] == "wrong_password"


def test_a_store_that_fails_is_a_problem_that_says_when_to_ask_again(place, monkeypatch):
    client = place.comes(DeskRole.VIEWER)

    def away(*_asked, **_given):
        raise Unavailable("expected the store, found it away; ask again", 2.5)

    monkeypatch.setattr(StorePool, "ask", away)
    for path in ("/v1/rings", "/readyz"):
        answer = client.get(path)
        assert is_problem(answer, 503)
        assert answer.headers["retry-after"] == "3"
    assert client.get("/healthz").status_code == 200


def test_what_nobody_foresaw_is_logged_and_not_told(place, monkeypatch, caplog):
    client = place.comes(DeskRole.VIEWER)

    def breaks(*_asked, **_given):
        raise sqlite3.DatabaseError("a secret detail")

    monkeypatch.setattr(StorePool, "ask", breaks)
    answer = client.get("/v1/rings")
    assert is_problem(answer, 500)
    assert "a secret detail" not in answer.text
    incident = answer.json()["detail"].split()[-1]
    assert any(incident in record.getMessage() and record.exc_info for record in caplog.records)


def test_a_session_of_the_store_is_lent_to_one_at_a_time_and_waited_for(place, monkeypatch):
    monkeypatch.setattr("queries.serving.store_pool.WAIT_S", 0.01)
    lent = [place.parts.store._session() for _ in range(SESSIONS)]
    for each in lent:
        each.__enter__()
    with pytest.raises(Unavailable, match="free session"):
        place.parts.store.ask("rings")
    for each in lent:
        each.__exit__(None, None, None)
    assert place.parts.store.ask("rings").total == 1


def test_figures_name_routes_and_never_paths(place):
    client = place.comes(DeskRole.ADMIN)
    client.get("/v1/accounts/somebody-special")
    client.request("BREW", "/v1/rings")
    client.get("/nowhere/special")
    text = client.get("/metrics").text
    assert 'route="/v1/accounts/{account_id}",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert "special" not in text
    for name in (
        "ringfence_build_info",
        "process_cpu_seconds_total",
        "ringfence_watermark_timestamp_seconds",
    ):
        assert name in text
