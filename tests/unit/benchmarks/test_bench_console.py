"""The benchmark of the console asks every address that is read, so that no page is slow unseen."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
from starlette.routing import Match

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
ELSEWHERE = {"/", "/static/{digest}/{name}"}
"""Led on at once, and a file out of memory."""


def test_every_address_that_is_read_is_asked(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    # It makes the repository importable for itself.
    monkeypatch.setattr(sys, "path", list(sys.path))
    from bench_console import Bench, pages

    from queries.console.pages import ROUTERS

    asked: list[tuple[str, str]] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path))
        return httpx.Response(200)

    masks = SimpleNamespace(masked_key=lambda key: key)
    place = SimpleNamespace(desk=SimpleNamespace(masks=masks))
    with httpx.Client(transport=httpx.MockTransport(note), base_url="http://console") as client:
        for ask in pages(Bench(place, "", "", {})).values():
            ask(client)
    read = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if "GET" in route.methods and route.path not in ELSEWHERE
    }
    met = {
        route.path
        for method, path in asked
        for router in ROUTERS
        for route in router.routes
        if route.matches({"type": "http", "method": method, "path": path})[0] is Match.FULL
    }
    assert read - met == set()
    modes = {"most", "newest", "drivers", "riders", "all"}
    assert sum(path == "/scenes" for _, path in asked) == len(modes) + 1
