"""Rules at work: silent in shadow, flagging while live, ended by time or by verdicts, replayed the same."""

from __future__ import annotations

import msgspec
import numpy as np

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.model.events import Verdict
from graph.model.vocabulary import Decision, RuleStage, VerdictOutcome
from rules.book.decisions import RuleEntry
from rules.running.engine import RuledEngine
from rules.running.runner import RULE_PREFIX, RuleRunner, of_rings
from rules.running.watching import FALSELY_RETIRED, RuleRecord
from tests.unit.rules.attacks import DAY, HOUR, START, account, attack, card, quiet_city, together, trip
from tests.unit.rules.test_book import approvals, rule

BEGINS = START + 2 * DAY


def approved(**changes: object) -> RuleEntry:
    """Approved at ``START``; live six hours later."""
    return RuleEntry(rule(**changes), "d", approvals("ann"))


def thief(name: str, ts: int) -> list:
    return [account(name, ts, "phone", "3.0"), card(name, ts + 1, f"card-{name}", "phone", "stolen")]


def flagged(runner: RuleRunner, events) -> list[tuple[str, str]]:
    return [(flag.event_id, flag.accounts[0]) for event in events for flag in runner.follow(event)]


def test_a_rule_flags_nobody_in_shadow_or_after_its_end_and_each_account_once_in_between():
    runner = RuleRunner([approved()])
    ends = START + 6 * HOUR + 14 * DAY
    events = [
        *thief("early", START + HOUR),
        *thief("in-time", START + 7 * HOUR),
        trip("in-time", START + 8 * HOUR, number="card-in-time"),
        trip("early", START + 9 * HOUR, number="card-early"),
        *thief("late", ends),
    ]
    assert flagged(runner, events) == [
        ("card-in-time-card-in-time", "in-time"),
        (f"trip-early-{START + 9 * HOUR}", "early"),
    ]
    (report,) = runner.report()
    assert (report.events_in_shadow, report.events_live, report.accounts, report.flagged) == (1, 3, 2, 2)
    assert report.money == 20.0
    assert report.stage is RuleStage.EXPIRED


def test_a_flag_says_which_rule_raised_it_and_on_what():
    runner = RuleRunner([approved(shadow_hours=0.0, decision=Decision.REVIEW)])
    runner.follow(account("thief", BEGINS, "phone"))
    (flag,) = runner.follow(card("thief", BEGINS + HOUR, "c", "phone", "stolen"))
    assert flag.ring_id == f"{RULE_PREFIX}a-rule"
    assert (flag.kind, flag.decision, flag.score) == (rule().kind, Decision.REVIEW, 0.8)
    assert flag.reasons[0].rule == "rule:a-rule"
    assert flag.reasons[0].numbers == {"account_age_h": 1.0}


def test_a_decision_before_the_fact_changes_nothing():
    runner = RuleRunner([approved(shadow_hours=0.0)])
    runner.follow(account("thief", BEGINS, "phone"))
    before = runner.save()
    (match,) = runner.decide(card("thief", BEGINS + 1, "c", "phone", "stolen"))
    assert (match.rule, match.decision) == ("a-rule", Decision.REVIEW)
    assert runner.decide(card("thief", BEGINS + 1, "c", "phone", "other")) == []
    assert runner.decide(card("thief", START - 1, "c", "phone", "stolen")) == []
    assert runner.save() == before


def answer(who: str, outcome: VerdictOutcome, ts: int) -> Verdict:
    return Verdict(event_id=f"v-{who}", ts=ts, subject=who, outcome=outcome, analyst="ann")


def test_a_rule_whose_verdicts_say_it_is_broken_retires_itself():
    runner = RuleRunner([approved(shadow_hours=0.0)])
    events = [e for n in range(12) for e in thief(f"t{n:02}", BEGINS + n * HOUR)]
    assert len(flagged(runner, events)) == 12
    for n in range(12):
        runner.follow(answer(f"t{n:02}", VerdictOutcome.LEGIT, BEGINS + 20 * HOUR + n))
    (report,) = runner.report()
    assert report.stage is RuleStage.RETIRED
    assert report.retired_ms == BEGINS + 20 * HOUR + 3
    assert (report.fraud, report.legit, report.precision) == (0, 12, 0.0)
    assert flagged(runner, thief("next", BEGINS + 30 * HOUR)) == []
    assert runner.decide(card("t00", BEGINS + 31 * HOUR, "c", "phone", "stolen")) == []


