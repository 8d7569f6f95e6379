"""Which score finds most rings at a fixed rate of false ones: rules, baselines, trees, network, blend.

Simulated cities at camouflage 0, 0.5 and 1 and fraud shares of 0.5 % and 5 %, ``--seeds`` of each; models
learn from other cities of mixed habits (``gnn.models.city_training.hard_city``), a fresh one for every seed.
One line of JSON for each case: ring recall at ``DECIDING`` false rings for 10,000 honest accounts, by method,
as mean and deviation over the seeds, and pooled: the worlds of all seeds ranked as one.

* ``rules``: the strongest rule less what excuses (``gnn.logistic.judgements.first_guess``); ``logistic``: the
shipped
  score;
* ``components``: shared devices and cards, five accounts or more, identifiers of more than 30 left out, by
  size;
* ``fraudar``: dense blocks of riders and drivers, one after the other (Hooi et al., KDD 2016);
* ``mlp``: evidence and members' own features; ``trees``: boosted, with neighbour aggregates;
* ``network_afresh``: ``gnn.training.ring_model``; ``network``: the same, started from the logistic score;
* ``blend``: the mean of the logits of ``network`` and ``trees``;
* ``control``: ``network`` learnt and judged with every relation's ends drawn anew.

Worlds are kept in ``--work``; a second run begins where the first was stopped. Recall over camouflage is
drawn there as well, one ``recall_SHARE.png`` for each fraud share.
"""

from __future__ import annotations

import argparse
import json
import pickle
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from surroundings import surroundings

from gnn.baselines.fraudar import dense_blocks
from gnn.baselines.trees import fit_trees, tree_logits
from gnn.evaluation import components, decode_truth
from gnn.evaluation.history import History
from gnn.evaluation.report import HUB_LIMIT
from gnn.evaluation.ring_recall import Ranked, Report, recall_at, reports_of
from gnn.logistic.judgements import first_guess
from gnn.logistic.scorer import load_scorer
from gnn.models.charts import recall_by_camouflage
from gnn.models.city_training import FIRST_SEED, SIZE, hard_city
from gnn.models.figures import DECIDING
from gnn.tensors.lessons import Lesson
from gnn.tensors.snapshot import Example
from gnn.training.splits import assert_no_leakage
from gnn.training.training import TrainingConfig, fit
from gnn.training.worlds import FANOUT, World, lessons_of, world_of
from graph.model.events import Event, TripCompleted
from graph.scoring.scorer import Scorer
from simulation import CityConfig, simulate

Scores = npt.NDArray[np.float64]

CAMOUFLAGES: Final = (0.0, 0.5, 1.0)
FRAUD_SHARES: Final = (0.005, 0.05)
FIRST_TEST_SEED: Final = 9401
LAYERS: Final = 2
MLP_LAYERS: Final = 0
BLOCKS: Final = 40
EPOCHS, PATIENCE = 15, 4
DRAWN: Final = ("logistic", "trees", "network", "control")
METHODS: Final = (
    "rules",
    "components",
    "fraudar",
    "logistic",
    "mlp",
    "trees",
    "network_afresh",
    "network",
    "blend",
    "control",
)


