import streaming
from graph.model.events import GpsPing, TripCompleted
from streaming.contract.fields import FIELDS, TAGS, FieldKind


def test_every_public_name_is_there_and_documented():
    assert sorted(streaming.__all__, key=str.lower) == sorted(set(streaming.__all__), key=str.lower)
    for name in streaming.__all__:
        assert getattr(streaming, name) is not None


def test_the_table_of_fields_says_what_the_contract_says():
    assert sorted(TAGS) == [
        "account_created",
        "account_login",
        "analyst_act",
        "card_added",
        "chargeback",
        "gps_ping",
        "payment_declined",
        "payout_added",
        "promo_redeemed",
        "trip_cancelled",
        "trip_completed",
        "verdict",
        "wallet_transfer",
    ]
    ping = {field.name: (field.kind, field.required, field.low, field.high) for field in FIELDS[GpsPing]}
    assert ping == {
        "event_id": (FieldKind.IDENTIFIER, True, 1, 128),
        "ts": (FieldKind.TIME, True, 946_684_800_000, None),
        "trip_id": (FieldKind.IDENTIFIER, True, 1, 128),
        "driver_id": (FieldKind.IDENTIFIER, True, 1, 128),
        "lat": (FieldKind.NUMBER, True, -90, 90),
        "lon": (FieldKind.NUMBER, True, -180, 180),
    }
    optional = [field.name for field in FIELDS[TripCompleted] if not field.required]
    assert len(optional) == 11
