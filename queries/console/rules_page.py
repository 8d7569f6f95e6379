"""Short-lived rules: proposed, in shadow, live and ended; approved, rejected and retired by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from fastapi.responses import RedirectResponse

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import Permission, RuleAct, RuleStage
from queries.console.comings import Coming, Opens, Sends
from queries.console.places import places_of
from rules.book.decisions import RuleEntry
from rules.running.runner import RuleReport

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
Deciding = Annotated[Coming, Depends(Sends(Permission.RULES_DECIDE))]
Name = Annotated[str, Path(max_length=80)]
LONGEST_NOTE: Final = 500
ENDED: Final = (RuleStage.EXPIRED, RuleStage.RETIRED, RuleStage.REJECTED)
SECTIONS: Final = (
    ("Proposed", (RuleStage.PROPOSED,), "Nothing is proposed. ringfence rules propose looks for an onset."),
    ("In shadow", (RuleStage.SHADOW,), "No rule is tried in silence now."),
    ("Live", (RuleStage.LIVE,), "No rule flags now."),
    ("Ended", ENDED, "No rule has ended yet."),
)


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule as the page shows it."""

    entry: RuleEntry
    stage: RuleStage
    approvers: list[str]
    report: RuleReport | None

    @property
    def acts(self) -> tuple[RuleAct, ...]:
        """What may be decided about it now."""
        if self.stage is RuleStage.PROPOSED:
            return (RuleAct.APPROVE, RuleAct.REJECT)
        return () if self.stage in ENDED else (RuleAct.RETIRE,)


@router.get("/rules")
def rules(coming: Reading) -> Any:
    """Every rule by where it stands."""
    places, now = places_of(coming.request), coming.parts.desk.database.now_ms()
    folder = places.rules
    entries = folder.entries() if folder is not None and folder.place.is_dir() else []
    shown = [
        RuleShown(each, each.stage(now), each.approvers(now), places.reports.get(each.rule.name))
        for each in entries
    ]
    return coming.page(
        "rules.html",
        has_folder=folder is not None,
        sections=[
            (title, empty, [each for each in shown if each.stage in stages])
            for title, stages, empty in SECTIONS
        ],
        longest_note=LONGEST_NOTE,
    )


@router.post("/rules/{name}")
def decide(coming: Deciding, name: Name) -> Any:
    """Approve, reject or retire a rule as its file stood on the page."""
    folder = places_of(coming.request).rules
    if folder is None:
        raise Missing("expected a folder of rules, found none named; start the console with --rules DIR")
    try:
        act = RuleAct(coming.field("act"))
    except ValueError:
        raise BadCall(f"expected one of {', '.join(RuleAct)}, found another; use the buttons") from None
    if folder.entry(name).digest != coming.field("digest"):
        raise BadCall(
            f"expected {name} as it stood on the page, found it changed; read it again, then decide"
        )
    note = coming.field("note")[:LONGEST_NOTE]
    folder.decide(name, act, coming.name, coming.parts.desk.database.now_ms(), note)
    coming.visit.note(f"rule.{act.value}", "rule", name, note=note)
    return RedirectResponse("/rules", 303)
