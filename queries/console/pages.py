"""The application with the console in it: its routes first, its errors as pages, its static files."""

from __future__ import annotations

import gzip
import mimetypes
from functools import cache
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from graph.model.errors import RingfenceError
from queries.console import (
    answering,
    doors,
    dossier,
    ground,
    model_page,
    overview,
    queue_page,
    ring_page,
    rules_page,
    scenes,
    things,
    tokens_page,
    upkeep,
    views_page,
)
from queries.console.comings import SignInNeeded
from queries.console.doors import sign_in_page
from queries.console.places import Places, with_places
from queries.console.rendering import FOLDERS, bundle, page
from queries.serving.application import application
from queries.serving.parts import Parts
from queries.serving.problems import Refusal, problem_response, refusal_of

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_MODULES: Final = (
    *(doors, queue_page, views_page, ring_page, dossier, ground, scenes, things, answering),
    *(overview, model_page, rules_page, tokens_page, upkeep),
)
NOTHING: Final = Places()
ROUTERS: Final = tuple(module.router for module in _MODULES)
"""Of every page and form."""
_frame = APIRouter(include_in_schema=False)


def console(parts: Parts, places: Places = NOTHING) -> FastAPI:
    """The routes over HTTP and the pages, on one desk, one store and what lies beside it."""
    app = with_places(application(parts, [_frame, *ROUTERS]), places)
    app.state.ground = ground.Ground()

    async def told(request: Request, error: Exception) -> Response:
        return _told(request, error)

    for kind in (Refusal, RequestValidationError, HTTPException, RingfenceError, SignInNeeded, Exception):
        app.add_exception_handler(kind, told)
    return app


@_frame.get("/")
async def front() -> Response:
    """The console begins with the queue."""
    return RedirectResponse("/queue")


@_frame.get("/static/{digest}/{name}")
async def static(request: Request, digest: str, name: str) -> Response:
    """A static file; kept by browsers for ever, since its address tells what is in it."""
    found = _static_files().get(name)
    if found is None or digest != bundle():
        raise HTTPException(
            HTTPStatus.NOT_FOUND, "expected a file of this console, found none; load the page again"
        )
    plain, packed, media_type = found
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(plain, media_type=media_type, headers=headers)


@cache
def _static_files() -> dict[str, tuple[bytes, bytes | None, str]]:
    """Every static file by its name: plain, packed where that is shorter, and its type."""
    files = {}
    for folder in FOLDERS:
        for path in folder.iterdir():
            plain = path.read_bytes()
            packed = gzip.compress(plain, 9, mtime=0)
            kind = "text/javascript" if path.suffix in (".js", ".mjs") else mimetypes.guess_type(path.name)[0]
            files[path.name] = (plain, packed if len(packed) < len(plain) else None, kind or "text/plain")
    return files


def _told(request: Request, error: Exception) -> Response:
    wants_page = "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers
    is_api = request.url.path.startswith("/v1/") or not wants_page
    if isinstance(error, SignInNeeded):
        if request.method == "GET" and not is_api and "hx-request" not in request.headers:
            return RedirectResponse(f"/sign-in?{urlencode({'to': error.path})}", 303)
        if not is_api and error.fields:
            return sign_in_page(
                401, error.path, error.fields, "Your session has ended. Sign in; what you wrote is kept."
            )
        error = Refusal(
            HTTPStatus.UNAUTHORIZED, "unknown_caller", "Your session has ended; load the page to sign in."
        )
    refusal = refusal_of(error)
    if is_api:
        return problem_response(refusal)
    template = "error_part.html" if "hx-request" in request.headers else "error.html"
    response = page(template, refusal.status, title=refusal.status.phrase, detail=refusal.detail)
    response.headers.update(refusal.headers)
    return response
