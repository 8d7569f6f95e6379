"""The model: champion and challengers, calibration and drift, what the newest verdicts would change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Depends

from graph.model.errors import BadCall
from graph.model.vocabulary import Permission, VerdictOutcome
from queries.console.comings import Coming, Opens
from queries.console.figures import FEWEST_ANSWERS, refitted, score_drift
from queries.console.overview import MOST_FLAGS, outcomes_of
from queries.console.places import places_of
from queries.console.queue import MOST_RINGS
from queries.serving.records import FlagRaised, Ring, RingListed, rows_of

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
STEPS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
MOST_MODELS: Final = 50
MOST_CLOSED: Final = 500
"""Rings with an answer that are open no more; their scores are asked for one by one."""
MOVED_SHOWN: Final = 20


Told = TypeVar("Told", bound=msgspec.Struct)


class _Card(msgspec.Struct):
    """What of a model's manifest the page shows."""

    model_id: str
    training_from_ms: int
    training_until_ms: int
    command: str
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """One model of the registry."""

    card: _Card
    is_champion: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The rings of one range of scores: what was promised of them, and what people found."""

    low: float
    high: float
    rings: int
    promised: float | None
    fraud: int
    legit: int

    @property
    def found(self) -> float | None:
        """The share of fraud among those decided."""
        decided = self.fraud + self.legit
        return self.fraud / decided if decided else None


@router.get("/model")
def model(coming: Reading) -> Any:
    """The score beside the verdicts, and the models beside each other."""
    ask, places = coming.parts.store.ask, places_of(coming.request)
    listed = {each.ring_id: each.score for each in rows_of(ask("rings", limit=MOST_RINGS), RingListed)}
    outcomes = outcomes_of(coming)
    scores = listed | _closed(coming, sorted(outcomes.keys() - listed.keys())[:MOST_CLOSED])
    decided = [
        (scores[ring_id], outcome == VerdictOutcome.FRAUD.value)
        for ring_id, outcome in sorted(outcomes.items())
        if ring_id in scores and outcome != VerdictOutcome.UNSURE.value
    ]
    waiting = [(ring_id, score) for ring_id, score in listed.items() if ring_id not in outcomes]
    flags = rows_of(ask("flags", limit=MOST_FLAGS), FlagRaised)
    first = {flag.ring_id: (flag.ts, flag.score) for flag in flags}
    refit = refitted(decided, waiting)
    return coming.page(
        "model.html",
        steps=[step for step in _steps(list(scores.values()), decided) if step.rings],
        answered=len(outcomes),
        decided=len(decided),
        fewest=FEWEST_ANSWERS,
        refit=refit,
        moved=refit.moved[:MOVED_SHOWN] if refit else [],
        drift=score_drift(first.values()),
        model_id=places.model_id,
        models=[] if places.models is None else standings(places.models),
        has_registry=places.models is not None,
    )


def standings(registry: Path) -> list[Standing]:
    """The models of a registry, the champion first, then the newest. Raises BadCall for a bad manifest."""
    cards = [_read(path, _Card) for path in sorted(registry.glob("[!.]*/manifest.json"))[:MOST_MODELS]]
    reign = registry / "champion.json"
    champion = _read(reign, _Reign).model_id if reign.is_file() else ""
    cards.sort(key=lambda card: (card.model_id != champion, -card.training_until_ms, card.model_id))
    return [Standing(card, card.model_id == champion) for card in cards]


class _Reign(msgspec.Struct):
    model_id: str


def _read(path: Path, kind: type[Told]) -> Told:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise BadCall(f"expected what a model is in {path}, found: {error}; correct --models") from error


def _closed(coming: Coming, ring_ids: list[str]) -> dict[str, float]:
    """The last scores of rings that are open no more."""
    found = (rows_of(coming.parts.store.ask("ring", ring_id=ring_id), Ring) for ring_id in ring_ids)
    return {rows[0].ring_id: rows[0].score for rows in found if rows}


def _steps(scores: list[float], decided: list[tuple[float, bool]]) -> list[Step]:
    steps = []
    for low, high in pairwise(STEPS):

        def is_in(score: float, low: float = low, high: float = high) -> bool:
            return low <= score < high or (high == 1.0 and score == 1.0)

        inside = [score for score in scores if is_in(score)]
        said = [fraud for score, fraud in decided if is_in(score)]
        promised = sum(inside) / len(inside) if inside else None
        steps.append(Step(low, high, len(inside), promised, sum(said), len(said) - sum(said)))
    return steps
