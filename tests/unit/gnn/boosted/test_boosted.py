"""The boosted scorer: what it adds up, how it is fitted and stored, and which files it refuses."""

import json

import numpy as np
import pytest

from gnn.boosted.fitting import boosted, fit, stored
from gnn.boosted.scorer import BoostedScorer, load_scorer
from gnn.logistic.fitting import fit as fit_logistic
from gnn.logistic.fitting import platt
from gnn.logistic.judgements import FOLDS, Rows, sample_of
from graph.completion.features import MEMBER_FEATURES
from graph.model.errors import Fatal
from graph.scoring.features import FEATURES
from graph.scoring.scorer import kernel_score
from graph.state.trees import LEAVES, NEVER_PASSED, SPLITS, trees_from

SIGNS = np.array(list(FEATURES.values()))


def city(seed: int) -> Rows:
    """Judgements of a made-up city: two sorts of rings, each told by two features that come together."""
    draw = np.random.default_rng(seed)
    features = draw.uniform(size=(600, len(FEATURES)))
    first, second, third, fourth = np.flatnonzero(SIGNS > 0)[:4]
    telling = np.maximum(features[:, first] * features[:, second], features[:, third] * features[:, fourth])
    labels = (draw.uniform(size=600) < 1 / (1 + np.exp(-12 * (telling - 0.5)))).astype(float)
    return Rows(features, labels, tuple(f"{seed} {n // 2}" for n in range(600)), 900, 3, 897)


@pytest.fixture(scope="module")
def cities() -> list[Rows]:
    return [city(seed) for seed in range(5)]


BELONGING = {"features": list(MEMBER_FEATURES), "gains": [], "held_out": {}, "trees": []}
"""Of a scorer that completes nothing."""


@pytest.fixture(scope="module")
def model(cities):
    return fit(cities, BELONGING)


@pytest.fixture(scope="module")
def scorer(model, tmp_path_factory) -> BoostedScorer:
    path = tmp_path_factory.mktemp("model") / "boosted.json"
    path.write_text(stored(dict(model), {}), encoding="utf-8")
    loaded = load_scorer(path)
    assert isinstance(loaded, BoostedScorer)
    return loaded


def log_odds(scorer: BoostedScorer, features) -> float:
    """What the trees and the intercept add up to."""
    p = (scorer.score(features) - scorer.doubt) / (1 - 2 * scorer.doubt)
    return float(np.log(p / (1 - p)))


@pytest.mark.slow
def test_it_scores_as_scikit_learn_does_with_the_same_trees(cities, model, scorer):
    sample = sample_of(cities)
    held_out = np.zeros(len(sample.y))
    for k in range(FOLDS):
        test = sample.fold == k
        held_out[test] = boosted(sample, ~test).decision_function(sample.x[test])
    slope, offset = platt(held_out, sample)
    judge = boosted(sample, np.ones(len(sample.y), bool)).decision_function(sample.x[:200])
    ours = [log_odds(scorer, row) for row in sample.x[:200].tolist()]
    # Leaves are stored with six digits.
    assert ours == pytest.approx((slope * judge + offset).tolist(), abs=1e-3)


@pytest.mark.slow
def test_a_kernel_gives_the_same_bits(cities, scorer):
    weights = np.array([*scorer.weights, scorer.intercept, scorer.doubt])
    for row in cities[0].features[:300]:
        assert kernel_score(row, weights, scorer.trees) == scorer.score(row.tolist())


@pytest.mark.slow
def test_no_sign_of_fraud_lowers_a_score_and_none_of_innocence_raises_it(scorer):
    draw = np.random.default_rng(3)
    for row in draw.uniform(size=(40, len(FEATURES))):
        before = scorer.score(row.tolist())
        for place in np.flatnonzero(SIGNS):
            moved = row.copy()
            moved[place] = draw.uniform(row[place], 1.0)
            assert (scorer.score(moved.tolist()) - before) * SIGNS[place] >= 0


@pytest.mark.slow
def test_it_finds_what_no_weighted_sum_can(cities, model):
    assert model["held_out"]["log_loss"] < 0.9 * fit_logistic(cities)["held_out"]["log_loss"]
    assert model["held_out"]["auprc"] > fit_logistic(cities)["held_out"]["auprc"]


@pytest.mark.slow
def test_the_same_cities_give_the_same_model(cities, model):
    assert fit(cities, BELONGING) == model


