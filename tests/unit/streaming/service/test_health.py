"""Health and metrics: where they are served, and what Prometheus finds there."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest

from graph.model.errors import BadCall
from graph.model.events import Verdict
from graph.model.vocabulary import VerdictOutcome
from rules.book.decisions import RuleEntry
from rules.running.runner import RuleRunner
from streaming.service.health import serve
from streaming.service.metrics import exposition
from streaming.service.status import Status
from tests.unit.rules.attacks import DAY, START, attack
from tests.unit.rules.test_book import approvals, rule

LINUX_LOOPBACK = "127.0.0.2"
"""The whole of 127/8 is loopback on Linux."""


def samples(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_watermark_is_a_timestamp_and_says_so() -> None:
    found = samples(exposition(Status(watermark_ms=1_767_268_800_500), 0.0).decode())
    assert found["ringfence_watermark_timestamp_seconds"] == 1_767_268_800.5
    assert "ringfence_watermark_seconds" not in found


def test_metrics_say_where_each_rule_stands_and_what_verdicts_made_of_it() -> None:
    runner = RuleRunner([RuleEntry(rule(), "d", approvals("ann"))])
    for event in attack(START + DAY // 2, 0.4):
        runner.follow(event)
    met = runner.report()[0]
    assert met.flagged > 0
    name = met.rule
    before = samples(exposition(Status(rules=runner.report()), 0.0).decode())
    assert before[f'ringfence_rule_stage{{rule="{name}",stage="live"}}'] == 1
    assert before[f'ringfence_rule_accounts_total{{rule="{name}"}}'] == met.accounts
    assert before[f'ringfence_rule_flagged_total{{rule="{name}"}}'] == met.flagged
    assert not any(each.startswith("ringfence_rule_precision") for each in before)
    flagged = sorted(flagged_accounts())[:4]
    for n, account in enumerate(flagged):
        outcome = VerdictOutcome.LEGIT if n == 3 else VerdictOutcome.FRAUD
        runner.follow(
            Verdict(event_id=f"v{n}", ts=START + DAY, subject=account, outcome=outcome, analyst="bob")
        )
    after = samples(exposition(Status(rules=runner.report()), 0.0).decode())
    assert after[f'ringfence_rule_answers_total{{answer="fraud",rule="{name}"}}'] == 3
    assert after[f'ringfence_rule_precision{{rule="{name}"}}'] == 0.75


def flagged_accounts() -> set[str]:
    fresh = RuleRunner([RuleEntry(rule(), "d", approvals("ann"))])
    return {flag.accounts[0] for event in attack(START + DAY // 2, 0.4) for flag in fresh.follow(event)}


def test_metrics_say_what_runs_and_what_it_takes() -> None:
    found = samples(exposition(Status(), 0.0).decode())
    (build,) = [name for name in found if name.startswith("ringfence_build_info{")]
    assert 'version="' in build
    assert 'python="3.' in build
    assert found["process_resident_memory_bytes"] > 1 << 20
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_start_time_seconds"] > 1_700_000_000


def test_by_default_nothing_listens_beyond_the_one_loopback_address() -> None:
    with serve(Status(), 0) as port:
        assert b"ringfence_ready 0.0" in urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LINUX_LOOPBACK, port), 30)


def test_another_address_may_be_named() -> None:
    with serve(Status(), 0, LINUX_LOOPBACK) as port:
        assert b"ringfence_ready" in urlopen(f"http://{LINUX_LOOPBACK}:{port}/metrics", timeout=30).read()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 30)


def test_an_address_that_cannot_be_had_is_a_wrong_call() -> None:
    with (
        pytest.raises(BadCall, match=r"expected port 0 of no\.such\.host\.invalid to be free"),
        serve(Status(), 0, "no.such.host.invalid"),
    ):
        pass
