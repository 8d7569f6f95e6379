"""Views of the queue under a name: kept and forgotten by whoever made them."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from graph.model.errors import BadCall
from graph.model.vocabulary import Permission, RingKind
from queries.console.comings import Coming, Sends
from queries.console.queue import Standing

router = APIRouter(include_in_schema=False)
Keeping = Annotated[Coming, Depends(Sends(Permission.RINGS_READ))]
_CHOICES = {"standing": {each.value for each in Standing}, "kind": {"", *(each.value for each in RingKind)}}


@router.post("/views")
def keep(coming: Keeping) -> Any:
    """Keep the filters of the queue under a name, and show them."""
    filters = {name: coming.field(name) for name in ("standing", "kind", "min_score", "assignee")}
    for name, known in _CHOICES.items():
        if filters[name] not in known:
            raise BadCall(f"expected a known {name}, found another; set the filters of the queue again")
    query = urlencode({name: value for name, value in filters.items() if value})
    coming.visit.desk.views.keep(coming.visit.caller.person, coming.field("name"), query)
    return RedirectResponse(f"/queue?{query}", 303)


@router.post("/views/forget")
def forget(coming: Keeping) -> Any:
    """Let go of a view."""
    coming.visit.desk.views.forget(coming.visit.caller.person, coming.field("name"))
    return RedirectResponse("/queue", 303)