def test_city(seed: int, camouflage: float, fraud_share: float) -> CityConfig:
    """One city to judge on."""
    return CityConfig(
        seed=seed,
        fraud_share=fraud_share,
        camouflage=camouflage,
        trips_per_rider_day=0.2,
        **SIZE,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One world with what the baselines report in it."""

    world: World
    components: tuple[Ranked, ...]
    fraudar: tuple[Ranked, ...]


def kept(config: CityConfig, work: Path) -> Case:
    """The case of one city, made once."""
    path = work / f"{config.seed}-{config.camouflage}-{config.fraud_share}.pickle"
    if path.exists():
        with path.open("rb") as held:
            return pickle.load(held)
    made = case_of(config)
    unfinished = path.with_suffix(".partial")
    with unfinished.open("wb") as held:
        pickle.dump(made, held)
    unfinished.replace(path)
    return made


def case_of(config: CityConfig) -> Case:
    """Simulate one city; run the engine and the baselines over it."""
    with tempfile.TemporaryDirectory() as scratch:
        city = Path(scratch) / "city"
        summary = simulate(config, city)
        truth = decode_truth(summary.truth_path.read_bytes(), "truth.json")
        decoder = msgspec.json.Decoder(Event)
        with summary.events_path.open("rb") as lines:
            events = [decoder.decode(line) for line in lines]
    name = str(config.seed)
    lessons = lessons_of(world_of(events, truth, name), LAYERS, FANOUT)
    grouped = components(History(frozenset()).read(events), HUB_LIMIT)
    rides = Counter((e.rider_id, e.driver_id) for e in events if isinstance(e, TripCompleted))
    return Case(
        World(name, lessons, truth, summary.accounts),
        tuple(Ranked(1 - 1 / len(ring.accounts), ring.accounts) for ring in grouped.rings),
        tuple(Ranked(block.density, block.accounts) for block in dense_blocks(rides, BLOCKS)),
    )


def shuffled(lesson: Lesson, seed: int) -> Lesson:
    """The lesson with the senders of every relation exchanged among each other: degrees stay, ties go."""
    draw = np.random.default_rng(seed)
    means = []
    for matrix in lesson.around.means:
        senders = np.unique(matrix.indices)
        place = np.arange(matrix.shape[1])
        place[senders] = draw.permutation(senders)
        means.append(sparse.csr_matrix((matrix.data, place[matrix.indices], matrix.indptr), matrix.shape))
    return replace(lesson, around=replace(lesson.around, means=tuple(means)))


def examples_of(world: World) -> list[Example]:
    """Every example of a world, in order."""
    return [example for lesson in world.lessons for example in lesson.examples]


def lessons_in(cases: Sequence[Case]) -> list[Lesson]:
    """Every lesson of the cases, in order."""
    return [lesson for case in cases for lesson in case.world.lessons]


def by_evidence(scorer: Scorer) -> Callable[[World], Scores]:
    """A method that scores the evidence alone."""
    return lambda world: np.array([scorer.score(each.evidence.tolist()) for each in examples_of(world)])


def learnt(train: Sequence[Case], check: Sequence[Case], seed: int) -> dict[str, Callable[[World], Scores]]:
    """The methods that learn, fitted."""
    parts = lessons_in(train), lessons_in(check)
    config = TrainingConfig(seed=seed, layers=LAYERS, epochs=EPOCHS, patience=PATIENCE)
    started = perf_counter()
    network = fit(*parts, config)
    afresh = fit(*parts, replace(config, from_logistic=False))
    mixed = fit(*([shuffled(lesson, n) for n, lesson in enumerate(part)] for part in parts), config)
    mlp = fit(*parts, replace(config, layers=MLP_LAYERS, from_logistic=False))
    trees = fit_trees([*parts[0], *parts[1]], seed)
    fitted = {"seed": seed, "seconds": round(perf_counter() - started, 1), "epochs": len(network.epochs)}
    print(json.dumps({"bench": "models", "fitted": fitted}), flush=True)
    return {
        "mlp": lambda world: np.asarray(mlp.logits(world.lessons), np.float64),
        "trees": lambda world: tree_logits(trees, world.lessons),
        "network": lambda world: np.asarray(network.logits(world.lessons), np.float64),
        "network_afresh": lambda world: np.asarray(afresh.logits(world.lessons), np.float64),
        "blend": lambda world: (network.logits(world.lessons) + tree_logits(trees, world.lessons)) / 2,
        "control": lambda world: np.asarray(
            mixed.logits([shuffled(lesson, n) for n, lesson in enumerate(world.lessons)]), np.float64
        ),
    }


def reports(case: Case, score: Callable[[World], Scores]) -> list[Report]:
    """What a method reports in one world."""
    examples = examples_of(case.world)
    if not examples:
        return []
    ranked = [
        Ranked(float(z), frozenset(each.accounts))
        for z, each in zip(score(case.world), examples, strict=True)
    ]
    return reports_of(ranked, case.world.truth)


def recall(found: Sequence[Report], case: Case) -> float:
    """Ring recall of one world at the deciding rate."""
    return recall_at([found], len(case.world.truth.rings), DECIDING * case.world.honest / 10_000)


def main() -> None:
    """Print one line for each case and method."""
    parser = argparse.ArgumentParser(description="Ring recall at a fixed false ring rate, by method.")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--cities", type=int, default=16, help="cities to learn from; a quarter of them stops"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path("build/compare_models"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    around = surroundings(["torch", "scikit-learn"])
    grid = list(product(FRAUD_SHARES, CAMOUFLAGES))
    learning = [hard_city(FIRST_SEED + n) for n in range(options.cities)]
    judging = [
        test_city(FIRST_TEST_SEED + 100 * n + seed, camouflage, share)
        for n, (share, camouflage) in enumerate(grid)
        for seed in range(options.seeds)
    ]
    with ProcessPoolExecutor(options.processes) as pool:
        cases = list(pool.map(partial(kept, work=options.work), [*learning, *judging]))
    known, cases = cases[: len(learning)], cases[len(learning) :]
    assert_no_leakage(lessons_in(known), lessons_in(cases))
    table: dict[tuple[int, str], list[float]] = defaultdict(list)
    pooled: dict[tuple[int, str], list[list[Report]]] = defaultdict(list)
    for seed in range(options.seeds):
        # Another quarter stops the fit for every seed.
        check = [case for n, case in enumerate(known) if n % 4 == seed % 4]
        train = [case for n, case in enumerate(known) if n % 4 != seed % 4]
        methods = {"rules": by_evidence(first_guess()), "logistic": by_evidence(load_scorer())}
        methods |= learnt(train, check, seed + 1)
        for n in range(len(grid)):
            case = cases[n * options.seeds + seed]
            found = {name: reports(case, score) for name, score in methods.items()}
            found["components"] = reports_of(case.components, case.world.truth)
            found["fraudar"] = reports_of(case.fraudar, case.world.truth)
            for name, each in found.items():
                table[n, name].append(recall(each, case))
                pooled[n, name].append(each)
    lines: dict[tuple[float, float], dict[str, dict[str, float]]] = {}
    for n, (share, camouflage) in enumerate(grid):
        worlds = [cases[n * options.seeds + seed].world for seed in range(options.seeds)]
        rings = sum(len(world.truth.rings) for world in worlds)
        allowed = DECIDING * sum(world.honest for world in worlds) / 10_000
        line = {
            name: {
                "mean": round(float(np.mean(table[n, name])), 3),
                "deviation": round(float(np.std(table[n, name])), 3),
                "pooled": round(recall_at(pooled[n, name], rings, allowed), 3),
            }
            for name in METHODS
        }
        lines[share, camouflage] = line
        about = {"fraud_share": share, "camouflage": camouflage, "rings": rings, "seeds": options.seeds}
        print(json.dumps({"bench": "models", "case": about, "ring_recall": line} | around), flush=True)
    for share in FRAUD_SHARES:
        drawn = {name: [lines[share, level][name]["pooled"] for level in CAMOUFLAGES] for name in DRAWN}
        (options.work / f"recall_{share}.png").write_bytes(recall_by_camouflage(CAMOUFLAGES, drawn))


if __name__ == "__main__":
    main()
