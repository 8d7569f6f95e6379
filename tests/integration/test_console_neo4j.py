"""The console over a real Neo4j: an investigator's way through a ring, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from graph.model.vocabulary import DeskRole
from graph.stores.opening import StoreAddress
from queries.console.first_asks import ask_first
from ringfence.settings import read_settings
from ringfence.wiring import DetectOptions, run_detection
from simulation import CityConfig, simulate
from tests.browsers import Watched, chromium, sign_in
from tests.console_places import console_at
from tests.contract.neo4j_place import emptied
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import at_work

pytestmark = [pytest.mark.servers, pytest.mark.slow]
CITY = CityConfig(seed=5, riders=400, drivers=40, days=10, fraud_share=0.15, camouflage=0.1)
ASKED_WITHIN_S = 300.0


def test_a_ring_is_worked_to_its_verdict_over_neo4j(neo4j_address, tmp_path):
    emptied(neo4j_address)
    simulate(CITY, tmp_path / "city")
    options = DetectOptions.from_settings(read_settings())
    events = str(tmp_path / "city" / "events.ndjson")
    run_detection([events], tmp_path / "out", options, None, StoreAddress(neo4j_address))
    with console_at(tmp_path, neo4j_address) as place, at_work(place) as base, chromium() as browser:
        # As the command does when it starts; here nobody comes before it is done.
        ask_first(place.parts.store).join(ASKED_WITHIN_S)
        person, _ = place.desk.add_person(TEST, "ann", DeskRole.INVESTIGATOR)
        place.desk.redeem_link(place.desk.new_link(TEST, person.name), PASSWORD, "")
        watched = Watched(base)
        context = browser.new_context()
        watched.over(context)
        page = context.new_page()
        sign_in(page, base, "ann")
        page.locator("[data-row] a").first.click()
        expect(page.locator("#told")).to_contain_text("accounts and shared things of this ring")
        page.locator("#twin tbody button").first.evaluate("each => each.click()")
        page.locator("[data-unfold]").first.click()
        expect(page.locator("#told")).to_contain_text("links of account")
        page.locator("#legend button", has_text="rider").click()
        page.click("[data-do=why]")
        expect(page.locator("#why h4").first).to_contain_text("Strongest path")
        page.locator("[data-moment]").first.click()
        expect(page.locator("#as-of")).to_contain_text(" in")
        page.check("#verdict-form input[value=legit]")
        page.fill("#verdict-form textarea", "a family")
        page.click("text=Give the verdict")
        expect(page.locator("#verdict .log")).to_contain_text("a family")
        for address in ("/overview", "/model", "/health", "/search?q=ring_"):
            page.goto(base + address)
            expect(page.locator("h1")).to_be_visible()
        context.close()
    assert watched.wrongs == []
