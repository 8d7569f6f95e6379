"""A store opened for reading: the face for notebooks and for the command."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from graph.stores.opening import StoreAddress, open_reader
from graph.stores.port import StoreReader
from queries.answer import Answer
from queries.asking import DEFAULT_TIMEOUT_S, ask, explain
from queries.parameters import Given

if TYPE_CHECKING:
    import igraph
    import networkx as nx
    import pandas as pd


class Store(AbstractContextManager["Store"]):
    """Questions to one store; read-only, every answer within ``timeout_s``.

    ``frame`` and the graphs load their libraries when first used.
    """

    def __init__(self, reader: StoreReader, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self.reader = reader
        self._timeout_s = timeout_s

    def ask(self, question: str, **given: Given) -> Answer:
        """The answer to a question of the catalogue. Raises BadCall on a wrong name or parameter."""
        return ask(self.reader, question, given, self._timeout_s)

    def explain(self, question: str, given: Mapping[str, Given]) -> list[str]:
        """How the store goes about it."""
        return explain(self.reader, question, given)

    def frame(self, question: str, **given: Given) -> pd.DataFrame:
        """The answer as a data frame; ``attrs["is_cut"]`` says whether there is more."""
        from queries.frames import frame_of  # noqa: PLC0415 (slow to load)

        return frame_of(self.ask(question, **given))

    def ring_graph(self, ring_id: str) -> nx.MultiDiGraph:
        """A ring as a networkx graph: accounts, what they share, links."""
        from queries.ring_graph import ring_graph  # noqa: PLC0415

        return ring_graph(self.ask("members", ring_id=ring_id), self.ask("ring-links", ring_id=ring_id))

    def ring_igraph(self, ring_id: str) -> igraph.Graph:
        """The same for igraph."""
        from queries.ring_graph import as_igraph  # noqa: PLC0415

        return as_igraph(self.ring_graph(ring_id))

    def draw_ring(self, ring_id: str, path: Path) -> None:
        """Draw a ring into an SVG, PNG or PDF file."""
        from queries.picture import draw_ring  # noqa: PLC0415

        graph = self.ring_graph(ring_id)
        facts = self.ask("ring", ring_id=ring_id).rows[0]
        cut = ", cut" if graph.graph["is_cut"] else ""
        draw_ring(graph, f"{ring_id}  {facts[1]}  score {facts[2]:.2f}  {len(graph)} nodes{cut}", path)

    def draw_trip(self, trip_id: str, path: Path) -> None:
        """Draw the track of a trip into an SVG, PNG or PDF file. Raises BadCall when none is known."""
        from queries.picture import draw_track  # noqa: PLC0415

        draw_track(self.ask("trip", trip_id=trip_id), path)

    def close(self) -> None:
        """Let go of the store."""
        self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(
    place: str | Path,
    *,
    user: str | None = None,
    password: str | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Store:
    """The store at a path, or at ``bolt://...`` or ``neo4j://...``. Raises BadCall, Fatal or Unavailable."""
    return Store(open_reader(StoreAddress(str(place), user, password)), timeout_s)
