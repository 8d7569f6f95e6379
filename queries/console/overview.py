"""The overview: alerts by day and kind, money taken and prevented, promises kept, look-alikes hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends

from graph.model.vocabulary import Permission, RingKind, VerdictOutcome
from queries.console.comings import Coming, Opens
from queries.console.figures import look_alikes, prevented
from queries.console.places import places_of
from queries.console.queue import MOST_RINGS
from queries.serving.records import Ring, RingListed, VerdictGiven, rows_of

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
DAY_MS: Final = 86_400_000
MOST_FLAGS: Final = 5_000
MOST_VERDICTS: Final = 5_000
MOST_DAYS: Final = 5_000
MOST_LOOK_ALIKES: Final = 100
_MONEY: Final = ("promotions", "chargebacks", "incentives")
"""As the question for money by day gives it, after the ring and the day."""


@router.get("/overview")
def overview(coming: Reading) -> Any:
    """Figures of all rings."""
    ask, cases = coming.parts.store.ask, coming.parts.desk.cases
    rings = ask("rings", limit=MOST_RINGS)
    listed = rows_of(rings, RingListed)
    outcomes = outcomes_of(coming)
    stopped = _stopped(coming, outcomes)
    places = places_of(coming.request)
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
        promised=places.promised,
        stopped=len(stopped),
        prevented=_money_since(coming, stopped),
        look_alikes=_look_alikes(coming, outcomes),
    )


@router.get("/overview/series")
def series(coming: Reading) -> dict[str, Any]:
    """Flags by day and kind, and money by day."""
    ask = coming.parts.store.ask
    answer = ask("flags", limit=MOST_FLAGS)
    names = [column.name for column in answer.columns]
    ts, kind = names.index("ts"), names.index("kind")
    flags = Counter((str(row[kind]), int(str(row[ts])) // DAY_MS * DAY_MS) for row in answer.rows)
    days = sorted({day for _, day in flags})
    money: dict[int, list[float]] = {}
    for row in ask("money-days", limit=MOST_FLAGS).rows:
        of_day = money.setdefault(int(str(row[1])), [0.0] * len(_MONEY))
        for place, cell in enumerate(row[2 : 2 + len(_MONEY)]):
            of_day[place] += float(str(cell))
    money_days = sorted(money)
    return {
        "days": days,
        "flags": {
            each.replace("_", " "): [flags[each, day] for day in days]
            for each in sorted({name for name, _ in flags}, key=[kind.value for kind in RingKind].index)
        },
        "shown": len(answer.rows),
        "total": answer.total,
        "money_days": money_days,
        "money": {name: [money[day][place] for day in money_days] for place, name in enumerate(_MONEY)},
    }


def outcomes_of(coming: Coming) -> dict[str, str]:
    """The newest verdict on every ring, of the store and of what is on its way to it."""
    given = rows_of(coming.parts.store.ask("verdicts", limit=MOST_VERDICTS), VerdictGiven)
    told = {each.subject: each.outcome.value for each in reversed(given) if each.subject.startswith("ring_")}
    return told | coming.parts.desk.cases.outcomes()


def _stopped(coming: Coming, outcomes: Mapping[str, str]) -> dict[str, int]:
    """When each ring whose newest verdict is fraud was answered so."""
    given = rows_of(coming.parts.store.ask("verdicts", limit=MOST_VERDICTS), VerdictGiven)
    times = {each.subject: each.ts for each in reversed(given) if each.outcome is VerdictOutcome.FRAUD}
    times = coming.parts.desk.cases.fraud_times() | times
    return {ring_id: ts for ring_id, ts in times.items() if outcomes.get(ring_id) == "fraud"}


def _money_since(coming: Coming, stopped: Mapping[str, int]) -> float:
    """What stopped rings would have taken since."""
    rows = coming.parts.store.ask("money-days", limit=MOST_DAYS).rows if stopped else []
    taken = ((str(row[0]), int(str(row[1])), sum(float(str(cell)) for cell in row[2:5])) for row in rows)
    return sum(prevented(taken, stopped, coming.parts.store.watermark_ms()).values())


def _look_alikes(coming: Coming, outcomes: Mapping[str, str]) -> list[tuple[str, int]]:
    """What the rings answered legit were, by the strongest that spoke for their innocence."""
    wrong = sorted(ring_id for ring_id, outcome in outcomes.items() if outcome == "legit")[:MOST_LOOK_ALIKES]
    found = (rows_of(coming.parts.store.ask("ring", ring_id=ring_id), Ring) for ring_id in wrong)
    return look_alikes(
        ("legit", [reason.rule for reason in rows[0].innocent_reasons]) for rows in found if rows
    )
