"""docs/detection.md cannot drift: its tables are made from the code, its formulas are run beside it.

``python tests/architecture/test_detection_doc.py`` writes the made tables anew, after a fit for example.
"""

from __future__ import annotations

import ast
import importlib
import json
import math
import random
import re
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from functools import cache
from itertools import count
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.logistic.scorer import LogisticScorer
from graph.completion.features import OWN
from graph.kernels.ramp import ramp
from graph.model.entities import KIND_CODE
from graph.model.shapes import Shape
from graph.model.vocabulary import EntityKind, TripReason
from graph.rings.lifecycle import Policy
from graph.scoring.features import FEATURES, extract
from graph.scoring.measures import MEASURES
from graph.scoring.rules import INNOCENT_RULES, RULES, Rule
from graph.state.evidence_record import EVIDENCE, Evidence
from graph.state.trees import DEPTH
from graph.updates.sharing import CONNECTING, DAY_MS, WEIGHTS, strength
from graph.updates.signs import PRIOR, WORTH

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "detection.md"
MODULES = [
    "updates.sharing",
    "updates.independence",
    "candidates.gathering",
    "candidates.circles",
    "candidates.visits",
    "candidates.moves",
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
SIGNALS = [name.removeprefix("signal.") for name in FEATURES if name.startswith("signal.")]
SIGNS = {1: "towards", -1: "away", 0: "either"}


# -- tables made from the code -----------------------------------------------------------------------


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def public_from(kind: EntityKind, *, visiting: bool) -> str:
    """The least number of sharers of one sort that is a crowd."""
    least = next(
        n for n in count(1) if strength(KIND_CODE[kind], n * visiting, n * (not visiting)) < CONNECTING
    )
    return "always" if least == 1 else str(least)


def sharing_table() -> str:
    head = ["identifier", "base", "per visitor", "per resident", "a crowd from, visitors", "residents"]
    return table(
        head,
        [
            [
                f"`{kind.value}`",
                f"{w.base:g}",
                f"{w.per_visitor:g}",
                f"{w.per_resident:g}",
                public_from(kind, visiting=True),
                public_from(kind, visiting=False),
            ]
            for kind, w in WEIGHTS.items()
        ],
    )


def worth_table() -> str:
    head = ["sign", "worth", "alone, at full strength"]
    return table(
        head,
        [
            [f"`{reason.value}`", f"{worth:g}", f"{1 / (1 + math.exp(-PRIOR - worth)):.2f}"]
            for reason, worth in zip(TripReason, WORTH, strict=True)
        ],
    )


@cache
def model() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((ROOT / "gnn" / "weights" / "boosted.json").read_text())
    return stored


def features_table() -> str:
    head = ["feature", "sign", "share of the gain", "mean in rings", "in honest", "alone"]
    return table(
        head,
        [
            [
                f"`{f['name']}`",
                SIGNS[FEATURES[f["name"]]],
                f"{f['gain']:.3f}",
                f"{f['mean_in_rings']:.2f}",
                f"{f['mean_in_honest']:.2f}",
                f"{f['alone_auroc']:.2f}",
            ]
            for f in model()["features"]
        ],
    )


def fit_table() -> str:
    held_out, training = model()["held_out"], model()["training"]
    first, last = training["seeds"]
    rows = [
        ["fitted with", f"`{training['command']}`"],
        ["cities", f"{last - first + 1}, seeds {first} to {last}"],
        ["judgements, in groups", f"{training['judgements']:,} in {training['groups']:,}"],
        ["honest accounts in these cities", f"{training['honest_accounts']:,}"],
        ["intercept; doubt", f"{model()['intercept']:.2f}; {model()['doubt']:.4f}"],
        ["prior, of an account in no candidate", f"{model()['prior']:.4f}"],
        ["trees, of depth", f"{len(model()['trees'])}, {DEPTH}"],
        ["held out in turn", f"{held_out['folds']} folds of cities"],
        ["held-out area under precision and recall", f"{held_out['auprc']:.3f}"],
        ["held-out area under the ROC curve", f"{held_out['auroc']:.3f}"],
        [
            "held-out log loss; calibrated; of the base rate",
            f"{held_out['log_loss']:.3f}; {held_out['log_loss_calibrated']:.3f}; "
            f"{held_out['log_loss_of_base_rate']:.3f}",
        ],
    ]
    return table(["the fit", "figure"], rows)


def calibration_table() -> str:
    return table(
        ["from", "groups", "predicted", "found"],
        [
            [f"{b['from']:.1f}", f"{b['weight']:,.1f}", f"{b['predicted']:.3f}", f"{b['found']:.3f}"]
            for b in model()["held_out"]["calibration"]
        ],
    )


def measures_table() -> str:
    rows = [[f"`{m.name}`", SIGNS[m.sign], f"`{m.expression.replace('e.', '')}`"] for m in MEASURES]
    return table(["measure", "sign", "formula"], rows)


def membership_table() -> str:
    """What is read of one account, and the share of it in what the trees gained."""
    gains = {each["name"]: each["gain"] for each in model()["belonging"]["gains"]}
    rows = [
        [
            f"`{name}`",
            SIGNS[sign],
            *(f"{gains[each]:.3f}" for each in (name, f"{name}_beside_mean", f"mean_{name}")),
        ]
        for name, sign in OWN.items()
    ]
    return table(["of an account", "sign", "share of the gain", "beside the mean", "the mean"], rows)


MADE: dict[str, Callable[[], str]] = {
    "sharing": sharing_table,
    "measures": measures_table,
    "membership": membership_table,
    "worth": worth_table,
    "features": features_table,
    "fit": fit_table,
    "calibration": calibration_table,
}


def with_made_tables(text: str) -> str:
    for name, make in MADE.items():
        found = rf"<!-- made: {name} -->\n.*?<!-- end -->"
        made = f"<!-- made: {name} -->\n{make()}\n<!-- end -->"
        assert len(re.findall(found, text, flags=re.DOTALL)) == 1, name
        text = re.sub(found, made.replace("\\", r"\\"), text, flags=re.DOTALL)
    return text


def test_the_made_tables_are_those_of_the_code_and_of_the_stored_model() -> None:
    text = DOCUMENT.read_text()
    assert with_made_tables(text) == text, f"write them anew: python {Path(__file__).relative_to(ROOT)}"


# -- constants ---------------------------------------------------------------------------------------


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
        return f"{days:g} day{'s' if days != 1 else ''}" if not rest else f"{value * 24 / DAY_MS:g} hours"
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


# -- evidence ----------------------------------------------------------------------------------------


def test_the_table_of_evidence_names_everything_that_is_measured_and_nothing_else() -> None:
    section = re.search(r"^## Evidence\n(.*?)\n\| constant", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert section is not None
    cells = re.findall(r"^\| (`.*?`) \| ", section[1], re.MULTILINE)
    assert sorted(re.findall(r"`([a-z_.]+)`", " ".join(cells))) == sorted(Evidence.__struct_fields__)


# -- formulas ----------------------------------------------------------------------------------------


def section_of(rule: Rule) -> str:
    found = re.search(rf"^### `{rule.name}`\n(.*?)(?=^##)", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section for {rule.name}"
    return found[1]


def formula_in(text: str) -> CodeType:
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return compile(found[1], DOCUMENT.name, "exec")


def formula_that_sets(name: str) -> CodeType:
    found = re.search(rf"```python\n({name} = .*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    return compile(found[1], DOCUMENT.name, "exec")


def number(draw: random.Random, name: str) -> float:
    """A number of the evidence, most of them where thresholds lie."""
    if EVIDENCE[name].kind == "i":
        return draw.randint(1, draw.choice([3, 8, 40]))
    return draw.uniform(0, draw.choice([0.2, 0.5, 1.0, 1.0, 5.0]))


@cache
def some_evidence() -> list[Evidence]:
    draw = random.Random(20)
    drawn = []
    for _ in range(3000):
        values: dict[str, Any] = {name: number(draw, name) for name in Evidence.__struct_fields__}
        drawn.append(Evidence(**{**values, "shape": draw.choice(list(Shape))}))
    return drawn


def record_of(evidence: Evidence) -> Any:
    """The same evidence as kernels take it."""
    values = [getattr(evidence, name) for name in EVIDENCE.names or ()]
    values[3] = list(Shape).index(evidence.shape)
    return np.array([tuple(values)], EVIDENCE)[0]


def names_for(evidence: Evidence) -> dict[str, Any]:
    """What a formula of the document may use."""
    names: dict[str, Any] = {name: getattr(evidence, name) for name in Evidence.__struct_fields__}
    names |= {"ramp": ramp, "log": math.log}
    for shared in ("one_hand", "one_door", "one_purse", "farmed"):
        exec(formula_that_sets(shared), names)
    return names


@cache
def all_names() -> list[dict[str, Any]]:
    return [names_for(evidence) for evidence in some_evidence()]


@pytest.mark.parametrize("rule", [*RULES, *INNOCENT_RULES], ids=lambda rule: rule.name)
def test_the_formula_of_a_rule_gives_what_the_rule_gives(rule: Rule) -> None:
    formula = formula_in(section_of(rule))
    spoke = 0
    for evidence, shared in zip(some_evidence(), all_names(), strict=True):
        names = dict(shared)
        exec(formula, names)
        assert names["strength"] == pytest.approx(rule.strength(record_of(evidence)), abs=1e-12)
        spoke += 0 < names["strength"] < 1
    assert spoke > 20, "too few draws on which the rule says anything"


def test_the_rules_stand_in_their_order_and_no_other_has_a_section() -> None:
    sections = re.findall(r"^### `(\w+)`$", DOCUMENT.read_text(), re.MULTILINE)
    assert sections == [rule.name for rule in (*RULES, *INNOCENT_RULES)]


@settings(deadline=None)
@given(st.floats(-20, 20), st.floats(0, 0.5))
def test_the_formula_of_the_score_gives_what_the_scorer_gives(total: float, doubt: float) -> None:
    names = {"total": total, "doubt": doubt, "exp": math.exp}
    exec(formula_that_sets("score"), names)
    assert names["score"] == pytest.approx(LogisticScorer((), total, 0.01, doubt, "any").score(()), abs=1e-12)


def test_the_formulas_of_the_signals_give_the_features_of_the_code() -> None:
    formula = formula_that_sets("some_inside")
    for evidence, shared in zip(some_evidence(), all_names(), strict=True):
        names = dict(shared)
        exec(formula, names)
        read = np.zeros(len(FEATURES))
        extract(record_of(evidence), read)
        features = dict(zip(FEATURES, read, strict=True))
        for signal in SIGNALS:
            assert names[signal] == pytest.approx(features[f"signal.{signal}"], abs=1e-12), signal


if __name__ == "__main__":
    DOCUMENT.write_text(with_made_tables(DOCUMENT.read_text()))
