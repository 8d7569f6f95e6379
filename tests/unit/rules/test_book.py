"""Rules as files: read strictly, written the same, and where decisions leave them."""

from __future__ import annotations

import re
from math import nan
from pathlib import Path

import msgspec
import pytest

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import ConditionTest, Decision, FactName, RingKind, RuleAct, RuleStage
from rules.book.decisions import RuleDecision, RuleEntry, in_force
from rules.book.folder import RuleFolder
from rules.book.rule import Condition, Rule, ScoredCondition
from rules.book.toml import decode_rule, digest_of, encode_rule
from rules.facts.names import NUMBER_PLACES, NUMBERS, Observation
from tests.unit.rules.attacks import DAY, HOUR, START

YOUNG = Condition(FactName.ACCOUNT_AGE_H, ConditionTest.AT_MOST, 72.0)
STOLEN = Condition(FactName.CARD_ISSUER, ConditionTest.ONE_OF, words=("stolen", 'odd "one" \\ \x7f é'))


def rule(name: str = "a-rule", **changes: object) -> Rule:
    plain = Rule(
        name=name,
        text="Young accounts with cards of one issuer",
        kind=RingKind.STOLEN_CARDS,
        decision=Decision.REVIEW,
        events=("card_added", "trip_completed"),
        when=(YOUNG, STOLEN),
        proposed_by="cleo",
        proposed_ms=START,
    )
    return msgspec.structs.replace(plain, **changes)


def test_a_rule_written_and_read_is_the_same_rule():
    written = encode_rule(rule(), ("a note", "another\nwith a line end"))
    assert decode_rule(written, "here") == rule()
    assert written.startswith(b"# a note\n# another with a line end\nname = ")
    assert encode_rule(rule(), ("a note", "another\nwith a line end")) == written


def scored(*points: int, least: int) -> Rule:
    facts = (FactName.DECLINES_7D, FactName.CARDS_7D, FactName.AMOUNT)
    score = [
        ScoredCondition(fact, ConditionTest.AT_LEAST, 2.0, points=each)
        for fact, each in zip(facts, points, strict=False)
    ]
    return rule(score=tuple(score), points_at_least=least)


def test_a_rule_with_points_is_written_and_read_and_one_without_names_none():
    written = encode_rule(scored(1, 3, least=3))
    assert decode_rule(written, "here") == scored(1, 3, least=3)
    assert written.count(b"[[score]]") == 2
    assert b"points_at_least = 3" in written
    assert b"points" not in encode_rule(rule())


@pytest.mark.parametrize(
    ("points", "least", "said"),
    [
        ((1, 3), 5, "expected points_at_least from 1 to 4, the points there are, found 5"),
        ((1, 3), 0, "expected points_at_least from 1 to 4, the points there are, found 0"),
        ((), 1, "expected points_at_least from 0 to 0, the points there are, found 1"),
        ((1, 0), 1, "expected 1 to 99 points for cards_7d, found 0"),
    ],
)
def test_points_that_cannot_come_together_are_refused(points, least, said):
    with pytest.raises(BadCall, match=re.escape(said)):
        scored(*points, least=least)


@pytest.mark.parametrize(
    ("declines", "cards", "amount", "holds"),
    [(2, 0, 0, False), (0, 2, 0, True), (2, 0, 2, True), (nan, 0, nan, False)],
)
def test_a_rule_with_points_holds_where_they_come_together(declines, cards, amount, holds):
    numbers = [nan] * len(NUMBERS)
    for fact, number in (
        (FactName.ACCOUNT_AGE_H, 1.0),
        (FactName.DECLINES_7D, declines),
        (FactName.CARDS_7D, cards),
        (FactName.AMOUNT, amount),
    ):
        numbers[NUMBER_PLACES[fact]] = number
    seen = Observation("e", START, "a", 0.0, tuple(numbers), ("card_added", "", "", "stolen", ""))
    assert scored(1, 3, 2, least=3).matches(seen) is holds
    assert not scored(1, 3, 2, least=3).matches(
        msgspec.structs.replace(seen, words=("card_added",) + ("",) * 4)
    )


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('name = "a-rule"', 'name = "A rule"', "expected a name of a-z"),
        ('fact = "account_age_h"', 'fact = "shoe_size"', "Invalid enum value 'shoe_size'"),
        ('is = "at_most"', 'is = "eval"', "Invalid enum value 'eval'"),
        ('is = "at_most"', 'is = "one_of"', "expected at_least or at_most for the number"),
        ('fact = "card_issuer"', 'fact = "amount"', "found one_of"),
        ("value = 72.0", "value = nan", "expected a value"),
        ("value = 72.0", 'code = "import os"', "unknown field `code`"),
        ("live_days = 14.0", "live_days = 400.0", "at most 60 days"),
        ("precision = 0.8", "precision = 1.0", "between 0 and 1"),
        ('decision = "review"', 'decision = "maybe"', "Invalid enum value 'maybe'"),
        ('events = ["card_added", "trip_completed"]', 'events = ["gps_ping"]', "expected events among"),
    ],
)
def test_a_file_that_is_no_rule_is_refused_in_one_line(line, instead, said):
    text = encode_rule(rule()).decode()
    assert line in text
    with pytest.raises(BadCall, match="expected a rule in here") as refused:
        decode_rule(text.replace(line, instead, 1).encode(), "here")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_approval_puts_a_rule_into_shadow_then_live_then_it_expires():
    entry = RuleEntry(rule(), "d", (RuleDecision(act=RuleAct.APPROVE, by="ann", ts=START, digest="d"),))
    moments = [START - 1, START, START + 6 * HOUR - 1, START + 6 * HOUR]
    ends = START + 6 * HOUR + 14 * DAY
    assert [entry.stage(ts).value for ts in (*moments, ends - 1, ends)] == [
        "proposed",
        "shadow",
        "shadow",
        "live",
        "live",
        "expired",
    ]
    assert in_force([entry], START) == [entry]
    assert in_force([entry], ends) == []


