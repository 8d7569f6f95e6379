"""Every role against every route, made from the table; credentials that are none; rights that end."""

from __future__ import annotations

import re

import pytest

from graph.model.vocabulary import DeskRole, Permission
from queries.desk.people import LINK_LIVES_MS
from queries.desk.roles import GRANTS
from queries.desk.sessions import IDLE_MS, LIVES_MS
from queries.serving.application import all_routes, guard_of
from queries.serving.visits import COOKIE
from ringfence.decision_wiring import mounted_without
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import ORIGIN, REASON, Place

OPEN = {
    ("POST", "/v1/sessions"),
    ("POST", "/v1/links"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/welcome"),
    ("POST", "/welcome"),
    ("GET", "/sign-in"),
    ("GET", "/sign-in/back"),
}
"""What anybody may call."""
ROUTES = [
    (method, route) for route in all_routes(mounted_without()) for method in sorted(route.methods or ())
]
GUARDED = [(method, route) for method, route in ROUTES if guard_of(route)]
NAMES = [f"{method} {route.path_format}" for method, route in GUARDED]


def called(client, place: Place, method: str, path: str):
    """The route, with an empty body, about things that are there."""
    filled = {"ring_id": place.ring_id, "account_id": "ann", "name": "nobody-here", "number": "999"}
    # A stream that is let in ends at once.
    place.parts.streams.stopping.set()
    url = re.sub(r"\{(\w+)\}", lambda match: filled[match[1]], path)
    return client.request(method, url, json={} if method in ("POST", "PATCH") else None)


def test_every_route_is_guarded_or_open_on_purpose(place):
    assert {(method, route.path_format) for method, route in ROUTES if guard_of(route) is None} == OPEN
    described = {
        (method.upper(), path)
        for path, operations in place.app.openapi()["paths"].items()
        for method in operations
    }
    listed = {(method, route.path_format) for method, route in ROUTES if route.include_in_schema}
    assert described == listed


@pytest.mark.parametrize("role", DeskRole)
@pytest.mark.parametrize(("method", "route"), GUARDED, ids=NAMES)
def test_a_role_is_let_in_where_the_table_says_so_and_nowhere_else(shared, role, method, route):
    permission = guard_of(route).permission
    status = called(shared.comes(role), shared, method, route.path_format).status_code
    if permission is None or role in GRANTS[permission]:
        assert status in (200, 201, 202, 204, 400, 404, 422)
    else:
        assert status == 403


@pytest.mark.parametrize(("method", "route"), GUARDED, ids=NAMES)
def test_nobody_is_let_in_without_a_live_credential(shared, method, route):
    place = shared
    person, _ = place.desk.add_person(TEST, f"ada{len(place.desk.people.all())}", DeskRole.ADMIN)
    _, expired = place.desk.add_token(TEST, person, "old", person.permissions, 1)
    revoked, secret = place.desk.add_token(TEST, person, "gone", person.permissions, 300)
    place.desk.revoke_token(TEST, revoked)
    session = place.desk.sessions.open(person)
    place.clock.now_ms += LIVES_MS * 2
    for headers in (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer rf_" + "A" * 43},
        {"Authorization": f"Bearer {expired}"},
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": f"Basic {expired}"},
        {"Cookie": f"{COOKIE}={session}", "Origin": ORIGIN},
        {"Cookie": f"{COOKIE}=' OR 1=1 --", "Origin": ORIGIN},
    ):
        answer = called(place.client(**headers), place, method, route.path_format)
        assert answer.status_code == 401, headers
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["code"] == "unknown_caller"


def test_a_token_may_no_more_than_its_scope(place):
    narrow = place.comes(DeskRole.ADMIN, "ada", Permission.RINGS_READ)
    assert narrow.get("/v1/rings").status_code == 200
    for path in ("/v1/people", "/v1/audit", "/v1/flags", "/v1/accounts/ann", "/v1/tokens", "/metrics"):
        assert narrow.get(path).status_code == 403
    assert narrow.get("/v1/rings", headers=REASON).status_code == 403, "it may not see identifiers"


def test_a_token_makes_no_token_that_may_more_than_itself(place):
    client = place.comes(DeskRole.ADMIN, "ada", Permission.TOKENS_OWN, Permission.RINGS_READ)
    made = client.post("/v1/tokens", json={"label": "x", "scope": ["rings_read"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith(made.json()["token"]["prefix"])
    for scope in (["people_manage"], ["rings_read", "audit_read"]):
        assert client.post("/v1/tokens", json={"label": "x", "scope": scope}).status_code == 400
    for body in ({"label": "x", "scope": ["all"]}, {"label": "x", "days": 0}, {"label": ""}, {}):
        assert client.post("/v1/tokens", json=body).status_code == 422


def test_nobody_revokes_the_token_of_another_but_who_manages_people(place):
    ann, bob, ada = place.comes(DeskRole.LEAD), place.comes(DeskRole.LEAD), place.comes(DeskRole.ADMIN)
    number = ann.get("/v1/tokens").json()[0]["id"]
    assert bob.delete(f"/v1/tokens/{number}").status_code == 404
    assert ann.get("/v1/rings").status_code == 200
    assert ada.delete(f"/v1/tokens/{number}").status_code == 204
    assert ann.get("/v1/rings").status_code == 401


def test_people_are_added_changed_and_put_out(place):
    ada = place.comes(DeskRole.ADMIN)
    added = ada.post("/v1/people", json={"name": "lee", "role": "lead"})
    assert added.status_code == 201
    code = added.json()["link"].removeprefix(f"{ORIGIN}/welcome?code=")
    lee = place.client(Origin=ORIGIN)
    assert lee.post("/v1/links", json={"code": code, "password": PASSWORD}).status_code == 201
    assert lee.get("/v1/sessions/me").json()["name"] == "lee"
    assert lee.get("/v1/audit").status_code == 200
    assert ada.patch("/v1/people/lee", json={"role": "viewer"}).json()["role"] == "viewer"
    assert lee.get("/v1/sessions/me").status_code == 401, "another role ends the sessions"
    again = lee.post("/v1/sessions", json={"name": "lee", "password": PASSWORD})
    assert again.status_code == 201
    assert lee.get("/v1/audit").status_code == 403
    assert ada.patch("/v1/people/lee", json={"is_active": False}).status_code == 200
    assert lee.get("/v1/sessions/me").status_code == 401
    assert lee.post("/v1/sessions", json={"name": "lee", "password": PASSWORD}).status_code == 401
    for body in (
        {"name": "lee", "role": "lead"},
        {"name": "Lee!", "role": "lead"},
        {"name": "z", "role": "god"},
    ):
        assert ada.post("/v1/people", json=body).status_code in (400, 422)
    assert ada.patch("/v1/people/nobody", json={}).status_code == 404


def test_a_program_comes_with_tokens_that_an_admin_made(place):
    ada = place.comes(DeskRole.ADMIN)
    assert ada.post("/v1/people", json={"name": "scanner", "role": "service"}).json()["link"] is None
    made = ada.post(
        "/v1/people/scanner/tokens", json={"label": "x", "scope": ["rings_read", "identifiers_plain"]}
    )
    scanner = place.client(Authorization=f"Bearer {made.json()['secret']}")
    members = scanner.get(f"/v1/rings/{place.ring_id}/members").json()
    assert not members["is_masked"]
    assert "ann" in {row["account_id"] for row in members["rows"]}
    assert scanner.get("/v1/flags").status_code == 403
    ada.post("/v1/people", json={"name": "lee", "role": "lead"})
    assert ada.post("/v1/people/lee/tokens", json={"label": "x"}).status_code == 400
    assert [token["label"] for token in ada.get("/v1/people/scanner/tokens").json()] == ["x"]


def test_a_session_lasts_until_it_is_idle_or_signed_out(place):
    client = place.sits(DeskRole.VIEWER)
    assert client.get("/v1/sessions/me").status_code == 200
    place.clock.now_ms += IDLE_MS
    assert client.get("/v1/sessions/me").status_code == 401
    client = place.sits(DeskRole.VIEWER)
    cookie = client.cookies[COOKIE]
    assert client.delete("/v1/sessions/me").status_code == 204
    stale = place.client(Cookie=f"{COOKIE}={cookie}", Origin=ORIGIN)
    assert stale.get("/v1/sessions/me").status_code == 401


def test_the_cookie_is_for_this_host_over_tls_and_hidden_from_scripts(place):
    _, code = place.desk.add_person(TEST, "ann", DeskRole.VIEWER)
    answer = place.client().post("/v1/links", json={"code": code, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_page_of_a_one_time_link_sets_a_password_once(place):
    _, code = place.desk.add_person(TEST, "ann", DeskRole.VIEWER)
    client = place.client(Origin=ORIGIN)
    assert f'value="{code}"' in client.get("/welcome", params={"code": code}).text
    hostile = client.get("/welcome", params={"code": '"><script>'}).text
    assert "<script>" not in hostile
    short = client.post("/welcome", data={"code": code, "password": "short"})
    assert (short.status_code, "expected a password" in short.text) == (400, True)
    done = client.post("/welcome", data={"code": code, "password": PASSWORD})
    assert (done.status_code, "signed in as viewer" in done.text) == (200, True)
    assert client.get("/v1/sessions/me").json()["name"] == "ann"
    assert client.post("/welcome", data={"code": code, "password": PASSWORD}).status_code == 400
    late = place.desk.new_link(TEST, "ann")
    place.clock.now_ms += LINK_LIVES_MS
    assert client.post("/v1/links", json={"code": late, "password": PASSWORD}).status_code == 400


UNSAFE = [("POST", "/v1/tokens", {"label": "x"}), ("DELETE", "/v1/sessions/me", None)]


@pytest.mark.parametrize(("method", "path", "body"), UNSAFE)
@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}, True),
        ({"Origin": ORIGIN}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.test"}, False),
        ({"Origin": "http://desk.test"}, False),
        ({"Origin": "null"}, False),
        ({"User-Agent": "says nothing"}, False),
    ],
)
def test_another_site_cannot_use_the_cookie(shared, method, path, body, headers, is_ours):
    client = shared.sits(DeskRole.LEAD, **headers)
    answer = client.request(method, path, json=body)
    assert (answer.status_code in (201, 204)) == is_ours
    if not is_ours:
        assert answer.json()["code"] == "other_site"
        assert client.get("/v1/sessions/me").status_code == 200, "reading changes nothing"


def test_another_site_cannot_sign_somebody_in(place):
    with_password, code = place.desk.add_person(TEST, "ann", DeskRole.VIEWER)
    place.desk.redeem_link(code, PASSWORD, "")
    body = {"name": with_password.name, "password": PASSWORD}
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"User-Agent": "curl"}, 201),
    ):
        assert place.client(**headers).post("/v1/sessions", json=body).status_code == status
