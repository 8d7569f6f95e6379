"""Webhooks told of flags by a real receiver: signed, masked, slow, failing, redirecting, replayed, gone."""

from __future__ import annotations

import datetime as dt
import json
import logging
import ssl
import threading
import time
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from graph.model.vocabulary import DeskRole, Permission
from queries.desk import deliveries
from queries.desk.deliveries import PAUSES_S
from queries.serving import webhook_rounds
from queries.serving.webhook_rounds import WebhookRounds
from queries.serving.webhook_sender import WebhookSender
from queries.serving.webhook_targets import networks_of
from tests.desk_places import TEST
from tests.receivers import receiving
from tests.serving_places import Place
from tests.unit.queries.serving.test_streams import one_more


@pytest.fixture
def place(place):
    # Receivers look at the time of the day.
    place.clock.now_ms = round(time.time() * 1_000)
    return place


def rounds(place: Place, sender: WebhookSender | None = None) -> WebhookRounds:
    return WebhookRounds(
        place.desk, sender or WebhookSender(within_s=0.5), place.parts.measures, threading.Event()
    )


def hooked(place: Place, url: str, is_masked: bool = True) -> tuple[int, str]:
    made, secret = place.desk.add_webhook(TEST, url, "test", is_masked)
    return made.id, secret


def counts(place: Place, hook: int) -> tuple[int, int]:
    return tuple(place.desk.deliveries.counts(hook))


@pytest.mark.parametrize("is_masked", [True, False])
def test_a_flag_is_sent_once_signed_and_masked_unless_said_otherwise(place, is_masked):
    with receiving() as receiver:
        one_more(place, 0)
        hook, secret = hooked(place, receiver.url, is_masked)
        one_more(place, 1)
        for _ in range(2):
            rounds(place).work()
    (request,) = receiver.requests
    told = Webhook(secret).verify(request.body, request.headers)
    assert (told["type"], told["data"]["flag_id"]) == ("flag.raised", "late 1"), "and not the one before it"
    assert dt.datetime.fromisoformat(told["timestamp"]).timestamp() * 1_000 == told["data"]["ts"]
    shown = place.desk.masks.masked("account", "ann") if is_masked else "ann"
    assert (told["data"]["accounts"], told["data"]["is_masked"]) == ([shown], is_masked)
    assert request.path == "/hook?key=s3cret"
    assert request.headers["content-type"] == "application/json"
    assert counts(place, hook) == (0, 0)


def test_what_was_recorded_altered_or_signed_by_another_is_no_message(place, monkeypatch):
    with receiving() as receiver:
        _, secret = hooked(place, receiver.url)
        one_more(place, 1)
        rounds(place).work()
    (request,) = receiver.requests
    checked = Webhook(secret)
    checked.verify(request.body, request.headers)
    later = {**request.headers, "webhook-timestamp": str(int(request.headers["webhook-timestamp"]) + 1)}
    for body, headers in (
        (request.body + b" ", request.headers),
        (request.body, {**request.headers, "webhook-id": "msg_other"}),
        (request.body, later),
    ):
        with pytest.raises(WebhookVerificationError):
            checked.verify(body, headers)
    place.clock.now_ms -= 3_600_000
    old = place.desk.webhooks.signed(1, request.headers["webhook-id"], request.body)
    with pytest.raises(WebhookVerificationError, match="too old"):
        checked.verify(request.body, old)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(request.body, request.headers)


def test_a_failing_receiver_is_tried_again_under_the_same_id_with_another_signature(place, caplog):
    with receiving(lambda n: (500 if n < 2 else 200, {})) as receiver:
        hook, secret = hooked(place, receiver.url)
        one_more(place, 1)
        one_more(place, 2)
        rounds(place).work()
        assert len(receiver.requests) == 1, "one that failed is not asked again in the same round"
        rounds(place).work()
        assert len(receiver.requests) == 2, "the second message had not been tried"
        assert counts(place, hook) == (2, 0)
        place.clock.passes(seconds=PAUSES_S[0] * 2)
        rounds(place).work()
    assert counts(place, hook) == (0, 0)
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert sorted(ids[:2]) == sorted(ids[2:])
    signatures = {request.headers["webhook-signature"] for request in receiver.requests}
    assert len(signatures) == 4
    assert caplog.text.count("status 500") == 2
    for hidden in ("s3cret", "/hook", secret, "ann"):
        assert hidden not in caplog.text


def test_a_redirect_is_a_failure_and_is_not_followed(place):
    with receiving() as other, receiving(lambda _n: (302, {"Location": other.url})) as receiver:
        hook, _ = hooked(place, receiver.url)
        one_more(place, 1)
        rounds(place).work()
    assert (len(receiver.requests), len(other.requests)) == (1, 0)
    assert counts(place, hook) == (1, 0)


