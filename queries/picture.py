"""A ring drawn: accounts, what they share, and the rides between them; and the track of a trip.

The layout is Fruchterman and Reingold's ("Graph Drawing by Force-directed Placement", 1991; igraph's) from a
fixed seed, so that a ring looks the same every time. Up to ``LABELLED`` nodes all carry names; past that
only drivers and what is shared most do, so that names do not cover the picture.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Final

import igraph
import matplotlib as mpl
import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from graph.model.errors import BadCall
from queries.answer import Answer
from queries.ring_graph import as_igraph
from queries.track_picture import PICKED_UP, fixes_of, marks_of

MOST_NODES: Final = 300
LABELLED: Final = 60
LABELS_PAST_THAT: Final = 24
SEED: Final = 7
SUFFIXES: Final = (".svg", ".png", ".pdf")
NAME_LENGTH: Final = 14

_STYLE: Final = {
    "driver": ("s", "#1f4e79", 130),
    "rider": ("o", "#4a90d9", 90),
    "device": ("D", "#d9822b", 80),
    "card": ("P", "#2e8b57", 100),
    "bank_account": ("p", "#8b5a2b", 110),
    "phone": ("v", "#b03a8c", 90),
    "email": ("^", "#7d5fb2", 90),
    "ip": ("h", "#888888", 90),
    "promo": ("*", "#c0392b", 170),
}
_EDGES: Final = {
    "rode_with": "#1f4e79",
    "referred": "#c0392b",
    "redeemed": "#e0a8a0",
    "paid": "#2e8b57",
    "tried": "#e6550d",
    "cancelled": "#9e9ac8",
}
_IDENTITY_EDGE: Final = "#b8b8b8"


def draw_ring(graph: nx.MultiDiGraph, title: str, path: Path) -> None:
    """Draw a ring into a file; its suffix says the format.

    Raises BadCall for another suffix, a place that cannot be written, or more than ``MOST_NODES`` nodes.
    """
    _check_suffix(path)
    if len(graph) > MOST_NODES:
        raise BadCall(
            f"expected at most {MOST_NODES} nodes to draw, found {len(graph)}; "
            "read them with ringfence query members"
        )
    _save(_figure(graph, title), path)


def draw_track(answer: Answer, path: Path) -> None:
    """Draw the trip of an answer to ``trip``: its fixes in the order of time, its pick-up and drop-off.

    Raises BadCall for another suffix, a place that cannot be written, or a trip of which no place is known.
    """
    _check_suffix(path)
    fixes, marks = fixes_of(answer), marks_of(answer)
    if not fixes and not marks:
        raise BadCall("expected a trip with a track, found none kept of it; leave --plot out")
    figure = Figure(figsize=(7.5, 7.0), layout="constrained")
    axes = figure.add_subplot()
    cells = dict(zip((column.name for column in answer.columns), answer.rows[0], strict=True))
    integrity = cells["integrity"]
    title = f"{cells['trip_id']}" + (f"  integrity {integrity:.2f}" if isinstance(integrity, float) else "")
    axes.set_title(title, fontsize=13, loc="left", parse_math=False)
    if fixes:
        seconds, lats, lons = zip(*((s, lat, lon) for s, (lat, lon) in fixes), strict=True)
        axes.plot(lons, lats, color=_IDENTITY_EDGE, linewidth=1.2, zorder=1)
        shown = axes.scatter(lons, lats, c=seconds, cmap="viridis", s=36, zorder=2)
        figure.colorbar(shown, ax=axes, label="seconds since the first fix", shrink=0.7)
    for letter, (lat, lon) in marks.items():
        words = "pick-up" if letter == PICKED_UP else "drop-off"
        axes.scatter([lon], [lat], marker="x", s=80, c="#c0392b", zorder=3)
        axes.annotate(words, (lon, lat), xytext=(6, 6), textcoords="offset points", fontsize=9)
    middle = fixes[0][1][0] if fixes else next(iter(marks.values()))[0]
    axes.set_aspect(1 / max(math.cos(math.radians(middle)), 0.01), adjustable="datalim")
    axes.set_xlabel("longitude")
    axes.set_ylabel("latitude")
    axes.ticklabel_format(useOffset=False)
    _save(figure, path)


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise BadCall(f"expected a file that ends in {', '.join(SUFFIXES)}, found {path.name}; rename --plot")


def _save(figure: Figure, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context({"svg.hashsalt": "ringfence", "svg.fonttype": "none"}):
            kind = path.suffix.lower()[1:]
            metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
            figure.savefig(path, format=kind, dpi=120, metadata=metadata)
    except OSError as error:
        raise BadCall(f"expected to write {path}, found: {error.strerror}; give another --plot") from error


def _figure(graph: nx.MultiDiGraph, title: str) -> Figure:
    places = _places(graph)
    side = min(20.0, 6.0 + 0.75 * math.sqrt(len(graph)))
    figure = Figure(figsize=(side * 1.15, side), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_title(title, fontsize=13, loc="left")
    _draw_edges(axes, graph, places)
    for look in sorted({_look(graph, node) for node in graph}):
        marker, colour, size = _STYLE[look]
        at = np.array([places[node] for node in graph if _look(graph, node) == look])
        axes.scatter(
            *(at[:, 0], at[:, 1]),
            s=size * (1.0 if len(graph) <= LABELLED else 0.6),
            marker=marker,
            c=colour,
            edgecolors="white",
            linewidths=0.8,
            zorder=3,
        )
    for node in _labelled(graph):
        axes.annotate(
            _short(str(graph.nodes[node]["id"])),
            places[node],
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=8 if len(graph) <= LABELLED else 7,
            zorder=4,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75},
            parse_math=False,
        )
    _legend(axes, graph)
    return figure


def _places(graph: nx.MultiDiGraph) -> dict[str, tuple[float, float]]:
    """Where every node goes; parallel links pull once."""
    made = as_igraph(graph).as_undirected(mode="collapse")
    draw = random.Random(SEED)
    igraph.set_random_number_generator(draw)
    try:
        start = [(draw.random(), draw.random()) for _ in range(made.vcount())]
        layout = made.layout_fruchterman_reingold(niter=1500, seed=start, grid=False)
    finally:
        igraph.set_random_number_generator(random)
    return {name: (float(x), float(y)) for name, (x, y) in zip(made.vs["name"], layout.coords, strict=True)}


def _draw_edges(axes: Axes, graph: nx.MultiDiGraph, places: dict[str, tuple[float, float]]) -> None:
    for source, target, data in graph.edges(data=True):
        link, events = str(data["link"]), int(data["events"])
        axes.plot(
            [places[source][0], places[target][0]],
            [places[source][1], places[target][1]],
            color=_EDGES.get(link, _IDENTITY_EDGE),
            linewidth=0.6 + 0.5 * math.log2(1 + events) if link == "rode_with" else 0.9,
            alpha=0.55 if link in _EDGES else 0.9,
            zorder=1,
            solid_capstyle="round",
        )


def _labelled(graph: nx.MultiDiGraph) -> list[str]:
    if len(graph) <= LABELLED:
        return list(graph)
    weight = {node: (_look(graph, node) != "rider", graph.degree(node)) for node in graph}
    return sorted(graph, key=lambda node: (not weight[node][0], -weight[node][1], node))[:LABELS_PAST_THAT]


def _legend(axes: Axes, graph: nx.MultiDiGraph) -> None:
    looks = [look for look in _STYLE if any(_look(graph, node) == look for node in graph)]
    count = {look: sum(_look(graph, node) == look for node in graph) for look in looks}
    marks = [
        Line2D([], [], linestyle="", marker=_STYLE[look][0], color=_STYLE[look][1], markersize=8)
        for look in looks
    ]
    words = [f"{look.replace('_', ' ')} ({count[look]})" for look in looks]
    for link in sorted({str(data["link"]) for _, _, data in graph.edges(data=True)} & _EDGES.keys()):
        marks.append(Line2D([], [], color=_EDGES[link], linewidth=2))
        words.append(link.replace("_", " "))
    axes.legend(marks, words, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9, frameon=False)


def _look(graph: nx.MultiDiGraph, node: str) -> str:
    kind = str(graph.nodes[node]["kind"])
    return ("driver" if graph.nodes[node].get("role") == "driver" else "rider") if kind == "account" else kind


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 5]}…{name[-4:]}"
