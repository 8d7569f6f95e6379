"""Fitting the logistic scorer: maximum likelihood with signs, and what is stored beside the weights."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from gnn.logistic.fitting import fit, maximum_likelihood
from gnn.logistic.judgements import Rows, city_config, weights_of
from gnn.logistic.scorer import load_scorer
from graph.scoring.features import FEATURES


def sample(rows: int, columns: int, seed: int):
    """Random features in [0, 1] with labels drawn from a logistic model, and random row weights."""
    draw = np.random.default_rng(seed)
    x = draw.uniform(size=(rows, columns))
    slopes = draw.normal(scale=3, size=columns)
    y = (draw.uniform(size=rows) < 1 / (1 + np.exp(-(x - 0.5) @ slopes))).astype(float)
    return x, y, draw.uniform(0.2, 2.0, size=rows)


@pytest.mark.parametrize("penalty", [1e-3, 1e-2, 0.3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_signs_it_equals_scikit_learn(seed, penalty):
    x, y, w = sample(600, 6, seed)
    coefficients, intercept = maximum_likelihood(x, y, w, np.zeros(6), penalty)
    judge = LogisticRegression(C=1 / (penalty * w.sum()), tol=1e-10, max_iter=10_000)
    judge.fit(x, y, sample_weight=w)
    assert coefficients == pytest.approx(judge.coef_[0], abs=1e-3)
    assert intercept == pytest.approx(judge.intercept_[0], abs=1e-3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_signs_are_kept_and_cost_nothing_where_the_data_agree(seed):
    x, y, w = sample(600, 6, seed)
    free, intercept = maximum_likelihood(x, y, w, np.zeros(6), 1e-3)
    agreed, same = maximum_likelihood(x, y, w, np.sign(free), 1e-3)
    assert agreed == pytest.approx(free, abs=1e-3)
    assert same == pytest.approx(intercept, abs=1e-3)
    signs = np.array([1, -1, 1, -1, 0, 1])
    held, _ = maximum_likelihood(x, y, w, signs, 1e-3)
    assert (held * signs >= 0).all()
    against, _ = maximum_likelihood(x, y, w, -np.sign(free), 1e-3)
    assert against == pytest.approx(np.zeros(6), abs=1e-9)


def test_a_larger_penalty_draws_the_coefficients_in():
    x, y, w = sample(600, 6, 4)
    norms = [np.linalg.norm(maximum_likelihood(x, y, w, np.zeros(6), p)[0]) for p in (1e-4, 1e-2, 1.0, 100.0)]
    assert norms == sorted(norms, reverse=True)
    assert norms[-1] < 0.01


def test_weights_count_rows_as_often_as_they_say():
    x, y, _ = sample(200, 3, 5)
    twice = np.ones(200)
    twice[:50] = 2
    weighted = maximum_likelihood(x, y, twice, np.zeros(3), 1e-2)
    repeated = maximum_likelihood(
        np.concatenate([x, x[:50]]), np.concatenate([y, y[:50]]), np.ones(250), np.zeros(3), 1e-2
    )
    assert weighted[0] == pytest.approx(repeated[0], abs=1e-3)


def test_a_group_shares_one_unit_of_weight():
    weights = weights_of(["ring", "ring", "lone", "ring", "ring"])
    assert weights.tolist() == [0.25, 0.25, 1.0, 0.25, 0.25]


def city(seed: int) -> Rows:
    """Judgements of a made-up city: what accuses is high in rings, what excuses is low."""
    draw = np.random.default_rng(seed)
    signs = np.array(list(FEATURES.values()))
    labels = (draw.uniform(size=120) < 0.4).astype(float)
    pull = np.outer(labels - 0.5, signs) * 0.25
    features = np.clip(draw.uniform(0.2, 0.8, size=(120, len(signs))) + pull, 0, 1)
    return Rows(features, labels, tuple(f"{seed} {n // 2}" for n in range(120)), 900, 3, 897)


@pytest.fixture(scope="module")
def model():
    return fit([city(seed) for seed in range(5)])


def test_a_fitted_model_is_stored_with_its_grounds_and_can_be_loaded(tmp_path, model):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model), encoding="utf-8")
    scorer = load_scorer(path)
    assert [entry["name"] for entry in model["features"]] == list(FEATURES)
    assert scorer.prior == pytest.approx((15 + 1) / (15 + 5 * 897 + 2), abs=1e-6)
    held_out = model["held_out"]
    assert held_out["auroc"] > 0.95
    assert held_out["log_loss"] < held_out["log_loss_of_base_rate"]
    for entry in model["features"]:
        assert entry["weight"] * FEATURES[entry["name"]] >= 0
        if FEATURES[entry["name"]]:
            apart = entry["mean_in_rings"] - entry["mean_in_honest"]
            assert apart * FEATURES[entry["name"]] > 0
    assert sum(step["weight"] for step in held_out["calibration"]) == pytest.approx(300, abs=1)
    for step in held_out["calibration"]:
        assert step["from"] <= step["predicted"] <= step["from"] + 0.1


def test_the_same_cities_give_the_same_model(model):
    assert fit([city(seed) for seed in range(5)]) == model


def test_labels_that_features_do_not_explain_give_scores_near_the_base_rate():
    draw = np.random.default_rng(9)
    cities = [replace(city(seed), labels=(draw.uniform(size=120) < 0.4).astype(float)) for seed in range(5)]
    held_out = fit(cities)["held_out"]
    assert held_out["auroc"] < 0.65
    assert held_out["log_loss"] == pytest.approx(held_out["log_loss_of_base_rate"], abs=0.1)


def test_a_city_of_one_seed_is_always_the_same_and_cities_differ():
    assert city_config(7001) == city_config(7001)
    configs = [city_config(seed) for seed in range(7001, 7021)]
    assert len({config.riders for config in configs}) > 1
    assert len({config.camouflage for config in configs}) > 1
    assert len({config.gps for config in configs}) == 2
