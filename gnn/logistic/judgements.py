"""What scores learn from: the judgements that an engine makes in simulated cities, labelled.

Cities of many seeds, sizes, fraud shares and camouflages are simulated; the engine runs over each, and
every judgement it makes becomes a row: the features as they were at that event, and whether at least half
of the candidate's accounts belong to planted rings. The rows of one group (a ring, or an honest candidate)
share one unit of weight, so that what is judged often does not drown what is judged once.
"""

from __future__ import annotations

import math
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from gnn.evaluation.truth import decode_truth, planted_ring
from gnn.logistic.scorer import LogisticScorer
from graph.engine import Engine, EngineConfig
from graph.model.event_batch import EventBatch
from graph.model.events import Event, EventBase
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.scoring.features import FEATURES
from graph.state.trees import NO_TREES, Trees
from simulation import CityConfig, simulate, simulate_takeovers

Floats = npt.NDArray[np.float64]

FIRST_SEED: Final = 7001
BATCH: Final = 10_000
LEARNED: Final = ("first", "second", "third", "fourth", "sixth")
"""Families of habits that scores, memberships and calibrations are made of; another is kept to judge by."""
TAKEOVERS_EVERY: Final = 7
"""One city in so many also has crews that take accounts over on phones of their own."""
HONEST_WEIGHTS: Final = {"sixth": 0.25}
"""What an honest candidate of a family counts where it is not 1.

Composed honest groups are anything that may be honest, and not as frequent as they are drawn.
"""
FOLDS: Final = len(LEARNED)
"""Families and folds take turns over cities: what is held out is a whole family, as habits never met are."""
ROWS_OF_A_GROUP: Final = 16
"""Judgements of one ring, or one honest candidate, that are kept, evenly spread: the others say it again."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Judgements of one city: features (n, len(FEATURES)), label, and the group each belongs to."""

    features: Floats
    labels: Floats
    groups: tuple[str, ...]
    honest_accounts: int
    lone_fraud: int
    """Fraudulent accounts that were never part of a candidate."""
    lone_honest: int
    honest_weight: float = 1.0
    """What an honest candidate counts, where a ring counts 1."""


def first_guess(members: Trees = NO_TREES) -> LogisticScorer:
    """The scorer that opens rings while judgements are gathered, so that a fit depends on no earlier fit.

    Any rule at full strength makes a ring, unless as much speaks for innocence. ``members`` complete it.
    """
    guess = {"rule": 6.0, "innocent": -2.0, "signal": 0.0, "measure": 0.0}
    weights = tuple(guess[name.split(".")[0]] for name in FEATURES)
    return LogisticScorer(
        weights, intercept=-3.0, prior=0.005, doubt=0.0, model_id="first_guess", members=members
    )


def city_config(seed: int, families: Sequence[str] = LEARNED) -> CityConfig:
    """The city of one seed: every habit that a caller may set is drawn, so that no city is typical.

    Families of habits take turns, and every other city of those that can writes transfers of money.
    """
    draw = random.Random(seed)
    habits = families[seed % len(families)]
    return CityConfig(
        seed=seed,
        habits=habits,
        riders=draw.choice([2000, 3500, 5000]),
        drivers=draw.choice([150, 300, 500]),
        days=draw.choice([21, 28, 40]),
        fraud_share=draw.choice([0.02, 0.04, 0.08]),
        camouflage=draw.choice([0.0, 0.15, 0.3, 0.45, 0.7, 1.0]),
        gps=draw.random() < 0.35,
        ping_interval_s=120.0,
        trips_per_rider_day=draw.choice([0.08, 0.15, 0.3]),
        transfers=habits != "first" and seed // len(families) % 2 == 1,
    )


def batches_of(lines: Iterable[bytes]) -> Iterator[EventBatch]:
    """The events of a simulated city, in batches of ``BATCH``."""
    decoder = msgspec.json.Decoder(Event)
    batch: list[EventBase] = []
    for line in lines:
        batch.append(decoder.decode(line))
        if len(batch) == BATCH:
            yield EventBatch.of(batch)
            batch = []
    yield EventBatch.of(batch)


