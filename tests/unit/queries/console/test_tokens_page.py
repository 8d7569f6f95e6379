"""Tokens on the pages: made for oneself and for programs, shown once, revoked, never beyond their maker."""

from __future__ import annotations

import re

import pytest

from graph.model.vocabulary import DeskRole, Permission
from tests.desk_places import TEST
from tests.serving_places import ORIGIN

HTML = {"Accept": "text/html", "Origin": ORIGIN}
GIVEN = {"label": "notebook", "days": "7", "scope": ["rings_read", "flags_read"]}


def secret_in(text: str) -> str:
    found = re.search(r'id="made-token">(rf_[\w-]+)<', text)
    assert found is not None
    return found[1]


def test_a_token_of_ones_own_is_shown_once_opens_what_was_ticked_and_ends_when_revoked(place):
    client = place.sits(DeskRole.INVESTIGATOR, **HTML)
    secret = secret_in(client.post("/tokens", data=GIVEN).text)
    page = client.get("/tokens").text
    assert secret not in page
    assert "notebook" in page
    program = place.client(Authorization=f"Bearer {secret}")
    assert program.get("/v1/rings").status_code == 200
    assert program.get("/v1/sessions/me").json()["permissions"] == ["flags_read", "rings_read"]
    number = place.desk.tokens.of_secret(secret).id
    assert client.post(f"/tokens/{number}/revoke", follow_redirects=False).status_code == 303
    assert program.get("/v1/rings").status_code == 401
    assert "revoked" in client.get("/tokens").text
    assert {"token.added", "token.revoked"} <= set(place.actions())


def test_an_admin_makes_tokens_for_programs_and_for_nobody_else(place):
    admin = place.sits(DeskRole.ADMIN, **HTML)
    assert "There is no program" in admin.get("/admin").text
    place.desk.add_person(TEST, "scorer", DeskRole.SERVICE)
    secret = secret_in(admin.post("/admin/tokens", data={**GIVEN, "person": "scorer"}).text)
    assert place.desk.tokens.of_secret(secret).person == "scorer"
    assert secret not in admin.get("/admin").text
    place.desk.add_person(TEST, "ann", DeskRole.INVESTIGATOR)
    refused = admin.post("/admin/tokens", data={**GIVEN, "person": "ann"})
    assert refused.status_code == 400
    assert "makes their own tokens" in refused.text


def test_a_token_of_another_is_not_there_for_who_manages_nobody(place):
    admin = place.sits(DeskRole.ADMIN, **HTML)
    number = place.desk.tokens.of_secret(secret_in(admin.post("/tokens", data=GIVEN).text)).id
    viewer = place.sits(DeskRole.VIEWER, **HTML)
    assert viewer.post(f"/tokens/{number}/revoke").status_code == 404
    assert place.desk.tokens.by_id(number).revoked_ms is None
    assert admin.post(f"/tokens/{number}/revoke", data={"to": "/admin"}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"scope": ["people_manage"]}, "people_manage"),
        ({"scope": []}, "scope"),
        ({"scope": ["everything"]}, "known permissions"),
        ({"days": "soon"}, "number of days"),
        ({"days": "nan"}, "life of up to"),
        ({"days": "900"}, "life of up to"),
        ({"label": ""}, "label"),
        ({"label": "x" * 101}, "label"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence_and_makes_no_token(place, wrong, told):
    answer = place.sits(DeskRole.VIEWER, **HTML).post("/tokens", data={**GIVEN, **wrong})
    assert answer.status_code == 400
    assert told in answer.text
    assert place.desk.tokens.all() == []


def test_the_rights_of_every_role_are_told(place):
    page = place.sits(DeskRole.ADMIN, **HTML).get("/admin").text
    for right in Permission:
        assert right.value.replace("_", " ") in page
