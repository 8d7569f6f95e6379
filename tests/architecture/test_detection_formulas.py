"""The formulas of docs/detection.md give what the code gives: they are run beside it, on drawn evidence."""

from __future__ import annotations

import math
import random
import re
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.logistic.scorer import LogisticScorer
from graph.kernels.ramp import ramp
from graph.model.shapes import Shape
from graph.scoring.features import FEATURES, extract
from graph.scoring.rules import INNOCENT_RULES, RULES, Rule
from graph.state.evidence_record import EVIDENCE, Evidence

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "detection.md"
SIGNALS = [name.removeprefix("signal.") for name in FEATURES if name.startswith("signal.")]


def test_the_table_of_evidence_names_everything_that_is_measured_and_nothing_else() -> None:
    section = re.search(r"^## Evidence\n(.*?)\n\| constant", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert section is not None
    cells = re.findall(r"^\| (`.*?`) \| ", section[1], re.MULTILINE)
    assert sorted(re.findall(r"`([a-z_.]+)`", " ".join(cells))) == sorted(Evidence.__struct_fields__)


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
