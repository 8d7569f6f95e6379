"""The questions that the demo ends with: they name what was found, and the demo's store answers them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graph.model.results import Ring


def examples(store: Path, rings: Sequence[Ring]) -> str:
    """Calls of ``ringfence query``, one a line, about the ring with the most at stake."""
    ask = f"  .venv/bin/ringfence query --store {store}"
    lines = [
        f"  .venv/bin/ringfence console --store {store} --results {store.parent / 'results'}",
        f"{ask} --list",
        f"{ask} rings --param limit=10",
    ]
    if rings:
        ring = max(rings, key=lambda each: (each.score * each.exposure, each.ring_id))
        lines += [
            f"{ask} ring {ring.ring_id} --plot {store.parent / 'ring.svg'}",
            f"{ask} why {ring.accounts[0]} {ring.accounts[-1]}",
            f"{ask} money-days --param ring_id={ring.ring_id}",
        ]
        if ring.entities:
            kind, _, identifier = ring.entities[0].partition(":")
            lines.append(f"{ask} shared {kind} {identifier}")
    return "".join(f"{line}\n" for line in lines)
