"""Pages: who may open which, what stands in them, what is said when something is wrong."""

from __future__ import annotations

import gzip
import html
import re
import shutil
from contextlib import closing
from dataclasses import replace
from urllib.parse import quote

import pytest

from graph.completion.completing import COMES
from graph.model.changes import Membership, changes_between, nothing
from graph.model.vocabulary import DeskRole
from graph.stores.sqlite import SqliteWriter
from queries.console.comings import REASON_COOKIE
from queries.console.rendering import POLICY, bundle, vendored
from queries.console.ring_page import DOUBTFUL
from tests.console_places import console_at
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import MEMBERS, ORIGIN

HTML = {"Accept": "text/html", "Origin": ORIGIN}
PAGES = ("/queue", "/overview", "/model", "/health", "/search?q=ring", "/why")


def sits(place, role=DeskRole.INVESTIGATOR):
    return place.sits(role, **HTML)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_a_whole_one_under_the_strict_policy(place, path):
    answer = sits(place, DeskRole.VIEWER).get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == POLICY
    assert "<title>" in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text)


@pytest.mark.parametrize("path", [*PAGES, "/rings/any", "/admin", "/things/account/any"])
def test_who_is_not_signed_in_is_led_to_the_door_and_back(place, path):
    answer = place.client(**HTML).get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?to=%2F")


def test_the_ring_shows_both_sides_of_the_evidence_and_masks_everybody(place):
    ring = place.store.ask("ring", ring_id=place.ring_id).rows[0]
    text = html.unescape(sits(place).get(f"/rings/{place.ring_id}").text)
    for reason in (*ring[10], *ring[11]):
        assert reason["detail"] in text
    for member in MEMBERS:
        if len(member) > 4:
            assert member not in text


@pytest.fixture
def own_place(tmp_path, store_path):
    """A console on a store of one's own, to be written to."""
    own = tmp_path / "own"
    own.mkdir()
    shutil.copy(store_path, own / "store.db")
    with console_at(own, own / "store.db") as made:
        yield made, own / "store.db"


def test_a_member_that_hardly_belongs_is_pointed_out_and_one_of_whom_nobody_knows_says_so(own_place):
    place, path = own_place
    members = [row[0] for row in place.store.ask("members", ring_id=place.ring_id).rows]
    likely = [
        Membership(place.ring_id, members[0], DOUBTFUL - 0.01),
        Membership(place.ring_id, members[1], DOUBTFUL),
    ]
    page = html.unescape(sits(place).get(f"/rings/{place.ring_id}").text)
    assert page.count("not known") == len(members)
    assert "doubtful</span>" not in page
    same = changes_between(nothing(), nothing(), 0)
    with closing(SqliteWriter(path)) as writer:
        writer.write(replace(same, memberships=tuple(likely)), {"again": 1})
    page = html.unescape(sits(place).get(f"/rings/{place.ring_id}").text)
    assert page.count("doubtful</span>") == 1
    assert "69.0 %" in page
    assert "70.0 %" in page
    told = sits(place).get(f"/rings/{place.ring_id}/dossier.json").json()
    assert sorted(each["membership"] for each in told["members"] if each["membership"]) == [0.69, 0.7]


def test_what_lets_somebody_into_a_ring_is_what_a_member_is_doubtful_below():
    assert DOUBTFUL == COMES


def test_an_account_shows_its_trips_and_the_ring_leads_to_each_of_its_own(place):
    client = sits(place, DeskRole.VIEWER)
    trip_id, rider, driver = (place.store.ask("trips", ring_id=place.ring_id).rows[0][n] for n in (0, 2, 3))
    shown = place.desk.masks.masked("trip", trip_id)
    address = f'href="/things/trip/{quote(shown, safe="")}"'
    assert address in client.get(f"/rings/{place.ring_id}").text
    page = client.get(f"/things/account/{place.desk.masks.masked('account', driver)}").text
    assert address in page
    assert "drove" in page
    assert f"/things/account/{quote(place.desk.masks.masked('account', rider), safe='')}" in page
    assert client.get(f"/things/trip/{quote(shown, safe='')}").status_code == 200
    assert trip_id not in page


def test_what_holds_a_ring_together_is_told_of_things_accounts_and_kinds_of_links(place):
    page = re.sub(r"<[^>]+>", "", sits(place).get(f"/rings/{place.ring_id}").text)
    assert "What if it were otherwise?" in page
    assert "No single account holds it together." in page
    accounts = len(MEMBERS) + 1
    assert f"With no link of the kind rode with the {accounts} accounts fall into 2 groups" in page


