"""Streams in which the engine on kernels and the plain engine once disagreed."""

import pytest

from graph.model.events import AccountCreated, AccountLogin, PromoRedeemed, TripCompleted
from graph.model.vocabulary import Role
from tests.properties.test_engine_equals_twin import SCORERS, assert_same, pair

START_MS = 1_700_000_000_000


def created(at_ms: int, account: str, **more) -> AccountCreated:
    return AccountCreated(
        event_id=f"c{at_ms}", ts=START_MS + at_ms, account_id=account, role=Role.RIDER, **more
    )


def took(at_ms: int, account: str, device: str) -> PromoRedeemed:
    return PromoRedeemed(
        event_id=f"p{at_ms}",
        ts=START_MS + at_ms,
        account_id=account,
        promo_id="w",
        amount=5.0,
        device_id=device,
    )


def rode(at_ms: int, rider: str, driver: str, **more) -> TripCompleted:
    return TripCompleted(
        event_id=f"t{at_ms}",
        ts=START_MS + at_ms,
        trip_id="t",
        rider_id=rider,
        driver_id=driver,
        fare=9.0,
        **more,
    )


def came(at_ms: int, account: str, device: str) -> AccountLogin:
    return AccountLogin(event_id=f"l{at_ms}", ts=START_MS + at_ms, account_id=account, device_id=device)


A_VISITOR_AGES_OUT_OF_A_RING = [
    came(0, "a0", "d0"),
    rode(1, "a1", "a0"),
    created(2, "a3"),
    took(108_000_000, "a0", "d0"),
    took(604_800_000, "a2", "d0"),
    took(1_576_800_000, "a3", "d0"),
    came(1_749_600_000, "a1", "d0"),
    came(1_857_600_000, "a1", "d0"),
]
TWO_LINKS_AGE_AT_ONE_MOMENT = [
    created(0, "a0", phone_hash="p0"),
    came(0, "a4", "d1"),
    created(21_600_000, "a5", phone_hash="p0"),
    created(1_749_600_000, "a1", phone_hash="p0"),
    created(2_160_000_000, "a0", phone_hash="p0", device_id="d1"),
    took(2_203_200_000, "a1", "d1"),
    created(2_203_200_000, "a1", phone_hash="p0", email_hash="m0"),
    rode(3_088_800_000, "a5", "a0", rider_device_id="d1"),
    created(3_715_200_000, "a2", phone_hash="p0", device_id="d1", email_hash="m0"),
    rode(3_931_200_000, "a0", "a4"),
]


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize(
    "events", [A_VISITOR_AGES_OUT_OF_A_RING, TWO_LINKS_AGE_AT_ONE_MOMENT], ids=["visitor", "two links"]
)
def test_they_are_told_alike(events, scorer):
    engine, plain = pair(scorer)
    for event in events:
        assert engine.apply([event]) == plain.apply([event])
        assert_same(engine, plain)
