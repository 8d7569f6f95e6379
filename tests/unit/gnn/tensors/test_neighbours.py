"""Who speaks to whom, and the neighbourhood that a vector depends on."""

import numpy as np
import torch

from gnn.tensors.lessons import batch_of, group_weights, lesson_of
from gnn.tensors.neighbours import RELATIONS, means_of
from gnn.tensors.propagate import relation_of
from gnn.tensors.sampling import neighbourhood
from gnn.training.network import NetworkConfig, RelationalNetwork
from tests.unit.gnn.worlds import INPUTS, snapshot

KIND = np.array([0, 0, 0], np.int8)
SOURCE, TARGET = np.array([0, 1, 2], np.int32), np.array([3, 3, 3], np.int32)


def test_each_kind_and_direction_is_a_relation_of_its_own():
    means = means_of(KIND, SOURCE, TARGET, 4)
    assert len(means) == len(RELATIONS)
    assert means[0].toarray()[3].tolist() == [1 / 3, 1 / 3, 1 / 3, 0] or np.allclose(
        means[0].toarray()[3], [1 / 3, 1 / 3, 1 / 3, 0]
    )
    assert means[1].toarray()[:3, 3].tolist() == [1, 1, 1]
    assert sum(matrix.nnz for matrix in means[2:]) == 0


def test_a_crowd_neither_speaks_nor_is_spoken_to():
    assert means_of(KIND, SOURCE, TARGET, 4, fanout=3)[0].nnz == 3
    means = means_of(KIND, SOURCE, TARGET, 4, fanout=2)
    assert means[0].nnz == 0
    assert means[1].nnz == 0


def test_a_neighbourhood_without_a_cap_gives_the_vectors_of_the_whole_graph():
    whole = snapshot(3)
    torch.manual_seed(3)
    network = RelationalNetwork(NetworkConfig(INPUTS, len(RELATIONS), width=4, layers=2)).eval()
    wanted = np.array([7, 1, 12])
    part = neighbourhood(whole.features, whole.means, wanted, 2)
    with torch.no_grad():
        steps = [[relation_of(matrix) for matrix in whole.means]] * 2
        all_vectors = network(torch.from_numpy(whole.features), steps)
        steps = [[relation_of(matrix) for matrix in part.means]] * 2
        few = network(torch.from_numpy(part.features), steps)
    torch.testing.assert_close(few[part.seeds], all_vectors[wanted])
    assert len(part.nodes) < len(whole.features)


def test_a_cap_is_kept_and_the_same_seed_draws_the_same():
    links = means_of(np.zeros(40, np.int8), np.arange(40), np.full(40, 40), 41)
    features = np.zeros((41, INPUTS), np.float32)
    drawn = [neighbourhood(features, links, np.array([40]), 1, 5, seed).nodes.tolist() for seed in (1, 1, 2)]
    assert [len(nodes) for nodes in drawn] == [6, 6, 6]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_batch_computes_members_alone_and_as_the_whole_graph_would():
    whole = snapshot(4)
    lesson = lesson_of(whole, 2, None, 0)
    zero, one = np.zeros(INPUTS, np.float32), np.ones(INPUTS, np.float32)
    batch = batch_of([lesson, lesson], [group_weights(lesson.examples)] * 2, zero, one, 2)
    torch.manual_seed(4)
    network = RelationalNetwork(NetworkConfig(INPUTS, len(RELATIONS), width=4, layers=2)).eval()
    with torch.no_grad():
        found = network(batch.features, batch.steps)
        steps = [[relation_of(matrix) for matrix in whole.means]] * 2
        expected = network(torch.from_numpy(whole.features), steps)
    members = np.concatenate([example.members for example in whole.examples])
    assert len(found) == 2 * len(np.unique(members))
    torch.testing.assert_close(found[batch.member], torch.cat([expected[members]] * 2))
    assert batch.owner.tolist()[:4] == [0, 0, 0, 0]
    assert batch.rows == 12
