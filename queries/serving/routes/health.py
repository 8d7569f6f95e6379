"""Whether it lives, whether it can answer, and its figures."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response

from graph.model.vocabulary import Permission
from queries.serving.records import Record
from queries.serving.routes.asking import parts_of
from queries.serving.visits import Allowed, Visit

Measuring = Annotated[Visit, Depends(Allowed(Permission.METRICS_READ))]
router = APIRouter(tags=["health"])


class Well(Record):
    """All is well."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", summary="Does it live?")
async def lives() -> Well:
    """Says so as long as the loop goes round."""
    return Well()


@router.get("/readyz", summary="Can it answer?")
def ready(request: Request) -> Well:
    """Asks the store and the desk for a row each; 503 when one does not answer."""
    parts = parts_of(request)
    parts.store.watermark_ms()
    parts.desk.log.last()
    return Well()


@router.get("/metrics", summary="Figures for Prometheus.", response_class=Response)
def metrics(
    request: Request, _visit: Annotated[Visit, Depends(Allowed(Permission.METRICS_READ))]
) -> Response:
    """Prometheus text; it names nobody. Let the scraper come with a token."""
    measures = parts_of(request).measures
    measures.watermark.set(parts_of(request).store.watermark_ms() / 1_000)
    return Response(measures.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
