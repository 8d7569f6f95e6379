"""All figures of one evaluation: ours beside the baselines, over the same accounts and the same truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gnn.evaluation.accounts import AccountFigures, account_figures
from gnn.evaluation.calibration import Calibration, calibration
from gnn.evaluation.components import components
from gnn.evaluation.detection import Detection
from gnn.evaluation.false_alarms import FalseAlarms, false_alarms
from gnn.evaluation.history import History
from gnn.evaluation.rings import (
    ConfusionRow,
    KindFigures,
    RingFigures,
    kind_confusion,
    kind_figures,
    ring_figures,
)
from gnn.evaluation.timeliness import Timeliness, timeliness
from gnn.evaluation.truth import Truth

HUB_LIMIT = 30


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """Every figure for one method; ``timeliness`` is None when the times of events are not known."""

    method: str
    rings: RingFigures
    accounts: AccountFigures
    false_alarms: FalseAlarms
    calibration: Calibration
    timeliness: Timeliness | None


@dataclass(frozen=True, slots=True)
class Report:
    """The evaluated method first, then the baselines; kinds and confusion are those of the first.

    ``notes`` says in words what could not be computed and why.
    """

    accounts: int
    fraudulent_accounts: int
    true_rings: int
    fraud_money: float
    methods: tuple[MethodFigures, ...]
    kinds: tuple[KindFigures, ...]
    confusion: tuple[ConfusionRow, ...]
    notes: tuple[str, ...]


def evaluate(detection: Detection, truth: Truth, history: History | None = None) -> Report:
    """The report on ``detection`` against ``truth``.

    Without ``history`` neither the time-based figures nor the baselines can be computed; the notes say
    so. Accounts are everyone scored, in the truth or in the history; who is not scored counts as 0.
    """
    fraudulent = truth.fraudulent()
    population = sorted(
        detection.scores.keys() | fraudulent | (history.accounts if history is not None else frozenset())
    )
    detections = [detection]
    if history is not None:
        detections += [components(history), components(history, HUB_LIMIT)]
    return Report(
        accounts=len(population),
        fraudulent_accounts=len(fraudulent),
        true_rings=len(truth.rings),
        fraud_money=sum(amount for ring in truth.rings for _, amount in ring.fraud_events),
        methods=tuple(_figures(each, truth, population, history) for each in detections),
        kinds=_kinds(detection, truth, history),
        confusion=tuple(kind_confusion(detection.rings, truth)),
        notes=tuple(_notes(truth, history)),
    )


def _figures(
    detection: Detection, truth: Truth, population: Sequence[str], history: History | None
) -> MethodFigures:
    fraudulent = truth.fraudulent()
    in_rings = frozenset(account for ring in detection.rings for account in ring.accounts)
    labels = [account in fraudulent for account in population]
    scores = [detection.scores.get(account, 0.0) for account in population]
    return MethodFigures(
        method=detection.method,
        rings=ring_figures(detection.rings, truth),
        accounts=account_figures(labels, scores, [account in in_rings for account in population]),
        false_alarms=false_alarms(detection.rings, truth, len(population) - len(fraudulent)),
        calibration=calibration(labels, scores),
        timeliness=None
        if history is None
        else timeliness(truth.rings, detection.first_flag_ms, history.event_ms),
    )


def _kinds(detection: Detection, truth: Truth, history: History | None) -> tuple[KindFigures, ...]:
    rows = kind_figures(detection.rings, truth)
    if history is None:
        return tuple(rows)
    timed = []
    for row in rows:
        rings = [ring for ring in truth.rings if ring.kind == row.kind]
        figures = timeliness(rings, detection.first_flag_ms, history.event_ms)
        timed.append(replace(row, prevented=figures.prevented, events_before_flag=figures.events_before_flag))
    return tuple(timed)


def _notes(truth: Truth, history: History | None) -> list[str]:
    if history is None:
        return [
            "prevented money, events before the first flag and the components baselines need the events: "
            "pass them with --events"
        ]
    wanted = len(truth.fraud_event_ids())
    missing = wanted - len(history.event_ms)
    if missing:
        return [
            f"{missing} of {wanted} fraud events of the truth do not occur in the events and are left out"
        ]
    return []
