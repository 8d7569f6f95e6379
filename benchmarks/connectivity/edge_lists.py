"""Records of the rivals beside: edges that stand in circular lists of their own.

An edge stands in one list at each of its two ends: among the tree edges or among the others. The lists run
through the edge's own record. Because they are circular, "arrive by an edge, leave by the next one" walks
around a whole tree from any node, along each edge once in each direction, without marks, parents or a stack.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from graph.components.records import FOREST_COUNTERS, GROUP, WALKS
from graph.kernels.arrays import Arrays, Field
from graph.kernels.kernel import inlined, kernel, wide

Records = npt.NDArray[Any]

EDGE: Final = np.dtype(
    [
        ("source", "i4"),
        ("target", "i4"),
        ("joins", "i4"),
        *((f"{way}_{end}_edge", "i4") for end in ("source", "target") for way in ("next", "prev")),
        ("last_ms", "i8"),
    ],
    align=True,
)
"""``joins`` as in ``graph.links.records.LINK``; then its neighbours in the lists of its ends."""
NODE: Final = np.dtype(
    [(name, "i4") for name in ("tree_edge", "other_edge", "label", "next_member", "prev_member")]
)
"""Heads of a node's two lists, -1 when one is empty, and its place in the circle of its component."""
WALK: Final = np.dtype([(name, "i8") for name in ("node", "link", "non_tree_edge", "moves")])
"""Scratch of a search in both halves of a tree."""


class EdgeState(Arrays):
    """Edges and nodes."""

    links: Records
    entities: Records

    fields: ClassVar[dict[str, Field]] = {"links": EDGE, "entities": NODE}


class ListedForestState(Arrays):
    """The arrays of a forest over them."""

    nodes: Records
    groups: Records
    counters: Records
    walks: Records

    fields: ClassVar[dict[str, Field]] = {
        "nodes": NODE,
        "groups": GROUP,
        "counters": FOREST_COUNTERS,
        "walks": WALK,
    }


def forest_state(entities: Any) -> ListedForestState:
    """An empty forest over nodes."""
    counters = np.zeros(1, FOREST_COUNTERS)
    counters["first_free_label"] = -1
    groups = np.zeros(len(entities) // 2 + 2, GROUP)
    return ListedForestState(nodes=entities, groups=groups, counters=counters, walks=np.zeros(WALKS, WALK))


@inlined
def far_end(links: Records, link: int, node: int) -> int:
    """The other end of an edge."""
    record = links[link]
    return wide(record.source) ^ wide(record.target) ^ node


@inlined
def after(links: Records, link: int, node: int) -> int:
    """The edge after this one in the node's list."""
    record = links[link]
    if record.source == node:
        return wide(record.next_source_edge)
    return wide(record.next_target_edge)


@inlined
def before(links: Records, link: int, node: int) -> int:
    """The edge before this one in the node's list."""
    record = links[link]
    if record.source == node:
        return wide(record.prev_source_edge)
    return wide(record.prev_target_edge)


@inlined
def _tie(links: Records, left: int, right: int, node: int) -> None:
    if links[left].source == node:
        links[left].next_source_edge = right
    else:
        links[left].next_target_edge = right
    if links[right].source == node:
        links[right].prev_source_edge = left
    else:
        links[right].prev_target_edge = left


@inlined
def appended(links: Records, head: int, link: int, node: int) -> int:
    """Put an edge at the end of the node's list that begins at ``head``; returns the head."""
    if head < 0:
        _tie(links, link, link, node)
        return link
    tail = before(links, head, node)
    _tie(links, tail, link, node)
    _tie(links, link, head, node)
    return head


@inlined
def removed(links: Records, head: int, link: int, node: int) -> int:
    """Take an edge out of the node's list that begins at ``head``; returns the head, -1 when it is empty."""
    following = after(links, link, node)
    if following == link:
        return -1
    _tie(links, before(links, link, node), following, node)
    return following if head == link else head


@kernel
def remove_tree_edge(s: Any, link: int, source: int, target: int) -> None:
    """Take an edge out of the lists of tree edges at its two ends."""
    s.entities[source].tree_edge = removed(s.links, wide(s.entities[source].tree_edge), link, source)
    s.entities[target].tree_edge = removed(s.links, wide(s.entities[target].tree_edge), link, target)


@kernel
def remove_non_tree_edge(s: Any, link: int, source: int, target: int) -> None:
    """Take an edge out of the lists of other edges at its two ends."""
    s.entities[source].other_edge = removed(s.links, wide(s.entities[source].other_edge), link, source)
    s.entities[target].other_edge = removed(s.links, wide(s.entities[target].other_edge), link, target)