def test_a_rule_that_keeps_its_precision_is_seldom_retired():
    dice = np.random.default_rng(5)
    retired = 0
    for _ in range(400):
        record = RuleRecord(digest="d", accounts={str(n): (True, None) for n in range(300)})
        for n, right in enumerate((dice.random(300) < 0.8).tolist()):
            record.hear(str(n), VerdictOutcome.FRAUD if right else VerdictOutcome.LEGIT, 1, 0.8)
        retired += record.retired_ms > 0
    assert retired / 400 <= FALSELY_RETIRED + 3 * (FALSELY_RETIRED * (1 - FALSELY_RETIRED) / 400) ** 0.5


def test_only_the_first_answer_about_somebody_who_was_met_counts():
    record = RuleRecord(digest="d", accounts={"ann": (True, None)})
    for who, outcome in (
        ("stranger", VerdictOutcome.LEGIT),
        ("ann", VerdictOutcome.UNSURE),
        ("ann", VerdictOutcome.FRAUD),
        ("ann", VerdictOutcome.LEGIT),
    ):
        record.hear(who, outcome, 1, 0.8)
    assert (record.fraud, record.legit) == (1, 0)


EVENTS = together(
    quiet_city(6), attack(BEGINS, 3), [answer("thief0030", VerdictOutcome.FRAUD, BEGINS + 2 * DAY)]
)


def ruled_engine(entries) -> RuledEngine:
    return RuledEngine(Engine(EngineConfig(), load_scorer()), entries)


def in_batches(engine: RuledEngine, size: int, events=EVENTS) -> bytes:
    found = [engine.apply(events[n : n + size]) for n in range(0, len(events), size)]
    flags = [flag for each in found for flag in each.flags]
    return msgspec.json.encode([engine.rule_reports()]) + msgspec.json.encode(flags)


def test_any_batching_and_a_snapshot_in_between_give_the_same_flags():
    entries = [approved()]
    whole = in_batches(ruled_engine(entries), len(EVENTS))
    assert b"rule_a-rule" in whole
    assert in_batches(ruled_engine(entries), 37) == whole
    half = len(EVENTS) // 2
    first = ruled_engine(entries)
    flags = first.apply(EVENTS[:half]).flags
    second = ruled_engine(entries)
    second.load(first.save())
    flags += second.apply(EVENTS[half:]).flags
    assert msgspec.json.encode([second.rule_reports()]) + msgspec.json.encode(flags) == whole


def test_rules_leave_what_the_engine_finds_as_it_is_and_flags_stand_in_the_order_of_events():
    engine, ruled = ruled_engine([]), ruled_engine([approved()])
    plain, more = engine.apply(EVENTS), ruled.apply(EVENTS)
    assert [flag for flag in more.flags if not flag.ring_id.startswith(RULE_PREFIX)] == plain.flags
    assert of_rings(more.flags) == plain.flags
    assert more.ledger == plain.ledger
    assert ruled.state_digest() == engine.state_digest()
    assert ruled.config_digest == engine.config_digest
    assert ruled.rules_digest != engine.rules_digest
    times = [flag.ts for flag in more.flags]
    assert times == sorted(times)
    assert len(times) > len(plain.flags)


def test_a_rule_that_reads_otherwise_than_in_the_snapshot_begins_anew():
    before, after = (
        RuleRunner([approved()]),
        RuleRunner([RuleEntry(rule(), "e", approvals("ann", digest="e"))]),
    )
    flagged(before, thief("one", START + 7 * HOUR))
    after.load(before.save())
    assert before.report()[0].flagged == 1
    assert after.report()[0].flagged == 0
    # What was known of accounts stays known.
    assert len(flagged(after, [card("one", START + 8 * HOUR, "c2", "phone", "stolen")])) == 1
