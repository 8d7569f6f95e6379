"""The graph as PyTorch Geometric takes it says what our own relations say."""

import numpy as np
import torch
from torch_geometric.nn import SimpleConv

from gnn.tensors.features import NODE_FEATURES, node_features
from gnn.tensors.hetero_data import BACK, hetero_data
from gnn.tensors.neighbours import RELATIONS, neighbour_means
from graph.model.entities import KIND_CODE
from graph.model.link_keys import LINK_CODE
from graph.model.vocabulary import EntityKind, LinkKind
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, at


def a_view():
    scene = Scene()
    for account in "abcd":
        scene.signs_up(account, 1, f"phone {account}", ip="address")
    scene.logs_in("b", 2, "phone a")
    scene.adds_card("c", 2, "card")
    scene.takes("d", 2, "welcome")
    for day in range(3, 6):
        scene.rides("a", "dan", day, incentive=2.0)
        scene.rides("b", "dan", day + 0.5)
    engine = new_engine()
    engine.apply(scene.events)
    return engine.view()


def test_the_mean_over_each_relation_is_that_of_torch_geometric():
    view = a_view()
    data, features, means = hetero_data(view), node_features(view), neighbour_means(view)
    mean = SimpleConv(aggr="mean")
    compared = 0
    for relation in data.edge_types:
        speaks, name, hears = relation
        is_back = name.startswith(BACK)
        number = RELATIONS.index((LINK_CODE[LinkKind(name.removeprefix(BACK))], not is_back))
        theirs = mean((data[speaks].x, data[hears].x), data[relation].edge_index)
        ours = torch.from_numpy(means[number].astype(np.float32) @ features)[data[hears].entity]
        torch.testing.assert_close(theirs, ours)
        compared += int((theirs.abs().sum(dim=1) > 0).sum())
    assert len(data.edge_types) == 2 * len(np.unique(view.links.kind))
    assert compared > 10


def test_every_entity_and_link_is_in_it_once():
    view = a_view()
    data = hetero_data(view)
    data.validate(raise_on_error=True)
    entities = torch.cat([data[kind].entity for kind in data.node_types])
    assert sorted(entities.tolist()) == list(range(len(view.kind)))
    assert all(data[kind].x.shape[1] == len(NODE_FEATURES) for kind in data.node_types)
    for kind in data.node_types:
        assert (view.kind[data[kind].entity.numpy()] == KIND_CODE[EntityKind(kind)]).all()
    forward = [relation for relation in data.edge_types if not relation[1].startswith(BACK)]
    assert sum(data[relation].edge_index.shape[1] for relation in forward) == len(view.links.kind)
    rides = data["account", "rode_with", "account"]
    assert rides["count"].tolist() == [3, 3]
    assert rides.first_ms.tolist() == [at(3), at(3.5)]
    there, back = rides.edge_index, data["account", f"{BACK}rode_with", "account"].edge_index
    assert torch.equal(there.flip(0), back)


def test_an_empty_graph_is_an_empty_one():
    data = hetero_data(new_engine().view())
    assert (data.node_types, data.edge_types) == ([], [])
