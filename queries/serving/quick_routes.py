"""Routes that are answered in less time than a framework takes to find them.

A request goes past a table of patterns, two stacks of exits and a solver of dependencies before FastAPI calls
a route. A route that lets people in by ``QuicklyAllowed`` needs nothing of that. It stays a route like any
other to the description, to the documents and to the test that walks every route, and is called from here:
the guard first, then the endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from queries.serving.visits import QuicklyAllowed

POST: Final = "POST"


class QuickRoutes:
    """The middleware. ``guards``: each route with what lets people in to it; ``handlers`` answer its errors.

    Takes a POST to exactly the path of one of them; everything else goes on to ``app``. An endpoint is called
    as ``endpoint(request, visit)``.
    """

    def __init__(
        self,
        app: ASGIApp,
        guards: Iterable[tuple[APIRoute, QuicklyAllowed]],
        handlers: Mapping[Any, Any],
    ) -> None:
        self._app = app
        self._routes = {
            route.path: (route, ExceptionMiddleware(_called(route, guard), handlers))
            for route, guard in guards
            if route.methods == {POST}
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != POST:
            await self._app(scope, receive, send)
            return
        scope["route"], answer = found
        await answer(scope, receive, send)


def _called(route: APIRoute, guard: QuicklyAllowed) -> ASGIApp:
    endpoint = route.endpoint

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        response = await endpoint(request, await guard(request))
        await response(scope, receive, send)

    return answer
