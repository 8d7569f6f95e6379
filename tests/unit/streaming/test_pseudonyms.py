import pytest

from graph.model.errors import BadCall
from graph.model.event_batch import EventBatch
from graph.model.events import (
    AccountCreated,
    AccountLogin,
    AnalystAct,
    PromoRedeemed,
    TripCompleted,
    Verdict,
    WalletTransfer,
)
from graph.model.vocabulary import ActKind, Role, VerdictOutcome
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.fields import FIELDS, FieldKind

KEY = b"sixteen bytes ok"


def test_every_personal_identifier_is_replaced_and_the_rest_is_not():
    event = AccountCreated(
        event_id="e1",
        ts=1_767_268_800_000,
        account_id="a1",
        role=Role.RIDER,
        device_id="d1",
        referrer_id="a1",
    )
    replaced = Pseudonyms(KEY).replace(event)
    assert isinstance(replaced, AccountCreated)
    assert replaced.event_id == "e1"
    assert replaced.ts == event.ts
    assert replaced.phone_hash is None
    assert replaced.account_id == replaced.referrer_id == "account_99b6dc2ad9e501598f184084323685c5"
    assert replaced.device_id is not None
    assert replaced.device_id.startswith("device_")


def test_an_account_has_one_pseudonym_in_every_role():
    pseudonyms = Pseudonyms(KEY)
    trip = TripCompleted(
        event_id="e1", ts=1, trip_id="t1", rider_id="a1", driver_id="a2", fare=1.0, promo_id="p1"
    )
    promo = PromoRedeemed(event_id="e2", ts=1, account_id="a1", promo_id="p1", amount=1.0)
    verdict = Verdict(event_id="e3", ts=1, subject="a1", outcome=VerdictOutcome.FRAUD, analyst="x")
    transfer = WalletTransfer(event_id="e4", ts=1, account_id="a2", to_account_id="a1", amount=1.0)
    on_transfer = pseudonyms.replace(transfer)
    on_trip, on_promo, on_verdict = map(pseudonyms.replace, (trip, promo, verdict))
    assert on_trip.rider_id == on_promo.account_id == on_verdict.subject
    assert (on_transfer.to_account_id, on_transfer.account_id) == (on_trip.rider_id, on_trip.driver_id)
    assert on_trip.rider_id != on_trip.driver_id
    assert on_trip.promo_id == on_promo.promo_id == "p1"
    assert on_verdict.analyst == "x"


def test_a_verdict_on_a_ring_keeps_its_subject():
    verdict = Verdict(event_id="e3", ts=1, subject="ring_7", outcome=VerdictOutcome.FRAUD, analyst="x")
    assert Pseudonyms(KEY).replace(verdict) == verdict


def act(kind: ActKind, subject: str, other: str | None) -> AnalystAct:
    return AnalystAct(event_id="e9", ts=9, act=kind, subject=subject, other=other, analyst="x", note="n")


def test_an_act_names_whom_the_events_name():
    pseudonyms = Pseudonyms(KEY)
    login = AccountLogin(event_id="e1", ts=1, account_id="a1", device_id="d1")
    seen = pseudonyms.replace(login)
    cut = pseudonyms.replace(act(ActKind.CUT, "a1", "device:d1"))
    assert (cut.subject, cut.other) == (seen.account_id, f"device:{seen.device_id}")
    assert (
        pseudonyms.replace(act(ActKind.CUT, "account:a1", "ring_7")).subject == f"account:{seen.account_id}"
    )
    undo = pseudonyms.replace(act(ActKind.UNDO, "a1", "e1"))
    assert (undo.subject, undo.other, undo.analyst) == (seen.account_id, "e1", "x")


def test_a_batch_is_pseudonymised_as_its_events_are():
    pseudonyms = Pseudonyms(KEY)
    events = [
        TripCompleted(event_id="e1", ts=1, trip_id="t1", rider_id="a1", driver_id="a2", fare=1.0),
        Verdict(event_id="e2", ts=2, subject="ring_7", outcome=VerdictOutcome.FRAUD, analyst="x", note=""),
        Verdict(event_id="e3", ts=3, subject="a1", outcome=VerdictOutcome.LEGIT, analyst="x", note="h\u00e9"),
        AccountCreated(event_id="e4", ts=4, account_id="a1", role=Role.DRIVER, ip="\u00fc", email_hash="m"),
        WalletTransfer(event_id="e6", ts=6, account_id="a1", to_account_id="a2", amount=0.5, device_id="d"),
        act(ActKind.CUT, "ring_7", "device:d"),
        act(ActKind.UNDO, "device:d", "e1"),
        PromoRedeemed(event_id="e5", ts=5, account_id="a1", promo_id="p1", amount=0.5, trip_id="ring_1"),
    ]
    replaced = pseudonyms.replace_all(EventBatch.of(events))
    expected = EventBatch.of([pseudonyms.replace(event) for event in events])
    assert list(replaced.events()) == list(expected.events())
    assert (replaced.records["text_hash"] == expected.records["text_hash"]).all()
    assert (replaced.records["id_hash"] == expected.records["id_hash"]).all()
    assert len(pseudonyms.replace_all(EventBatch.of([]))) == 0


def test_another_key_or_another_kind_gives_another_pseudonym():
    trip = TripCompleted(event_id="e1", ts=1, trip_id="x", rider_id="x", driver_id="y", card_id="x", fare=1.0)
    one, other = Pseudonyms(KEY).replace(trip), Pseudonyms(KEY[::-1]).replace(trip)
    hashes = {
        name.rsplit("_", 1)[1]
        for event in (one, other)
        for name in (event.trip_id, event.rider_id, event.card_id)
    }
    assert len(hashes) == 6


def test_forgotten_answers_are_worked_out_again():
    pseudonyms = Pseudonyms(KEY, remembered=1)
    trip = TripCompleted(event_id="e1", ts=1, trip_id="x", rider_id="x", driver_id="y", fare=1.0)
    assert pseudonyms.replace(trip) == Pseudonyms(KEY).replace(trip)


def test_no_identifier_of_the_contract_is_forgotten():
    left = {
        field.name for fields in FIELDS.values() for field in fields if field.kind is FieldKind.IDENTIFIER
    }
    event_values = {
        field.name: field.name
        for fields in FIELDS.values()
        for field in fields
        if field.kind is FieldKind.IDENTIFIER
    }
    kept = set()
    for kind, fields in FIELDS.items():
        values = {f.name: event_values.get(f.name, None if not f.required else 1) for f in fields}
        replaced = Pseudonyms(KEY).replace(kind(**values))
        kept |= {name for name in left if getattr(replaced, name, None) == name}
    assert kept == {"event_id", "promo_id", "analyst", "card_issuer", "app_version"}


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 65])
def test_a_key_of_the_wrong_length_is_refused(key):
    with pytest.raises(BadCall, match=rf"expected a pseudonym key of 16 to 64 bytes, found {len(key)}"):
        Pseudonyms(key)
