"""The OpenAPI description, the page made from it, and the client that speaks it."""

from __future__ import annotations

import json

import httpx
import jsonschema
import msgspec
import pytest
from starlette.testclient import TestClient

from graph.model.errors import BadCall, Fatal, Missing, Unavailable
from graph.model.events import PromoRedeemed
from graph.model.vocabulary import ActKind, DeskRole, VerdictOutcome
from queries.client import Client
from queries.serving.application import api_description
from queries.serving.parts import Mounted
from ringfence.api_page import PAGE, whole_page
from ringfence.decision_wiring import mounted_without
from tests.desk_places import with_token
from tests.serving_places import ORIGIN, REASON, Place

DESCRIPTION = api_description(mounted_without())
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_is_told_whole_and_its_examples_are_examples(name, operation):
    assert operation["summary"]
    assert operation["description"]
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for kind, content in body.get("content", {}).items():
            if kind.endswith("json"):
                schema = {**content["schema"], "components": DESCRIPTION["components"]}
                jsonschema.validate(content["example"], schema)


def test_the_application_describes_itself_so(place):
    assert place.client().get("/openapi.json").json() == json.loads(json.dumps(DESCRIPTION))


def test_no_schema_takes_the_place_of_another():
    assert "account" in DESCRIPTION["components"]["schemas"]["AccountSeen"]["required"]
    with pytest.raises(TypeError, match="expected one schema called AccountSeen, found two"):
        api_description(Mounted(schemas={"AccountSeen": {}}))


def test_the_page_is_made_from_the_description():
    assert PAGE.read_text(encoding="utf-8") == whole_page()


def client_of(place: Place, role: DeskRole, reason: str | None = None) -> Client:
    """A client whose requests go into the application."""
    inside = TestClient(place.app, ORIGIN, raise_server_exceptions=False)

    def handle(request: httpx.Request) -> httpx.Response:
        headers = [(name.decode(), value) for name, value in request.headers.raw]
        answer = inside.request(
            request.method, str(request.url), content=request.content, headers=dict(headers)
        )
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    token = with_token(place.desk, role, f"{role.value}{len(place.desk.people.all())}")
    return Client(ORIGIN, token, reason=reason, transport=httpx.MockTransport(handle))


def test_the_client_asks_everything(place):
    with client_of(place, DeskRole.LEAD, REASON["Ringfence-Reason"]) as client:
        (ring,) = client.every(client.rings(min_score=0.1))
        assert client.ring(ring.ring_id).ring.ring_id == place.ring_id
        every = list(client.every(client.members(ring.ring_id, limit=7)))
        assert [row.account_id for row in every] == [
            row[0] for row in place.store.ask("members", ring_id=place.ring_id).rows
        ]
        for member in every:
            assert client.account(member.account_id).account.ring_id == place.ring_id
        assert client.ties(ring.ring_id).total > 0
        assert client.history(ring.ring_id).rows[0].change == "born"
        assert client.explanation(ring.ring_id).reasons
        assert client.paths("ann", "bob").rows[0].source == "account:ann"
        assert client.flags(ring_id=ring.ring_id, decision=None).total > 0


def test_the_client_answers(place):
    with client_of(place, DeskRole.LEAD) as client:
        one, two = (client.verdict("ann", VerdictOutcome.FRAUD, note="five cards", key="k") for _ in range(2))
        assert one.event_id == two.event_id
        client.act(ActKind.CUT, "ann", other="bob")
        assert place.desk.outbox.waiting() == 2


def test_the_client_asks_before_the_fact(place):
    promotion = PromoRedeemed(event_id="ask", ts=1_760_000_000_000, account_id="ann", promo_id="W", amount=1)
    with client_of(place, DeskRole.ADMIN, REASON["Ringfence-Reason"]) as client:
        told = client.decide(promotion)
        assert (told.decision, told.event_id, told.accounts[0].account_id) == ("allow", "ask", "ann")
        assert client.decide(msgspec.to_builtins(promotion)) == told
        whole, broken = client.decide_each([promotion, {"type": "teleported"}])
        assert whole.answer == told
        assert broken.refused is not None
        assert broken.refused.code == "unknown_type"
        with pytest.raises(BadCall, match="teleported"):
            client.decide({"event_id": "ask", "ts": 1, "type": "teleported"})


def test_the_client_looks_after_webhooks(place):
    with client_of(place, DeskRole.ADMIN) as client:
        made = client.add_webhook("http://127.0.0.1:9/flags", "cases")
        number = made.webhook.id
        assert made.webhook.is_masked
        assert [each.id for each in client.webhooks()] == [number]
        assert not client.switch_webhook(number, is_active=False).is_active
        assert client.renew_webhook(number).secret != made.secret
        assert client.dead_messages(number).total == 0
        assert client.replay_webhook(number).messages == 0
        client.remove_webhook(number)
        assert client.webhooks() == []
        with pytest.raises(Missing):
            client.dead_messages(number)


def test_the_client_raises_what_the_problem_asks_for(place):
    with client_of(place, DeskRole.VIEWER) as client:
        with pytest.raises(Missing, match="expected the id of a ring"):
            client.ring("nobody")
        with pytest.raises(BadCall, match="limit"):
            client.rings(limit=0)
        with pytest.raises(Fatal, match="verdicts_give"):
            client.verdict("ann", VerdictOutcome.FRAUD)


@pytest.mark.parametrize(("status", "headers", "after"), [(429, {"Retry-After": "7"}, 7), (503, {}, 1)])
def test_the_client_says_when_to_come_again(status, headers, after):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, text="a proxy's page"))
    with pytest.raises(Unavailable) as raised:
        Client(ORIGIN, "t", transport=transport).rings()
    assert raised.value.retry_after_s == after


def test_the_client_says_that_nobody_serves():
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unavailable, match="see that it serves"):
        Client(ORIGIN, "t", transport=httpx.MockTransport(away)).rings()