@pytest.mark.parametrize("drips_s", [20.0, 0.0])
def test_a_receiver_that_does_not_answer_in_time_is_let_go_and_holds_up_no_other(place, drips_s):
    silent = threading.Event()

    def waits(_n: int):
        silent.wait(20)
        return 200, {}

    with receiving(waits, drips_s=drips_s) as slow, receiving() as quick:
        hook, _ = hooked(place, slow.url)
        other, _ = hooked(place, quick.url)
        for number in range(5):
            one_more(place, number)
        rounds(place).work()
        silent.set()
        assert len(slow.requests) == 1
        assert len(quick.requests) == 5
        assert (counts(place, hook), counts(place, other)) == ((5, 0), (0, 0))
    told = place.desk.database.row("SELECT told FROM delivery WHERE tries = 1")
    assert told == ("no answer within 0.5 s",)


def test_a_receiver_that_asks_to_wait_is_not_asked_before(place):
    with receiving(lambda n: (429, {"Retry-After": "600"}) if n == 0 else (200, {})) as receiver:
        hooked(place, receiver.url)
        one_more(place, 1)
        rounds(place).work()
        place.clock.passes(seconds=599)
        rounds(place).work()
        assert len(receiver.requests) == 1
        place.clock.passes(seconds=1)
        rounds(place).work()
        assert len(receiver.requests) == 2


def test_one_that_is_gone_is_switched_off_and_can_be_switched_on_again(place):
    with receiving(lambda n: (410 if n == 0 else 200, {})) as receiver:
        hook, _ = hooked(place, receiver.url)
        one_more(place, 1)
        rounds(place).work()
        assert not place.desk.webhooks.by_id(hook).is_active
        assert "webhook.switched" in place.actions()
        place.clock.passes(hours=1)
        one_more(place, 2)
        rounds(place).work()
        assert len(receiver.requests) == 1
        ada = place.comes(DeskRole.ADMIN)
        assert ada.patch(f"/v1/webhooks/{hook}", json={"is_active": True}).json()["waiting"] == 1
        rounds(place).work()
    assert len(receiver.requests) == 3, "what came meanwhile was kept"


def test_what_died_is_shown_and_sent_again_by_hand(place, monkeypatch):
    monkeypatch.setattr(deliveries, "PAUSES_S", ())
    with receiving(lambda n: (503 if n == 0 else 200, {})) as receiver:
        hook, _ = hooked(place, receiver.url)
        one_more(place, 1)
        rounds(place).work()
        ada = place.comes(DeskRole.ADMIN)
        told = ada.get(f"/v1/webhooks/{hook}/dead").json()
        assert (told["total"], told["rows"][0]["told"], told["rows"][0]["tries"]) == (1, "status 503", 1)
        rounds(place).work()
        assert len(receiver.requests) == 1, "nobody asked for it"
        body = {"message": told["rows"][0]["number"]}
        assert ada.post(f"/v1/webhooks/{hook}/replay", json=body).json() == {"messages": 1}
        assert ada.post(f"/v1/webhooks/{hook}/replay", json=body).status_code == 404
        rounds(place).work()
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids == [told["rows"][0]["message_id"]] * 2
    assert counts(place, hook) == (0, 0)


