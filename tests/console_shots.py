"""Takes the pictures of the console in ``docs/images``: ``python -m tests.console_shots``.

A seeded city is simulated, its rings are detected, and a browser works through the pages in both themes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from graph.model.vocabulary import DeskRole
from simulation import CityConfig, simulate
from tests.browser.conftest import detected
from tests.browsers import chromium, sign_in
from tests.console_places import console_at
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import at_work
from tests.vendoring import ROOT

IMAGES = ROOT / "docs" / "images"
CITY = CityConfig(seed=11, riders=3000, drivers=250, days=21)
SETTLED_MS = 900
PATIENCE_MS = 300_000
"""A machine that does much else takes long to draw."""


def ring(page: Page, base: str, ring_id: str) -> None:
    """The workspace with one of its shared things unfolded."""
    page.goto(f"{base}/rings/{ring_id}")
    page.wait_for_selector("#graph[data-ready]")
    page.wait_for_selector("#map-told:has-text('Showing')")
    page.wait_for_selector("[data-ground]")
    page.locator("#twin button").nth(1).evaluate("each => each.click()")
    page.wait_for_selector("#panel table")
    page.wait_for_timeout(SETTLED_MS)


def take(folder: Path) -> list[str]:
    """Every picture; gives their names."""
    simulate(CITY, folder / "city")
    detected([folder / "city" / "events.ndjson"], folder / "out", folder / "store.db")
    names = []
    with console_at(folder, folder / "store.db") as place, at_work(place) as base, chromium() as browser:
        for name, role in (("ann", DeskRole.INVESTIGATOR), ("lea", DeskRole.ADMIN)):
            person, _ = place.desk.add_person(TEST, name, role)
            place.desk.redeem_link(place.desk.new_link(TEST, person.name), PASSWORD, "")
        for theme in ("light", "dark"):
            context = browser.new_context(viewport={"width": 1480, "height": 920}, color_scheme=theme)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            sign_in(page, base, "lea")
            page.fill("#reason", "case 4711, chargebacks")
            page.click("text=Show for 30 minutes")
            page.wait_for_selector("text=Mask them")
            ring_id = page.locator("[data-row]").nth(0).get_attribute("data-ring") or ""

            def shot(what: str, whole: bool = False, page: Page = page, theme: str = theme) -> None:
                name = f"console-{what}-{theme}.png"
                page.screenshot(path=IMAGES / name, full_page=whole)
                names.append(name)

            shot("queue")
            ring(page, base, ring_id)
            shot("ring")
            for anchor in ("members", "verdict", "money", "map", "history"):
                page.locator(f"#{anchor}").scroll_into_view_if_needed()
                page.evaluate("id => document.getElementById(id).scrollIntoView()", anchor)
                page.wait_for_timeout(SETTLED_MS // 3)
                shot(f"ring-{anchor}")
            for what, address in (("overview", "/overview"), ("health", "/health"), ("admin", "/admin")):
                page.goto(base + address)
                page.wait_for_timeout(SETTLED_MS)
                shot(what)
            context.close()
    return names


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place_name:
        taken = take(Path(place_name))
    sys.stdout.write(f"{len(taken)} pictures in {IMAGES.relative_to(ROOT)}\n")
