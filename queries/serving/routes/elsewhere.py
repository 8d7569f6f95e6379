"""Signing in elsewhere: to the provider and back (OpenID Connect). Off unless it was set up."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.model.errors import BadCall, Missing
from queries.serving.parts import Parts
from queries.serving.provider import NotSignedIn, Provider
from queries.serving.routes.asking import parts_of
from queries.serving.routes.sessions import set_cookie
from queries.serving.routes.welcome import page_with
from queries.serving.visits import address_of

BEGUN: Final = "__Host-ringfence-sign-in"
"""The cookie that ties a sign-in to the browser that began it."""
BACK: Final = "/sign-in/back"
Given = Annotated[str, Query(max_length=4_096)]
router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def begin(request: Request) -> Response:
    """On to the provider."""
    parts, provider = _set_up(request)
    parts.rates.comes(address_of(request))
    begun = parts.desk.identities.begin()
    url = provider.begin_url(_back(parts), begun.state, begun.nonce, begun.verifier)
    answer = RedirectResponse(url, HTTPStatus.SEE_OTHER)
    # Lax: the way back begins at another site.
    answer.set_cookie(BEGUN, begun.browser, 600, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.get(BACK)
def come_back(
    request: Request,
    code: Given = "",
    state: Given = "",
    iss: Given = "",
    browser: Annotated[str, Cookie(alias=BEGUN, max_length=1_024)] = "",
) -> Response:
    """Signs in whom the provider vouches for, as somebody with the role that the provider's claim gives."""
    parts, provider = _set_up(request)
    address = address_of(request)
    parts.rates.comes(address)
    try:
        under_way = parts.desk.identities.end(state, browser)
        if under_way is None:
            raise NotSignedIn("expected a sign-in that this browser began within ten minutes, found none")
        if iss and iss != provider.issuer:
            raise NotSignedIn("expected an answer of our provider, found one of another")
        if not code:
            raise NotSignedIn("expected the provider to let you in, found that it did not")
        who = provider.signed_in(code, _back(parts), under_way.nonce, under_way.verifier)
        person, secret = parts.desk.sign_in_elsewhere(who.issuer, who.subject, who.name, who.role, address)
    except (NotSignedIn, BadCall) as error:
        parts.rates.failed(address)
        parts.desk.refused_elsewhere(address)
        told = (
            f'<p role="status">{escape(str(error))}; <a href="/sign-in">try again</a>, or ask an admin.</p>'
        )
        return _without_begun(HTMLResponse(page_with(told), HTTPStatus.FORBIDDEN))
    done = f"<p>You are signed in as {escape(person.name)}, {escape(person.role.value)}.</p>"
    answer = HTMLResponse(page_with(done))
    set_cookie(answer, secret)
    return _without_begun(answer)


def _set_up(request: Request) -> tuple[Parts, Provider]:
    parts = parts_of(request)
    if parts.provider is None:
        raise Missing(
            "expected sign-in elsewhere to be set up, found that it is not; see RINGFENCE_OIDC_ISSUER"
        )
    return parts, parts.provider


def _back(parts: Parts) -> str:
    return f"{parts.origins[0]}{BACK}"


def _without_begun(answer: Response) -> Response:
    answer.delete_cookie(BEGUN, path="/", secure=True, httponly=True, samesite="lax")
    return answer