@pytest.mark.slow
def test_the_features_that_tell_have_the_gain(model):
    gains = {entry["name"]: entry["gain"] for entry in model["features"]}
    telling = [list(FEATURES)[n] for n in np.flatnonzero(SIGNS > 0)[:4]]
    # A split reads a share of the features, so others have their turn, and never as much.
    assert sum(gains[name] for name in telling) > 0.6
    assert min(gains[name] for name in telling) > max(gains[name] for name in gains if name not in telling)
    assert sum(gains.values()) == pytest.approx(1.0, abs=0.01)


def small(**changes) -> dict:
    tree = {"features": [0] * SPLITS, "thresholds": [NEVER_PASSED] * SPLITS, "leaves": [0.5] * LEAVES}
    model = {
        "features": [{"name": name} for name in FEATURES],
        "trees": [tree],
        "belonging": BELONGING,
        "intercept": -1.5,
        "prior": 0.004,
        "doubt": 0.01,
    }
    return model | changes


def test_a_tree_that_never_grew_adds_its_leaf(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(small()), encoding="utf-8")
    loaded = load_scorer(path)
    assert loaded.score([1.0] * len(FEATURES)) == pytest.approx(0.01 + 0.98 / (1 + np.exp(1.0)))


def test_a_split_sends_what_is_greater_to_the_second_half():
    trees = trees_from(
        features=np.array([[2] + [0] * (SPLITS - 1)], np.uint16),
        thresholds=np.array([[0.25] + [NEVER_PASSED] * (SPLITS - 1)]),
        leaves=np.array([[-1.0] * (LEAVES // 2) + [3.0] * (LEAVES // 2)]),
    )
    scorer = BoostedScorer(trees, 0.0, 0.1, 0.0, "one")
    for value, total in ((0.25, -1.0), (0.26, 3.0)):
        features = [0.0] * len(FEATURES)
        features[2] = value
        assert scorer.score(features) == pytest.approx(1 / (1 + np.exp(-total)))


@pytest.mark.parametrize(
    "changes",
    [
        {"trees": [{"features": [0], "thresholds": [1.0], "leaves": [0.0]}]},
        {"trees": [{"features": [0] * SPLITS}]},
        {"trees": 7},
        {"belonging": {**BELONGING, "features": ["device_parts"]}},
        {"belonging": {**BELONGING, "trees": [{"features": [0]}]}},
        {"belonging": 7},
        {"trees": [{**small()["trees"][0], "features": [len(FEATURES)] * SPLITS}]},
        {"trees": [{**small()["trees"][0], "leaves": [float("nan")] * LEAVES}]},
        {"intercept": "much"},
        {"prior": None},
        {"doubt": float("inf")},
    ],
)
def test_a_broken_file_is_refused(tmp_path, changes):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(small(**changes)), encoding="utf-8")
    with pytest.raises(Fatal, match=r"^expected a model file at .*, found .*make weights`$"):
        load_scorer(path)


def test_the_shipped_model_fits_this_version():
    scorer = load_scorer()
    assert isinstance(scorer, BoostedScorer)
    assert scorer.model_id.startswith("boosted_")
    assert 0 < scorer.prior < 0.5
    assert scorer.score([0.0] * len(FEATURES)) < 0.5


def test_trees_of_any_depth_are_read_and_deeper_ones_than_that_refused(tmp_path):
    """A split in the second half of seven levels; eleven are a file of something else."""
    path = tmp_path / "model.json"
    deep = {"features": [1] * 127, "thresholds": [0.5] * 127, "leaves": [-2.0] * 127 + [2.0]}
    path.write_text(json.dumps(small(trees=[deep], intercept=0.0, doubt=0.0)), encoding="utf-8")
    loaded = load_scorer(path)
    assert loaded.score([0.0] * len(FEATURES)) == pytest.approx(1 / (1 + np.exp(2.0)))
    assert loaded.score([0.0, 1.0] + [0.0] * (len(FEATURES) - 2)) == pytest.approx(1 / (1 + np.exp(-2.0)))
    deep = {"features": [1] * 2047, "thresholds": [0.5] * 2047, "leaves": [0.0] * 2048}
    path.write_text(json.dumps(small(trees=[deep])), encoding="utf-8")
    with pytest.raises(Fatal, match=r"^expected a model file at .*, found .*make weights`$"):
        load_scorer(path)
