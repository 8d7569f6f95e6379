"""Union-find forward and backward over two buffers of a window (BIC, PVLDB 17)."""

from __future__ import annotations

from typing import Any

from benchmarks.connectivity.operations import USE
from graph.kernels.kernel import kernel, wide


@kernel
def two_buffers(s: Any, _f: Any, extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """Forward and backward union-find (BIC, PVLDB 17): the unions of both buffers and one look-up in each.

    A lower bound: without the merging of the two buffers' components, without labels, members or cuts.
    """
    forward, size, backward, since, buffer, state = extra[3], extra[4], extra[5], extra[6], extra[7], extra[8]
    done, chunk = 0, state[1]
    for n in range(first, last):
        if codes[n] > USE:
            continue
        link = wide(links[n])
        source, target = wide(s.links[link].source), wide(s.links[link].target)
        buffer[state[0]] = link
        state[0] += 1
        a, b = source, target
        while forward[a] != a:
            forward[a] = forward[forward[a]]
            a = wide(forward[a])
        while forward[b] != b:
            forward[b] = forward[forward[b]]
            b = wide(forward[b])
        if a != b:
            if size[a] < size[b]:
                a, b = b, a
            forward[b] = a
            size[a] += size[b]
            done += 1
        a = source
        while backward[a] != a and since[a] >= state[0]:
            a = wide(backward[a])
        done += a == target
        if state[0] == chunk:
            state[0] = 0
            for node in range(forward.shape[0]):
                forward[node] = node
                backward[node] = node
                size[node] = 1
            for at in range(chunk - 1, -1, -1):
                a, b = wide(s.links[buffer[at]].source), wide(s.links[buffer[at]].target)
                while backward[a] != a:
                    a = wide(backward[a])
                while backward[b] != b:
                    b = wide(backward[b])
                if a != b:
                    if size[a] < size[b]:
                        a, b = b, a
                    backward[b] = a
                    since[b] = at
                    size[a] += size[b]
            for node in range(forward.shape[0]):
                size[node] = 1
    return done
