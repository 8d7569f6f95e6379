"""All figures of one evaluation: ours beside the baselines, over the same accounts and the same truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gnn.evaluation.accounts import AccountFigures, account_figures
from gnn.evaluation.calibration import Calibration, calibration
from gnn.evaluation.ceiling import Ceiling, Judged, ceiling
from gnn.evaluation.components import components
from gnn.evaluation.detection import Detection
from gnn.evaluation.false_alarms import FalseAlarms, false_alarms
from gnn.evaluation.grouping import Grouping, grouping
from gnn.evaluation.history import History
from gnn.evaluation.look_alikes import LookAlikeFigures, look_alike_figures
from gnn.evaluation.rings import (
    ConfusionRow,
    KindFigures,
    RingFigures,
    kind_confusion,
    kind_figures,
    ring_figures,
)
from gnn.evaluation.sizes import SizeFigures, size_figures
from gnn.evaluation.stays import Accused, Course, accused
from gnn.evaluation.timeliness import Timeliness, timeliness
from gnn.evaluation.truth import Truth

HUB_LIMIT = 30


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """Every figure for one method.

    ``timeliness`` is None when the times of events are not known, ``accused`` when the ledger is not (so of
    every baseline), ``ceiling`` when nobody wrote down what was judged.
    """

    method: str
    rings: RingFigures
    grouping: Grouping
    accounts: AccountFigures
    false_alarms: FalseAlarms
    calibration: Calibration
    timeliness: Timeliness | None
    accused: Accused | None = None
    ceiling: Ceiling | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The evaluated method first, then the baselines; kinds, sizes and so on are those of the first.

    ``notes`` says in words what could not be computed and why.
    """

    accounts: int
    fraudulent_accounts: int
    true_rings: int
    fraud_money: float
    methods: tuple[MethodFigures, ...]
    kinds: tuple[KindFigures, ...]
    sizes: tuple[SizeFigures, ...]
    confusion: tuple[ConfusionRow, ...]
    look_alikes: tuple[LookAlikeFigures, ...]
    notes: tuple[str, ...]


def evaluate(
    detection: Detection,
    truth: Truth,
    history: History | None = None,
    course: Course | None = None,
    judged: Judged | None = None,
) -> Report:
    """The report on ``detection`` against ``truth``.

    Without ``history`` neither the time-based figures nor the baselines can be computed, without ``course``
    not how long honest accounts were flagged, without ``judged`` not the ceiling; the notes say so. Accounts
    are everyone scored, in the truth or in the history; who is not scored counts as 0.
    """
    fraudulent = truth.fraudulent()
    population = sorted(
        detection.scores.keys() | fraudulent | (history.accounts if history is not None else frozenset())
    )
    honest = frozenset(population) - fraudulent - set(truth.unjudged)
    ours = replace(
        _figures(detection, truth, population, history),
        accused=None if course is None else accused(course, honest),
        ceiling=None if judged is None else ceiling(judged),
    )
    baselines = [] if history is None else [components(history), components(history, HUB_LIMIT)]
    return Report(
        accounts=len(population),
        fraudulent_accounts=len(fraudulent),
        true_rings=len(truth.rings),
        fraud_money=sum(amount for ring in truth.rings for _, amount in ring.fraud_events),
        methods=(ours, *(_figures(each, truth, population, history) for each in baselines)),
        kinds=_kinds(detection, truth, history, judged),
        sizes=tuple(size_figures(detection.rings, truth, judged)),
        confusion=tuple(kind_confusion(detection.rings, truth)),
        look_alikes=tuple(look_alike_figures(detection.rings, truth, detection.first_flag_ms)),
        notes=tuple(_notes(truth, history, judged)),
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
        grouping=grouping(detection.rings, truth),
        accounts=account_figures(labels, scores, [account in in_rings for account in population]),
        false_alarms=false_alarms(detection.rings, truth, len(population) - len(fraudulent)),
        calibration=calibration(labels, scores),
        timeliness=None
        if history is None
        else timeliness(truth.rings, detection.first_flag_ms, history.event_ms),
    )


def _kinds(
    detection: Detection, truth: Truth, history: History | None, judged: Judged | None
) -> tuple[KindFigures, ...]:
    return tuple(
        _completed(row, detection, truth, history, judged) for row in kind_figures(detection.rings, truth)
    )


def _completed(
    row: KindFigures, detection: Detection, truth: Truth, history: History | None, judged: Judged | None
) -> KindFigures:
    """The figures of a kind with what history and judgements add."""
    ours = [number for number, ring in enumerate(truth.rings) if ring.kind == row.kind]
    added: dict[str, Any] = {}
    if judged is not None:
        added |= {
            "reached_at_50": judged.reached(ours, 0.5),
            "reached_at_80": judged.reached(ours, 0.8),
        }
    if history is not None:
        timed = timeliness(
            [truth.rings[number] for number in ours], detection.first_flag_ms, history.event_ms
        )
        added |= {"prevented": timed.prevented, "events_before_flag": timed.events_before_flag}
    return replace(row, **added)


def _notes(truth: Truth, history: History | None, judged: Judged | None) -> list[str]:
    notes = []
    if history is None:
        notes.append(
            "prevented money, events before the first flag and the components baselines need the events: "
            "pass them with --events"
        )
    else:
        wanted = len(truth.fraud_event_ids())
        missing = wanted - len(history.event_ms)
        if missing:
            notes.append(
                f"{missing} of {wanted} fraud events of the truth do not occur in the events and are left out"
            )
    if judged is None:
        notes.append("the ceiling needs what was judged: run detect with --candidates")
    elif judged.left_out:
        notes.append(
            f"the ceiling is a lower bound: {judged.left_out:,} judgements of further candidates were not "
            "written down"
        )
    return notes
