"""What rivals the model: dense blocks of rides, and trees on what neighbours tell."""

import numpy as np

from gnn.baselines.fraudar import dense_blocks
from gnn.baselines.trees import fit_trees, tree_logits
from tests.unit.gnn.worlds import lessons


def test_a_dense_block_is_found_among_sparse_rides_and_camouflage():
    draw = np.random.default_rng(1)
    rides = {(f"r{n}", f"d{draw.integers(40)}"): 1 for n in range(300)}
    gang = {(f"bad{r}", f"crook{d}"): 2 for r in range(5) for d in range(2)}
    busy = {(f"bad{r}", "d1"): 3 for r in range(5)} | {(f"r{n}", "d1"): 1 for n in range(150)}
    blocks = dense_blocks(rides | busy | gang, 3)
    assert {f"bad{r}" for r in range(5)} | {"crook0", "crook1"} <= blocks[0].accounts
    assert not any(name.startswith("r") for name in blocks[0].accounts)
    assert blocks[0].density > blocks[1].density


def test_rides_of_the_same_name_on_both_sides_are_two_accounts_of_one_block():
    assert dense_blocks({}, 3) == []
    assert dense_blocks({("a", "b"): 1}, 3) == []


def test_trees_learn_what_neighbours_tell():
    train, unseen = lessons(range(30)), lessons(range(40, 44))
    logits = tree_logits(fit_trees(train, 1), unseen)
    labels = np.array([each.is_ring for lesson in unseen for each in lesson.examples])
    assert logits[labels].min() > logits[~labels].max()
