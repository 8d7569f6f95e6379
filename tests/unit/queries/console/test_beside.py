"""What lies beside the store: rules decided about, dead letters fed, models, views of one's own."""

from __future__ import annotations

import dataclasses
import json

import pytest

from graph.model.vocabulary import DeskRole, RuleStage
from queries.console.places import Letter, LettersFed, LettersSeen, Places
from rules.book.folder import RuleFolder
from tests.console_places import RULE
from tests.serving_places import ORIGIN

HTML = {"Accept": "text/html", "Origin": ORIGIN}


class OneLetter:
    """A place with one dead letter, which is fed once."""

    place = "out/dead_letters.ndjson"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def seen(self) -> LettersSeen:
        return LettersSeen(
            [Letter("events.ndjson", 7, "invalid_json", "ann's phone")], 1, {"invalid_json": 1}
        )

    def feed(self, reason: str) -> LettersFed:
        self.asked.append(reason)
        return LettersFed(1, 0, {"still_refused: invalid_json": 1}, False)


@pytest.fixture
def letters(place, tmp_path):
    folder = RuleFolder(tmp_path / "rules")
    folder.add(RULE)
    made = OneLetter()
    place.app.state.places = Places(rules=folder, letters=made, promised=0.05)
    return made


def sits(place, role):
    return place.sits(role, **HTML)


def test_two_people_approve_a_rule_that_blocks_and_it_goes_into_shadow(place, letters):
    folder = place.app.state.places.rules
    form = {"act": "approve", "digest": folder.entry("young-cards").digest, "note": "seen it"}
    first = sits(place, DeskRole.LEAD)
    assert "0 of 2 approvals" in first.get("/rules").text
    first.post("/rules/young-cards", data=form)
    assert "1 of 2 approvals" in first.get("/rules").text
    assert "found one by" in first.post("/rules/young-cards", data=form).text
    sits(place, DeskRole.ADMIN).post("/rules/young-cards", data=form)
    assert folder.entry("young-cards").stage(place.clock()) is RuleStage.SHADOW
    assert place.actions().count("rule.approve") == 2
    first.post("/rules/young-cards", data={**form, "act": "retire"})
    assert folder.entry("young-cards").stage(place.clock()) is RuleStage.RETIRED


def test_a_rule_that_changed_since_the_page_was_read_is_not_approved(place, letters):
    answer = sits(place, DeskRole.LEAD).post(
        "/rules/young-cards", data={"act": "approve", "digest": "another"}
    )
    assert answer.status_code == 400
    assert "found it changed" in answer.text
    assert place.app.state.places.rules.entry("young-cards").decisions == ()


def test_an_investigator_reads_rules_and_decides_about_none(place, letters):
    client = sits(place, DeskRole.INVESTIGATOR)
    assert 'name="act"' not in client.get("/rules").text
    assert client.post("/rules/young-cards", data={"act": "reject"}).status_code == 403
    assert client.post("/health/letters", data={}).status_code == 403


def test_without_places_the_pages_say_what_to_do(place):
    client = sits(place, DeskRole.ADMIN)
    assert "--rules DIR" in client.get("/rules").text
    assert "--results DIR" in client.get("/health").text
    assert "--models DIR" in client.get("/model").text
    assert "none promised" in client.get("/overview").text
    assert client.post("/rules/x", data={"act": "approve"}).status_code == 404
    assert client.post("/health/letters", data={}).status_code == 404


def test_dead_letters_are_counted_their_details_masked_and_fed_by_an_admin(place, letters):
    client = sits(place, DeskRole.ADMIN)
    page = client.get("/health").text
    assert "event was refused" in page
    assert "ann" not in page.partition("<h2>Dead letters")[2]
    told = client.post("/health/letters", data={"reason": ""}).text
    assert "letter was fed again" in told
    assert "still refused: invalid json" in told
    assert client.post("/health/letters", data={"reason": "nonsense"}).status_code == 400
    assert letters.asked == [""]
    assert "letters.fed" in place.actions()


def test_the_champion_stands_before_its_challengers(place, tmp_path):
    for name, until in (("m-old", 1_700_000_000_000), ("m-new", 1_790_000_000_000)):
        home = tmp_path / "models" / name
        home.mkdir(parents=True)
        card = {"model_id": name, "training_from_ms": 1, "training_until_ms": until}
        told = {**card, "command": "train", "metrics": {"auprc": 0.91}, "unknown": 1}
        (home / "manifest.json").write_text(json.dumps(told))
    (tmp_path / "models" / "champion.json").write_text(json.dumps({"model_id": "m-old", "before": []}))
    place.app.state.places = dataclasses.replace(Places(), models=tmp_path / "models", model_id="m-old")
    page = sits(place, DeskRole.VIEWER).get("/model").text
    assert page.index("m-old</code> <span") < page.index("m-new</code> <span")
    assert page.count("challenger</span>") == 1
    (tmp_path / "models" / "champion.json").write_text("{")
    assert "correct --models" in sits(place, DeskRole.VIEWER).get("/model").text


def test_a_view_of_the_queue_is_kept_under_a_name_by_each_for_themselves(place):
    client, other = sits(place, DeskRole.INVESTIGATOR), sits(place, DeskRole.INVESTIGATOR)
    form = {"name": "big farms", "standing": "open", "kind": "promo_farm", "min_score": "0.9", "assignee": ""}
    client.post("/views", data=form)
    page = client.get("/queue").text
    assert 'href="/queue?standing=open&amp;kind=promo_farm&amp;min_score=0.9">big farms' in page
    assert "big farms" not in other.get("/queue").text
    assert client.post("/views", data={**form, "kind": "nonsense"}).status_code == 400
    assert client.post("/views", data={**form, "name": ""}).status_code == 400
    for number in range(29):
        client.post("/views", data={**form, "name": f"view {number}"})
    assert "30 views at most" in client.post("/views", data={**form, "name": "one more"}).text
    client.post("/views/forget", data={"name": "big farms"})
    assert "big farms" not in client.get("/queue").text
