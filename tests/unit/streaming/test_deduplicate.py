import numpy as np
import pytest

from graph.model.errors import Fatal
from graph.model.event_batch import EVENT, EventBatch
from graph.model.events import GpsPing
from streaming.admission.deduplicate import Admission, Admitted
from tests.unit.streaming.records import HOUR, NOON

NEW, DUPLICATE, AHEAD = Admitted.NEW, Admitted.DUPLICATE, Admitted.TOO_FAR_AHEAD


def ping(event_id: str, ts: int) -> GpsPing:
    return GpsPing(event_id=event_id, ts=ts, trip_id="t", driver_id="d", lat=0.0, lon=0.0)


def admit(admission: Admission, events: list[GpsPing]) -> list[int]:
    return admission.admit(EventBatch.of(events)).tolist()


def judged(*events: tuple[str, float], clock_ms: int = NOON) -> list[Admitted]:
    """The answers for (id, hours after noon)."""
    admission = Admission(clock_ms)
    return [Admitted(v) for v in admit(admission, [ping(id_, NOON + int(h * HOUR)) for id_, h in events])]


def test_a_repeat_is_a_duplicate():
    assert judged(("a", 0), ("b", 0), ("a", 0), ("a", 1)) == [NEW, NEW, DUPLICATE, DUPLICATE]


def test_a_repeat_within_48_hours_is_a_duplicate_and_a_later_one_is_not():
    assert judged(("a", 0), ("b", 24), ("c", 48), ("a", 48)) == [NEW, NEW, NEW, DUPLICATE]
    assert judged(("a", 0), ("b", 24), ("c", 48), ("a", 48.001)) == [NEW, NEW, NEW, NEW]


def test_an_id_used_again_long_after_is_remembered_anew():
    assert judged(("a", 0), ("b", 24), ("c", 47), ("a", 60), ("a", 0), ("a", 60)) == [
        NEW, NEW, NEW, NEW, NEW, DUPLICATE,
    ]  # fmt: skip


def test_a_delivery_that_came_late_is_recognised_when_it_comes_again():
    assert judged(("b", 24), ("a", -100), ("a", -100), ("c", 48), ("a", -100)) == [
        NEW, NEW, DUPLICATE, NEW, DUPLICATE,
    ]  # fmt: skip


def test_a_duplicate_does_not_move_time_on():
    assert judged(("a", 20), ("a", 44), ("b", 60)) == [NEW, DUPLICATE, AHEAD]


def test_an_event_is_at_most_a_day_ahead_of_the_newest_or_of_the_clock():
    assert judged(("a", 24), ("b", 48), ("c", 72.001), ("d", 72)) == [NEW, NEW, AHEAD, NEW]
    assert judged(("a", 24.001), ("a", 24)) == [AHEAD, NEW]


def test_absurd_times_are_too_far_ahead():
    admission = Admission(NOON)
    assert admit(admission, [ping("a", 10**30), ping("b", 2**63 - 1), ping("a", NOON)]) == [2, 2, 0]
    assert admission.newest_ms == NOON


def test_nothing_to_admit_is_no_fault():
    assert admit(Admission(NOON), []) == []


def test_the_first_millisecond_of_the_contract_is_remembered():
    first = ping("a", 946_684_800_000)
    assert admit(Admission(NOON), [first, first]) == [0, 1]


def test_ids_of_a_steady_stream_take_no_more_room_with_time():
    admission = Admission(NOON)
    rng = np.random.default_rng(7)
    sizes = []
    for day in range(12):
        records = np.zeros(20_000, EVENT)
        records["id_hash"] = rng.integers(0, 2**64, size=(20_000, 2), dtype=np.uint64)
        records["ts"] = NOON + day * 24 * HOUR + np.sort(rng.integers(0, 24 * HOUR, 20_000))
        batch = EventBatch(records, np.zeros(0, np.uint8))
        assert not admission.admit(batch).any()
        assert admission.admit(batch[:100]).all()
        sizes.append(admission.memory_bytes)
    remembered = 3 * 20_000
    assert max(sizes[5:]) <= sizes[5] * 1.1
    assert sizes[-1] <= remembered * 40


@pytest.mark.parametrize("cut", [1, 7, 999])
def test_how_events_are_cut_into_calls_changes_nothing(cut):
    rng = np.random.default_rng(11)
    events = [ping(f"e{rng.integers(300)}", NOON + int(rng.integers(-60, 200)) * HOUR) for _ in range(999)]
    whole = admit(Admission(NOON), events)
    admission = Admission(NOON)
    pieces = [admit(admission, events[i : i + cut]) for i in range(0, len(events), cut)]
    assert [answer for piece in pieces for answer in piece] == whole
    assert set(whole) == {0, 1, 2}


def test_a_restored_memory_answers_as_the_one_that_was_saved():
    rng = np.random.default_rng(5)
    ids, hours = rng.integers(4000, size=9000), np.sort(rng.integers(0, 24 * 9, 9000))
    events = [ping(f"e{n}", NOON + int(hour) * HOUR) for n, hour in zip(ids, hours, strict=True)]
    undisturbed, before = Admission(NOON), Admission(NOON)
    whole = admit(undisturbed, events)
    assert admit(before, events[:5000]) == whole[:5000]
    saved = before.save()
    after = Admission(NOON)
    admit(after, events[100:200])
    after.restore(saved)
    assert admit(after, events[5000:]) == whole[5000:]
    assert (after.newest_ms, after.latest_accepted_ms) == (
        undisturbed.newest_ms,
        undisturbed.latest_accepted_ms,
    )


def test_a_damaged_memory_is_refused():
    admission = Admission(NOON)
    admit(admission, [ping("a", NOON), ping("b", NOON)])
    saved = admission.save()
    with pytest.raises(Fatal, match=r"expected remembered ids in 16 tables, found 1 in 16: take another"):
        Admission(NOON).restore(saved | {"remembered": saved["remembered"][:1]})
