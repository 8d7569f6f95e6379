"""An investigator's work in a real browser, over a store made by ``detect`` on a seeded city."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from playwright.sync_api import expect

from gnn.training.verdict_labels import truth_of_verdicts
from graph.model.events import Verdict
from graph.model.results import LedgerEntry
from graph.model.vocabulary import DeskRole
from queries.console.places import Places
from queries.desk.event_file import EventFile
from queries.desk.flag_feed import FeedFlag
from queries.serving.records import FlagRaised, rows_of
from ringfence.console_wiring import FileLetters
from ringfence.settings import read_settings
from rules.book.folder import RuleFolder
from tests.browser.conftest import detected
from tests.browsers import axe_faults
from tests.console_places import RULE
from tests.desk_places import PASSWORD

pytestmark = pytest.mark.slow


def test_the_first_admin_comes_in_by_the_one_time_link(office, browser, watched):
    context = browser.new_context()
    watched.over(context)
    page = context.new_page()
    page.goto(f"{office.base}/welcome?code={office.place.desk.first_link('')}")
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Set it and sign in")
    expect(page.locator("h1")).to_have_text("Queue")
    expect(page.locator("[data-row]").first).to_be_visible()
    context.close()


def test_the_graph_is_unfolded_folded_asked_and_comes_back_by_its_link(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.locator("[data-row] a").first.click()
    expect(page.locator("#told")).to_contain_text("accounts and shared things of this ring")
    before = page.inner_text("#told")
    page.click("text=The graph as a table")
    ends = page.locator("#twin tbody tr").first.locator("button")
    ends.nth(0).click()
    expect(page.locator("#panel table")).to_be_visible()
    page.locator("[data-unfold]").first.click()
    expect(page.locator("#told")).to_contain_text(re.compile(r"\d+ of the [\d,]+ links of account"))
    unfolded = page.inner_text("#told")
    shown, total = (int(each.replace(",", "")) for each in re.findall(r"[\d,]+", unfolded)[:2])
    assert shown <= total
    link = page.url
    again = page.context.new_page()
    again.goto(link)
    expect(again.locator("#told")).to_have_text(unfolded)
    again.close()
    page.click("[data-do=undo]")
    expect(page.locator("#told")).to_have_text(before)
    page.locator("[data-unfold]").first.click()
    expect(page.locator("#told")).to_have_text(unfolded)
    page.locator("[data-fold]").click()
    expect(page.locator("#told")).to_have_text(before)


def test_two_of_the_legend_are_asked_why_they_are_linked(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.locator("[data-row] a").first.click()
    expect(page.locator("#legend button").first).to_be_visible()
    page.locator("#legend button", has_text="rider").click()
    page.click("[data-do=why]")
    expect(page.locator("#why h4").first).to_contain_text("Strongest path")
    expect(page.locator("#why ol.path li").first).to_contain_text(re.compile(r"\d+ times?, "))
    page.click("[data-do=path]")
    expect(page.locator("#said")).to_contain_text("links:")
    page.click("[data-do=hide]")
    expect(page.locator("#told")).to_contain_text("hidden by you")
    page.keyboard.press("u")
    expect(page.locator("#told")).not_to_contain_text("hidden by you")
    for form in ("svg", "png"):
        with page.expect_download() as download:
            page.click(f"[data-do={form}]")
        assert re.fullmatch(rf"ring_\w+\.{form}", download.value.suggested_filename)


def test_time_is_scrubbed_back_to_the_birth_of_the_ring(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.locator("[data-row] a").first.click()
    expect(page.locator("#graph")).to_have_attribute("data-ready", re.compile(r"\d+"))
    first = page.locator("[data-moment]").first
    moment, _ = first.get_attribute("data-moment"), first.click()
    ring_id = page.url.partition("/rings/")[2].partition("#")[0]
    born = office.place.store.ask("members", ring_id=ring_id, as_of=int(moment or 0))
    expect(page.locator("#as-of")).to_contain_text(f", {born.total} in")


def test_trips_are_replayed_on_the_map(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.locator("[data-row] a").first.click()
    expect(page.locator("#map-told")).to_contain_text("Showing")
    count = int(page.get_attribute("#until", "max") or 0)
    assert int(page.input_value("#until")) == count > 1
    page.fill("#until", "1")
    expect(page.locator("#until-told")).to_contain_text(re.compile(r"1 trip$"))
    page.click("#replay")
    expect(page.locator("#until-told")).to_have_text("all")
    assert int(page.input_value("#until")) == count


def test_a_verdict_reaches_the_training_data_and_the_page(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    ring_id = page.locator("[data-row]").first.get_attribute("data-ring")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-form")).to_be_visible()
    assert page.locator("#verdict-form input[type=radio]:checked").count() == 0
    page.check("#verdict-form input[value=fraud]")
    page.locator("#verdict-form input[name=grounds]").first.check()
    page.fill("#verdict-form textarea", "one phone, many accounts")
    page.click("text=Give the verdict")
    expect(page.locator("#verdict .log")).to_contain_text("On its way")
    page.goto(f"{office.base}/queue")
    expect(page.locator(f'[data-ring="{ring_id}"]')).to_have_count(0)

    answers = office.folder / "answers.ndjson"
    office.place.desk.outbox.deliver(EventFile(answers))
    detected([office.events, answers], office.folder / "again", office.folder / "next.db")
    (office.folder / "next.db").replace(office.folder / "store.db")
    page.goto(f"{office.base}/rings/{ring_id}")
    expect(page.locator("#verdict .log")).to_contain_text("it is a label for training")

    verdict = msgspec.json.decode(answers.read_bytes(), type=Verdict)
    ledger = [
        msgspec.json.decode(line, type=LedgerEntry)
        for line in (office.folder / "again" / "ledger.ndjson").read_bytes().splitlines()
    ]
    truth = truth_of_verdicts([verdict], ledger, {ring_id: "promo_farm"})
    members = {row[0] for row in office.place.store.ask("members", ring_id=ring_id).rows}
    assert truth.rings
    assert set(truth.rings[0].accounts) & members


def test_a_second_person_approves_a_block_and_a_viewer_may_not(office, opened, watched):
    first = opened(office.add("ann", DeskRole.INVESTIGATOR))
    first.locator("[data-row] a").first.click()
    address = first.url.partition("#")[0].removeprefix(office.base)
    first.check("#verdict-form input[value=fraud]")
    first.fill("#verdict-form textarea", "all of them")
    first.check("#verdict-form input[name=block]")
    first.click("text=Give the verdict")
    expect(first.locator(".ask")).to_contain_text("A second person has to decide")
    expect(first.locator("text=Approve the block")).to_have_count(0)
    office.place.clock.passes(seconds=5)
    second = opened(office.add("bob", DeskRole.INVESTIGATOR), "/queue?standing=blocks")
    second.locator("[data-row] a").first.click()
    second.click("text=Approve the block")
    expect(second.locator("#verdict .log")).to_contain_text("block approved")
    expect(second.locator("#verdict .log")).to_contain_text("asked by ann")
    viewer = opened(office.add("eve", DeskRole.VIEWER), address)
    expect(viewer.locator("#verdict")).to_contain_text("Your role reads")
    watched.expected.add(403)
    viewer.goto(f"{office.base}/admin")
    expect(viewer.locator("[role=alert]")).to_contain_text("audit_read")


def test_a_session_that_ends_in_mid_form_loses_nothing(office, opened, watched):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.locator("[data-row] a").first.click()
    page.check("#verdict-form input[value=unsure]")
    page.fill("#verdict-form textarea", "a long thought, written down")
    office.place.clock.passes(hours=13)
    watched.expected.add(401)
    page.click("text=Give the verdict")
    expect(page.locator("[role=alert]")).to_contain_text("what you wrote is kept")
    page.fill("input[name=name]", "ann")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.primary")
    expect(page.locator(".facts")).to_contain_text("a long thought, written down")
    page.click("text=Send it now")
    expect(page.locator("#verdict .log")).to_contain_text("a long thought, written down")


def test_data_that_are_refused_are_told_and_break_nothing(office, opened, watched):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    watched.expected.add(401)
    refused = []

    def refuse(route):
        refused.append(route.request.url)
        route.fulfill(status=401, json={"detail": "your session has ended"})

    page.route("**/rings/*/series", refuse)
    page.route("**/rings/*/places", refuse)
    page.locator("[data-row] a").first.click()
    expect(page.locator("#said")).to_contain_text("your session has ended")
    page.wait_for_load_state("networkidle")
    assert len(refused) == 2


def test_flags_arrive_without_loading_the_page_again(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator('[data-row][aria-selected="true"]').get_attribute("data-ring")
    page.locator("[data-row] input").first.check()
    expect(page.locator("#live")).to_be_hidden()
    page.wait_for_timeout(800)
    (flag, *_) = rows_of(office.place.store.ask("flags", limit=1), FlagRaised)
    office.place.desk.feed.add([FeedFlag(flag.flag_id, flag.ts, flag.model_dump_json().encode())])
    office.place.parts.streams.watch.last = office.place.desk.feed.last()
    expect(page.locator("#live")).to_contain_text("1 new flag")
    expect(page.locator('[data-row][aria-selected="true"]')).to_have_attribute("data-ring", chosen or "")
    expect(page.locator("[data-row] input").first).to_be_checked()


def test_the_search_answers_while_one_types_and_filters_stand_in_the_address(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    ring_id = page.locator("[data-row]").first.get_attribute("data-ring") or ""
    page.keyboard.press("/")
    page.keyboard.type(ring_id[:9])
    expect(page.locator("#found a").first).to_be_visible()
    page.keyboard.press("Escape")
    page.select_option("select[name=standing]", "snoozed")
    expect(page.locator("#queue .empty")).to_be_visible()
    assert "standing=snoozed" in page.url
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_identifiers_are_shown_for_a_reason_and_the_audit_tells_it(office, opened):
    page = opened(office.add("lea", DeskRole.LEAD))
    page.fill("#reason", "case 4711, chargebacks")
    page.click("text=Show for 30 minutes")
    page.locator("[data-row] a").first.click()
    account = page.locator("#members tbody th a").first.get_attribute("title") or ""
    assert not account.startswith("~")
    page.goto(f"{office.base}/admin")
    expect(page.locator("main")).to_contain_text("case 4711, chargebacks")
    assert json.dumps(account) not in json.dumps([line.subject for line in office.place.desk.log])


def test_a_view_is_kept_and_the_next_ring_follows_a_verdict(office, opened):
    page = opened(office.add("ann", DeskRole.INVESTIGATOR))
    rings = [each.get_attribute("data-ring") for each in page.locator("[data-row]").all()]
    page.select_option("select[name=standing]", "unassigned")
    expect(page).to_have_url(re.compile("standing=unassigned"))
    page.fill("#keep-view input[name=name]", "nobody's work")
    page.click("text=Keep this view")
    page.goto(f"{office.base}/queue")
    page.click("text=nobody's work")
    expect(page.locator("select[name=standing]")).to_have_value("unassigned")
    page.locator("[data-row] a").first.click()
    page.check("#verdict-form input[value=legit]")
    page.fill("#verdict-form textarea", "a family")
    page.click("text=Give the verdict")
    expect(page.locator("#verdict .log")).to_contain_text("a family")
    page.keyboard.press("n")
    page.wait_for_url(re.compile(f"/rings/{rings[1]}"))
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator("main")).to_contain_text("Look-alikes hit")


def test_a_rule_is_approved_and_a_dead_letter_fed_from_a_page(office, opened):
    folder = RuleFolder(office.folder / "rules")
    folder.add(RULE)
    letters = FileLetters(office.folder / "dead.ndjson", office.folder / "fed.ndjson", read_settings())
    good = {"event_id": "e1", "type": "verdict", "ts": 1_760_000_000_000, "subject": "r", "analyst": "ann"}
    raws = (json.dumps({**good, "outcome": "fraud"}), "{")
    lines = [{"source": "in", "offset": 0, "reason": "invalid_json", "raw": raw} for raw in raws]
    (office.folder / "dead.ndjson").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    office.place.app.state.places = Places(rules=folder, letters=letters)
    page = opened(office.add("root", DeskRole.ADMIN), to="/rules")
    page.click("button[value=approve]")
    expect(page.locator("main")).to_contain_text("1 of 2 approvals: root")
    assert axe_faults(page) == []
    page.goto(f"{office.base}/health")
    expect(page.locator("#letters")).to_contain_text("2 events were refused")
    page.click("text=Feed them again")
    told = "1 of 2 letters were fed again; left: 1 still refused: invalid json"
    expect(page.locator("#letters")).to_contain_text(told)
    assert json.loads((office.folder / "fed.ndjson").read_text())["event_id"] == "e1"
    assert axe_faults(page) == []
