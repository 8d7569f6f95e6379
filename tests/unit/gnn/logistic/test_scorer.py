"""The logistic scorer: how it scores, and which files it refuses."""

import json
import math

import pytest

from gnn.logistic.scorer import LogisticScorer, load_scorer
from graph.model.errors import Fatal
from graph.scoring.features import FEATURES


def stored(**changes) -> dict:
    model = {
        "features": [{"name": name, "weight": n / 10} for n, name in enumerate(FEATURES)],
        "intercept": -1.5,
        "prior": 0.004,
        "doubt": 0.01,
    }
    return model | changes


def saved(tmp_path, model):
    path = tmp_path / "model.json"
    path.write_text(model if isinstance(model, str) else json.dumps(model), encoding="utf-8")
    return path


def refusal(path) -> str:
    with pytest.raises(Fatal) as error:
        load_scorer(path)
    message = str(error.value)
    assert message.startswith("expected a model")
    assert ", found " in message
    assert "make it anew with `make weights`" in message
    assert "\n" not in message
    return message


def test_a_score_is_the_logistic_of_the_weighted_sum_kept_from_certainty_by_the_doubt(tmp_path):
    scorer = load_scorer(saved(tmp_path, stored()))
    features = [0.0] * len(FEATURES)
    assert scorer.score(features) == pytest.approx(0.01 + 0.98 / (1 + math.exp(1.5)))
    features[7], features[3] = 1.0, 0.5
    assert scorer.score(features) == pytest.approx(0.01 + 0.98 / (1 + math.exp(1.5 - 0.7 - 0.15)))
    assert scorer.prior == 0.004


@pytest.mark.parametrize(("intercept", "score"), [(1e308, 0.98), (-1e308, 0.02)])
def test_a_score_stays_a_probability_whatever_the_weights(intercept, score):
    scorer = LogisticScorer(weights=(), intercept=intercept, prior=0.1, doubt=0.02, model_id="extreme")
    assert scorer.score([]) == pytest.approx(score, abs=1e-9)


def test_features_of_another_length_are_refused(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        load_scorer(saved(tmp_path, stored())).score([0.0])


def test_the_id_is_made_from_the_numbers_and_not_from_what_justifies_them(tmp_path):
    plain = load_scorer(saved(tmp_path, stored())).model_id
    assert load_scorer(saved(tmp_path, stored(held_out={"auprc": 0.9}))).model_id == plain
    assert load_scorer(saved(tmp_path, stored(intercept=-1.4))).model_id != plain
    assert load_scorer(saved(tmp_path, stored(prior=0.005))).model_id != plain
    assert load_scorer(saved(tmp_path, stored(doubt=0.02))).model_id != plain


def test_a_model_with_a_feature_that_this_version_has_not_is_refused_and_the_feature_named(tmp_path):
    features = stored()["features"]
    features[0] = {"name": "rule.retired", "weight": 1.0}
    assert "rule.retired" in refusal(saved(tmp_path, stored(features=features)))


def test_a_model_that_names_a_feature_twice_is_refused(tmp_path):
    features = stored()["features"]
    assert features[3]["name"] in refusal(saved(tmp_path, stored(features=[*features, features[3]])))


def test_a_model_made_before_a_feature_was_measured_does_not_read_it(tmp_path):
    features = stored()["features"]
    scorer = load_scorer(saved(tmp_path, stored(features=features[:-1])))
    whole = load_scorer(saved(tmp_path, stored()))
    assert scorer.weights == (*whole.weights[:-1], 0.0)
    assert scorer.model_id != whole.model_id


def test_features_are_read_by_name_in_whatever_order(tmp_path):
    features = stored()["features"][::-1]
    assert (
        load_scorer(saved(tmp_path, stored(features=features))).weights
        == load_scorer(saved(tmp_path, stored())).weights
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps(stored(features=[{"name": name} for name in FEATURES])),
        json.dumps(stored(intercept="much")),
        json.dumps(stored(prior=None)),
        json.dumps(stored(features=7)),
    ],
)
def test_a_broken_file_is_refused(tmp_path, content):
    path = saved(tmp_path, content)
    assert str(path) in refusal(path)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "model.json"
    path.write_bytes(b"\xff\xfe\x00")
    refusal(path)


def test_a_missing_file_is_refused(tmp_path):
    assert "FileNotFoundError" in refusal(tmp_path / "nowhere.json")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("field", ["intercept", "prior", "doubt", "weight"])
def test_a_model_with_a_number_that_is_not_finite_is_refused(tmp_path, number, field):
    model = stored()
    if field == "weight":
        model["features"][2]["weight"] = "@"
    else:
        model[field] = "@"
    refusal(saved(tmp_path, json.dumps(model).replace('"@"', number)))


def test_the_shipped_model_fits_this_version_and_keeps_to_the_signs_of_the_evidence():
    scorer = load_scorer()
    assert len(scorer.weights) == len(FEATURES)
    assert 0 < scorer.prior < 0.5
    assert scorer.model_id.startswith("logistic_")
    for weight, (name, sign) in zip(scorer.weights, FEATURES.items(), strict=True):
        assert weight * sign >= 0, name
    # Seen on a day of its own at every event, it never rode and took nothing.
    at_rest = {"measure.days_per_event": 1.0, "measure.ride_lag": 1.0, "measure.promo_lag": 1.0}
    assert scorer.score([at_rest.get(name, 0.0) for name in FEATURES]) < 0.5
