"""Every page and every form: closed to strangers, and forms that change something to viewers."""

from __future__ import annotations

import re

import pytest

from graph.model.vocabulary import DeskRole
from queries.console.pages import ROUTERS
from tests.serving_places import ORIGIN

HTML = {"Accept": "text/html", "Origin": ORIGIN}
OPEN = {"/", "/static/{digest}/{name}", "/sign-in", "/welcome"}
READ_BY_POST = {"/scenes"}
OF_EVERYBODY = {"/sign-out", "/views", "/views/forget", "/tokens", "/tokens/{number}/revoke"}


def doors() -> list[tuple[str, str]]:
    return sorted(
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        for method in route.methods
        if route.path not in OPEN
    )


def address(path: str) -> str:
    """The path with something in every place."""
    return re.sub(r"\{[^}]+\}", "1", path)


@pytest.mark.parametrize(("method", "path"), doors())
def test_a_stranger_is_let_in_nowhere(place, method, path):
    answer = place.client(**HTML).request(method, address(path), follow_redirects=False)
    if method == "GET":
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "path", [path for method, path in doors() if method == "POST" and path not in READ_BY_POST | OF_EVERYBODY]
)
def test_a_viewer_changes_nothing(place, path):
    client = place.sits(DeskRole.VIEWER, **HTML)
    assert client.post(address(path), data={"outcome": "fraud", "note": "x"}).status_code == 403
    assert place.desk.outbox.waiting() == 0


@pytest.mark.parametrize(("method", "path"), [each for each in doors() if each[0] == "POST"])
def test_another_site_sends_nothing_with_the_cookie(place, method, path):
    client = place.sits(DeskRole.ADMIN, **HTML)
    answer = client.request(method, address(path), data={"x": "y"}, headers={"Origin": "https://evil.test"})
    assert answer.status_code == 403
