"""The memory of driven tracks is bounded: the oldest of four fingerprints in one set gives way."""

import numpy as np
import pytest

from graph.engine import Engine, EngineConfig
from graph.state.records import TRACK
from graph.updates.replays import ANOTHER_TIME_MIN, replayed_share
from tests.twin.replays import Replays
from tests.unit.graph.fakes import StrongestSign

TAG = 1 << 40


class EngineReplays:
    """The engine's memory, asked about one fingerprint at a time."""

    def __init__(self) -> None:
        self._state = Engine(EngineConfig(), StrongestSign()).state

    def share(self, prints) -> float:
        track = np.zeros(1, TRACK)
        track["printed"] = len(prints)
        for place, (seen, minute) in enumerate(prints):
            track["prints"][0, place] = seen
            track["minutes"][0, place] = minute
        return float(replayed_share(self._state, track[0]))


@pytest.fixture(params=[EngineReplays, Replays], ids=["engine", "twin"])
def replays(request):
    return request.param()


def test_a_fingerprint_is_known_from_another_time_and_not_from_the_same(replays):
    assert replays.share([(TAG, 1000)]) == 0
    assert replays.share([(TAG, 1000 + ANOTHER_TIME_MIN - 1)]) == 0
    assert replays.share([(TAG, 1000 + ANOTHER_TIME_MIN)]) == 1
    assert replays.share([(TAG, 1000 - ANOTHER_TIME_MIN)]) == 1


def test_of_five_in_one_set_the_oldest_gives_way(replays):
    for n in range(5):
        assert replays.share([((n + 1) * TAG, 1000 + 100 * n)]) == 0
    later = 100_000
    assert [replays.share([((n + 1) * TAG, later)]) for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert replays.share([(TAG, later)]) == 0


def test_the_share_is_of_the_fingerprints_that_a_track_has(replays):
    assert replays.share([]) == 0
    assert replays.share([(TAG, 10), (3 * TAG, 10)]) == 0
    assert replays.share([(TAG, 500), (2 * TAG, 500), (3 * TAG, 500)]) == pytest.approx(2 / 3)
