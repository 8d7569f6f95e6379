"""The judge of the forest: the edges that it was told of, in a plain set of its own, and networkx.

It reads nothing of the structure that it judges, so an edge that the forest lost or kept is seen.
"""

from __future__ import annotations

import networkx as nx

Key = tuple[int, int, int]
"""Kind, source and target of a link."""


class KeptEdges:
    """Which links live and join, from what was touched, joined, parted and how time went on."""

    def __init__(self, nodes: int, window_ms: int) -> None:
        self._nodes, self._window_ms = nodes, window_ms
        self._last_ms: dict[Key, int] = {}
        self.joins: set[Key] = set()

    def age(self, newest_ms: int) -> None:
        """Links last seen before the window are gone, and with them their edges."""
        gone = {key for key, last_ms in self._last_ms.items() if last_ms < newest_ms - self._window_ms}
        for key in gone:
            del self._last_ms[key]
        self.joins -= gone

    def touch(self, key: Key, ts: int) -> None:
        """The link was seen; it joins only once it is told to."""
        self._last_ms[key] = max(ts, self._last_ms.get(key, ts))

    def join(self, key: Key) -> bool:
        """Let a live link join; returns whether two components became one."""
        assert key in self._last_ms
        return self._change(self.joins | {key})

    def part(self, key: Key) -> bool:
        """Let a link join no longer; returns whether a component fell apart."""
        return self._change(self.joins - {key})

    def components(self) -> list[set[int]]:
        """Every component, lone nodes too."""
        graph = nx.Graph()
        graph.add_nodes_from(range(self._nodes))
        graph.add_edges_from((source, target) for _, source, target in self.joins)
        return list(nx.connected_components(graph))

    def _change(self, joins: set[Key]) -> bool:
        before = len(self.components())
        self.joins = joins
        return len(self.components()) != before
