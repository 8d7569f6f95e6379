"""A ring as a graph: its accounts, what they share, and the links between them."""

from __future__ import annotations

from typing import cast

import igraph
import networkx as nx

from graph.model.errors import BadCall
from queries.answer import Answer


def ring_graph(members: Answer, links: Answer) -> nx.MultiDiGraph:
    """The ring from the answers to ``members`` and ``ring-links``.

    Nodes are ``kind:identifier`` with ``kind``, ``id`` and, for accounts, ``role`` and ``score``; edges carry
    ``link``, ``events``, ``money``, ``first_ms`` and ``last_ms``. The graph says whether it ``is_cut``.
    Raises BadCall for a ring without members.
    """
    if not members.rows:
        raise BadCall("expected a ring that somebody stands in, found none; see ringfence query rings")
    graph = nx.MultiDiGraph(is_cut=members.is_cut or links.is_cut)
    names = [column.name for column in members.columns]
    for row in members.rows:
        fact = dict(zip(names, row, strict=True))
        graph.add_node(
            f"account:{fact['account_id']}",
            kind="account",
            id=fact["account_id"],
            role=fact["role"],
            score=fact["score"],
        )
    names = [column.name for column in links.columns]
    for row in links.rows:
        fact = dict(zip(names, row, strict=True))
        source, target = f"account:{fact['source']}", f"{fact['target_kind']}:{fact['target']}"
        if target not in graph:
            graph.add_node(target, kind=fact["target_kind"], id=fact["target"])
        graph.add_edge(
            source,
            target,
            link=fact["link"],
            events=fact["events"],
            money=fact["money"],
            first_ms=fact["first_ms"],
            last_ms=fact["last_ms"],
        )
    return graph


def as_igraph(graph: nx.MultiDiGraph) -> igraph.Graph:
    """The same graph for igraph; the vertex attribute ``name`` holds the networkx node."""
    names = list(graph.nodes)
    number = {name: n for n, name in enumerate(names)}
    edges = list(graph.edges(data=True))
    made = igraph.Graph(n=len(names), edges=[(number[a], number[b]) for a, b, _ in edges], directed=True)
    made.vs["name"] = names
    for key in ("kind", "id", "role", "score"):
        made.vs[key] = [graph.nodes[name].get(key) for name in names]
    for key in ("link", "events", "money", "first_ms", "last_ms"):
        made.es[key] = [cast(object, data[key]) for _, _, data in edges]
    return made