def test_the_page_of_a_thing_shows_the_trips_of_those_who_use_it(place):
    trips = place.store.ask("trips-with", kind="device", id="phone'1")
    assert trips.rows
    assert all(row[4] or row[5] for row in trips.rows)
    device = place.desk.masks.masked("device", "phone'1")
    page = sits(place).get(f"/things/device/{device}").text
    for row in trips.rows:
        shown = place.desk.masks.masked("trip", row[0])
        assert f'href="/things/trip/{quote(shown, safe="")}"' in page
        assert row[0] not in page
    assert f"Showing {len(trips.rows)} of {trips.total} that are kept" in re.sub(r"<[^>]+>", "", page)
    assert page.count("uses it") == sum(row[4] + row[5] for row in trips.rows)


def test_names_that_hurt_are_shown_as_text_once_there_is_a_reason(place):
    client = sits(place)
    shown = client.post(
        "/reveal", data={"reason": "a case to decide", "to": "/queue"}, follow_redirects=False
    )
    assert shown.status_code == 303
    assert "identifiers.revealed" in place.actions()
    page = client.get(f"/rings/{place.ring_id}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page
    client.post("/reveal", data={"hide": "1", "to": "/queue"})
    assert REASON_COOKIE not in client.cookies
    assert "alert(1)" not in client.get(f"/rings/{place.ring_id}").text


def test_a_viewer_sees_no_form_that_answers_and_is_refused_where_one_is_sent(place):
    client = sits(place, DeskRole.VIEWER)
    page = client.get(f"/rings/{place.ring_id}").text
    assert "verdict-form" not in re.findall(r'<form[^>]*id="([^"]+)"', page)
    answer = client.post(f"/rings/{place.ring_id}/verdict", data={"outcome": "fraud", "note": "x"})
    assert answer.status_code == 403
    assert "verdicts_give" in answer.text
    assert client.post("/reveal", data={"reason": "a case to decide"}).status_code == 403


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(place):
    client = sits(place)
    page = client.get("/rings/ring_nobody")
    assert page.status_code == 404
    assert "expected the id of a ring" in page.text
    assert "/queue" in page.text
    problem = client.get("/rings/ring_nobody", headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/rings/ring_nobody").headers["content-type"] == "application/problem+json"


def test_an_empty_queue_says_what_to_do(place):
    page = sits(place).get("/queue?standing=snoozed").text
    assert "Nothing matches these filters" in page


def test_another_site_can_neither_send_a_form_nor_have_one_kept(place):
    client = sits(place)
    evil = {"Origin": "https://evil.test", "Accept": "text/html"}
    sent = client.post(f"/rings/{place.ring_id}/work", data={"action": "claim"}, headers=evil)
    assert sent.status_code == 403
    stranger = place.client(**evil).post(f"/rings/{place.ring_id}/work", data={"action": "claim"})
    assert stranger.status_code == 403
    assert place.desk.cases.of(place.ring_id).assignee is None


def test_a_form_sent_after_the_session_ended_is_kept_and_sent_again(place):
    client = sits(place)
    person = next(each for each in place.desk.people.all() if each.role is DeskRole.INVESTIGATOR)
    link = place.desk.new_link(TEST, person.name)
    place.desk.redeem_link(link, PASSWORD, "")
    place.clock.passes(hours=13)
    form = {"outcome": "fraud", "note": "kept <b>words</b>", "grounds": ["promo_farm", "no_gain"]}
    door = client.post(f"/rings/{place.ring_id}/verdict", data=form)
    assert door.status_code == 401
    hidden = dict(re.findall(r'name="(to|kept)" value="([^"]*)"', door.text))
    back = client.post(
        "/sign-in",
        data={"name": person.name, "password": PASSWORD} | {k: html.unescape(v) for k, v in hidden.items()},
    )
    fields = [
        (html.unescape(name), html.unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', back.text)
    ]
    assert sorted(fields) == sorted(
        [
            ("outcome", "fraud"),
            ("note", "kept <b>words</b>"),
            ("grounds", "promo_farm"),
            ("grounds", "no_gain"),
        ]
    )
    sent = {name: [v for n, v in fields if n == name] for name, _ in fields}
    client.post(html.unescape(re.search(r'action="([^"]+)" class="stack"', back.text)[1]), data=sent)
    assert place.desk.cases.answers(place.ring_id)[0].said["note"].endswith("kept <b>words</b>")


@pytest.mark.parametrize("to", ["https://evil.test/", "//evil.test", "/\\evil.test", "evil"])
def test_the_door_never_leads_to_another_host(place, to):
    person, _ = place.desk.add_person(TEST, "ann", DeskRole.VIEWER)
    place.desk.redeem_link(place.desk.new_link(TEST, person.name), PASSWORD, "")
    answer = place.client(**HTML).post(
        "/sign-in", data={"name": "ann", "password": PASSWORD, "to": to}, follow_redirects=False
    )
    assert answer.headers["location"] == "/queue"


def test_a_one_time_link_sets_a_password_and_opens_the_queue(place):
    code = place.desk.first_link("")
    client = place.client(**HTML)
    asked = client.get(f"/welcome?code={code}").text
    assert "Choose a password" in asked
    assert "to sign in again: <strong>" in asked
    assert "to sign in again" not in client.get("/welcome?code=void").text
    short = client.post("/welcome", data={"code": code, "password": "short"})
    assert short.status_code == 400
    answer = client.post("/welcome", data={"code": code, "password": PASSWORD}, follow_redirects=False)
    assert answer.headers["location"] == "/queue"


def test_a_search_finds_the_whole_identifier_or_a_handle_but_no_beginning_under_a_mask(place):
    client = sits(place)
    under_a_mask = client.get("/search?q=pho").text
    assert "Beginnings of identifiers" in under_a_mask
    assert "phone&#39;1" not in under_a_mask
    handle = place.desk.masks.masked("account", "ann")
    found = client.get(f"/search?q={handle}", follow_redirects=False)
    assert found.headers["location"] == f"/things/account/{handle}"
    client.post("/reveal", data={"reason": "a case to decide"})
    assert "phone&#39;1" in client.get("/search?q=pho").text
    assert place.ring_id in client.get(f"/search?q={place.ring_id[:8]}").text


def test_a_thing_and_an_account_have_pages(place):
    client = sits(place)
    device = place.desk.masks.masked("device", "phone'1")
    page = client.get(f"/things/device/{device}")
    assert page.status_code == 200
    assert place.ring_id in page.text
    account = client.get("/things/account/ann")
    assert account.status_code == 200
    assert place.ring_id in account.text
    assert client.get("/things/account/nobody").status_code == 404
    assert client.get("/things/device/nothing").status_code == 404
    assert client.get("/things/spaceship/x").status_code == 404


def test_static_files_are_kept_for_ever_and_vendored_ones_have_their_integrity(place):
    client = place.client()
    page = sits(place).get(f"/rings/{place.ring_id}").text
    for name in ("htmx.min.js", "cytoscape.min.js", "leaflet.js", "echarts.common.min.js"):
        assert vendored()[name]["integrity"] in page
    answer = client.get(f"/static/{bundle()}/console.css")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/old/console.css").status_code == 404
    assert client.get(f"/static/{bundle()}/..%2fpages.py").status_code == 404


def test_people_are_managed_by_admins_and_the_audit_is_read_by_leads(place):
    admin = sits(place, DeskRole.ADMIN)
    made = admin.post("/admin/people", data={"name": "newcomer", "role": "investigator"})
    link = re.search(r"welcome\?code=([\w-]+)", made.text)
    assert link is not None
    assert place.desk.people.of_link(link[1]).name == "newcomer"
    admin.post("/admin/people/newcomer", data={"role": "lead", "is": "in"})
    assert place.desk.people.named("newcomer").role is DeskRole.LEAD
    lead = sits(place, DeskRole.LEAD)
    assert "person.changed" in lead.get("/admin").text
    assert lead.post("/admin/people", data={"name": "x", "role": "viewer"}).status_code == 403
    assert sits(place).get("/admin").status_code == 403


def test_a_dossier_names_members_as_the_reader_may_see_them_and_no_third_party(place):
    client = sits(place)
    told = client.get(f"/rings/{place.ring_id}/dossier.json").json()
    assert told["is_masked"]
    assert {each["account_id"][0] for each in told["members"]} == {"~"}
    members = {each["account_id"] for each in told["members"]}
    for trip in told["trips"]:
        assert {trip["rider_id"], trip["driver_id"]} <= members | {f"third party {n}" for n in range(1, 99)}
    page = client.get(f"/rings/{place.ring_id}/dossier")
    assert "attachment" in page.headers["content-disposition"]
    assert not re.search(r"(src|href)=", page.text)
    assert place.actions().count("ring.exported") == 2


@pytest.mark.parametrize(("path", "most_bytes"), [("/queue", 60_000), ("/rings/{ring}", 600_000)])
def test_a_page_weighs_little_with_all_that_it_loads(place, path, most_bytes):
    client = sits(place)
    page = client.get(path.format(ring=place.ring_id)).text
    weight = len(gzip.compress(page.encode()))
    for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)):
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        weight += int(answer.headers["content-length"])
    print(f"{path}: {weight:,} bytes")
    assert weight < most_bytes
