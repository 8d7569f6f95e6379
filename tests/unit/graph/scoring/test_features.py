"""The registry of features: everything that is registered is written, under its own name."""

from __future__ import annotations

import random

import numpy as np
import pytest

from graph.model.shapes import Shape
from graph.rings.judgement import Judgement
from graph.scoring.features import FEATURES, PLACES, REGISTRY, extract
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.scoring.signals import SIGNALS
from graph.state.evidence_record import EVIDENCE

SEED = 7


def some_evidence(draws: int = 200) -> np.ndarray:
    """Records with counts of 1 to 40, shares of 0 to 1 and every shape."""
    draw = random.Random(SEED)
    records = np.zeros(draws, EVIDENCE)
    for name in EVIDENCE.names or ():
        whole = EVIDENCE[name].kind == "i"
        records[name] = [draw.randint(1, 40) if whole else draw.random() for _ in range(draws)]
    records["shape"] = [draw.randrange(len(Shape)) for _ in range(draws)]
    return records


def test_every_rule_and_signal_is_a_feature_once() -> None:
    assert len(FEATURES) == len(REGISTRY) == len(RULES) + len(INNOCENT_RULES) + len(SIGNALS)
    assert {rule.feature for rule in (*RULES, *INNOCENT_RULES)} < set(FEATURES)


@pytest.mark.parametrize("feature", REGISTRY, ids=lambda each: each.name)
def test_a_registered_feature_is_written_in_its_place(feature) -> None:
    written = set()
    for record in some_evidence():
        out = np.full(len(FEATURES), np.nan)
        extract(record, out)
        assert out[PLACES[feature.name]] == feature.extract(record)
        written.add(out[PLACES[feature.name]])
    assert len(written) > 1, f"seed {SEED} shows nothing of this feature"


def test_a_judgement_knows_the_strength_of_a_rule_by_its_name() -> None:
    features = tuple(place / 100 for place in range(len(FEATURES)))
    judgement = Judgement((1, 2, 3), 0.9, Shape.CLUSTERS, np.zeros(1, EVIDENCE).tobytes(), features)
    for rule in (*RULES, *INNOCENT_RULES):
        assert judgement.strength(rule) == features[list(FEATURES).index(rule.feature)]
