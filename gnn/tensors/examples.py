"""From a stream of events to snapshots with labelled candidates: what the model is trained and judged on.

The engine runs over the events as it would live. Between two snapshots every candidate that it judges is kept
as last judged; at the snapshot they become its examples. So an example's evidence and its graph are of
the same moment or older, never newer.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from gnn.evaluation.truth import Truth
from gnn.tensors.features import DAY_MS
from gnn.tensors.snapshot import Example, Snapshot, owned_by, snapshot_of, within
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.events import EventBase
from graph.model.view import GraphView
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.scoring.scorer import Scorer

EVERY_DAYS: Final = 7.0
BATCH: Final = 10_000
DEPTH: Final = 2
"""Steps around its candidates that a snapshot keeps: as many as a network may have layers."""


class Recorder:
    """Watches an engine's judgements; gives snapshots with labelled examples."""

    def __init__(self, truth: Truth, world: str = "") -> None:
        self._ring_of = {account: ring.ring for ring in truth.rings for account in ring.accounts}
        self._fraudulent = truth.fraudulent()
        self._unjudged = frozenset(truth.unjudged)
        self._world = world
        self._judged: dict[tuple[int, ...], tuple[list[float], int]] = {}

    def observe(self, judgement: Judgement, values: list[float], at: Moment) -> None:
        """Keep a candidate as it was just judged; the engine's observer."""
        self._judged.pop(judgement.accounts, None)
        self._judged[judgement.accounts] = (values, at.ts)

    @property
    def has_examples(self) -> bool:
        """Whether anything was judged since the last snapshot."""
        return bool(self._judged)

    def snapshot(self, view: GraphView) -> Snapshot:
        """The graph now, with the candidates judged since the last call."""
        made = (
            self._example(view, members, values, moment_ms)
            for members, (values, moment_ms) in self._judged.items()
        )
        examples = [example for example in made if not self._is_open_question(example)]
        self._judged.clear()
        return snapshot_of(view, examples, self._fraudulent)

    def _is_open_question(self, example: Example) -> bool:
        """Whether it can be called neither a ring nor honest, because half of it was never judged."""
        unjudged = len(self._unjudged.intersection(example.accounts))
        return not example.is_ring and 2 * unjudged >= len(example.accounts)

    def _example(
        self, view: GraphView, members: tuple[int, ...], values: list[float], moment_ms: int
    ) -> Example:
        names = tuple(view.names[member] for member in members)
        rings = Counter(self._ring_of[name] for name in names if name in self._ring_of)
        is_ring = 2 * rings.total() >= len(names)
        group = rings.most_common(1)[0][0] if is_ring else names[0]
        numbers = np.array(members, np.int64)
        owned = frozenset(sys.intern(f"{self._world}{thing}") for thing in owned_by(view, numbers))
        return Example(
            moment_ms=moment_ms,
            members=numbers,
            accounts=names,
            evidence=np.array(values, np.float32),
            is_ring=is_ring,
            group=f"{self._world}{group}",
            owned=owned,
        )


def snapshots_of(
    events: Iterable[EventBase] | Iterable[EventBatch],
    truth: Truth,
    scorer: Scorer,
    every_days: float = EVERY_DAYS,
    world: str = "",
    config: EngineConfig | None = None,
) -> list[Snapshot]:
    """Snapshots every ``every_days`` of event time, and one at the end; none where nothing was judged.

    ``events`` come in the order in which they happened, one by one or in batches; ``world`` goes before every
    name, so that those of two worlds differ. Of each graph what lies within ``DEPTH`` steps of its candidates
    is kept. Cost: one run of the engine, and O(entities + links) for each snapshot.
    """
    recorder = Recorder(truth, world)
    engine = Engine(config or EngineConfig(), scorer, recorder.observe)
    found: list[Snapshot] = []

    def look() -> None:
        if recorder.has_examples:
            snapshot = recorder.snapshot(engine.view())
            if snapshot.examples:
                found.append(within(snapshot, DEPTH))

    every_ms = round(every_days * DAY_MS)
    due_ms = 0
    for batch in batches_of(events):
        start = 0
        times = batch.records["ts"]
        due_ms = due_ms or int(times[0]) + every_ms
        while len(late := np.flatnonzero(times[start:] >= due_ms)):
            end = start + int(late[0])
            engine.apply(batch[start:end])
            look()
            due_ms += every_ms * (1 + (int(times[end]) - due_ms) // every_ms)
            start = end
        engine.apply(batch[start:])
    look()
    return found


def batches_of(events: Iterable[EventBase] | Iterable[EventBatch]) -> Iterator[EventBatch]:
    """The same events in batches, none of them empty."""
    single: list[EventBase] = []
    for each in events:
        if isinstance(each, EventBatch):
            if len(each):
                yield each
            continue
        single.append(each)
        if len(single) >= BATCH:
            yield EventBatch.of(single)
            single = []
    if single:
        yield EventBatch.of(single)


def examples_of(snapshots: Sequence[Snapshot]) -> list[Example]:
    """All examples, in order of their snapshots."""
    return [example for snapshot in snapshots for example in snapshot.examples]
