"""What the reading routes give: the store's answers, masked until a reason is given, noted in the audit."""

from __future__ import annotations

import json
import shutil
from urllib.parse import quote

import msgspec
import pytest
from fastapi import Request

from graph.model.vocabulary import DeskRole
from graph.stores.sqlite import SqliteWriter
from queries.catalogue import Type, question
from queries.serving import records
from queries.serving.problems import Refusal
from queries.serving.records import Hidden, Record
from queries.serving.visits import Allowed
from tests.desk_places import with_token
from tests.serving_places import DEVICE, MEMBERS, REASON, serving

MODELS = [
    model
    for model in vars(records).values()
    if isinstance(model, type) and issubclass(model, Record) and model.asked
]
NAMES_NOBODY = {"ring_id", "event_id", "flag_id", "promo_id", "analyst", "note", "kind", "link", "change"}
NAMES_NOBODY |= {"outcome", "verdict", "role", "decision", "from_rings", "source_events", "reasons"}
NAMES_NOBODY |= {"innocent_reasons"}
"""Columns of text and lists that are shown to everybody."""
ABOUT_THE_RING = ("", "/members", "/ties", "/history", "/explanation")


def is_named(text: str) -> bool:
    """Whether the name of a member or of their phone stands in a body, in whatever way JSON writes it."""
    written = (json.dumps(name)[1:-1] for name in (*MEMBERS, DEVICE))
    return any(f'"{name}"' in text or f':{name}"' in text for name in written) or any(
        f'"{name}"' in text for name in MEMBERS
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_record_has_the_columns_of_its_question_and_hides_what_names_people(model):
    columns = {column.name: column for column in question(model.asked).columns}
    assert list(model.model_fields) == list(columns)
    for name, field in model.model_fields.items():
        if columns[name].type in (Type.TEXT, Type.LIST) and name not in NAMES_NOBODY:
            assert any(isinstance(mark, Hidden) for mark in field.metadata), name
    described = model.model_json_schema()["properties"]
    assert {name: each["description"] for name, each in described.items()} == {
        name: column.meaning for name, column in columns.items()
    }


@pytest.mark.parametrize("path", ABOUT_THE_RING)
def test_a_ring_is_masked_until_a_reason_is_given(place, path):
    client = place.comes(DeskRole.INVESTIGATOR)
    url = f"/v1/rings/{place.ring_id}{path}"
    hidden, shown = client.get(url), client.get(url, headers=REASON)
    assert (hidden.status_code, shown.status_code) == (200, 200)
    assert hidden.json()["is_masked"]
    assert not is_named(hidden.text)
    assert not shown.json()["is_masked"]
    assert is_named(shown.text)
    last = list(place.desk.log)[-1]
    assert msgspec.json.decode(last.detail)["shown"] == "plain"
    assert last.said == REASON["Ringfence-Reason"]
    assert last.subject == f"ring:{place.ring_id}"


def test_a_masked_answer_can_be_asked_about_further(place):
    client = place.comes(DeskRole.VIEWER)
    members = client.get(f"/v1/rings/{place.ring_id}/members").json()["rows"]
    assert len({row["account_id"] for row in members}) == len(MEMBERS) + 1
    for row in members:
        seen = client.get(f"/v1/accounts/{row['account_id']}").json()
        assert seen["account"]["account_id"] == row["account_id"]
        assert seen["account"]["ring_id"] == place.ring_id
    one, two = members[1]["account_id"], members[2]["account_id"]
    path = client.get("/v1/paths", params={"a": one, "b": f"account:{two}"})
    assert path.json()["rows"][0]["source"] == f"account:{one}"
    assert not is_named(path.text)


@pytest.mark.parametrize("account", MEMBERS)
def test_names_that_would_hurt_elsewhere_are_names_here(place, account):
    client = place.comes(DeskRole.LEAD)
    handle = place.desk.masks.masked("account", account)
    seen = client.get(f"/v1/accounts/{handle}", headers=REASON)
    assert seen.json()["account"]["account_id"] == account
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["x-content-type-options"] == "nosniff"
    line = list(place.desk.log)[-1]
    assert line.subject == place.desk.subjects.pseudonym("account", account)
    assert account not in line.detail


@pytest.mark.parametrize(
    "text",
    ["' OR 1=1 --", "'}) MATCH (n) DETACH DELETE n //", "x'; DROP TABLE ring; --", "\x00", "~", "~~~~"],
)
def test_injected_statements_find_nothing_and_change_nothing(place, text):
    client = place.comes(DeskRole.LEAD)
    before = place.store.ask("status").rows
    for path in ("/v1/rings/{}", "/v1/rings/{}/members", "/v1/accounts/{}"):
        assert client.get(path.format(quote(text, safe=""))).status_code in (400, 404)
    assert client.get("/v1/paths", params={"a": text, "b": "ann"}).json().get("rows", []) == []
    assert client.get("/v1/flags", params={"ring_id": text}).json().get("rows", []) == []
    assert client.get("/v1/rings", params={"kind": text}).status_code == 422
    assert place.store.ask("status").rows == before


def test_pages_put_together_are_the_whole(place):
    client = place.comes(DeskRole.VIEWER)
    url = f"/v1/rings/{place.ring_id}/members?limit=7"
    rows, pages = [], 0
    while url:
        page = client.get(url).json()
        rows += page["rows"]
        url, pages = page["next"], pages + 1
    assert pages == 3
    assert rows == client.get(f"/v1/rings/{place.ring_id}/members").json()["rows"]
    assert client.get("/v1/rings?limit=1").json()["next"] is None


def test_a_moment_in_the_past_is_answered_for(place):
    client = place.comes(DeskRole.VIEWER)
    flagged = client.get(f"/v1/rings/{place.ring_id}").json()["ring"]["flagged_ms"]
    assert client.get("/v1/rings", params={"as_of": flagged - 1}).json()["rows"] == []
    assert client.get("/v1/rings", params={"as_of": flagged}).json()["total"] == 1
    url = f"/v1/rings/{place.ring_id}/members"
    then = client.get(url, params={"as_of": flagged}).json()["total"]
    assert 0 < then < client.get(url).json()["total"]


def test_an_answer_says_how_far_the_store_has_come(place):
    page = place.comes(DeskRole.VIEWER).get("/v1/rings").json()
    assert page["as_of_ms"] == dict(place.store.ask("status").rows)["watermark_ms"]


def test_what_speaks_for_and_against_a_ring_is_told_whole(place):
    told = place.comes(DeskRole.VIEWER).get(f"/v1/rings/{place.ring_id}/explanation").json()
    assert {reason["rule"] for reason in told["reasons"]}
    assert told["ties_total"] == len(told["ties"]) > 0
    assert told["trips_total"] >= len(told["trips"]) > 0
    assert told["flags_total"] == len(told["flags"]) > 0
    assert told["money"]["promo_money"] == 10 * len(MEMBERS)


def test_every_look_at_people_leaves_a_line(place):
    client = place.comes(DeskRole.VIEWER)
    before = len(place.actions())
    for path in ABOUT_THE_RING:
        client.get(f"/v1/rings/{place.ring_id}{path}")
    client.get("/v1/accounts/ann")
    client.get("/v1/accounts/nobody")
    client.get("/v1/paths?a=ann&b=bob")
    client.get("/v1/flags")
    assert place.actions()[before:] == [
        "ring.read",
        "ring.members.read",
        "ring.ties.read",
        "ring.history.read",
        "ring.explanation.read",
        "account.read",
        "account.read",
        "path.read",
        "flags.read",
    ]


@pytest.mark.parametrize(
    ("reason", "status"),
    [("case 4711", 200), ("Fall Müller", 200), ("hm", 400), (" " * 40, 400), ("x" * 301, 400)],
)
def test_a_reason_has_to_be_one(place, reason, status):
    client = place.comes(DeskRole.INVESTIGATOR)
    answer = client.get(f"/v1/rings/{place.ring_id}", headers={"Ringfence-Reason": reason.encode()})
    assert answer.status_code == status
    if status == 200:
        assert list(place.desk.log)[-1].said == reason


def test_bytes_that_are_no_text_are_no_reason(place):
    token = with_token(place.desk, DeskRole.INVESTIGATOR).encode()
    headers = [(b"authorization", b"Bearer " + token), (b"ringfence-reason", b"\xff\xfe\xfd\xfc\xfb")]
    request = Request({"type": "http", "method": "GET", "headers": headers, "app": place.app})
    with pytest.raises(Refusal, match="expected a reason"):
        Allowed(None)(request)


def test_who_may_not_see_identifiers_is_told_so(place):
    answer = place.comes(DeskRole.VIEWER).get("/v1/rings", headers=REASON)
    assert answer.status_code == 403
    assert "identifiers_reveal" in answer.json()["detail"]


def test_the_audit_is_read_newest_first_and_signed(place):
    lead = place.comes(DeskRole.LEAD)
    lines = lead.get("/v1/audit", params={"limit": 2}).json()
    assert [line["action"] for line in lines] == ["audit.read", "token.added"]
    older = lead.get("/v1/audit", params={"before": lines[-1]["number"]}).json()
    assert [line["action"] for line in older] == ["link.made", "person.added"]
    signed = lead.get("/v1/audit/checkpoint").json()
    assert signed["public"] == place.desk.keys.public
    assert signed["number"] == len(place.actions())


def test_a_store_that_was_replaced_is_read_anew(tmp_path, store):
    own = tmp_path / "own.db"
    shutil.copy(store, own)
    with serving(tmp_path, own) as place:
        client = place.comes(DeskRole.VIEWER)
        assert client.get("/v1/rings").json()["total"] == 1
        with_nothing = tmp_path / "nothing.db"
        SqliteWriter(with_nothing).close()
        with_nothing.replace(own)
        page = client.get("/v1/rings").json()
        assert (page["total"], page["as_of_ms"]) == (0, 0)
