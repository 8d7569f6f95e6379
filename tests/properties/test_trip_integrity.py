"""Judgements of trips: the kernels' against the plain ones, bounded, and the same in batches of any size."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.engine import Engine, EngineConfig
from tests.unit.graph.drives import drive, legs, line, noisy, off_at, pings, trip_of, without
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.sides.parts import ENGINE_PARTS, TWIN_PARTS

SHAPES = {
    "drive": lambda seed, step: drive(seed, step, 8),
    "ruler": lambda seed, step: line(3 + seed % 5, 30, step),
    "legs": lambda seed, step: legs(3 + seed % 5, 30, step),
    "rest": lambda _, step: [(n * step, 0.0, 0.0) for n in range(20)],
    "few": lambda seed, step: drive(seed, step, 8)[: 2 + seed % 7],
}
CHANGES = {
    "none": lambda fixes: fixes,
    "noise": lambda fixes: noisy(fixes, 15),
    "towers": lambda fixes: noisy(fixes, 200),
    "off": lambda fixes: off_at(fixes, len(fixes) // 2, 2.5),
    "slowly": lambda fixes: off_at(off_at(fixes, len(fixes) // 2, 2, 4), len(fixes) // 2 + 1, 2, 2),
    "leap": lambda fixes: off_at(fixes, len(fixes) // 2, 3, len(fixes)),
    "tunnel": lambda fixes: [*without(fixes[:-1], 60, 120), fixes[-1]],
}

told_trips = st.lists(
    st.fixed_dictionaries(
        {
            "shape": st.sampled_from(sorted(SHAPES)),
            "seed": st.integers(0, 6),
            "step": st.sampled_from([1, 5, 15, 60, 120]),
            "change": st.sampled_from(sorted(CHANGES)),
            "times": st.sampled_from([1.0, 1.0, 1.5, 3.0]),
            "ends": st.booleans(),
            "digits": st.sampled_from([6, 6, 6, 4, 2]),
            "tracked": st.sampled_from([True, True, True, False]),
            "gap_s": st.sampled_from([7_200, 1_200, 400, 0]),
            "rider": st.sampled_from(["r", "s", "d"]),
        }
    ),
    min_size=1,
    max_size=12,
)


def events_of(number, told):
    """The pings and the trip that one drawn description stands for; trips follow each other."""
    fixes = CHANGES[told["change"]](SHAPES[told["shape"]](told["seed"], told["step"]))
    name, later = f"t{number}", told["gap_s"] * number
    seen = pings(fixes, name, later, told["digits"]) if told["tracked"] else []
    return [*seen, _trip(fixes, name, later, told)]


def _trip(fixes, name, later, told):
    """All of one driver, and of few riders, one of whom drives."""
    people = {"rider_id": told["rider"], "driver_id": "d"}
    return trip_of(fixes, name, later, told["times"], told["ends"], **people)


def city(trips: int):
    """Honest drives by which a city becomes known."""
    return [
        {
            "shape": "drive",
            "seed": 100 + n,
            "step": 15,
            "change": "noise",
            "times": 1.0,
            "ends": True,
            "digits": 6,
            "tracked": True,
            "gap_s": 7_200,
            "rider": "r",
        }
        for n in range(trips)
    ]


@settings(max_examples=40, deadline=None)
@given(drawn=told_trips, known=st.sampled_from([0, 0, 60]))
def test_the_kernels_judge_every_trip_as_the_plain_judge_does(drawn, known):
    ours, theirs = ENGINE_PARTS.trips(), TWIN_PARTS.trips()
    for number, told in enumerate([*city(known), *drawn]):
        *seen, trip = events_of(number, told)
        found = []
        for side in (ours, theirs):
            side.ping(seen)
            found.append(side.judge(trip))
        mine, other = found
        assert mine.improbability == np.float64(1 - (1 - other.improbability))
        assert mine[1:] == other[1:]
        assert 0 < mine.improbability < 1
    assert ours.running() == theirs.running() == 0


@settings(max_examples=15, deadline=None)
@given(drawn=told_trips, size=st.sampled_from([1, 7, 64]))
def test_batches_of_any_size_leave_the_same_state(drawn, size):
    events = [event for number, told in enumerate(drawn) for event in events_of(number, told)]
    whole, parts = (Engine(EngineConfig(), StrongestSign()) for _ in range(2))
    whole.apply(events)
    for first in range(0, len(events), size):
        parts.apply(events[first : first + size])
    one, other = whole.save(), parts.save()
    for name in ("habits", "areas", "places", "replays", "tracks", "whereabouts"):
        assert one[name].tobytes() == other[name].tobytes(), name
    assert whole.last_trip() == parts.last_trip()


@settings(max_examples=15, deadline=None)
@given(drawn=told_trips, ends=st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_an_engine_ended_among_fixes_and_taken_up_again_leaves_the_same_state(drawn, ends):
    events = [event for number, told in enumerate(drawn) for event in events_of(number, told)]
    whole, living = (Engine(EngineConfig(), StrongestSign()) for _ in range(2))
    whole.apply(events)
    first = 0
    for last in [*sorted(round(share * len(events)) for share in ends), len(events)]:
        living.apply(events[first:last])
        saved, first = living.save(), last
        # Ended after its snapshot: what it did since is lost with it, and done again.
        living.apply(events[last : last + 3])
        living = Engine(EngineConfig(), StrongestSign())
        living.load(saved)
    one, other = whole.save(), living.save()
    for name in ("habits", "areas", "places", "replays", "tracks", "whereabouts"):
        assert one[name].tobytes() == other[name].tobytes(), name
    assert whole.state_digest() == living.state_digest()
