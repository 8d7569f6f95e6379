"""Verdicts, blocks by two people, and acts, from the forms of the console.

They are the same events as those of the routes over HTTP, made by the same functions; here they are also kept
at the desk, so that the page shows them before the engine has read them.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from graph.model.errors import BadCall
from graph.model.vocabulary import ActKind, Permission, VerdictOutcome
from queries.console.comings import Coming, Sends
from queries.console.ring_facts import ring_named
from queries.serving.routes.answers import NewAct, NewVerdict, act, verdict

router = APIRouter(include_in_schema=False)
Answering = Annotated[Coming, Depends(Sends(Permission.VERDICTS_GIVE))]
Acting = Annotated[Coming, Depends(Sends(Permission.ACTS_DO))]
RingId = Annotated[str, Path(max_length=128)]
MOST_SUBJECTS: Final = 200
MOST_RINGS: Final = 50


@router.post("/rings/{ring_id}/verdict")
def answer(coming: Answering, ring_id: RingId) -> Any:
    """A verdict on the ring, or on members of it; with ``block``, a request for a second person."""
    ring_named(coming.parts, ring_id)
    outcome = _outcome(coming.field("outcome"))
    grounds = [each for each in coming.fields.get("grounds", []) if each]
    note = coming.field("note")
    if not grounds and not note:
        raise BadCall("expected grounds or a note, found neither; tick what convinced you, or write it down")
    wants_block = bool(coming.field("block"))
    if wants_block and outcome is not VerdictOutcome.FRAUD:
        raise BadCall(
            f"expected the verdict fraud to ask for a block, found {outcome.value}; choose one of the two"
        )
    if wants_block:
        _ask_block(coming, ring_id, grounds, note)
        return RedirectResponse(f"/rings/{ring_id}#verdict", 303)
    subjects = coming.fields.get("subject", [])[: MOST_SUBJECTS + 1]
    if len(subjects) > MOST_SUBJECTS:
        raise BadCall(f"expected {MOST_SUBJECTS} members at most, found more; answer about the ring")
    for subject in subjects or [ring_id]:
        give(coming, ring_id, subject, outcome, _told(grounds, note))
    return RedirectResponse(f"/rings/{ring_id}#verdict", 303)


def give(coming: Coming, ring_id: str, subject: str, outcome: VerdictOutcome, note: str) -> None:
    """One verdict: on its way to the engine, and kept at the desk."""
    given = NewVerdict(subject=subject, outcome=outcome, note=note)
    key = coming.field("key")
    accepted = verdict(coming.request, coming.visit, given, f"{key} {subject}" if key else None)
    on = (
        "ring"
        if subject == ring_id
        else coming.visit.desk.masks.masked("account", coming.visit.account(subject))
    )
    coming.visit.desk.cases.answered(
        ring_id,
        coming.visit.caller.person,
        accepted.event_id,
        "verdict",
        {"outcome": outcome.value, "note": note, "on": on},
    )


@router.post("/rings/{ring_id}/blocks/{number}")
def decide(coming: Answering, ring_id: RingId, number: Annotated[int, Path(ge=1, lt=1 << 53)]) -> Any:
    """A second person approves or refuses a block; approved, it is a verdict of both."""
    decision = coming.field("decision")
    if decision not in ("approve", "refuse"):
        raise BadCall("expected approve or refuse, found neither; choose one")
    desk, person = coming.visit.desk, coming.visit.caller.person
    ring_named(coming.parts, ring_id)
    with desk.transaction():
        looked_ms = desk.cases.last_look(ring_id, person)
        request = desk.blocks.decide(number, person, decision == "approve", looked_ms)
        if request.ring_id != ring_id:
            raise BadCall("expected a request for this ring, found one for another; load the page again")
        coming.visit.note(f"block.{decision}d", "ring", ring_id, number=number, asked_by=request.asked_by)
        if request.is_approved:
            note = _told(
                [request.grounds],
                f"{request.note} (block asked by {request.asked_by}, approved by {person.name})",
            )
            give(coming, ring_id, ring_id, VerdictOutcome.FRAUD, note)
    return RedirectResponse(f"/rings/{ring_id}#verdict", 303)


@router.post("/rings/{ring_id}/acts")
def do(coming: Acting, ring_id: RingId) -> Any:
    """Cut a tie, declare an identifier public or private, mark a household, undo."""
    ring_named(coming.parts, ring_id)
    kind, subject, other = coming.field("act"), coming.field("subject"), coming.field("other")
    try:
        given = NewAct(
            act=ActKind(kind),
            subject=subject.removeprefix("account:"),
            other=other.removeprefix("account:") or None,
            note=coming.field("note") or None,
        )
    except ValidationError as error:
        told = "; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors()[:3])
        raise BadCall(f"expected a whole act, found: {told}; correct the form") from error
    except ValueError:
        raise BadCall(f"expected one of {', '.join(ActKind)} as act, found another; choose one") from None
    accepted = act(coming.request, coming.visit, given, coming.field("key") or None)
    masks = coming.visit.desk.masks
    said = {"subject": masks.masked_key(masks.plain_key(given.subject)), "note": given.note or ""}
    if given.other is not None:
        is_key = given.act is ActKind.CUT
        said["other"] = masks.masked_key(masks.plain_key(given.other)) if is_key else given.other
    coming.visit.desk.cases.answered(
        ring_id, coming.visit.caller.person, accepted.event_id, given.act.value, said
    )
    return RedirectResponse(f"/rings/{ring_id}#acts", 303)


@router.post("/rings-answered")
def answer_many(coming: Answering) -> Any:
    """The same verdict on several rings: first a page that shows which, then, confirmed, the verdicts."""
    ring_ids = list(dict.fromkeys(coming.fields.get("ring", [])))
    if not 1 <= len(ring_ids) <= MOST_RINGS:
        raise BadCall(f"expected 1 to {MOST_RINGS} rings, found {len(ring_ids)}; tick some in the queue")
    rings = [ring_named(coming.parts, ring_id) for ring_id in ring_ids]
    if not coming.field("confirmed"):
        return coming.page("many.html", rings=rings, outcomes=[each.value for each in VerdictOutcome])
    outcome, note = _outcome(coming.field("outcome")), coming.field("note")
    if not note:
        raise BadCall("expected a note that says why, found none; write one")
    for ring in rings:
        give(coming, ring.ring_id, ring.ring_id, outcome, f"{note} (one of {len(rings)} answered together)")
    return RedirectResponse("/queue", 303)


def _ask_block(coming: Coming, ring_id: str, grounds: list[str], note: str) -> None:
    masks, desk = coming.visit.desk.masks, coming.visit.desk
    members = coming.parts.store.ask("members", ring_id=ring_id, limit=MOST_SUBJECTS * 10)
    if members.is_cut:
        raise BadCall(
            f"expected {MOST_SUBJECTS * 10:,} accounts at most to block together, found more; "
            "answer about members"
        )
    handles = [masks.masked("account", str(row[0])) for row in members.rows]
    with desk.transaction():
        number = desk.blocks.ask(ring_id, handles, ", ".join(grounds), note, coming.visit.caller.person)
        coming.visit.note("block.asked", "ring", ring_id, number=number, accounts=len(handles))


def _outcome(given: str) -> VerdictOutcome:
    try:
        return VerdictOutcome(given)
    except ValueError:
        raise BadCall(f"expected one of {', '.join(VerdictOutcome)}, found none; choose one") from None


def _told(grounds: list[str], note: str) -> str:
    named = ", ".join(each for each in grounds if each)
    return (f"[grounds: {named}] {note}" if named else note).strip()[:2_000]
