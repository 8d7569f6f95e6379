"""How a score does on each generator of cities: what it was fitted on, and what it never saw.

Generators are the families of simulated habits (``--cities`` of them in turn, drawn as those that scores are
fitted on, from seed 9201 on, which none was; no score learns from the fifth family) and every folder given
as ``--world NAME=FOLDER`` with ``events.ndjson`` (or ``.gz``, ``.zst``) and ``truth.json``; folders of one
name are one generator. To leave one of the others out, fit weights without it and give them
as ``--score NAME=PATH`` (a file of ``make weights``, or a folder that ``ringfence train`` wrote); the score
that ships always stands beside them.

One line of JSON for each world and score. A table follows, one line for each generator and score, over all
its worlds together: true rings; recall at Jaccard 0.5 and 0.8, in per cent, and their ceiling, the recall of
a perfect score of the same candidates; reported rings that are at least half fraudulent; false rings for
10,000 honest accounts; the share of the money that came after the first flag on a ring. Run it from the
repository's root: ``python -m benchmarks.generators``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.surroundings import surroundings
from gnn.evaluation import History, Truth, detection_of, evaluate, judged_against, true_sets
from gnn.logistic.judgements import city_config
from graph.engine import EngineConfig, logged_engine
from graph.model.results import Flag
from graph.scoring.member_scorer import MemberScorer
from graph.scoring.scorer import Scorer
from ringfence.history import in_order
from ringfence.judgement import read_history, read_truth
from ringfence.model_choice import scorer_at
from simulation import simulate
from simulation.config import FAMILIES

FIRST_SEED: Final = 9201
SHIPPED: Final = "shipped"
SUMMED: Final = (
    *("rings", "found_50", "found_80", "reached_50", "reached_80"),
    *("reported", "false", "honest", "money", "prevented"),
)


class World:
    """A folder with events and truth, read once; ``generator`` says who made it."""

    def __init__(self, generator: str, folder: Path) -> None:
        self.generator, self.name = generator, folder.name
        self.events = str(events_in(folder))
        self.truth: Truth = read_truth(folder / "truth.json")
        self.history: History = read_history(self.truth, [self.events])


def events_in(folder: Path) -> Path:
    """The events in a folder. Raises ``ValueError`` when there are none."""
    found = sorted(folder.glob("events.ndjson*"))
    if not found:
        raise ValueError(f"expected events.ndjson, .gz or .zst in {folder}, found none; give another folder")
    return found[0]


def measure(world: World, scorer: Scorer | MemberScorer) -> dict[str, Any]:
    """Counts of one world under one score, to be summed over worlds."""
    engine, log = logged_engine(EngineConfig(), scorer)
    flags: list[Flag] = []

    def candidates() -> Iterator[list[str]]:
        for batch in in_order([world.events], None):
            flags.extend(engine.apply(batch).flags)
            yield from (candidate.accounts for candidate in log.drain())

    judged = replace(judged_against(true_sets(world.truth), candidates()), left_out=log.left_out)
    detection = detection_of("ringfence", engine.rings(), engine.accounts(), flags)
    report = evaluate(detection, world.truth, world.history, judged=judged)
    ours = report.methods[0]
    prevented = ours.timeliness.prevented if ours.timeliness is not None else None
    return {
        "rings": report.true_rings,
        "found_50": sum(size.found_at_50 for size in report.sizes),
        "found_80": sum(size.found_at_80 for size in report.sizes),
        "reached_50": sum(size.reached_at_50 or 0 for size in report.sizes),
        "reached_80": sum(size.reached_at_80 or 0 for size in report.sizes),
        "reported": ours.rings.reported,
        "false": ours.false_alarms.rings,
        "honest": report.accounts - report.fraudulent_accounts,
        "money": round(report.fraud_money, 2),
        "prevented": round(report.fraud_money * (prevented or 0.0), 2),
        "left_out": judged.left_out,
    }


def summed(measured: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The counts of several worlds together."""
    return {name: sum(each[name] for each in measured) for name in SUMMED}


def table(found: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]) -> str:
    """One line for each generator and score; ``-`` where there is nothing to take a share of."""
    heads = ("rings", "0.5", "ceiling", "0.8", "ceiling", "right", "false/10k", "prevented")
    lines = [f"{'generator':16}{'score':12}{'worlds':>7}" + "".join(f"{head:>10}" for head in heads)]
    for (generator, score), measured in found.items():
        total = summed(measured)
        rings, reported = total["rings"], total["reported"]
        shares = [
            _percent(total[name], rings) for name in ("found_50", "reached_50", "found_80", "reached_80")
        ]
        shares.append(_percent(reported - total["false"], reported))
        shares.append(f"{10_000 * total['false'] / total['honest']:.1f}" if total["honest"] else "-")
        shares.append(_percent(total["prevented"], total["money"]))
        cells = "".join(f"{cell:>10}" for cell in (f"{rings:g}", *shares))
        lines.append(f"{generator:16}{score:12}{len(measured):>7}{cells}")
    return "\n".join(lines)


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def named(given: Sequence[str]) -> list[tuple[str, Path]]:
    """Names and paths of ``NAME=PATH``. Raises ``ValueError`` for another form or where nothing is there."""
    pairs = []
    for each in given:
        name, is_there, path = each.partition("=")
        if not name or not is_there or not Path(path).exists():
            raise ValueError(f"expected NAME=PATH of something that is there, found {each!r}")
        pairs.append((name, Path(path)))
    return pairs


def worlds_of(cities: int, first_seed: int, given: Sequence[tuple[str, Path]]) -> Iterator[World]:
    """The simulated cities, one at a time, then the worlds given."""
    for seed in range(first_seed, first_seed + cities):
        config = city_config(seed, FAMILIES)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / f"city {seed}"
            simulate(config, folder)
            yield World(f"{config.habits} family", folder)
    for generator, folder in given:
        yield World(generator, folder)


def main() -> None:
    """Print one line of JSON for each world and score, then the table."""
    parser = argparse.ArgumentParser(description="A score on generators that it saw and did not see.")
    parser.add_argument("--cities", type=int, default=12, help="simulated cities, the families in turn")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--world", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--score", action="append", default=[], metavar="NAME=PATH")
    options = parser.parse_args()
    try:
        given, stored = named(options.world), named(options.score)
        for _, folder in given:
            events_in(folder)
    except ValueError as error:
        parser.error(str(error))
    scorers = {SHIPPED: scorer_at(None)} | {name: scorer_at(path) for name, path in stored}
    print(json.dumps({"bench": "generators"} | surroundings(["ringfence", "numpy", "numba"])), flush=True)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for world in worlds_of(options.cities, options.first_seed, given):
        for score, scorer in scorers.items():
            counts = measure(world, scorer)
            found.setdefault((world.generator, score), []).append(counts)
            case = {"bench": "generators", "generator": world.generator, "world": world.name, "score": score}
            print(json.dumps(case | {"model": scorer.model_id} | counts), flush=True)
    print(table(dict(sorted(found.items()))))


if __name__ == "__main__":
    main()
