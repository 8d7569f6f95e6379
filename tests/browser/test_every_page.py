"""Every page in both themes: no violation of the policy, no other host, no error, nothing that axe finds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from graph.model.vocabulary import DeskRole
from tests.browsers import axe_faults

pytestmark = pytest.mark.slow


def addresses(office) -> list[str]:
    ring_id = office.place.ring_id
    (member, *_) = office.place.store.ask("members", ring_id=ring_id).rows[0]
    tie = office.place.store.ask("ties", ring_id=ring_id).rows[0]
    masks = office.place.desk.masks
    return [
        "/queue",
        "/queue?standing=snoozed",
        f"/rings/{ring_id}",
        f"/things/account/{masks.masked('account', str(member))}",
        f"/things/{tie[0]}/{masks.masked(str(tie[0]), str(tie[1]))}",
        f"/search?q={ring_id[:7]}",
        f"/why?a={masks.masked('account', str(member))}&b={tie[0]}:{masks.masked(str(tie[0]), str(tie[1]))}",
        f"/graph?start={tie[0]}:{masks.masked(str(tie[0]), str(tie[1]))}",
        "/overview",
        "/model",
        "/rules",
        "/health",
        "/tokens",
        "/admin",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_clean(office, opened, theme):
    page = opened(office.add("root", DeskRole.ADMIN), theme=theme)
    faults = {}
    for address in addresses(office):
        page.goto(office.base + address, wait_until="load")
        if address.startswith(("/rings/", "/graph")):
            expect(page.locator("#told")).to_contain_text("Showing")
        if address.startswith("/rings/"):
            expect(page.locator("#map-told")).not_to_contain_text("Loading")
            page.locator("#twin tbody button").first.evaluate("each => each.click()")
            expect(page.locator("#panel table")).to_be_visible()
        found = axe_faults(page)
        if found:
            faults[address] = found
    assert faults == {}


def test_the_door_and_an_error_are_clean_too(office, browser, watched):
    watched.expected.add(404)
    for theme in ("light", "dark"):
        context = browser.new_context(color_scheme=theme)
        watched.over(context)
        page = context.new_page()
        for address in ("/sign-in", "/welcome?code=x", "/static/nothing/here"):
            page.goto(office.base + address)
            assert axe_faults(page) == []
        context.close()


def test_nothing_is_cut_at_two_hundred_percent(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.set_viewport_size({"width": 750, "height": 600})
    for address in addresses(office)[:-1]:
        page.goto(office.base + address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, address
