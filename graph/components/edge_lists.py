"""Circular lists of edges around a node, and the walk around a tree that they give for nothing.

An edge stands in one list at each of its two ends: among the tree edges or among the others. The lists run
through the link's own record. Because they are circular, "arrive by an edge, leave by the next one" walks
around a whole tree from any node, along each edge once in each direction, without marks, parents or a stack.
"""

from __future__ import annotations

from graph.kernels.kernel import inlined, wide
from graph.links.records import Records


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