def test_messages_wait_within_bounds_and_flags_that_the_feed_dropped_are_counted(place, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_WAITING", 2)
    with receiving(lambda _n: (500, {})) as receiver:
        hook, _ = hooked(place, receiver.url)
        for number in range(5):
            one_more(place, number)
        rounds(place).work()
        assert counts(place, hook) == (2, 0)
        place.desk.database.run("DELETE FROM flag_feed WHERE number <= 4")
        place.desk.database.run("DELETE FROM delivery")
        rounds(place).work()
    assert counts(place, hook) == (1, 0)
    assert place.desk.webhooks.by_id(hook).missed == 2


def test_a_round_ends_though_messages_are_left(place, monkeypatch):
    monkeypatch.setattr(webhook_rounds, "ROUND_S", -1.0)
    with receiving() as receiver:
        hook, _ = hooked(place, receiver.url)
        one_more(place, 1)
        rounds(place).work()
        assert (receiver.requests, counts(place, hook)) == ([], (1, 0))
        monkeypatch.undo()
        rounds(place).work()
        assert len(receiver.requests) == 1


def test_nothing_is_begun_while_the_server_stops(place):
    with receiving() as receiver:
        hooked(place, receiver.url)
        one_more(place, 1)
        stopping = threading.Event()
        stopping.set()
        WebhookRounds(place.desk, WebhookSender(), place.parts.measures, stopping).work()
        assert receiver.requests == []


def test_one_that_is_removed_while_messages_wait_is_told_no_more(place, monkeypatch):
    with receiving() as receiver:
        hook, _ = hooked(place, receiver.url)
        one_more(place, 1)
        claim = place.desk.deliveries.claim

        def claim_and_lose(number: int):
            messages = claim(number)
            place.desk.remove_webhook(TEST, number)
            return messages

        monkeypatch.setattr(place.desk.deliveries, "claim", claim_and_lose)
        rounds(place).work()
        assert receiver.requests == []
        assert hook not in {each.id for each in place.desk.webhooks.all()}


def test_nobody_listens_there(place):
    with receiving() as receiver:
        url = receiver.url
    hook, _ = hooked(place, url)
    one_more(place, 1)
    rounds(place).work()
    assert counts(place, hook) == (1, 0)
    assert place.desk.database.row("SELECT told FROM delivery") == ("no answer: ConnectError",)


def certified(name: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for a name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    kind = serialization.PrivateFormat.PKCS8
    (folder / "c.pem").write_bytes(
        pem + key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "c.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(
    ("name", "network", "leads_to", "is_taken"),
    [
        ("hooks.test", "127.0.0.0/8", ["127.0.0.1"], True),
        ("other.test", "127.0.0.0/8", ["127.0.0.1"], False),
        ("hooks.test", "10.0.0.0/8", ["127.0.0.1"], False),
        ("hooks.test", "127.0.0.0/8", ["127.0.0.1", "10.0.0.1"], False),
    ],
)
def test_a_name_is_reached_at_the_address_that_was_checked_and_has_to_prove_itself(
    place, tmp_path, name, network, leads_to, is_taken
):
    """The name in the address is hooks.test; the certificate is for ``name``."""
    asked = []

    async def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return leads_to

    server, trusted = certified(name, tmp_path)
    with receiving(tls=server) as receiver:
        hook, _ = hooked(place, receiver.url.replace("127.0.0.1", "hooks.test"))
        one_more(place, 1)
        sender = WebhookSender(networks_of([network]), trusted=trusted, lookup=lookup, within_s=5)
        rounds(place, sender).work()
    assert asked == ["hooks.test"], "looked up once: what it leads to afterwards is nobody's business"
    assert counts(place, hook) == (0 if is_taken else 1, 0)
    assert [r.headers["host"].partition(":")[0] for r in receiver.requests] == ["hooks.test"] * is_taken


def test_the_routes_show_the_secret_once_and_refuse_what_leads_inside(place):
    ada = place.comes(DeskRole.ADMIN)
    body = {"url": "https://hooks.example/x", "label": "case system"}
    made = ada.post("/v1/webhooks", json=body)
    assert made.status_code == 201
    secret, number = made.json()["secret"], made.json()["webhook"]["id"]
    assert secret.startswith("whsec_")
    assert made.json()["webhook"]["is_masked"]
    renewed = ada.post(f"/v1/webhooks/{number}/secret").json()["secret"]
    (seen,) = ada.get("/v1/webhooks").json()
    assert seen["url"] == "https://hooks.example/x"
    told = json.dumps([seen, ada.get("/v1/audit").json()])
    assert secret not in told
    assert renewed not in told
    for url in ("https://169.254.169.254/", "http://hooks.example/", f"https://{ip_address(167772161)}/"):
        refused = ada.post("/v1/webhooks", json={"url": url, "label": "x"})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_call")
    assert ada.delete(f"/v1/webhooks/{number}").status_code == 204
    assert ada.get("/v1/webhooks").json() == []
    assert ada.delete(f"/v1/webhooks/{number}").status_code == 404
    narrow = place.comes(DeskRole.ADMIN, "eve", Permission.PEOPLE_MANAGE)
    assert narrow.get("/v1/webhooks").status_code == 403


def test_figures_tell_of_messages_and_tries(place, caplog):
    caplog.set_level(logging.ERROR)
    with receiving(lambda n: (500 if n == 0 else 200, {})) as receiver:
        hooked(place, receiver.url)
        one_more(place, 1)
        one_more(place, 2)
        rounds(place).work()
        rounds(place).work()
    text = place.comes(DeskRole.ADMIN).get("/metrics").text
    assert 'ringfence_webhook_tries_total{outcome="failed"} 1.0' in text
    assert 'ringfence_webhook_tries_total{outcome="taken"} 1.0' in text
    assert 'ringfence_webhook_messages{state="waiting"} 1.0' in text
    assert 'ringfence_webhook_messages{state="dead"} 0.0' in text
