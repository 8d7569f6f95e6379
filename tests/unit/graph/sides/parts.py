"""Parts of the engine that stand by themselves, each beside its plain twin under the same verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

import tests.twin.entities
import tests.twin.habits
import tests.twin.ramp
import tests.twin.sharing
import tests.twin.trips
import tests.twin.verdicts
from graph.engine import Engine, EngineConfig
from graph.engine.feature_extraction import assign_score, set_candidate
from graph.kernels import geometry, ramp
from graph.kernels.hashing import bytes_of, hash_bytes
from graph.model.entities import KIND_CODE
from graph.model.events import AccountLogin, GpsPing, TripCompleted
from graph.model.shapes import CLUSTERS
from graph.model.vocabulary import EntityKind, TripReason, VerdictOutcome
from graph.rings.lifecycle import Policy
from graph.state.entity_index import EntityIndex
from graph.state.interning import intern
from graph.state.records import TENURE
from graph.state.sizes import MAX_TRACKS
from graph.updates import sharing
from graph.updates.habits import incentive_rate
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


class Judged(NamedTuple):
    """What was made of a completed trip."""

    improbability: float
    reasons: list[TripReason]
    surcharge: float
    expected_fare: float | None
    expected_s: float | None


class Trips(Protocol):
    """The tracks of running trips, at most ``room`` of them, and the habits of a city."""

    room: int

    def ping(self, pings: Sequence[GpsPing]) -> None: ...
    def login(self, logins: Sequence[AccountLogin]) -> None: ...
    def judge(self, trip: TripCompleted) -> Judged: ...
    def running(self) -> int: ...
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
    trips: Callable[[], Trips]


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
    return float(ramp.ramp(float(value), float(low), float(high)))


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


class EngineTrips:
    """Pings and trips go through the engine."""

    room = MAX_TRACKS

    def __init__(self) -> None:
        self._engine = _new_engine()

    def ping(self, pings: Sequence[GpsPing]) -> None:
        self._engine.apply(pings)

    def login(self, logins: Sequence[AccountLogin]) -> None:
        self._engine.apply(logins)

    def judge(self, trip: TripCompleted) -> Judged:
        self._engine.apply([trip])
        found = self._engine.last_trip()
        assert found is not None
        return Judged(
            1 - found.integrity, found.reasons, found.surcharge, found.expected_fare, found.expected_s
        )

    def running(self) -> int:
        return int(self._engine.state.track_chain["running"][0])

    def prices(self) -> tuple[float, ...] | None:
        habits = self._engine.state.habits[0]
        return tuple(habits["coefficients"].tolist()) if habits["solved"] else None

    def incentive_rate(self) -> float:
        return float(incentive_rate(self._engine.state))


# -- the twin's --------------------------------------------------------------------------------------


class TwinTrips:
    """Keeps few tracks, so that a test need not fill two hundred thousand."""

    room = 50

    def __init__(self) -> None:
        self._integrity = tests.twin.trips.Integrity(self.room)

    def ping(self, pings: Iterable[GpsPing]) -> None:
        for one in pings:
            self._integrity.tracks.ping(one)

    def login(self, logins: Iterable[AccountLogin]) -> None:
        for one in logins:
            where = tests.twin.habits.place_of(one.lat, one.lon)
            self._integrity.whereabouts.login(one.account_id, one.ts, where)

    def judge(self, trip: TripCompleted) -> Judged:
        signs = self._integrity.judge(trip)
        return Judged(
            signs.improbability,
            list(signs.reasons),
            signs.surcharge,
            signs.expected_fare,
            signs.expected_s,
        )

    def running(self) -> int:
        return len(self._integrity.tracks)

    def prices(self) -> tuple[float, ...] | None:
        return self._integrity.habits.coefficients

    def incentive_rate(self) -> float:
        return self._integrity.habits.incentive_rate


ENGINE_PARTS = Parts(
    connected=_connected,
    strength=_strength,
    distance_km=_distance_km,
    ramp=_ramp,
    names=EngineNames,
    answers=EngineAnswers,
    trips=EngineTrips,
)
TWIN_PARTS = Parts(
    connected=tests.twin.sharing.connected,
    strength=tests.twin.sharing.strength,
    distance_km=tests.twin.habits.distance_km,
    ramp=tests.twin.ramp.ramp,
    names=tests.twin.entities.EntityIndex,
    answers=tests.twin.verdicts.Verdicts,
    trips=TwinTrips,
)
