"""Vectors under any stream of changes equal those of a full pass over the graph as it then is."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.live_vectors import LiveVectors
from gnn.neighbours import means_of
from gnn.network import NetworkConfig, RelationalNetwork
from gnn.propagate import relation_of
from gnn.weights_of import network_weights
from graph.links import LINK_KINDS

NODES, INPUTS, WIDTH = 14, 5, 6
KINDS = len(LINK_KINDS)
FANOUT = 3

nodes = st.integers(0, NODES - 1)
links = st.tuples(st.integers(0, 2), nodes, nodes)
changes = st.one_of(
    st.tuples(st.just("add"), links),
    st.tuples(st.just("remove"), links),
    st.tuples(st.just("features"), nodes),
    st.tuples(st.just("ask"), st.lists(nodes, min_size=1, max_size=4)),
)


def network(seed: int, layers: int) -> RelationalNetwork:
    """A network with random weights, LayerNorm's included."""
    torch.manual_seed(seed)
    made = RelationalNetwork(NetworkConfig(INPUTS, 2 * KINDS, WIDTH, layers))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return made.eval()


def full_pass(made, features, mean, scale, present):
    """The oracle: every vector by torch, from the links present."""
    columns = np.array(sorted(present), np.int64).reshape(-1, 3)
    means = means_of(columns[:, 0], columns[:, 1], columns[:, 2], NODES, FANOUT)
    with torch.no_grad():
        standard = torch.from_numpy((features - mean) / scale)
        relations = [relation_of(matrix) for matrix in means]
        return made(standard, [relations] * made.config.layers).numpy()


@settings(max_examples=150, deadline=None)
@given(st.lists(changes, max_size=60), st.integers(0, 5), st.integers(1, 3))
def test_vectors_equal_a_full_pass_after_any_stream_of_changes(stream, seed, layers):
    draw = np.random.default_rng(seed)
    made = network(seed, layers)
    mean, scale = draw.normal(size=INPUTS).astype(np.float32), np.full(INPUTS, 1.5, np.float32)
    live = LiveVectors(network_weights(made, mean, scale), KINDS, FANOUT)
    features = draw.normal(size=(NODES, INPUTS)).astype(np.float32)
    live.set_features(np.arange(NODES), features)
    present: set[tuple[int, int, int]] = set()
    for verb, what in [*stream, ("ask", list(range(NODES)))]:
        if verb == "add":
            present.add(what)
            live.add_links([what])
        elif verb == "remove":
            present.discard(what)
            live.remove_links([what])
        elif verb == "features":
            features[what] = draw.normal(size=INPUTS)
            live.set_features(np.array([what]), features[[what]])
        else:
            expected = full_pass(made, features, mean, scale, present)
            found = live.vectors(np.array(what))
            np.testing.assert_allclose(found, expected[what], atol=1e-5, rtol=1e-5)
