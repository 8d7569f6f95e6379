"""The store that follows the service: written before the flags, and whole after whatever happens."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from graph.model.errors import BadCall
from graph.model.event_batch import EventBatch
from graph.model.events import Chargeback
from streaming.service.config import ServiceConfig
from streaming.service.metrics import exposition
from streaming.service.status import Status
from streaming.service.store_sync import StoreSync
from tests.unit.streaming.records import HOUR, NOON, chargeback, ping
from tests.unit.streaming.service.fakes import (
    Broker,
    Delivery,
    DrainableEngineInMemory,
    MemoryStore,
    World,
)

ALL = {f"{topic}{n}" for n in range(10) for topic in "ab"}


class Crash(BaseException):
    """The process is gone."""


def world(tmp_path: Path, **config) -> World:
    broker = Broker()
    broker.send("a", *(chargeback(f"a{n}", NOON + n * 1000, f"acc{n % 3}") for n in range(10)))
    broker.send("b", *(ping(f"b{n}", NOON + n * 1000 + 500) for n in range(10)))
    settings = ServiceConfig(until_end=True, **config)
    return World(broker, tmp_path / "state", settings, store=MemoryStore())


def test_the_store_has_a_batch_before_its_flags_are_out(tmp_path: Path) -> None:
    here = world(tmp_path)

    class Watching(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            written_first.append({flag.event_id for flag in outcome.flags} <= here.store.ids)
            return super().deliver(outcome, refused, offsets, note)

    written_first: list[bool] = []
    here.run(Watching(here.broker))
    assert written_first
    assert all(written_first)
    assert here.store.ids == ALL
    assert {name: at for name, at in here.store.reached.items() if "-0" in name} == {"a-0": 10, "b-0": 10}


def test_flags_go_out_while_the_store_is_away_and_it_catches_up(tmp_path: Path) -> None:
    here = world(tmp_path, snapshot_every=4)
    here.store.is_away = True
    service = here.run()
    assert len(here.broker.flags) == 10
    assert here.store.ids == set()
    assert service.status.store_behind > 0
    assert service.status.store_is_away
    assert not list(here.folder.glob("*.rfsnap")), "what is under way to the store is in no snapshot"
    here.store.die()
    here.store.is_away = False
    here.broker.send("a", chargeback("more", NOON + HOUR))
    service = here.run()
    assert here.store.ids == ALL | {"more"}
    assert service.status.store_behind == 0
    assert list(here.folder.glob("*.rfsnap"))


@pytest.mark.parametrize("seed", range(30))
def test_a_crash_anywhere_leaves_a_store_that_is_made_whole(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    here = world(
        tmp_path,
        snapshot_every=dice.choice([2, 5, 100]),
        batch_most=256,
        order_within_ms=dice.choice([0, 2500]),
    )
    here.portion = dice.choice([1, 2, 5])

    class Mortal(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            here.store.is_away = dice.random() < 0.4
            if dice.random() < 0.25:
                raise Crash
            return super().deliver(outcome, refused, offsets, note)

    for _ in range(6):
        try:
            here.run(Mortal(here.broker))
        except Crash:
            if dice.random() < 0.5:
                here.store.die()
    here.store.die()
    here.store.is_away = False
    here.broker.send("b", ping("last", NOON + HOUR))
    here.run()
    assert here.store.ids == ALL | {"last"}, f"seed {seed}"
    assert {name: at for name, at in here.store.reached.items() if "-0" in name} == {"a-0": 10, "b-0": 11}


@pytest.mark.parametrize("seed", range(60))
def test_a_store_that_answers_now_and_then_is_made_whole_where_batches_break_the_engine(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    here = world(
        tmp_path,
        snapshot_every=dice.choice([2, 5, 10]),
        order_within_ms=dice.choice([0, 2500]),
        batch_most=256,
    )
    here.poison = frozenset(dice.sample(sorted(ALL), 2))
    here.portion = dice.choice([1, 2, 5])
    here.store = MoodyStore(dice, away=dice.choice([0.1, 0.4, 0.8]))

    class Mortal(Delivery):
        def deliver(self, outcome, refused, offsets, note):
            if dice.random() < 0.1:
                raise Crash
            return super().deliver(outcome, refused, offsets, note)

    for _ in range(4):
        with suppress(Crash):
            here.run(Mortal(here.broker))
        here.store.die()
    here.store.away = 0.0
    here.broker.send("b", ping("last", NOON + HOUR))
    here.run()
    assert here.store.ids == (ALL | {"last"}) - here.poison, f"seed {seed}"


class MoodyStore(MemoryStore):
    """Is away in so many of a hundred looks, anew at each."""

    def __init__(self, dice: random.Random, away: float) -> None:
        super().__init__()
        self.dice, self.away = dice, away

    @property
    def is_ready(self) -> bool:
        self.is_away = self.dice.random() < self.away
        return super().is_ready

    def hand_over(self, changes, offsets) -> None:
        self.is_away = False
        self._work()
        self._job = (changes, dict(offsets))
        self.is_away = True


def test_a_store_that_is_behind_the_snapshot_is_refused(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.run()
    here.store = MemoryStore()
    with pytest.raises(BadCall, match="expected the store of this state, written up to 10 of a-0, found one"):
        here.run()


def test_a_store_of_another_state_is_refused(tmp_path: Path) -> None:
    here = world(tmp_path)
    store, here.store = here.store, None
    here.run()
    here.store = store
    store.reached = {"a-0": 3}
    with pytest.raises(BadCall, match="expected an empty store for a state that had none"):
        here.run()


class Following:
    """A store, what follows it, and an engine that goes on."""

    def __init__(self) -> None:
        self.store, self.status, self.engine = MemoryStore(), Status(), DrainableEngineInMemory()
        self.sync = StoreSync(self.store, {}, self.status, lambda work: work())
        self.sync.begin(0, {})
        self.batch = 0

    def apply(self) -> None:
        """One batch of one event."""
        self.batch += 1
        self.engine.apply(
            EventBatch.of([Chargeback(event_id=f"e{self.batch}", ts=NOON, account_id="a", amount=1.0)])
        )
        self.sync.write(self.engine, self.batch, {"a-0": self.batch}, has_results=False)

    def rest(self) -> None:
        """A round without a batch."""
        self.sync.catch_up(self.engine, self.batch, {"a-0": self.batch})


def test_what_waited_for_a_busy_store_is_written_though_no_batch_comes_any_more() -> None:
    here = Following()
    here.store.is_away = True
    here.apply()
    here.apply()
    here.apply()
    here.rest()
    assert here.store.ids == set()
    assert here.status.store_behind == 3
    here.store.is_away = False
    here.rest()
    here.rest()
    assert here.store.ids == {"e1", "e2", "e3"}
    assert here.status.store_behind == 0
    assert here.status.store_behind_since_s is None


def test_the_store_is_as_far_behind_as_the_oldest_batch_that_it_lacks() -> None:
    here = Following()
    here.apply()
    here.rest()
    assert here.status.store_behind_since_s is None
    here.store.is_away = True
    before = time.monotonic()
    here.apply()
    first = here.status.store_behind_since_s
    after = time.monotonic()
    here.apply()
    here.rest()
    assert first is not None
    assert before <= first <= after
    assert here.status.store_behind_since_s == first
    line = next(
        line
        for line in exposition(here.status, first + 60).decode().splitlines()
        if line.startswith("ringfence_store_lag_seconds ")
    )
    assert float(line.split()[1]) == pytest.approx(60)
