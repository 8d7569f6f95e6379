"""A log of messages in memory that behaves like a broker, and what stands around a service in tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from graph.model.errors import Unavailable
from graph.model.results import Outcome
from streaming.decoding.columns import ColumnDecoder
from streaming.service.config import ServiceConfig
from streaming.service.core import Core
from streaming.service.parts import Parts
from streaming.service.ports import (
    NOTHING,
    Chunk,
    Committed,
    DeliveryNote,
    Offsets,
    Partition,
    Polled,
    RejectedMessage,
)
from streaming.service.service import Service
from streaming.service.state_folder import StateFolder
from streaming.service.status import Status
from tests.unit.streaming.fakes import ChargebackEngine
from tests.unit.streaming.records import NOON


@dataclass(frozen=True)
class Sent:
    """A message."""

    at: int
    record: bytes
    name: bytes | None = None

    def offset(self) -> int:
        return self.at

    def key(self) -> bytes | None:
        return self.name

    def value(self) -> bytes:
        return self.record

    def timestamp(self) -> tuple[int, int]:
        return 1, NOON

    def headers(self) -> None:
        return None


@dataclass
class Broker:
    """Partitions, the group's committed offsets and everything that was delivered."""

    logs: dict[Partition, list[bytes]] = field(default_factory=dict)
    committed: dict[Partition, Committed] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    letters: list[tuple[str, int, str]] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)
    """Raised by the next deliveries, one each."""

    def send(self, topic: str, *records: bytes, number: int = 0) -> None:
        self.logs.setdefault(Partition(topic, number), []).extend(records)


class Reader:
    """Reads partitions of a broker in small portions."""

    def __init__(self, broker: Broker, offsets: Offsets, portion: int = 3) -> None:
        self.broker, self.at, self.portion = broker, dict(offsets), portion
        self.paused: set[Partition] = set()
        self.reported_ends: dict[Partition, int] = {}

    def poll(self, limit: int, timeout_s: float) -> Polled:
        polled = Polled()
        for partition in sorted(self.at):
            log, at = self.broker.logs.get(partition, []), self.at[partition]
            if partition in self.paused:
                continue
            if at >= len(log):
                if self.reported_ends.get(partition) != at:
                    polled.ended[partition] = self.reported_ends[partition] = at
                continue
            part = log[at : at + min(self.portion, limit)]
            self.at[partition] += len(part)
            messages = [Sent(at + i, record) for i, record in enumerate(part)]
            polled.chunks.append(Chunk(partition, messages))
        return polled

    def pause(self, partitions: Sequence[Partition]) -> None:
        self.paused |= set(partitions)

    def resume(self, partitions: Sequence[Partition]) -> None:
        self.paused -= set(partitions)

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        return {partition: len(self.broker.logs.get(partition, [])) for partition in partitions}

    def leave(self) -> None:
        """Nothing to close."""


class Member(Reader):
    """The only member of the group."""

    def __init__(self, broker: Broker, portion: int = 3, *, leads: bool = True) -> None:
        super().__init__(broker, {}, portion)
        self.leads = leads

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, Committed]:
        return {p: self.broker.committed.get(p, NOTHING) for p in partitions}

    def join(self, listener) -> None:
        self.at = listener.assigned(sorted(self.broker.logs))

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        return {p: len(self.broker.logs[p]) - at for p, at in taken.items()}

    def commit(self, offsets: Offsets, note: DeliveryNote) -> None:
        self.broker.committed |= {p: Committed(offset, note) for p, offset in offsets.items()}