@pytest.mark.parametrize(
    ("there", "wrong", "said"),
    [
        ('fact = "account_age_h"', 'fact = "acount_age_h"', "did you mean account_age_h?"),
        ('is = "at_most"', 'is = "atmost"', "did you mean at_most?"),
        ("shadow_hours =", "shadow_hour =", "did you mean shadow_hours?"),
        ('fact = "account_age_h"', 'fact = "shoe_size"', "correct the file"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_one_that_was_meant(there, wrong, said):
    written = encode_rule(rule()).decode()
    assert there in written
    with pytest.raises(BadCall, match=re.escape(said)):
        decode_rule(written.replace(there, wrong, 1).encode(), "here")


def approvals(*people: str, digest: str = "d") -> tuple[RuleDecision, ...]:
    return tuple(
        RuleDecision(act=RuleAct.APPROVE, by=who, ts=START + n, digest=digest) for n, who in enumerate(people)
    )


@pytest.mark.parametrize(
    ("people", "stage"),
    [
        (("ann",), RuleStage.PROPOSED),
        (("ann", "ann"), RuleStage.PROPOSED),
        (("ann", "cleo"), RuleStage.PROPOSED),
        (("ann", "bob"), RuleStage.SHADOW),
    ],
)
def test_blocking_needs_two_people_and_none_who_proposed_it(people, stage):
    entry = RuleEntry(rule(decision=Decision.BLOCK), "d", approvals(*people))
    assert entry.stage(START + HOUR) is stage


def test_an_approval_of_another_text_counts_for_nothing():
    assert RuleEntry(rule(), "e", approvals("ann")).stage(START + HOUR) is RuleStage.PROPOSED


@pytest.mark.parametrize(
    ("act", "stage"), [(RuleAct.REJECT, RuleStage.REJECTED), (RuleAct.RETIRE, RuleStage.RETIRED)]
)
def test_a_rejection_or_retirement_ends_a_rule_from_then_on(act, stage):
    ended = RuleDecision(act=act, by="ann", ts=START + HOUR, digest="d")
    entry = RuleEntry(rule(shadow_hours=0.0), "d", (*approvals("ann"), ended))
    assert [entry.stage(START + HOUR - 1), entry.stage(START + HOUR)] == [RuleStage.LIVE, stage]


def test_a_folder_keeps_rules_and_what_was_decided_about_them(tmp_path: Path):
    folder = RuleFolder(tmp_path / "rules")
    path = folder.add(rule())
    entry = folder.decide("a-rule", RuleAct.APPROVE, "ann", START, "seen")
    assert folder.entries() == [entry]
    assert entry.digest == digest_of(path.read_bytes())
    assert entry.stage(START) is RuleStage.SHADOW
    path.write_bytes(encode_rule(rule(live_days=20.0)))
    assert folder.entry("a-rule").stage(START) is RuleStage.PROPOSED
    assert [each.rule.name for each in folder.standing(START)] == ["a-rule"]


def test_decisions_that_would_mean_nothing_are_refused(tmp_path: Path):
    folder = RuleFolder(tmp_path)
    folder.add(rule())
    refused = [
        ("approve", "cleo", "expected another person than cleo"),
        ("approve", " ", "expected who decides"),
        ("retire", "ann", "reject it instead"),
    ]
    for act, who, said in refused:
        with pytest.raises(BadCall, match=said):
            folder.decide("a-rule", RuleAct(act), who, START)
    folder.decide("a-rule", RuleAct.APPROVE, "ann", START)
    for act, who, said in (("approve", "bob", "no more approvals"), ("reject", "bob", "retire it instead")):
        with pytest.raises(BadCall, match=said):
            folder.decide("a-rule", RuleAct(act), who, START + 1)
    folder.decide("a-rule", RuleAct.RETIRE, "bob", START + 2)
    with pytest.raises(BadCall, match="has not ended"):
        folder.decide("a-rule", RuleAct.APPROVE, "dan", START + 3)
    with pytest.raises(Missing, match="expected the rule other"):
        folder.decide("other", RuleAct.APPROVE, "dan", START)
    with pytest.raises(BadCall, match="choose another name"):
        folder.add(rule())


def test_files_that_are_not_what_they_should_be_are_named(tmp_path: Path):
    folder = RuleFolder(tmp_path)
    folder.add(rule())
    (tmp_path / "a-rule.decisions.ndjson").write_text('{"act": "approve"}\n')
    with pytest.raises(BadCall, match="expected a decision in line 1 of"):
        folder.entries()
    (tmp_path / "a-rule.decisions.ndjson").unlink()
    (tmp_path / "a-rule.toml").rename(tmp_path / "b-rule.toml")
    with pytest.raises(BadCall, match="name the file after the rule"):
        folder.entries()
    with pytest.raises(BadCall, match="expected the name of a rule"):
        folder.entry("../secrets")
    with pytest.raises(Missing, match="expected a folder of rules"):
        RuleFolder(tmp_path / "nowhere").entries()
