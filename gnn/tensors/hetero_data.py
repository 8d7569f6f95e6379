"""The entity graph as PyTorch Geometric takes it, for whoever brings a network of their own."""

from __future__ import annotations

import numpy as np
import torch
from torch_geometric.data import HeteroData

from gnn.tensors.features import node_features
from graph.model.entities import KINDS
from graph.model.link_keys import LINK_KINDS
from graph.model.view import GraphView

BACK = "back_"
"""Begins the name of a relation's other direction."""


def hetero_data(view: GraphView) -> HeteroData:
    """A view as one ``HeteroData``: what the network of ``gnn.training.network`` reads, and every live link.

    For each kind of entity ``x`` (entities, len(NODE_FEATURES)) float32 and ``entity`` (entities,) int64, the
    numbers in the view. For each kind of link, between the kinds that it ties, ``edge_index`` (2, links)
    int64 from its source to its target, ``count``, ``first_ms`` and ``last_ms`` (links,) int64; and the same
    turned round under a name that begins with ``BACK``. Kinds without entities or links are left out. Crowds
    are not muted: ``torch_geometric.loader.NeighborLoader`` samples them. O(entities + links).
    """
    data = HeteroData()
    features = node_features(view)
    place = np.empty(len(view.kind), np.int64)
    for code in np.unique(view.kind):
        entities = np.flatnonzero(view.kind == code)
        place[entities] = np.arange(len(entities))
        data[str(KINDS[code])].x = torch.from_numpy(features[entities])
        data[str(KINDS[code])].entity = torch.from_numpy(entities)
    links = view.links
    for code in np.unique(links.kind):
        rows = np.flatnonzero(links.kind == code)
        source, target = links.source[rows], links.target[rows]
        # All targets of one kind of link are of one kind of entity.
        ends = str(KINDS[view.kind[source[0]]]), str(KINDS[view.kind[target[0]]])
        pairs = torch.from_numpy(np.stack([place[source], place[target]]))
        name = str(LINK_KINDS[code])
        for relation, edges in (
            ((ends[0], name, ends[1]), pairs),
            ((ends[1], BACK + name, ends[0]), pairs.flip(0)),
        ):
            data[relation].edge_index = edges
            for column in ("count", "first_ms", "last_ms"):
                data[relation][column] = torch.from_numpy(getattr(links, column)[rows].astype(np.int64))
    return data
