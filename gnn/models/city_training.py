"""Train the shipped network on simulated cities: ``python -m gnn.models.city_training`` (``make network``).

Cities of seeds from ``FIRST_SEED`` on, as varied as those of the logistic score but for stronger
camouflage. The first seven tenths are learnt from, the next fifteen per cent stop and calibrate, the last
are only measured, beside the shipped logistic score. No city is in two parts. A stopped fit goes on from
the checkpoint beside ``--out``; the cities are simulated again.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from gnn.logistic.judgements import city_config
from gnn.logistic.scorer import load_scorer
from gnn.models.figures import Judged, ModelFigures, model_figures
from gnn.models.making import Parts, Provenance, make_model
from gnn.models.stored_model import StoredModel, save_model
from gnn.training.training import Epoch, TrainingConfig
from gnn.training.worlds import World, simulated
from simulation import CityConfig

FIRST_SEED: Final = 9201
SHARES: Final = (0.7, 0.85)
SIZE: Final[dict[str, Any]] = {"riders": 2000, "drivers": 160, "days": 21, "gps": False}


def hard_city(seed: int) -> CityConfig:
    """The city of one seed: camouflage is drawn from none to full, and the size is small."""
    camouflage = random.Random(-seed).choice([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    return replace(city_config(seed), camouflage=camouflage, **SIZE)


def world(seed: int) -> World:
    """The lessons of one city."""
    return simulated(hard_city(seed), TrainingConfig().layers)


def measured(worlds: Sequence[World], model: StoredModel | None) -> ModelFigures:
    """Figures of a model, or of the shipped logistic score, on whole worlds."""
    scorer = load_scorer()
    judged = []
    for each in worlds:
        examples = [example for lesson in each.lessons for example in lesson.examples]
        if not examples:
            continue
        scores = (
            np.array([scorer.score(example.evidence.tolist()) for example in examples])
            if model is None
            else model.probabilities(each.lessons)
        )
        judged.append(Judged(examples, scores, each.truth, each.honest))
    return model_figures(judged)


def main() -> None:
    """Simulate, train, measure, and write the model to ``--out``."""
    parser = argparse.ArgumentParser(description="Train the network on simulated cities.")
    parser.add_argument("--cities", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(FIRST_SEED, FIRST_SEED + options.cities)
    worlds = []
    with ProcessPoolExecutor(options.processes) as pool:
        for each in pool.map(world, seeds):
            print(
                f"city {each.name}: {sum(len(part.examples) for part in each.lessons)} candidates", flush=True
            )
            worlds.append(each)
    bounds = [round(len(worlds) * share) for share in SHARES]
    train, check, test = worlds[: bounds[0]], worlds[bounds[0] : bounds[1]], worlds[bounds[1] :]
    parts = Parts(*([lesson for each in part for lesson in each.lessons] for part in (train, check)))

    def show(epoch: Epoch) -> None:
        print(f"epoch {epoch.number}: loss {epoch.loss:.4f}, check {epoch.check:.4f}", flush=True)

    command = f"python -m gnn.models.city_training --cities {options.cities} --seed {options.seed}"
    provenance = Provenance(version("ringfence"), command, [options.seed, seeds[0], seeds[-1]])
    checkpoint = options.out.with_suffix(".checkpoint")
    model = make_model(parts, TrainingConfig(seed=options.seed), provenance, show, checkpoint)
    save_model(options.out, model)
    checkpoint.unlink()
    for name, figures in (("network", measured(test, model)), ("logistic", measured(test, None))):
        print(json.dumps({"scores": name, "auprc": figures.auprc, "recall": figures.recall}), flush=True)


if __name__ == "__main__":
    main()
