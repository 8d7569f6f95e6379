"""Our forest and the one before it, each fed the operations of a stream."""

from __future__ import annotations

from typing import Any

from benchmarks.connectivity.listed_forest import add_edge as add_listed
from benchmarks.connectivity.listed_forest import remove_edge as remove_listed
from benchmarks.connectivity.operations import AGE, COME, USE
from graph.components.edges import add_edge, remove_edge
from graph.kernels.kernel import kernel, wide
from graph.links.lists import enter, leave


@kernel
def ours(s: Any, f: Any, _extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """The rooted forest of ``graph.components.forest``, with the lists of links that its edges stand in."""
    done = 0
    for n in range(first, last):
        link = wide(links[n])
        if codes[n] <= USE:
            s.links[link].last_ms = n
            if codes[n] == COME:
                enter(s, link)
                done += add_edge(s, f, link)
        else:
            if codes[n] == AGE:  # What is cut stays a link until it ages.
                leave(s, link)
            done += remove_edge(s, f, link)
    return done


@kernel
def listed(s: Any, f: Any, _extra: Any, codes: Any, links: Any, first: int, last: int) -> int:
    """The forest of ``listed_forest``: a replacement is searched by walks when a tree edge goes."""
    done = 0
    for n in range(first, last):
        link = wide(links[n])
        if codes[n] <= USE:
            s.links[link].last_ms = n
            if codes[n] == COME:
                done += add_listed(s, f, link)
        else:
            done += remove_listed(s, f, link)
    return done
