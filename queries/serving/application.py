"""The application: every route, its OpenAPI description, its edges."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from importlib import metadata
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from graph.model.vocabulary import Permission
from queries.serving.chores import done_beside
from queries.serving.edges import Edges
from queries.serving.examples import with_examples
from queries.serving.parts import Mounted, Parts
from queries.serving.problems import MEDIA_TYPE, Problem, tell_problems
from queries.serving.quick_routes import QuickRoutes
from queries.serving.routes import (
    accounts,
    answers,
    audit,
    elsewhere,
    flags,
    health,
    people,
    rings,
    sessions,
    tokens,
    webhooks,
    welcome,
)
from queries.serving.visits import COOKIE, REASON, Allowed, QuicklyAllowed

_MODULES: Final = (
    *(rings, accounts, flags, answers),
    *(sessions, people, tokens, webhooks, audit, health, welcome),
    elsewhere,
)
ROUTERS: Final = tuple(module.router for module in _MODULES)
NOTHING: Final = Mounted()
TITLE: Final = "Ringfence"
SUMMARY: Final = "Fraud rings on ride-hailing and delivery platforms: what was found, and answers to it."
PROBLEMS: Final[dict[int, str]] = {
    400: "The call is wrong.",
    401: "Nobody known asks.",
    403: "Not allowed, or asked by another site.",
    404: "What is named is not there.",
    408: "The request came too slowly.",
    413: "The body is too large.",
    422: "The request is not as described.",
    429: "Too often; see Retry-After.",
    503: "The store or the desk does not answer; see Retry-After.",
}


def application(parts: Parts, before: Sequence[APIRouter] = ()) -> FastAPI:
    """The application of these parts; routes of ``before`` win. Whoever made the parts closes them."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with done_beside(parts.chores, parts.mounted.tasks):
            yield

    app = FastAPI(
        lifespan=lifespan,
        title=TITLE,
        version=metadata.version("ringfence"),
        summary=SUMMARY,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    mounted = parts.mounted
    for router in (*before, *ROUTERS, *mounted.routers):
        app.include_router(router)
    tell_problems(app)
    guards = [(route, guard_of(route)) for route in all_routes(mounted)]
    app.add_middleware(
        QuickRoutes,
        guards=[(route, guard) for route, guard in guards if isinstance(guard, QuicklyAllowed)],
        handlers=app.exception_handlers,
    )
    app.add_middleware(
        Edges,
        hosts=parts.hosts,
        has_tls=parts.has_tls,
        measures=parts.measures,
        body_bytes=mounted.body_bytes,
    )
    description = described(app, mounted)
    app.openapi = lambda: description  # type: ignore[method-assign]

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        """What this page tells of."""
        return description

    return app


def all_routes(mounted: Mounted = NOTHING) -> Iterator[APIRoute]:
    """Every route of every router, and of what is mounted."""
    for router in (*ROUTERS, *mounted.routers):
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route


def guard_of(route: APIRoute) -> Allowed | None:
    """What lets people in to a route; None when it is open to everybody."""

    def find(dependant: Dependant) -> Allowed | None:
        for each in dependant.dependencies:
            if isinstance(each.call, Allowed):
                return each.call
        return None

    return find(route.dependant)


def described(app: FastAPI, mounted: Mounted) -> dict[str, Any]:
    """The OpenAPI description, with who may call what and the problems that may come back."""
    description = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    components = description.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An API token."},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A session."},
    }
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in sorted(schemas.keys() & mounted.schemas.keys()):
        if not _say_the_same(schemas[name], mounted.schemas[name]):
            raise TypeError(f"expected one schema called {name}, found two that differ; rename one of them")
    schemas.update(mounted.schemas)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for route in all_routes(mounted):
        for method in route.methods or () if route.include_in_schema else ():
            _complete(description["paths"][route.path_format][method.lower()], guard_of(route))
    return with_examples(description)


def _say_the_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two schemas have the same words to choose from and the same fields."""
    return set(one.get("enum", ())) == set(other.get("enum", ())) and (
        one.get("properties", {}).keys() == other.get("properties", {}).keys()
    )


def api_description(mounted: Mounted = NOTHING) -> dict[str, Any]:
    """The OpenAPI description of an application, without one at work."""
    app = FastAPI(title=TITLE, version=metadata.version("ringfence"), summary=SUMMARY)
    for router in (*ROUTERS, *mounted.routers):
        app.include_router(router)
    return described(app, mounted)


def _complete(operation: dict[str, Any], guard: Allowed | None) -> None:
    problems = set(PROBLEMS) if guard else set(PROBLEMS) - {401, 403}
    for status in sorted(problems):
        operation["responses"][str(status)] = {
            "description": PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if guard is None:
        return
    operation["security"] = [{"token": []}, {"session": []}]
    operation["x-permission"] = guard.permission.value if guard.permission else "any"
    if guard.permission in {Permission.RINGS_READ, Permission.ACCOUNTS_READ, Permission.FLAGS_READ}:
        operation.setdefault("parameters", []).append(
            {
                "name": REASON,
                "in": "header",
                "required": False,
                "description": "Why identifiers are to be shown; goes to the audit.",
                "schema": {"type": "string", "minLength": 5, "maxLength": 300},
            }
        )