@dataclass(frozen=True, slots=True)
class City:
    """A simulated city: how many accounts it has, the planted ring of each fraudulent one, its events."""

    accounts: int
    ring_of: dict[str, str]
    batches: Iterator[EventBatch]


@contextmanager
def simulated(seed: int) -> Iterator[City]:
    """The city of one seed; its events can be read until it is left."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "city"
        write = simulate if seed % TAKEOVERS_EVERY else simulate_takeovers
        summary = write(city_config(seed), folder)
        truth = decode_truth((folder / "truth.json").read_bytes(), "truth.json")
        with (folder / summary.events_path.name).open("rb") as lines:
            yield City(summary.accounts, truth.ring_of(), batches_of(lines))


def judgements_of(seed: int, scorer: LogisticScorer) -> Rows:
    """Simulate one city, run the engine over it, label each judgement."""
    features: list[list[float]] = []
    labels: list[float] = []
    groups: list[str] = []
    in_candidate: set[str] = set()
    with simulated(seed) as city:
        ring_of = city.ring_of

        def observe(judgement: Judgement, values: list[float], _at: Moment) -> None:
            names = [engine.entity_index.name(account) for account in judgement.accounts]
            in_candidate.update(names)
            ring = planted_ring(names, ring_of)
            features.append(values)
            labels.append(float(ring is not None))
            groups.append(f"{seed} {names[0] if ring is None else ring}")

        engine = Engine(EngineConfig(), scorer, observe)
        for batch in city.batches:
            engine.apply(batch)
    lone = [a.account_id for a in engine.accounts() if a.account_id not in in_candidate]
    kept = spread(groups)
    return Rows(
        np.array(features)[kept],
        np.array(labels)[kept],
        tuple(groups[row] for row in kept),
        city.accounts - len(ring_of),
        sum(name in ring_of for name in lone),
        sum(name not in ring_of for name in lone),
        HONEST_WEIGHTS.get(city_config(seed).habits, 1.0),
    )


def spread(groups: Sequence[str]) -> list[int]:
    """The rows to keep, ascending: of a group at most ``ROWS_OF_A_GROUP``, its first and last among them."""
    rows: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    kept: list[int] = []
    for each in rows.values():
        places = np.linspace(0, len(each) - 1, min(len(each), ROWS_OF_A_GROUP)).astype(int)
        kept.extend(each[place] for place in places)
    return sorted(kept)


def weights_of(groups: Sequence[str]) -> Floats:
    """One unit of weight for each group, shared by its rows."""
    sizes = Counter(groups)
    return np.array([1.0 / sizes[group] for group in groups])


def _weights(rows: Rows) -> Floats:
    return weights_of(rows.groups) * np.where(rows.labels == 1, 1.0, rows.honest_weight)


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of several cities: features (n, k), labels, weights and folds (n,). A city is in one fold."""

    x: Floats
    y: Floats
    w: Floats
    fold: npt.NDArray[np.int_]


def sample_of(cities: Sequence[Rows]) -> Sample:
    """The rows of these cities as one sample; folds take turns over cities."""
    return Sample(
        np.concatenate([rows.features for rows in cities]),
        np.concatenate([rows.labels for rows in cities]),
        np.concatenate([_weights(rows) for rows in cities]),
        np.concatenate([np.full(len(rows.labels), n % FOLDS) for n, rows in enumerate(cities)]),
    )


def gathered(cities: int, processes: int, members: Trees = NO_TREES) -> list[Rows]:
    """The rows of so many cities, in the order of their seeds, from ``FIRST_SEED`` on; prints as it goes."""
    seeds = range(FIRST_SEED, FIRST_SEED + cities)
    scorer = first_guess(members)
    found = []
    with ProcessPoolExecutor(processes) as pool:
        for seed, rows in zip(seeds, pool.map(judgements_of, seeds, [scorer] * cities), strict=True):
            print(
                f"city {seed}: {len(rows.labels)} judgements, {math.floor(rows.labels.sum())} of rings",
                flush=True,
            )
            found.append(rows)
    return found
