"""Which model scores: the one that ships, a stored one, or the champion of a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall

if TYPE_CHECKING:
    from graph.scoring.member_scorer import MemberScorer
    from graph.scoring.scorer import Scorer


def scorer_at(place: Path | None) -> Scorer | MemberScorer:
    """The scorer in ``place``: a folder that `train` wrote, a registry, or a file that `make weights` wrote.

    None is the score that ships, boosted trees. Raises BadCall when there is no such place or it holds
    neither, Fatal when what it holds is damaged, altered or of another schema. What `train` writes is a
    network, and so is all that a registry holds: trees and blends have no file without code in it and cannot
    be stored.
    """
    from gnn.boosted.scorer import load_scorer

    if place is None:
        return load_scorer()
    if not place.exists():
        raise BadCall(f"expected a model at {place}, found nothing there; train one with `ringfence train`")
    if not place.is_dir():
        return load_scorer(place)
    from gnn.models.registry import CHAMPION, Registry
    from gnn.models.stored_model import MANIFEST, load_model
    from gnn.serving.network_scorer import NetworkScorer

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


def must_have_scored(scorer: Scorer | MemberScorer, results: Path) -> None:
    """Raise BadCall when the results in a folder that `detect` wrote are those of another model."""
    from ringfence.judgement import read_summary

    found = read_summary(results).model_id
    if found != scorer.model_id:
        raise BadCall(
            f"expected results of the model {scorer.model_id}, found those of {found} in {results}; give the "
            "model that detect was given as --model"
        )


def drift_of(scorer: Scorer | MemberScorer) -> Callable[[], Mapping[str, float]]:
    """What tells how far scores and evidence have drifted since training; nothing without spreads."""
    from gnn.models.drift_watch import DriftWatch

    watch = getattr(scorer, "watch", None)
    return watch.psi if isinstance(watch, DriftWatch) else dict
