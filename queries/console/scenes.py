"""What the canvas asks for: scenes, what may be unfolded from a thing, why two are linked, a moment past."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from graph.model.errors import Missing
from graph.model.vocabulary import Permission
from queries.console.comings import Coming, Opens
from queries.console.rendering import label_of, short
from queries.console.scene import Scene, SceneStep, SceneWanted, scene_of
from queries.console.search import address_of
from queries.serving.records import Step, rows_of

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.ACCOUNTS_READ))]
Handle = Annotated[str, Query(max_length=1_100)]
Moment = Annotated[int, Query(ge=0, lt=1 << 53)]


@router.post("/scenes")
def scene(coming: Reading, wanted: SceneWanted) -> dict[str, Any]:
    """A scene: nodes with places, links, and how much of what is shown."""
    masks = coming.visit.desk.masks
    plain = SceneWanted(
        ring_id=wanted.ring_id,
        start=None if wanted.start is None else masks.plain_key(wanted.start),
        steps=[SceneStep(key=masks.plain_key(step.key), mode=step.mode) for step in wanted.steps],
    )
    made = scene_of(coming.parts.store, plain)
    kind, name = ("ring", wanted.ring_id) if wanted.ring_id else (plain.start or ":").split(":", 1)
    coming.visit.note("scene.read", kind, name or "", steps=len(wanted.steps))
    return shown_scene(coming, made)


def shown_scene(coming: Coming, made: Scene) -> dict[str, Any]:
    """The scene as this caller may see it."""
    keys = {key: shown_key(coming, key) for key in made.nodes}
    nodes = []
    for key, facts in made.nodes.items():
        kind, _, identifier = keys[key].partition(":")
        x, y = made.places[key]
        more = {name: value for name, value in facts.items() if name != "by"}
        nodes.append({"key": keys[key], "kind": kind, "label": label_of(identifier), "x": x, "y": y, **more})
    edges = [
        {**edge, "source": keys[str(edge["source"])], "target": keys[str(edge["target"])]}
        for edge in made.edges
    ]
    told = [line + short(keys[key].partition(":")[2]) if key else line for line, key in made.told]
    return {"nodes": nodes, "edges": edges, "told": told, "total": made.total, "shown": len(nodes)}


@router.get("/graph")
def graph(coming: Reading, start: Handle) -> Any:
    """The canvas around one thing."""
    key = coming.visit.desk.masks.plain_key(start)
    if not coming.parts.store.ask("counts", kind=key.partition(":")[0], id=key.partition(":")[2]).rows:
        raise Missing(
            "expected a thing with links, found none like it; search for it, and open it from its page"
        )
    return coming.page("graph.html", start=shown_key(coming, key), ring=None, address=address_of)


@router.get("/scenes/panel")
def panel(coming: Reading, key: Handle) -> Any:
    """What a thing is, and how much could be unfolded from it, before it is."""
    plain = coming.visit.desk.masks.plain_key(key)
    kind, _, identifier = plain.partition(":")
    counts = coming.parts.store.ask("counts", kind=kind, id=identifier)
    facts = coming.parts.store.ask("facts", keys=json.dumps([plain])).rows
    coming.visit.note("links.counted", kind, identifier)
    shown = shown_key(coming, plain)
    return coming.page(
        "panel_part.html",
        key=shown,
        kind=kind,
        identifier=shown.partition(":")[2],
        address=address_of(shown),
        counts=counts.rows,
        total=sum(int(str(row[2])) for row in counts.rows),
        facts=facts[0] if facts else (shown, 0, None, None, None),
    )


@router.get("/why")
def why(coming: Reading, a: Handle = "", b: Handle = "", hops: Annotated[int, Query(ge=1, le=8)] = 6) -> Any:
    """Why two things are linked: the strongest paths, link by link, with the events behind each."""
    masks = coming.visit.desk.masks
    steps, notes, is_at_least = [], [], False
    if a and b:
        left, right = masks.plain_key(a), masks.plain_key(b)
        answer = coming.parts.store.ask("why", a=left, b=right, hops=hops, paths=3)
        steps = [coming.visit.shown(step) for step in rows_of(answer, Step)]
        notes, is_at_least = list(answer.notes), answer.is_at_least
        coming.visit.note(
            "path.read", "account", left, other=coming.visit.desk.subjects.pseudonym("account", right)
        )
    paths = [
        [step for step in steps if step.path == number] for number in sorted({step.path for step in steps})
    ]
    template = "why_part.html" if "hx-request" in coming.request.headers else "why.html"
    return coming.page(
        template, a=a, b=b, paths=paths, notes=notes, is_at_least=is_at_least, address=address_of
    )


@router.get("/rings/{ring_id}/moment")
def moment(coming: Reading, ring_id: Annotated[str, Path(max_length=128)], at: Moment) -> dict[str, Any]:
    """Who stood in a ring at a moment past."""
    answer = coming.parts.store.ask("members", ring_id=ring_id, as_of=at, limit=1_000)
    coming.visit.note("ring.members.read", "ring", ring_id)
    return {
        "accounts": [shown_key(coming, f"account:{row[0]}") for row in answer.rows],
        "total": answer.total,
        "at": at,
    }


def shown_key(coming: Coming, key: str) -> str:
    """An entity as this caller may see it."""
    return coming.visit.desk.masks.masked_key(key) if coming.visit.is_masked else key
