"""Why each account belongs: by the trees that completed the ring, and in words that count what is there."""

import pytest

from gnn.boosted.scorer import load_scorer
from gnn.explaining.explanation import Explainer
from tests.unit.graph.city import live_in
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import promo_farm


@pytest.fixture(scope="module")
def explainer():
    scene = Scene()
    live_in(scene)
    promo_farm(scene)
    return Explainer(scene.events, load_scorer())


FARM = [f"farm{n:02}" for n in range(12)]


def test_every_account_of_a_ring_has_a_sentence(explainer):
    found = explainer.belonging(FARM)
    assert [each.account for each in found] == FARM
    assert all(each.probability >= 0.5 and each.grounds for each in found)


def test_the_sentence_counts_what_the_account_shares_with_the_others(explainer):
    first = explainer.belonging(FARM)[0]
    assert first.words.startswith("farm00 belongs with probability 0.99: ")
    assert "11 others of the ring use its phone" in first.words


def test_grounds_come_in_the_order_of_their_worth(explainer):
    for each in explainer.belonging(FARM):
        worths = [ground.worth for ground in each.grounds]
        assert worths == sorted(worths, reverse=True)
        assert worths[-1] > 0


def test_nothing_is_said_where_no_ring_holds_the_accounts(explainer):
    assert explainer.belonging(["rider000", "rider001"]) == []
