"""The network: what a vector depends on, and what it must not."""

import numpy as np
import pytest
import torch
from scipy import sparse

from gnn.tensors.propagate import degree_discounted, mean_over, propagate, relation_of
from gnn.training.network import NetworkConfig, RelationalNetwork


def matrix(pairs, nodes):
    rows, columns = zip(*pairs, strict=True)
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (nodes, nodes))


def test_a_step_is_the_mean_over_neighbours_and_nothing_without_any():
    relation = relation_of(mean_over(matrix([(0, 1), (0, 2), (1, 0)], 3)))
    h = torch.tensor([[1.0], [2.0], [4.0]])
    assert propagate(relation, h).tolist() == [[3.0], [1.0], [0.0]]


def test_a_discounted_step_divides_by_the_root_of_both_degrees():
    found = degree_discounted(matrix([(0, 1), (0, 2), (1, 2)], 3)).toarray()
    assert found[0].tolist() == pytest.approx([0, 1 / 2**0.5, 1 / 2])
    assert found[2].tolist() == [0, 0, 0]


def test_gradients_flow_through_a_step():
    relation = relation_of(mean_over(matrix([(0, 1), (0, 2), (1, 0)], 3)))
    h = torch.randn(3, 2, dtype=torch.float64).float().requires_grad_()
    propagate(relation, h)[0].sum().backward()
    assert h.grad is not None
    assert h.grad.tolist() == [[0, 0], [0.5, 0.5], [0.5, 0.5]]


def test_a_step_by_torch_is_that_by_scipy_forwards_and_backwards(monkeypatch):
    relation = relation_of(mean_over(matrix([(0, 1), (0, 2), (1, 0), (3, 0)], 4)))
    found = []
    for on_cpu in (True, False):
        monkeypatch.setattr("gnn.tensors.propagate._is_on_cpu", lambda _, on_cpu=on_cpu: on_cpu)
        h = torch.arange(12, dtype=torch.float32).reshape(4, 3).requires_grad_()
        step = propagate(relation, h)
        (step * torch.arange(12).reshape(4, 3)).sum().backward()
        found.append((step.detach(), h.grad))
    torch.testing.assert_close(found[0], found[1])


def test_a_vector_depends_on_what_lies_within_its_layers_and_on_nothing_beyond():
    torch.manual_seed(1)
    network = RelationalNetwork(NetworkConfig(inputs=2, relations=1, width=4, layers=2)).eval()
    chain = [[relation_of(mean_over(matrix([(0, 1), (1, 2), (2, 3)], 4)))]] * 2
    features = torch.randn(4, 2)

    def first(changed):
        moved = features.clone()
        moved[changed] += 1.0
        with torch.no_grad():
            return network(moved, chain)[0]

    with torch.no_grad():
        still = network(features, chain)[0]
    assert not torch.equal(first(1), still)
    assert not torch.equal(first(2), still)
    assert torch.equal(first(3), still)


def test_the_order_of_entities_changes_nothing():
    torch.manual_seed(2)
    network = RelationalNetwork(NetworkConfig(inputs=3, relations=1, width=4, layers=2)).eval()
    links = matrix([(0, 1), (1, 2), (3, 0), (2, 3)], 4)
    order = np.array([2, 0, 3, 1])
    features = torch.randn(4, 3)
    with torch.no_grad():
        plain = network(features, [[relation_of(mean_over(links))]] * 2)
        mixed = network(features[order], [[relation_of(mean_over(links[order][:, order]))]] * 2)
    torch.testing.assert_close(mixed, plain[order])
