"""No tree: a component that loses an edge is searched anew."""

from __future__ import annotations

from typing import Any

from benchmarks.connectivity.edge_lists import after, far_end, remove_non_tree_edge
from benchmarks.connectivity.listed_forest import add_non_tree_edge, merge, same
from benchmarks.connectivity.operations import AGE, COME
from graph.kernels.kernel import kernel, wide


@kernel
def rebuild(s: Any, f: Any, extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """No tree: what loses an edge is searched from one of its ends until the other is met, or relabelled."""
    done, queue, seen = 0, extra[0], extra[2]
    for n in range(first, last):
        link = wide(links[n])
        record = s.links[link]
        source, target = wide(record.source), wide(record.target)
        if codes[n] == COME:
            apart = not same(f, source, target)
            add_non_tree_edge(s, f, link, source, target)
            if apart:
                merge(f, source, target)
                done += 1
        elif codes[n] >= AGE and record.joins != 0:
            record.joins = 0
            remove_non_tree_edge(s, link, source, target)
            queue[0] = source
            seen[source] = n
            reached, at, met = 1, 0, False
            while at < reached and not met:
                node = wide(queue[at])
                at += 1
                head = wide(s.entities[node].other_edge)
                edge = head
                while edge >= 0:
                    far = far_end(s.links, edge, node)
                    if far == target:
                        met = True
                        break
                    if seen[far] != n:
                        seen[far] = n
                        queue[reached] = far
                        reached += 1
                    edge = after(s.links, edge, node)
                    if edge == head:
                        break
            if not met:
                _take_out(s, f, queue, reached, target)
                done += 1
    return done


@kernel
def _take_out(s: Any, f: Any, queue: Any, reached: int, stays: int) -> None:
    """Give the nodes of the queue a label and a circle of their own."""
    own = wide(s.entities[stays].label)
    fresh = f.counters[0].first_free_label
    if fresh >= 0:
        f.counters[0].first_free_label = f.groups[fresh].head
    else:
        fresh = f.counters[0].labels_used
        f.counters[0].labels_used += 1
    for at in range(reached):
        node = wide(queue[at])
        left, right = wide(s.entities[node].prev_member), wide(s.entities[node].next_member)
        s.entities[left].next_member = right
        s.entities[right].prev_member = left
        s.entities[node].label = fresh
    for at in range(reached):
        node, following = wide(queue[at]), wide(queue[(at + 1) % reached])
        s.entities[node].next_member = following
        s.entities[following].prev_member = node
    f.groups[fresh].size = reached
    f.groups[fresh].head = queue[0]
    f.groups[own].size -= reached
    f.groups[own].head = stays
    for kept, node in ((own, stays), (fresh, wide(queue[0]))):
        if f.groups[kept].size == 1:
            s.entities[node].label = -1
            f.groups[kept].head = f.counters[0].first_free_label
            f.counters[0].first_free_label = kept
