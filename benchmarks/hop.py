"""R-precision of completing real rings (Hop airdrop, reported groups) from three members, beside rivals.

``python benchmarks/hop.py --data FOLDER`` where FOLDER holds ``hop.npz``: transfers among accounts that
applied for an airdrop (public repository hop-protocol/hop-airdrop), with the groups that were reported as one
hand and accepted. The data is not part of this repository; without it one line says what is missing.

One JSON line for each row of the table. ``network`` is ``gnn.completion``, two rounds; ``first round`` the
same before the confident are marked; ``no_graph`` the same code on a graph without ties; ``drawn_anew`` the
same on ties permuted inside each relation; ``trees`` boosted trees on ties to the seeds, PageRank from them
and behaviour; ``pagerank`` PageRank from the seeds alone. All rows answer the same questions.

Folds are by ring, and no account stands in two rings. What is asked is in ``ring_questions``. Accounts that a
candidate list of the test fold names are not learned from. No setting was tuned on these rings. Rows and
seeds can be run apart (``--rows``, ``--first-seed``), to use several processes; the figures are the same.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import torch
from ring_questions import (
    PARTS,
    ROWS,
    Asked,
    Field,
    Floats,
    Rows,
    candidates_of,
    found_by,
    graph_of,
    learned_from,
    pagerank_scores,
    questions_of,
    trees_scores,
)
from surroundings import surroundings

from gnn.completion.crossfit import Lesson, fit_completion
from gnn.completion.head import mean_logit
from gnn.completion.rounds import complete

RELATIONS: Final = 7
FOLDS: Final = 5


def hop_of(source: Path) -> Field:
    """Read ``hop.npz``. Services are silent, unless they applied like everyone else."""
    data = np.load(source)
    accounts, start = int(data["accounts"]), data["ring_ptr"]
    members = data["ring_members"].astype(np.int64)
    rings = [np.sort(members[a:b]) for a, b in pairwise(start) if b > a]
    everyone, times = np.unique(members, return_counts=True)
    if len(everyone) and times.max() > 1:
        raise ValueError("expected every account in one ring at most; put rings that share one into one fold")
    silent = data["known_service"].copy()
    silent[:accounts] = False
    fold = np.empty(len(rings), np.int64)
    fold[np.random.default_rng(0).permutation(len(rings))] = np.arange(len(rings)) % FOLDS
    ends = tuple(data[name].astype(np.int64) for name in ("source", "target", "relation"))
    behaviour = np.stack([data["first_use_s"], np.log(data["volume"])], axis=1).astype(np.float64)
    ties = (*ends, data["count"].astype(np.float64))
    named = ("first use", "volume")
    return Field(int(data["nodes"]), RELATIONS, ties, silent, behaviour, named, rings, fold)


def training_part(asked: Sequence[Asked], pools: Sequence[Rows], hop: Field, fold: int) -> list[Lesson]:
    """Lessons of the other folds, without any account that a candidate list of this fold names."""
    named = np.unique(np.concatenate([pools[at] for at in np.flatnonzero(hop.fold == fold)]))
    parts = {group: at % PARTS for at, group in enumerate(part for part in range(FOLDS) if part != fold)}
    draw = np.random.default_rng([2, fold])
    return [
        learned_from(one.lesson, parts[one.lesson.group], draw, named)
        for one in asked
        if one.lesson.group != fold
    ]


class Table:
    """R-precision by ring, the mean over its draws of seeds."""

    def __init__(self, hop: Field) -> None:
        self._hop = hop
        self._found: dict[tuple[str, int], dict[int, list[float]]] = {}

    def add(self, name: str, seed: int, one: Asked, scores: Floats) -> None:
        """What ``scores`` (pool size,) find of the ring."""
        self._found.setdefault((name, seed), {}).setdefault(one.ring, []).append(found_by(scores, one))

    def line(self, name: str) -> dict[str, object]:
        """Mean over folds and seeds; deviations between seeds and between folds; each fold's mean."""
        runs = [found for (row, _), found in self._found.items() if row == name]
        means = np.array([[np.mean(found[at]) for at in sorted(found)] for found in runs])
        fold = self._hop.fold[sorted(runs[0])]
        folds = np.array([[run[fold == part].mean() for part in range(FOLDS)] for run in means])
        by_ring = means.mean(axis=0)
        return {
            "row": name,
            "r_precision": round(float(folds.mean()), 3),
            "seeds": len(runs),
            "by_seed": [round(float(value), 3) for value in folds.mean(axis=1)],
            "by_fold": [round(float(value), 3) for value in folds.mean(axis=0)],
            "deviation_of_folds": round(float(folds.mean(axis=0).std(ddof=1)), 3),
            "standard_error_over_rings": round(float(by_ring.std(ddof=1) / len(by_ring) ** 0.5), 3),
        }


def main() -> None:
    """Print one line for each row."""
    parser = argparse.ArgumentParser(description="R-precision of completing real rings.")
    parser.add_argument("--data", type=Path, default=Path("data/hop"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--first-seed", type=int, default=0, help="the seed to begin with, to go on with a run"
    )
    parser.add_argument("--rows", nargs="*", default=list(ROWS), choices=ROWS)
    options = parser.parse_args()
    source = options.data / "hop.npz"
    if not source.exists():
        print(json.dumps({"bench": "hop", "skipped": f"expected {source}, found no such file; pass --data"}))
        return
    torch.set_num_threads(1)
    started = perf_counter()
    hop = hop_of(source)
    real = graph_of(hop, "network")
    pools = candidates_of(hop, real)
    table = Table(hop)
    size = round(float(np.mean([len(pool) for pool in pools])))
    case = {"bench": "hop", "rings": len(pools), "candidates": size}
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    asked = questions_of(hop, real, pools) if {"pagerank", "trees", "network"} & set(options.rows) else []
    plain = [one for one in asked if one.tested]
    for row in options.rows:
        if row == "pagerank":
            for one, scores in zip(plain, pagerank_scores(hop, plain), strict=True):
                table.add(row, 0, one, scores)
        elif row == "trees":
            for fold in range(FOLDS):
                lessons = training_part(plain, pools, hop, fold)
                tested = [one for one in plain if one.lesson.group == fold]
                for seed in seeds:
                    for one, scores in zip(tested, trees_scores(hop, lessons, tested, seed), strict=True):
                        table.add(row, seed, one, scores)
        else:
            there = asked if row == "network" else questions_of(hop, graph_of(hop, row), pools)
            network_rows(row, hop, there, pools, seeds, table)
        lines = [row] if row != "network" else ["first round", row]
        for name in lines:
            seconds = round(perf_counter() - started, 1)
            print(json.dumps(case | table.line(name) | {"seconds": seconds}), flush=True)
    print(json.dumps(case | surroundings(["torch", "scikit-learn"])))


def network_rows(
    row: str, hop: Field, asked: Sequence[Asked], pools: Sequence[Rows], seeds: range, table: Table
) -> None:
    """Both rounds on one graph's questions, over all folds and seeds."""
    for seed in seeds:
        for fold in range(FOLDS):
            model = fit_completion(training_part(asked, pools, hop, fold), seed, second_heads=1)
            for one in asked:
                if one.tested and one.lesson.group == fold:
                    if row == "network":
                        table.add("first round", seed, one, mean_logit(model.first, one.lesson.features))
                    table.add(row, seed, one, complete(model, one.lesson.pool, one.lesson.question.given))


if __name__ == "__main__":
    main()
