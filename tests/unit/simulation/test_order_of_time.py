from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulation.agenda import Agenda, Ride, StandingOrder
from simulation.config import DAY_MS, CityConfig
from simulation.outbox import Outbox
from simulation.standing import rides_of_day
from simulation.town import Town

MONDAY = 1_740_960_000_000


class Bytes:
    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


@given(
    batches=st.lists(st.lists(st.integers(0, 200), max_size=20), max_size=6),
)
def test_an_outbox_writes_in_order_of_time_and_drops_what_lies_after_the_end(batches: list[list[int]]):
    sink = Bytes()
    outbox = Outbox(sink, end_ms=150)
    released = 0
    expected = []
    for batch in batches:
        for ts in batch:
            if ts >= released:
                kept = outbox.put(ts, b"%03d" % ts)
                assert kept == (ts < 150)
                expected += [ts] if kept else []
        released = max(released, max([0, *batch]) // 2)
        outbox.release(released)
        written = [int(line) for line in sink.data.split()]
        assert all(ts < released for ts in written)
    outbox.release_all()
    assert [int(line) for line in sink.data.split()] == sorted(expected)
    assert outbox.written == len(expected)


def test_an_agenda_hands_out_each_day_once_and_forgets_what_lies_outside():
    agenda = Agenda(MONDAY, MONDAY + 2 * DAY_MS)
    assert agenda.say(MONDAY - 1, b"old")
    assert agenda.say(MONDAY + DAY_MS, b"second day")
    assert not agenda.say(MONDAY + 2 * DAY_MS, b"too late")
    agenda.plan(Ride(ts=MONDAY + 5, rider=0))
    agenda.plan(Ride(ts=MONDAY + 3, rider=1))
    agenda.plan(Ride(ts=MONDAY - 3, rider=2))
    assert agenda.line_count() == 2
    assert list(agenda.history()) == [[(MONDAY - 1, b"old")]]
    assert agenda.lines(1) == [(MONDAY + DAY_MS, b"second day")]
    assert agenda.lines(1) == []
    assert [action.ts - MONDAY for action in agenda.actions(0)] == [3, 5]
    assert agenda.actions(0) == []


def test_a_standing_order_rides_on_its_weekdays_only():
    town = Town(CityConfig(seed=1, days=7))
    town.agenda.standing.append(
        StandingOrder(
            rider=0,
            driver=1,
            minute=480.0,
            weekdays=(0, 1, 2, 3, 4),
            pickup=(0.0, 0.0),
            dropoff=(5.0, 5.0),
            chance=1.0,
            from_ms=MONDAY + DAY_MS,
            to_ms=MONDAY + 7 * DAY_MS,
        )
    )
    assert [len(rides_of_day(town, day)) for day in range(7)] == [0, 1, 1, 1, 1, 0, 0]
    ride = rides_of_day(town, 1)[0]
    assert (ride.rider, ride.driver) == (0, 1)
    assert abs(ride.ts - (MONDAY + DAY_MS + 480 * 60_000)) < 60 * 60_000
