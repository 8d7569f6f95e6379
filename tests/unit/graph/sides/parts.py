"""Parts of the engine that stand by themselves, each beside its plain twin under the same verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

import tests.twin.entities
import tests.twin.rules.finding
import tests.twin.sharing
import tests.twin.trips
import tests.twin.verdicts
from graph.engine import Engine, EngineConfig
from graph.engine.feature_extraction import assign_score, set_candidate
from graph.kernels import geometry
from graph.kernels.hashing import bytes_of, hash_bytes
from graph.model.entities import KIND_CODE
from graph.model.event_batch import EventBatch
from graph.model.events import GpsPing, TripCompleted
from graph.model.shapes import CLUSTERS
from graph.model.vocabulary import EntityKind, VerdictOutcome
from graph.rings.lifecycle import Policy
from graph.scoring.rules import finding
from graph.state.entity_index import EntityIndex
from graph.state.interning import intern
from graph.state.records import TENURE
from graph.state.sizes import MAX_TRACKS
from graph.updates import sharing
from graph.updates.habits import incentive_rate, judge_trip
from graph.updates.tracks import close_track
from tests.twin.sharing import Tenure
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.scenes import Scene


class Names(Protocol):
    """Entities as dense integers."""

    def intern(self, kind: EntityKind, name: str) -> int: ...
    def find(self, kind: EntityKind, name: str) -> int | None: ...
    def name(self, entity: int) -> str: ...
    def kind(self, entity: int) -> EntityKind: ...
    def __len__(self) -> int: ...


class Answers(Protocol):
    """What investigators answered about accounts 0, 1, 2 and so on."""

    def hear(self, outcome: VerdictOutcome, accounts: Sequence[int]) -> None: ...
    def adjust(self, score: float, accounts: Sequence[int]) -> float: ...


class Tracks(Protocol):
    """GPS tracks of running trips, at most ``room`` of them."""

    room: int

    def ping(self, pings: Sequence[GpsPing]) -> None: ...
    def is_odd(self, trip_id: str, claimed_km: float | None) -> bool: ...
    def running(self) -> int: ...


class Habits(Protocol):
    """What trips cost and how fast they are in a city."""

    def judge(self, trip: TripCompleted, odd_track: bool = False) -> tuple[float, bool]:
        """The surcharge, and whether a claim of the trip does not hold."""

    def prices(self) -> tuple[float, ...] | None: ...
    def incentive_rate(self) -> float: ...


@dataclass(frozen=True)
class Parts:
    """The parts of one side."""

    connected: Callable[[EntityKind, Sequence[Tenure]], list[int]]
    """The accounts that an identifier of a kind joins, ascending, from its uses."""
    strength: Callable[[EntityKind, int, int], float]
    """From a kind, visitors and residents."""
    distance_km: Callable[[float, float, float, float], float]
    ramp: Callable[[float, float, float], float]
    names: Callable[[], Names]
    answers: Callable[[], Answers]
    tracks: Callable[[], Tracks]
    habits: Callable[[], Habits]


# -- the engine's ------------------------------------------------------------------------------------


def _connected(kind: EntityKind, tenures: Sequence[Tenure]) -> list[int]:
    rows = np.zeros(len(tenures), TENURE)
    for name in Tenure._fields:
        rows[name] = [getattr(tenure, name) for tenure in tenures]
    count = sharing.join_tenures(KIND_CODE[kind], rows)
    whom = rows["account"][rows["joined"] != 0]
    assert len(whom) == count
    return sorted(whom.tolist())


def _strength(kind: EntityKind, visitors: int, residents: int) -> float:
    return float(sharing.strength(KIND_CODE[kind], visitors, residents))


def _new_engine(accounts: int = 0) -> Engine:
    """An engine that judges candidates of any size, with so many accounts that share nothing."""
    engine = Engine(EngineConfig(policy=Policy(min_accounts=1)), StrongestSign())
    scene = Scene()
    for number in range(accounts):
        scene.signs_up(f"account {number}", 1)
    engine.apply(scene.events)
    return engine


def _distance_km(*ends: float) -> float:
    return float(geometry.distance_km(*map(float, ends)))


def _ramp(value: float, low: float, high: float) -> float:
    return float(finding.ramp(float(value), float(low), float(high)))


class EngineNames:
    """Interns as a batch of events does."""

    def __init__(self) -> None:
        self._memory = _new_engine()._memory
        self._index = EntityIndex(self._memory)

    def intern(self, kind: EntityKind, name: str) -> int:
        text = bytes_of(name)
        self._memory.reserve(1, len(text))
        text_hash = np.uint64(hash_bytes(text, 0, len(text)))
        return int(intern(self._memory.state, KIND_CODE[kind], text, 0, len(text), text_hash, 1))

    def find(self, kind: EntityKind, name: str) -> int | None:
        return self._index.find(kind, name)

    def name(self, entity: int) -> str:
        return self._index.name(entity)

    def kind(self, entity: int) -> EntityKind:
        return self._index.kinds([entity])[0]

    def __len__(self) -> int:
        return len(self._index)


class EngineAnswers:
    """Remembers and weighs answers as the engine does about a candidate at hand."""

    def __init__(self) -> None:
        self._engine = _new_engine(64)

    def hear(self, outcome: VerdictOutcome, accounts: Sequence[int]) -> None:
        self._engine._record_verdict(outcome, accounts)

    def adjust(self, score: float, accounts: Sequence[int]) -> float:
        state = self._engine.state
        state.members[: len(accounts)] = accounts
        set_candidate(state, len(accounts), CLUSTERS)
        state.candidate["score"] = score
        assign_score(state)
        return float(state.candidate["score"][0])


class EngineTracks:
    """Pings go through the engine; a track is closed as a completed trip closes it."""

    room = MAX_TRACKS

    def __init__(self) -> None:
        self._engine = _new_engine()

    def ping(self, pings: Sequence[GpsPing]) -> None:
        self._engine.apply(pings)

    def is_odd(self, trip_id: str, claimed_km: float | None) -> bool:
        ping = GpsPing(event_id="e", ts=1, trip_id=trip_id, driver_id="d", lat=0.0, lon=0.0)
        trip = EventBatch.of([ping]).records["text_hash"][0, 0]
        claimed = float("nan") if claimed_km is None else float(claimed_km)
        return bool(close_track(self._engine.state, np.uint64(trip), claimed))

    def running(self) -> int:
        return int(self._engine.state.track_chain["running"][0])


class EngineHabits:
    """Judges the numbers of a trip as they stand in a batch of events."""

    def __init__(self) -> None:
        self._state = _new_engine().state

    def judge(self, trip: TripCompleted, odd_track: bool = False) -> tuple[float, bool]:
        values = EventBatch.of([trip]).records["values"][0].copy()
        surcharge, odd = judge_trip(self._state, values, odd_track)
        return float(surcharge), bool(odd)

    def prices(self) -> tuple[float, ...] | None:
        habits = self._state.habits[0]
        return tuple(habits["coefficients"].tolist()) if habits["solved"] else None

    def incentive_rate(self) -> float:
        return float(incentive_rate(self._state))


# -- the twin's --------------------------------------------------------------------------------------


class TwinTracks:
    """Keeps few tracks, so that a test need not fill two hundred thousand."""

    room = 50

    def __init__(self) -> None:
        self._tracks = tests.twin.trips.Tracks(self.room)

    def ping(self, pings: Iterable[GpsPing]) -> None:
        for one in pings:
            self._tracks.ping(one)

    def is_odd(self, trip_id: str, claimed_km: float | None) -> bool:
        return self._tracks.close(trip_id, claimed_km) != []

    def running(self) -> int:
        return len(self._tracks._tracks)


class TwinHabits:
    """Says whether anything is odd, as the engine does, and not what."""

    def __init__(self) -> None:
        self._habits = tests.twin.trips.CityHabits()

    def judge(self, trip: TripCompleted, odd_track: bool = False) -> tuple[float, bool]:
        judgement = self._habits.judge(trip, ["gps_ruler"] if odd_track else ())
        return judgement.surcharge, judgement.oddities != ()

    def prices(self) -> tuple[float, ...] | None:
        return self._habits._coefficients

    def incentive_rate(self) -> float:
        return self._habits.incentive_rate


ENGINE_PARTS = Parts(
    connected=_connected,
    strength=_strength,
    distance_km=_distance_km,
    ramp=_ramp,
    names=EngineNames,
    answers=EngineAnswers,
    tracks=EngineTracks,
    habits=EngineHabits,
)
TWIN_PARTS = Parts(
    connected=tests.twin.sharing.connected,
    strength=tests.twin.sharing.strength,
    distance_km=tests.twin.trips.distance_km,
    ramp=tests.twin.rules.finding.ramp,
    names=tests.twin.entities.EntityIndex,
    answers=tests.twin.verdicts.Verdicts,
    tracks=TwinTracks,
    habits=TwinHabits,
)
