"""R-precision of completing rings in cities whose generator nothing was trained on, beside controls.

``PYTHONPATH=. python benchmarks/completing.py``: each family of simulated habits is learned from by itself
and asked about in the other's cities; every folder given as ``--world NAME=FOLDER`` (``events.ndjson``,
packed or not, and ``truth.json``) is asked about by what learned from both, and never learned from.

A graph is what is live at the end of a city: every kind of link is a relation, and an account's behaviour is
when it was created and on how many trips it was. One JSON line for each generator and row, rows as in
``hop``: mean R-precision over rings of five accounts and more, from three of them, of each seed of training
and over all, with the deviation between seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Final

import numpy as np
import torch
from generators import World, named, worlds_of
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

from gnn.boosted.scorer import load_scorer
from gnn.completion.crossfit import Lesson, fit_completion
from gnn.completion.rounds import complete
from graph.engine import Engine, EngineConfig
from graph.model.link_keys import LINK_KINDS
from ringfence.history import in_order
from simulation.config import FAMILIES

LEAST_RING: Final = 5
GENERATORS: Final = tuple(f"{habits} family" for habits in FAMILIES)


def field_of(world: World, fold: int) -> Field:
    """What is live at the end of a world, its accounts first; every ring is of one fold."""
    engine = Engine(EngineConfig(), load_scorer())
    for batch in in_order([world.events], None):
        engine.apply(batch)
    view = engine.view()
    accounts, links = view.accounts, view.links
    place = np.full(len(view.names), -1)
    place[accounts.entity] = np.arange(len(accounts.entity))
    place[place < 0] = np.arange(len(accounts.entity), len(view.names))
    number = {view.names[entity]: int(place[entity]) for entity in accounts.entity.tolist()}
    members = [{number[name] for name in ring.accounts if name in number} for ring in world.truth.rings]
    rings = [np.array(sorted(ring), np.int64) for ring in members if len(ring) >= LEAST_RING]
    created = np.where(accounts.created_ms < 0, np.nan, accounts.created_ms)
    return Field(
        nodes=len(view.names),
        relations=len(LINK_KINDS),
        ties=(
            place[links.source],
            place[links.target],
            links.kind.astype(np.int64),
            links.count.astype(np.float64),
        ),
        silent=np.zeros(len(view.names), bool),
        behaviour=np.stack([created, np.log1p(accounts.trips)], axis=1),
        named=("creation", "trips"),
        rings=rings,
        fold=np.full(len(rings), fold),
    )


def pools_of(fields: Sequence[Field]) -> list[list[Rows]]:
    """The candidates of every ring, by city: hard to tell apart in the city as it is, whatever is asked."""
    return [candidates_of(field, graph_of(field, "network")) for field in fields]


def asked_of(fields: Sequence[Field], pools: Sequence[Sequence[Rows]], kind: str) -> list[Asked]:
    """The questions about every ring of every city, on its graph or a control's; rings numbered through."""
    asked: list[Asked] = []
    rings = 0
    for field, candidates in zip(fields, pools, strict=True):
        asked.extend(
            Asked(rings + one.ring, one.tested, one.lesson)
            for one in questions_of(field, graph_of(field, kind), candidates)
        )
        rings += len(field.rings)
    return asked


def lessons_of(asked: Sequence[Asked], fold: int) -> list[Lesson]:
    """Of the families but the tested generator, in parts by ring."""
    draw = np.random.default_rng([2, fold])
    nobody = np.zeros(0, np.int64)
    return [
        learned_from(one.lesson, one.ring % PARTS, draw, nobody)
        for one in asked
        if one.lesson.group != fold and one.lesson.group < len(GENERATORS)
    ]


def answers(
    row: str, fields: Sequence[Field], asked: Sequence[Asked], fold: int, seed: int
) -> Iterator[float]:
    """R-precision of each question with three seeds about a generator's rings."""
    tested = [one for one in asked if one.tested and one.lesson.group == fold]
    scores: list[Floats]
    if row == "pagerank":
        scores = pagerank_scores(fields[0], tested)
    elif row == "trees":
        plain = [one for one in asked if one.tested]
        scores = trees_scores(fields[0], lessons_of(plain, fold), tested, seed)
    else:
        model = fit_completion(lessons_of(asked, fold), seed, second_heads=1)
        scores = [complete(model, one.lesson.pool, one.lesson.question.given) for one in tested]
    yield from map(found_by, scores, tested)


def main() -> None:
    """Print one line for each generator and row, then the table."""
    parser = argparse.ArgumentParser(description="R-precision of completing rings of other generators.")
    parser.add_argument("--cities", type=int, default=16, help="simulated cities, the families in turn")
    parser.add_argument("--first-seed", type=int, default=9201)
    parser.add_argument("--world", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", nargs="*", default=list(ROWS), choices=ROWS)
    options = parser.parse_args()
    try:
        given = named(options.world)
    except ValueError as error:
        parser.error(str(error))
    torch.set_num_threads(1)
    started = perf_counter()
    generators = [*GENERATORS, *dict.fromkeys(name for name, _ in given)]
    fields = [
        field_of(world, generators.index(world.generator))
        for world in worlds_of(options.cities, options.first_seed, given)
    ]
    fields = [field for field in fields if field.rings]
    print(json.dumps({"bench": "completing"} | surroundings(["torch", "scikit-learn"])), flush=True)
    found: dict[tuple[str, str], str] = {}
    pools = pools_of(fields)
    real = asked_of(fields, pools, "network")
    for row in options.rows:
        asked = asked_of(fields, pools, row) if row in ("no_graph", "drawn_anew") else real
        for fold, generator in enumerate(generators):
            seeds = range(1 if row == "pagerank" else options.seeds)
            runs = [np.array(list(answers(row, fields, asked, fold, seed))) for seed in seeds]
            if not runs[0].size:
                continue
            means = [float(run.mean()) for run in runs]
            spread = float(np.std(means, ddof=1)) if len(means) > 1 else 0.0
            line = {
                "bench": "completing",
                "generator": generator,
                "row": row,
                "questions": len(runs[0]),
                "r_precision": round(float(np.mean(means)), 3),
                "by_seed": [round(mean, 3) for mean in means],
                "deviation_of_seeds": round(spread, 3),
                "seconds": round(perf_counter() - started, 1),
            }
            found[generator, row] = f"{line['r_precision']:.3f} ± {spread:.3f}"
            print(json.dumps(line), flush=True)
    print(f"{'generator':24}" + "".join(f"{row:>17}" for row in options.rows))
    for generator in generators:
        if (generator, options.rows[0]) in found:
            print(f"{generator:24}" + "".join(f"{found[generator, row]:>17}" for row in options.rows))


if __name__ == "__main__":
    main()
