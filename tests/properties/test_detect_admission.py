"""Admission and merging against the words that define them."""

from __future__ import annotations

import io
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model.event_batch import EventBatch
from graph.model.events import GpsPing
from streaming.admission.deduplicate import DAY_MS, HOUR_MS, WINDOW_MS, Admission
from streaming.decoding.columns import ColumnDecoder
from streaming.files.sources.files import InputFile
from streaming.files.sources.merge import merged

NOON = 1_767_268_800_000


def ping(event_id: str, ts: int) -> GpsPing:
    return GpsPing(event_id=event_id, ts=ts, trip_id="t", driver_id="d", lat=0.0, lon=0.0)


def judge_slowly(events: list[GpsPing]) -> list[int]:
    remembered: list[tuple[str, int, int]] = []
    newest, answers = 0, []
    for event in events:
        if event.ts > max(newest, NOON) + DAY_MS:
            answers.append(2)
        elif any(
            event_id == event.event_id and abs(ts - event.ts) <= WINDOW_MS and came + WINDOW_MS >= newest
            for event_id, ts, came in remembered
        ):
            answers.append(1)
        else:
            answers.append(0)
            late_hours = -(-max(0, newest - event.ts) // HOUR_MS)
            remembered.append((event.event_id, event.ts, event.ts + late_hours * HOUR_MS))
            newest = max(newest, event.ts)
    return answers


half_hours = st.integers(-200, 400).map(lambda n: NOON + n * HOUR_MS // 2)
streams = st.lists(st.builds(ping, st.sampled_from("abcd"), half_hours), max_size=60)


@settings(deadline=None)
@given(streams, st.lists(st.integers(0, 60), max_size=5))
def test_admission_answers_as_a_list_of_everything_would(events, cuts):
    admission = Admission(NOON)
    bounds = [0, *sorted(cuts), len(events)]
    answers = [
        answer
        for start, stop in pairwise(bounds)
        for answer in admission.admit(EventBatch.of(events[start:stop])).tolist()
    ]
    assert answers == judge_slowly(events)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_growing_tables_forget_nothing_too_early(seed):
    hours = [NOON + (seed * 31 + n * 7919) % 40 * HOUR_MS // 40 for n in range(20_000)]
    events = EventBatch.of([ping(f"{seed}-{n}", ts) for n, ts in enumerate(hours)])
    admission = Admission(NOON)
    assert not admission.admit(events).any()
    assert admission.admit(events).all()


def merge_slowly(inputs: list[list[tuple[int, str]]]) -> list[str]:
    """Always from the input with the oldest head; the first of equals."""
    waiting, result = [list(one) for one in inputs], []
    while any(waiting):
        heads = [(one[0][0], number) for number, one in enumerate(waiting) if one]
        _, number = min(heads)
        result.append(waiting[number].pop(0)[1])
    return result


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), max_size=8), max_size=4), st.integers(1, 4))
def test_merging_takes_the_oldest_head(inputs, lines_per_block):
    named = [[(hour, f"{number}.{n}") for n, hour in enumerate(hours)] for number, hours in enumerate(inputs)]
    files = [
        InputFile(
            f"input {number}",
            Pieces([line_of(event_id, NOON + hour * HOUR_MS) for hour, event_id in one], lines_per_block),
        )
        for number, one in enumerate(named)
    ]
    found = [
        event.event_id for portion in merged(files, ColumnDecoder(), NOON) for event in portion.batch.events()
    ]
    assert found == merge_slowly(named)


def line_of(event_id: str, ts: int) -> bytes:
    return b'{"event_id":"%s","type":"gps_ping","ts":%d,"trip_id":"t","driver_id":"d","lat":1,"lon":1}\n' % (
        event_id.encode(),
        ts,
    )


class Pieces(io.RawIOBase):
    """A file that gives a few lines at a time, whatever it is asked for."""

    def __init__(self, lines: list[bytes], at_once: int) -> None:
        self._pieces = [b"".join(lines[n : n + at_once]) for n in range(0, len(lines), at_once)]

    def read(self, size: int = -1) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""
