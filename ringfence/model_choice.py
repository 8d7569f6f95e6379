"""Which model scores: the one that ships, a stored one, or the champion of a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import BadCall

if TYPE_CHECKING:
    from graph.member_scoring import MemberScorer
    from graph.scoring import Scorer


def scorer_at(place: Path | None) -> Scorer | MemberScorer:
    """The scorer in ``place``: a folder that `train` wrote, a registry, or a file that `make weights` wrote.

    None is the logistic score that ships. Raises BadCall when there is no such place or it holds neither,
    Fatal when what it holds is damaged, altered or of another schema. What `train` writes is a network, and
    so is all that a registry holds: trees and blends have no file without code in it and cannot be stored.
    """
    from gnn.scorer import load_scorer

    if place is None:
        return load_scorer()
    if not place.exists():
        raise BadCall(f"expected a model at {place}, found nothing there; train one with `ringfence train`")
    if not place.is_dir():
        return load_scorer(place)
    from gnn.network_scorer import NetworkScorer
    from gnn.registry import CHAMPION, Registry
    from gnn.stored_model import MANIFEST, load_model

    if (place / MANIFEST).exists():
        return NetworkScorer(load_model(place))
    registry = Registry(place)
    reign = registry.reign()
    if reign is None:
        raise BadCall(
            f"expected {MANIFEST} of a model or {CHAMPION} of a registry in {place}, found neither; give a "
            "folder that `ringfence train` or `ringfence promote` wrote"
        )
    return NetworkScorer(registry.load(reign.model_id))


def drift_of(scorer: Scorer | MemberScorer) -> Callable[[], Mapping[str, float]]:
    """What tells how far scores and evidence have drifted since training; nothing without spreads."""
    from gnn.drift_watch import DriftWatch

    watch = getattr(scorer, "watch", None)
    return watch.psi if isinstance(watch, DriftWatch) else dict
