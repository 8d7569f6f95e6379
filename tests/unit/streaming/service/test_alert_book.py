"""What the service remembers of alerts and their answers: by week, bounded, shown, kept in snapshots."""

from __future__ import annotations

import msgspec
import pytest

from gnn.alerts.weeks import WEEK_MS
from graph.model.events import Verdict
from graph.model.results import Flag
from graph.model.vocabulary import Decision, RingKind, VerdictOutcome
from streaming.files.summary import ContractTerms
from streaming.service import alert_book
from streaming.service.alert_book import AnsweredWeek, RaisedAlert, by_week, with_results
from streaming.service.core import Tally
from streaming.service.metrics import exposition
from streaming.service.status import Status

MONDAY = 1_767_571_200_000
FRAUD, LEGIT, UNSURE = VerdictOutcome.FRAUD, VerdictOutcome.LEGIT, VerdictOutcome.UNSURE


def flag(ring: str, ts: int) -> Flag:
    return Flag(
        flag_id=f"{ring}{ts}",
        ts=ts,
        event_id="e",
        accounts=["a"],
        ring_id=ring,
        score=0.9,
        decision=Decision.REVIEW,
        reasons=[],
        kind=RingKind.PROMO_FARM,
    )


def verdict(subject: str, outcome: VerdictOutcome) -> Verdict:
    return Verdict(event_id=subject, ts=MONDAY, subject=subject, outcome=outcome, analyst="ann")


def test_an_alert_belongs_to_the_week_of_its_first_flag_and_its_newest_answer_counts() -> None:
    book = with_results({}, [flag("r", MONDAY), flag("s", MONDAY + 5), flag("r", MONDAY + WEEK_MS)], [])
    book = with_results(book, [flag("t", MONDAY + WEEK_MS)], [verdict("r", FRAUD), verdict("s", FRAUD)])
    book = with_results(book, [], [verdict("r", LEGIT), verdict("an account", LEGIT)])
    assert by_week(book) == [AnsweredWeek(MONDAY, 1, 1, 0), AnsweredWeek(MONDAY + WEEK_MS, 0, 0, 1)]
    assert [week.false_share for week in by_week(book)] == [0.5, None]
    assert by_week(with_results(book, [], [verdict("r", UNSURE)]))[0].false_share == 0.0


def test_the_book_before_a_batch_stays_as_it_was() -> None:
    before = with_results({}, [flag("r", MONDAY)], [])
    with_results(before, [flag("s", MONDAY)], [verdict("r", LEGIT)])
    assert before == {"r": RaisedAlert(MONDAY)}


def test_only_the_newest_alerts_and_weeks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_book, "MOST_ALERTS", 3)
    monkeypatch.setattr(alert_book, "WEEKS_SHOWN", 2)
    flags = [flag(f"r{n}", MONDAY + n * WEEK_MS) for n in range(5)]
    book = with_results({}, flags, [verdict("r0", FRAUD), verdict("r4", FRAUD)])
    assert list(book) == ["r2", "r3", "r4"]
    assert [week.week_ms for week in by_week(book)] == [MONDAY + 3 * WEEK_MS, MONDAY + 4 * WEEK_MS]


def test_the_tally_of_a_snapshot_keeps_the_alerts_and_an_older_one_had_none() -> None:
    tally = Tally(alerts=with_results({}, [flag("r", MONDAY)], [verdict("r", FRAUD)]))
    assert msgspec.json.decode(msgspec.json.encode(tally), type=Tally) == tally
    assert msgspec.json.decode(b'{"events": 3}', type=Tally).alerts == {}


def test_metrics_show_what_is_promised_and_what_was_kept() -> None:
    book = with_results(
        {},
        [flag("r", MONDAY), flag("s", MONDAY), flag("t", MONDAY)],
        [verdict("r", FRAUD), verdict("s", LEGIT)],
    )
    terms = ContractTerms(max_false_alerts=0.05, max_alerts_a_day=None, review=0.9, block=0.95, close=0.72)
    text = exposition(Status(tally=Tally(alerts=book), contract=terms), 0.0).decode()
    for line in (
        'ringfence_alerts_promised{what="false_share"} 0.05',
        'ringfence_alert_threshold{decision="review"} 0.9',
        'ringfence_alert_threshold{decision="block"} 0.95',
        'ringfence_alerts{answer="fraud",week="2026-01-05"} 1.0',
        'ringfence_alerts{answer="unanswered",week="2026-01-05"} 1.0',
        'ringfence_false_alert_share{week="2026-01-05"} 0.5',
    ):
        assert line in text.splitlines()
    assert 'what="a_day"' not in text


def test_without_a_contract_nothing_is_promised() -> None:
    assert "ringfence_alerts_promised" not in exposition(Status(), 0.0).decode()
