"""docs/detection.md names every constant of the code with its value, and no other."""

from __future__ import annotations

import ast
import importlib
import math
import re
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

from graph.model.vocabulary import TripReason
from graph.rings.lifecycle import Policy
from graph.updates.sharing import DAY_MS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "detection.md"
MODULES = [
    "updates.sharing",
    "updates.independence",
    "candidates.gathering",
    "candidates.hands",
    "candidates.joint_rides",
    "candidates.losses",
    "candidates.circles",
    "candidates.visits",
    "candidates.moves",
    "completion.creations",
    "completion.membership",
    "completion.surroundings",
    "completion.completing",
    "engine.completion",
    "rings.decision",
    "updates.tracks",
    "updates.signs",
    "updates.sketches",
    "updates.places",
    "updates.replays",
    "updates.forgeries",
    "updates.habits",
    "updates.whereabouts",
    "evidence.trips",
    "kernels.geometry",
    "evidence.likeness",
    "updates.tempo",
    "evidence.timing",
    "evidence.takings",
    "evidence.leaving",
    "evidence.arrivals",
    "evidence.transfers",
    "evidence.declines",
    "evidence.cancellations",
    "engine.engine",
    "engine.judging",
    "rings.lifecycle",
    "rings.judgement",
    "engine.rejudging",
    "model.shapes",
    "engine.feature_extraction",
    "model.link_keys",
    "model.money",
    "state.sizes",
]
UNITS = {"updates.sharing.DAY_MS", "kernels.geometry.EARTH_KM_PER_DEGREE"}
LAYOUT = {
    "CLUSTERS",
    "CIRCLE",
    "VISIT",
    "USES_DEVICE",
    "USES_CARD",
    "USES_BANK_ACCOUNT",
    "USES_IP",
    "MEMO_SLOTS",
    "NO_LINK",
    "NEVER",
    "TRACK_SLOTS",
    "SKETCHES",
    "SKETCH_BINS",
    "CELLS",
    "AREAS",
    "PLACES",
    "REASONS",
}
LAYOUT |= {reason.name for reason in TripReason}
LAYOUT |= {"SPEED", "FARE", "CROW", "TIME", "ENDS", "CLAIM", "UNIFORM", "PACE", "LEGS"}
LAYOUT |= {"OVERLAP", "APPROACH", "PHONE", "HERE", "CLOCK"}
LAYOUT |= {
    "FIRST_DAY",
    "DAYS",
    "EVENTS_AT_ONCE",
    "LARGEST_BATCH",
    "LIVES",
    "AT_HOME",
    "TAKEN",
    "DONE",
    "NEEDS_SCORE",
    "JUDGED",
    "FELL_APART",
    "VERDICT_RECEIVED",
    "ACT_RECEIVED",
    "ACTS_END",
    "NOTHING",
    "OPEN",
    "CONFIRM",
    "CHANGE",
    "CLOSE",
    "ENTITY_BITS",
}
"""Places in arrays and sizes of tables: no reader of the document needs them."""


def constants_of(module: str) -> dict[str, float]:
    """The numbers that a module of ``graph`` defines in capitals."""
    loaded = importlib.import_module(f"graph.{module}")
    assert loaded.__file__ is not None
    names = [
        target.id
        for node in ast.parse(Path(loaded.__file__).read_text()).body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name) and target.id.isupper() and not target.id.startswith("_")
    ]
    found = {f"{module}.{name}": getattr(loaded, name) for name in names}
    return {
        k: v
        for k, v in found.items()
        if isinstance(v, int | float) and k not in UNITS and k.rsplit(".", 1)[1] not in LAYOUT
    }


def code_constants() -> dict[str, float]:
    found = {f"Policy.{f.name}": getattr(Policy(), f.name) for f in fields(Policy)}
    for module in MODULES:
        found |= constants_of(module)
    return found


def spelled(name: str, value: float) -> str:
    """A constant as the document writes it."""
    if name.endswith("_MS"):
        days, rest = divmod(value, DAY_MS)
        count, unit = (value * 24 / DAY_MS, "hour") if rest else (days, "day")
        return f"{count:g} {unit}{'s' if count != 1 else ''}"
    part = Fraction(value).limit_denominator(6)
    if part.denominator in (3, 6) and math.isclose(part, value):
        return str(part)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def test_the_tables_of_constants_hold_every_constant_with_its_value() -> None:
    rows = re.findall(
        r"^\| `([a-z_.]+\.[A-Z_]+|Policy\.\w+)` \| ([^|]+) \|", DOCUMENT.read_text(), re.MULTILINE
    )
    assert len(dict(rows)) == len(rows)
    assert dict(rows) == {name: spelled(name, value) for name, value in code_constants().items()}


def test_every_constant_that_the_text_names_exists() -> None:
    known = {name.rsplit(".", 1)[1] for name in code_constants()}
    used = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", DOCUMENT.read_text()))
    assert used - known == set()
