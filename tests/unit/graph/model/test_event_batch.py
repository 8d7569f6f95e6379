import numpy as np
import pytest

from graph.kernels.hashing import bytes_of, hash_bytes
from graph.kernels.sip_hash import hash_id
from graph.model.event_batch import (
    ABSENT,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    CHARGEBACK,
    LATEST_MS,
    PROMO_REDEEMED,
    SLOTS,
    TRIP_COMPLETED,
    VERDICT,
    EventBatch,
)
from graph.model.event_slots import (
    AMOUNT,
    DISTANCE_KM,
    DROPOFF_LON,
    FARE,
    RIDER_ID,
    text_slot,
    value_slot,
)
from graph.model.events import AccountCreated, Event, GpsPing, TripCompleted, Verdict
from graph.model.vocabulary import Role, VerdictOutcome

EVENTS: list[Event] = [
    AccountCreated(event_id="e1", ts=1, account_id="a1", role=Role.DRIVER, device_id="d\u00e91", ip="i1"),
    GpsPing(event_id="e2", ts=2, trip_id="t1", driver_id="a1", lat=-0.0, lon=179.5),
    TripCompleted(event_id="e3", ts=3, trip_id="t1", rider_id="a2", driver_id="a1", fare=7.25, incentive=0.0),
    Verdict(event_id="e4", ts=4, subject="a2", outcome=VerdictOutcome.UNSURE, analyst="x", note=""),
    Verdict(event_id="e5", ts=5, subject="a2", outcome=VerdictOutcome.FRAUD, analyst="x"),
]  # fmt: skip


def test_a_batch_gives_back_the_events_it_was_made_of():
    batch = EventBatch.of(EVENTS)
    assert len(batch) == 5
    assert list(batch.events()) == EVENTS
    assert [batch.event(row) for row in range(5)] == EVENTS
    assert [batch.event_id(row) for row in range(5)] == ["e1", "e2", "e3", "e4", "e5"]
    assert np.signbit(batch.event(1).lat)


def test_fields_stand_in_the_order_of_their_type():
    assert SLOTS[TRIP_COMPLETED].texts[:4] == ("trip_id", "rider_id", "driver_id", "rider_device_id")
    assert SLOTS[TRIP_COMPLETED].values[0] == "fare"
    assert (SLOTS[VERDICT].texts, SLOTS[VERDICT].choice) == (("subject", "analyst", "note"), "outcome")
    batch = EventBatch.of(EVENTS)
    assert batch.records["code"].tolist() == [2, 0, 0, 3, 1]
    assert batch.records["values"][2].tolist()[0] == 7.25
    assert np.isnan(batch.records["values"][2][1])
    assert batch[3:].texts(0) == ["a2", "a2"]
    assert batch.records["text_start"][4][2] == ABSENT != batch.records["text_start"][3][2]


def test_rows_of_a_batch_share_its_buffer():
    batch = EventBatch.of(EVENTS)
    for part, expected in ((batch[1:3], EVENTS[1:3]), (batch[np.array([4, 0])], [EVENTS[4], EVENTS[0]])):
        assert list(part.events()) == expected
        assert part.buffer is batch.buffer


def test_joined_batches_hold_their_own_texts_only():
    one, other = EventBatch.of(EVENTS), EventBatch.of(EVENTS[::-1])
    joined = EventBatch.joined([one[1:2], other[:2], one[:0]])
    assert list(joined.events()) == [EVENTS[1], EVENTS[4], EVENTS[3]]
    assert len(joined.buffer) == len("e2t1a1") + 2 * len("e5a2x")
    assert len(EventBatch.joined([])) == 0


def test_texts_and_ids_are_hashed():
    batch = EventBatch.of(EVENTS)
    assert batch.records["text_hash"][0][1] == hash_bytes(bytes_of("d\u00e91"), 0, 4)
    assert tuple(batch.records["id_hash"][0]) == hash_id(bytes_of("e1"), 0, 2)


def test_a_time_too_late_for_a_record_stands_as_the_latest():
    late = EventBatch.of([GpsPing(event_id="e", ts=10**30, trip_id="t", driver_id="d", lat=0.0, lon=0.0)])
    assert late.event(0).ts == LATEST_MS


def test_kernels_read_values_and_texts_by_the_names_of_their_fields() -> None:
    trip = TripCompleted(
        event_id="t1", ts=1, trip_id="trip", rider_id="rider", driver_id="driver", fare=9.5, dropoff_lon=7.25
    )
    batch = EventBatch.of([trip])
    values = batch.records["values"][0]
    assert (values[FARE], values[DROPOFF_LON]) == (9.5, 7.25)
    assert np.isnan(values[DISTANCE_KM])
    assert batch.texts(RIDER_ID) == ["rider"]


def test_a_slot_that_serves_several_events_lies_in_one_place_in_all_of_them() -> None:
    assert value_slot("amount", CHARGEBACK, PROMO_REDEEMED) == AMOUNT
    with pytest.raises(ValueError, match="expected device_id in one slot"):
        text_slot("device_id", ACCOUNT_LOGIN, CARD_ADDED)
