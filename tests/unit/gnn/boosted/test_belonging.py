"""What a model of membership learns from: rows of a simulated city."""

import numpy as np
import pytest

from gnn.boosted.belonging import KEPT_OUTSIDE, Members, members_of, unit_weights
from gnn.logistic import judgements
from graph.completion.features import MEMBER_FEATURES
from simulation import CityConfig


@pytest.fixture(scope="module")
def members() -> Members:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judgements, "city_config", small)
        return members_of(3)


def small(seed: int) -> CityConfig:
    return CityConfig(seed=seed, riders=500, drivers=40, days=8, fraud_share=0.15)


def test_rows_are_features_in_their_range_of_both_answers(members):
    assert members.features.shape == (len(members.labels), len(MEMBER_FEATURES))
    assert members.features.min() >= 0
    assert members.features.max() <= 1
    assert set(members.labels) == {0.0, 1.0}
    assert all(group.startswith("3 ") for group in members.groups)


def test_strangers_around_stand_for_those_left_out(members):
    assert set(members.weights) == {1.0, 1.0 / KEPT_OUTSIDE}
    assert not np.any(members.labels[members.weights > 1])


def test_rows_of_one_ring_share_a_unit(members):
    weights = unit_weights([members])
    for group in set(members.groups):
        assert weights[np.array(members.groups) == group].sum() == pytest.approx(1)


def test_accounts_of_a_ring_are_tied_to_the_marked_and_strangers_less(members):
    tied = members.features[:, list(MEMBER_FEATURES).index("same_cluster")]
    assert tied[members.labels == 1].mean() > 2 * tied[members.labels == 0].mean()


def test_the_same_seed_gives_the_same_rows(members, monkeypatch):
    monkeypatch.setattr(judgements, "city_config", small)
    again = members_of(3)
    assert np.array_equal(again.features, members.features)
    assert again.groups == members.groups
