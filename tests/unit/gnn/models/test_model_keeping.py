"""Models on disk, champions, drift and calibration."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from gnn.models.drift import drift_of, psi, spread_of
from gnn.models.drift_watch import SCORE
from gnn.models.making import Parts, Provenance, make_model
from gnn.models.platt import calibrate
from gnn.models.promotion import contest
from gnn.models.registry import Registry
from gnn.models.stored_model import (
    MANIFEST,
    SHIPPED,
    WEIGHTS,
    StoredModel,
    columns_of,
    load_model,
    save_model,
    shipped_model,
)
from gnn.tensors.features import schema_digest
from gnn.training.ring_model import RingModel
from gnn.training.training import Fitted, TrainingConfig
from graph.model.errors import Fatal
from graph.scoring.features import FEATURES
from tests.unit.gnn.worlds import lessons


def made(seed=1):
    config = TrainingConfig(seed=seed, epochs=3, lessons=4, rate=0.02, width=8, layers=1)
    parts = Parts(lessons(range(6)), lessons(range(8, 12)))
    return make_model(parts, config, Provenance("0.1.0", "a test", [seed]))


@pytest.fixture(scope="module")
def model():
    return made()


def test_a_stored_model_scores_as_before(tmp_path, model):
    save_model(tmp_path / "m", model)
    again = load_model(tmp_path / "m")
    unseen = lessons([30])
    assert again.probabilities(unseen).tolist() == model.probabilities(unseen).tolist()
    assert again.manifest == model.manifest
    assert {path.name for path in (tmp_path / "m").iterdir()} == {MANIFEST, WEIGHTS}


def test_the_same_training_gives_the_same_bytes(tmp_path, model):
    for name, each in (("one", model), ("two", made())):
        save_model(tmp_path / name, each)
    for name in (MANIFEST, WEIGHTS):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_model_made_before_some_evidence_was_measured_does_not_read_that(model):
    names, spread = tuple(FEATURES)[2:], model.manifest.spreads[SCORE]
    before = msgspec.structs.replace(
        model.manifest, schema=schema_digest(names), spreads=dict.fromkeys((SCORE, *names), spread)
    )
    assert columns_of(model.manifest) is None
    assert columns_of(before) == tuple(range(2, len(FEATURES)))
    retired = msgspec.structs.replace(
        before, schema=schema_digest(("rule.retired",)), spreads={SCORE: spread, "rule.retired": spread}
    )
    with pytest.raises(ValueError, match=r"rule\.retired"):
        columns_of(retired)


def test_evidence_that_a_model_does_not_read_moves_no_probability(model):
    columns, unseen = tuple(range(2, len(FEATURES))), lessons([30])
    torch.manual_seed(0)
    network = RingModel(replace(model.fitted.model.config, evidence=len(columns)))
    fitted = Fitted(network, model.fitted.mean, model.fitted.scale, (), columns)
    before = fitted.logits(unseen).tolist()
    for place, is_read in ((0, False), (2, True)):
        for example in unseen[0].examples:
            example.evidence[place] += 0.5
        assert (fitted.logits(unseen).tolist() != before) == is_read


def test_a_model_of_another_schema_is_refused(tmp_path, model):
    save_model(tmp_path / "m", model)
    path = tmp_path / "m" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": "schema-of-old"}))
    with pytest.raises(Fatal, match="found one of schema-of-old"):
        load_model(tmp_path / "m")


def test_altered_weights_are_refused(tmp_path, model):
    save_model(tmp_path / "m", model)
    path = tmp_path / "m" / WEIGHTS
    path.write_bytes(path.read_bytes()[:-4] + b"\x00\x00\x80\x3f")
    with pytest.raises(Fatal, match="they were altered"):
        load_model(tmp_path / "m")


def test_a_folder_without_a_model_is_refused_and_one_with_a_model_is_not_overwritten(tmp_path, model):
    with pytest.raises(Fatal, match="expected a model in"):
        load_model(tmp_path)
    save_model(tmp_path / "m", model)
    with pytest.raises(Fatal, match="to hold no model yet"):
        save_model(tmp_path / "m", model)


def test_a_registry_keeps_models_and_remembers_champions(tmp_path, model):
    registry = Registry(tmp_path / "models")
    names = []
    for seed, each in ((1, model), (2, made(2))):
        save_model(tmp_path / f"{seed}", each)
        names.append(registry.add(tmp_path / f"{seed}").manifest.model_id)
    assert registry.names() == sorted(names)
    assert registry.reign() is None
    registry.crown(names[0])
    registry.crown(names[1])
    reign = registry.reign()
    assert reign is not None
    assert (reign.model_id, reign.before) == (names[1], [names[0]])
    with pytest.raises(Fatal, match="found no nobody"):
        registry.crown("nobody")


def scores_for(labels, noise, seed):
    return labels + np.random.default_rng(seed).normal(scale=noise, size=len(labels))


def test_a_better_challenger_wins_and_an_equal_one_does_not():
    labels = np.arange(300) % 5 == 0
    groups = [f"g{n}" for n in range(300)]
    poor, good = scores_for(labels, 0.8, 1), scores_for(labels, 0.2, 2)
    assert contest(poor, good, labels, groups, draws=200).is_won
    assert not contest(good, poor, labels, groups, draws=200).is_won
    same = contest(good, good, labels, groups, draws=50)
    assert (same.low, same.high, same.is_won) == (0.0, 0.0, False)


def test_labels_without_a_ring_decide_nothing():
    with pytest.raises(Fatal, match="found 0 rings among 3 groups"):
        contest(np.zeros(3), np.zeros(3), np.zeros(3, bool), ["a", "b", "c"])


def test_drift_is_nothing_for_the_same_values_and_large_for_moved_ones():
    draw = np.random.default_rng(5)
    then = draw.normal(size=2_000)
    spread = spread_of(then)
    assert psi(spread, then) == pytest.approx(0, abs=1e-9)
    assert psi(spread, draw.normal(size=2_000)) < 0.05
    found = drift_of({"same": spread, "moved": spread}, {"same": then, "moved": then + 1.5})
    assert [(each.name, each.drifted) for each in found] == [("moved", True), ("same", False)]


def test_drift_of_a_heap_at_one_value_is_told():
    then = np.array([0.0] * 90 + [1.0] * 10)
    assert psi(spread_of(then), then) == pytest.approx(0, abs=1e-9)
    assert psi(spread_of(then), 1 - then) > 1


def test_drift_without_values_is_refused():
    with pytest.raises(ValueError, match="expected values to compare"):
        psi(spread_of(np.arange(10.0)), np.zeros(0))


def test_calibration_mends_logits_that_are_too_sure():
    draw = np.random.default_rng(6)
    truth = draw.normal(scale=2, size=4_000)
    labels = (draw.uniform(size=4_000) < 1 / (1 + np.exp(-truth))).astype(float)
    found = calibrate(3 * truth + 1, labels, np.ones(4_000))
    assert found.slope == pytest.approx(1 / 3, abs=0.03)
    p = found.probability(3 * truth + 1)
    assert np.mean(p) == pytest.approx(np.mean(labels), abs=0.01)


def test_a_model_keeps_its_calibration_and_where_it_comes_from(model):
    assert isinstance(model, StoredModel)
    manifest = model.manifest
    assert (manifest.code, manifest.command, manifest.seeds) == ("0.1.0", "a test", [1])
    assert manifest.training_from_ms <= manifest.training_until_ms
    moved = replace(manifest.calibration, offset=manifest.calibration.offset + 1)
    unseen = lessons([30])
    assert (moved.probability(model.fitted.logits(unseen)) >= model.probabilities(unseen)).all()


def test_the_shipped_network_is_whole_small_and_says_how_it_was_made():
    shipped = shipped_model()
    assert shipped.manifest.command == "python -m gnn.models.city_training --cities 16 --seed 1"
    assert min(shipped.manifest.seeds[1:]) >= 9201
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 2_000_000
