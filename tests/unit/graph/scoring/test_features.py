"""The registry of features: everything that is registered is written, under its own name."""

from __future__ import annotations

import random

import numpy as np
import pytest

from graph.model.shapes import Shape
from graph.rings.judgement import Judgement
from graph.scoring.features import FEATURES, PLACES, REGISTRY, extract
from graph.scoring.measures import MEASURES
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.scoring.signals import SIGNALS
from graph.state.evidence_record import EVIDENCE

SEED = 8


def some_evidence(draws: int = 200) -> np.ndarray:
    """Records with counts of 1 to 40 (a burst of up to 40), shares of 0 to 1 and every shape."""
    draw = random.Random(SEED)
    records = np.zeros(draws, EVIDENCE)
    for name in EVIDENCE.names or ():
        whole = EVIDENCE[name].kind == "i"
        records[name] = [draw.randint(1, 40) if whole else draw.random() for _ in range(draws)]
    records["burst"] = 40 * records["burst"]
    for part in ("hands", "drivers"):
        records[part] = np.minimum(records["accounts"], records[part])
    records["shape"] = [draw.randrange(len(Shape)) for _ in range(draws)]
    return records


def test_every_rule_signal_and_measure_is_a_feature_once() -> None:
    registered = len(RULES) + len(INNOCENT_RULES) + len(SIGNALS) + len(MEASURES)
    assert len(FEATURES) == len(REGISTRY) == registered
    assert {rule.feature for rule in (*RULES, *INNOCENT_RULES)} < set(FEATURES)


@pytest.mark.parametrize("feature", REGISTRY, ids=lambda each: each.name)
def test_a_registered_feature_is_written_in_its_place(feature) -> None:
    written = set()
    for record in some_evidence():
        out = np.full(len(FEATURES), np.nan)
        extract(record, out)
        if feature.kernel is not None:
            assert out[PLACES[feature.name]] == feature.kernel(record)
        assert 0.0 <= out[PLACES[feature.name]] <= 1.0
        written.add(out[PLACES[feature.name]])
    assert len(written) > 1, f"seed {SEED} shows nothing of this feature"


def test_a_judgement_tells_the_strength_of_a_rule_by_its_name() -> None:
    features = tuple(0.3 + place / 1000 for place in range(len(FEATURES)))
    judgement = Judgement((1, 2, 3), 0.9, Shape.CLUSTERS, np.ones(1, EVIDENCE).tobytes(), features)
    for rules, innocent in ((RULES, False), (INNOCENT_RULES, True)):
        told = {reason.rule: reason.strength for reason in judgement.reasons(innocent=innocent)}
        assert {rule.name: told.get(rule.name) for rule in rules} == {
            rule.name: features[list(FEATURES).index(rule.feature)] for rule in rules
        }


@pytest.mark.parametrize(
    ("name", "evidence", "measured"),
    [
        ("few_hands", {"accounts": 8, "hands": 2}, 0.75),
        ("drivers", {"accounts": 8, "drivers": 2}, 0.25),
        ("own_card", {"own_card": 0.4}, 0.4),
        ("chargebacks", {"chargebacks": 3}, 0.5),
        ("chargebacks", {"chargebacks": 0}, 0.0),
        ("accounts_per_device", {"accounts_per_device": 9.0}, 0.75),
    ],
)
def test_a_measure_is_a_share_or_a_quantity_on_a_scale_of_its_own(name, evidence, measured) -> None:
    record = np.zeros(1, EVIDENCE)
    for field, value in ({"accounts": 1, "hands": 1} | evidence).items():
        record[field] = value
    out = np.zeros(len(FEATURES))
    extract(record[0], out)
    assert out[PLACES[f"measure.{name}"]] == measured


def test_measures_read_no_money() -> None:
    assert not [each.name for each in MEASURES if "money" in each.expression]
