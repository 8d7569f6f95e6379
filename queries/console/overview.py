"""The overview: alerts by day and kind, money, answers; and the score beside the verdicts."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends

from graph.model.vocabulary import Permission, RingKind, VerdictOutcome
from queries.console.comings import Coming, Opens
from queries.console.queue import MOST_RINGS
from queries.serving.records import FlagRaised, RingListed, VerdictGiven, rows_of

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
DAY_MS: Final = 86_400_000
MOST_FLAGS: Final = 5_000
MOST_VERDICTS: Final = 5_000
_STEPS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@router.get("/overview")
def overview(coming: Reading) -> Any:
    """Figures of all rings."""
    ask, cases = coming.parts.store.ask, coming.parts.desk.cases
    rings = ask("rings", limit=MOST_RINGS)
    listed = rows_of(rings, RingListed)
    outcomes = _outcomes(coming)
    decided = [each for each in outcomes.values() if each != VerdictOutcome.UNSURE.value]
    looks = cases.first_looks()
    waits = sorted(
        looks[ring.ring_id] - ring.flagged_ms
        for ring in listed
        if looks.get(ring.ring_id, 0) >= ring.flagged_ms
    )
    is_live = abs(coming.parts.desk.database.now_ms() - coming.parts.store.watermark_ms()) < DAY_MS
    by_kind = {kind.value: [ring for ring in listed if ring.kind is kind] for kind in RingKind}
    return coming.page(
        "overview.html",
        open_rings=rings.total,
        exposure=sum(ring.exposure for ring in listed),
        at_stake=sum(ring.priority for ring in listed),
        is_at_least=rings.is_cut,
        answered=len(outcomes),
        decided=len(decided),
        false_share=decided.count(VerdictOutcome.LEGIT.value) / len(decided) if decided else None,
        looked_at=sum(ring.ring_id in looks for ring in listed),
        first_look_ms=waits[len(waits) // 2] if waits and is_live else None,
        is_live=is_live,
        kinds=[(kind, len(of), sum(ring.exposure for ring in of)) for kind, of in by_kind.items() if of],
        waiting=coming.parts.desk.blocks.waiting(),
    )


@router.get("/overview/series")
def series(coming: Reading) -> dict[str, Any]:
    """Flags by day and kind, and money by day."""
    answer = coming.parts.store.ask("flags", limit=MOST_FLAGS)
    flags = rows_of(answer, FlagRaised)
    days = sorted({flag.ts // DAY_MS * DAY_MS for flag in flags})
    money = list(reversed(coming.parts.store.ask("money-days", limit=MOST_FLAGS).rows))
    money_days = sorted({int(str(row[1])) for row in money})
    return {
        "days": days,
        "flags": {
            kind.value.replace("_", " "): [
                sum(flag.kind is kind and flag.ts // DAY_MS * DAY_MS == day for flag in flags) for day in days
            ]
            for kind in RingKind
            if any(flag.kind is kind for flag in flags)
        },
        "shown": len(flags),
        "total": answer.total,
        "money_days": money_days,
        "money": {
            name: [sum(float(str(row[place])) for row in money if row[1] == day) for day in money_days]
            for name, place in (("promotions", 2), ("chargebacks", 3), ("incentives", 4))
        },
    }


@router.get("/model")
def model(coming: Reading) -> Any:
    """The score beside the verdicts: of the rings scored so and answered, how many were fraud."""
    listed = rows_of(coming.parts.store.ask("rings", limit=MOST_RINGS), RingListed)
    outcomes = _outcomes(coming)
    steps = []
    for low, high in pairwise(_STEPS):
        inside = [ring for ring in listed if low <= ring.score < high or (high == 1.0 and ring.score == 1.0)]
        said = [outcomes[ring.ring_id] for ring in inside if ring.ring_id in outcomes]
        fraud, legit = said.count(VerdictOutcome.FRAUD.value), said.count(VerdictOutcome.LEGIT.value)
        promised = sum(ring.score for ring in inside) / len(inside) if inside else None
        steps.append(
            (
                low,
                high,
                len(inside),
                promised,
                fraud,
                legit,
                fraud / (fraud + legit) if fraud + legit else None,
            )
        )
    return coming.page("model.html", steps=steps, answered=len(outcomes))


def _outcomes(coming: Coming) -> dict[str, str]:
    """The newest verdict on every ring, of the store and of what is on its way to it."""
    given = rows_of(coming.parts.store.ask("verdicts", limit=MOST_VERDICTS), VerdictGiven)
    told = {each.subject: each.outcome.value for each in reversed(given) if each.subject.startswith("ring_")}
    return told | coming.parts.desk.cases.outcomes()