class Delivery:
    """Keeps what is delivered."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def deliver(
        self, outcome: Outcome, refused: Sequence[RejectedMessage], offsets: Offsets, note: DeliveryNote
    ) -> bool:
        if self.broker.failing:
            raise self.broker.failing.pop(0)
        self.broker.flags += [flag.flag_id for flag in outcome.flags]
        self.broker.letters += [
            (str(each.partition), each.letter.offset, each.letter.reason.value) for each in refused
        ]
        return False


class SavingEngine(ChargebackEngine):
    """Remembers event ids only, so that it is easily saved; raises on events of given ids."""

    def __init__(self, poison: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.poison = poison

    def apply(self, events):
        for event in events.events():
            self.ids.append(event.event_id)
            if event.event_id in self.poison:
                raise ZeroDivisionError("no such luck")
        return super().apply(events)

    def save(self):
        return {"ids": np.array(self.ids, "U40")}

    def arrays(self):
        return self.save()

    def load(self, arrays) -> None:
        self.ids = arrays["ids"].tolist()

    def state_digest(self) -> str:
        return ",".join(sorted(self.ids))


class DrainableEngineInMemory(SavingEngine):
    """Also records which ids came since it was last drained."""

    def __init__(self, poison: frozenset[str] = frozenset()) -> None:
        super().__init__(poison)
        self.undrained: list[str] = []

    def apply(self, events):
        before = len(self.ids)
        outcome = super().apply(events)
        self.undrained += self.ids[before:]
        return outcome

    @property
    def waiting(self) -> int:
        return len(self.undrained)

    def drain(self) -> list[str]:
        drained, self.undrained = self.undrained, []
        return drained

    def save(self):
        return {**super().save(), "undrained": np.array(self.undrained, "U40")}

    def load(self, arrays) -> None:
        super().load(arrays)
        self.undrained = arrays["undrained"].tolist() if "undrained" in arrays else list(self.ids)


class MemoryStore:
    """A store that outlives services; answers at once, or not at all while it is away."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.reached: dict[str, int] = {}
        self.is_away = False
        self.refused = 0
        self._job: tuple[list[str], dict[str, int]] | None = None

    def _work(self) -> None:
        if self._job is not None and not self.is_away:
            changes, offsets = self._job
            self._job = None
            if any(self.reached.get(name, 0) < offset for name, offset in offsets.items()):
                self.ids |= set(changes)
                self.reached |= offsets

    @property
    def is_ready(self) -> bool:
        self._work()
        return self._job is None

    @property
    def progress(self) -> MemoryStore:
        return self

    def hand_over(self, changes, offsets) -> None:
        assert self.is_ready
        self._job = (changes, dict(offsets))

    def settle(self, timeout_s: float) -> None:
        if not self.is_ready:
            raise Unavailable("expected the store to answer, found none; start it", 0.0)

    def die(self) -> None:
        """What was under way is lost with the process."""
        self._job = None


@dataclass
class World:
    """A broker, a state folder and services that come and go."""

    broker: Broker
    folder: Path
    config: ServiceConfig
    poison: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)
    portion: int = 3
    engines: list[SavingEngine] = field(default_factory=list)
    store: MemoryStore | None = None
    leads: bool = True

    def new_engine(self) -> SavingEngine:
        kind = SavingEngine if self.store is None else DrainableEngineInMemory
        self.engines.append(kind(self.poison))
        return self.engines[-1]

    def run(self, sink: Delivery | None = None) -> Service:
        """One service, from recovery to the end of what there is."""
        with StateFolder(self.folder, self.config.snapshots_kept, self.warnings.append) as state:
            service = Service(self.parts(state, sink), self.config, Status())
            service.run()
        return service

    def parts(self, state: StateFolder, sink: Delivery | None = None) -> Parts:
        return Parts(
            state=state,
            new_core=lambda clock: Core(
                self.new_engine(), clock, self.config.order_within_ms, remember_ms=self.config.remember_ms
            ),
            decode=ColumnDecoder().decode_values,
            group=Member(self.broker, self.portion, leads=self.leads),
            open_source=lambda offsets: Reader(self.broker, offsets, 2),
            sink=sink or Delivery(self.broker),
            warn=self.warnings.append,
            now_ms=lambda: NOON,
            store=self.store,
            store_reached={} if self.store is None else dict(self.store.reached),
        )
