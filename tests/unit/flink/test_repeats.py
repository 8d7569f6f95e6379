import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flink.repeats import TOGETHER, Repeats
from graph.model.event_batch import EventBatch
from graph.model.events import GpsPing
from streaming.admission.deduplicate import WINDOW_MS, Admission, Admitted
from tests.unit.streaming.records import HOUR, NOON


def columns(*events: tuple[str, float]) -> tuple[bytes, bytes]:
    """Ids and times of (id, hours after noon)."""
    batch = EventBatch.of(
        [
            GpsPing(event_id=name, ts=NOON + int(hours * HOUR), trip_id="t", driver_id="d", lat=0.0, lon=0.0)
            for name, hours in events
        ]
    )
    return (
        np.ascontiguousarray(batch.records["id_hash"]).tobytes(),
        np.ascontiguousarray(batch.records["ts"]).tobytes(),
    )


def passed(
    repeats: Repeats, *events: tuple[str, float], topic: str = "trips", stamp: float = 0.0
) -> list[bool]:
    return repeats.new(topic, int(stamp * HOUR), *columns(*events)).tolist()


def repeats_of(kept: dict[int, bytes], remember_ms: int = WINDOW_MS) -> Repeats:
    return Repeats(kept, NOON, remember_ms)


def test_a_repeat_is_dropped_for_48_hours_of_event_time_and_not_longer() -> None:
    repeats = repeats_of({})
    assert passed(repeats, ("a", 0), ("b", 1), ("a", 0)) == [True, True, False]
    assert passed(repeats, ("c", 24), ("d", 48), ("a", 0)) == [True, True, False]
    assert passed(repeats, ("e", 49), ("a", 0)) == [True, True]


def test_a_crash_forgets_nothing() -> None:
    kept: dict[int, bytes] = {}
    passed(repeats_of(kept), ("a", 0), ("b", 20), ("late", 1))
    again = repeats_of(kept)
    assert passed(again, ("a", 0), ("late", 1), ("c", 40)) == [False, False, True]
    # What came late counts from when it came.
    assert passed(repeats_of(kept), ("d", 60), ("late", 1), ("a", 0)) == [True, False, True]


def test_each_lane_has_a_clock_of_its_own() -> None:
    repeats = repeats_of({})
    passed(repeats, ("a", 0), topic="trips")
    passed(repeats, ("x", 1), ("y", 24), ("z", 47), ("w", 70), topic="accounts")
    assert passed(repeats, ("a", 0), topic="trips") == [False]
    assert passed(repeats, ("a", 0), topic="accounts") == [True]


def test_time_passes_by_the_stamps_where_no_events_tell() -> None:
    repeats = repeats_of({})
    passed(repeats, ("a", 0), stamp=1000)
    assert passed(repeats, ("a", 0), stamp=1047) == [False]
    assert passed(repeats, ("a", 0), stamp=1049) == [True]


def test_an_event_too_far_ahead_is_left_for_the_owner_to_refuse() -> None:
    repeats = repeats_of({})
    assert passed(repeats, ("a", 0), ("ahead", 1000), ("ahead", 1000)) == [True, True, True]
    assert passed(repeats, ("a", 0)) == [False]


def test_entries_hold_many_ids_and_go_when_nothing_in_them_is_remembered() -> None:
    kept: dict[int, bytes] = {}
    repeats = repeats_of(kept)
    for number in range(3 * TOGETHER // 10):
        passed(repeats, *[(f"{number}-{part}", number / 1000) for part in range(10)])
    assert len(kept) == 3
    assert sum(map(len, kept.values())) < 3 * TOGETHER * 25
    passed(repeats, ("b", 24))
    passed(repeats, ("c", 47))
    assert len(kept) == 5
    passed(repeats, ("d", 49.5))
    assert len(kept) == 3
    assert passed(repeats, ("d", 49.5)) == [False]


def test_frames_without_anything_new_write_nothing() -> None:
    kept: dict[int, bytes] = {}
    repeats = repeats_of(kept)
    passed(repeats, ("a", 0))
    before = dict(kept)
    passed(repeats, ("a", 0))
    assert kept == before


EVENTS = st.tuples(st.integers(0, 8), st.integers(0, 70).map(float)).map(lambda e: (f"e{e[0]}", e[1]))


@given(st.lists(st.lists(EVENTS, min_size=1, max_size=6), max_size=20), st.integers(0, 3))
def test_it_passes_what_the_service_would_take_however_often_it_crashes(frames, crash_every) -> None:
    kept: dict[int, bytes] = {}
    repeats, oracle = repeats_of(kept), Admission(NOON)
    for number, frame in enumerate(frames):
        if crash_every and number % crash_every == 0:
            repeats = repeats_of(kept)
        ids, times = columns(*frame)
        batch = EventBatch.of(
            [
                GpsPing(
                    event_id=name, ts=NOON + int(hours * HOUR), trip_id="t", driver_id="d", lat=0.0, lon=0.0
                )
                for name, hours in frame
            ]
        )
        expected = (oracle.admit(batch) != Admitted.DUPLICATE).tolist()
        assert repeats.new("trips", 0, ids, times).tolist() == expected
