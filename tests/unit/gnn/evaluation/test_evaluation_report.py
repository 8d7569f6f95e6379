"""The whole report, on a world of nine accounts."""

from __future__ import annotations

import pytest

from gnn.evaluation import (
    Course,
    Detection,
    History,
    Judged,
    ReportedRing,
    Truth,
    components,
    decode_truth,
    evaluate,
    judged_against,
    true_sets,
)
from gnn.evaluation.ceiling import Ceiling
from gnn.evaluation.stays import DAY_MS, Accused, Stay
from graph.model.errors import Fatal
from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    Chargeback,
    Event,
    PromoRedeemed,
    TripCompleted,
)
from graph.model.vocabulary import Role

T0 = 1_767_225_600_000
TRUTH = b"""{"rings": [{"ring": "R1", "kind": "promo_farm", "accounts": ["a", "b", "c", "d", "e"],
"fraud_events": [["p1", 5.0], ["p2", 15.0]]}],
"decoys": [{"kind": "kiosk", "accounts": ["u", "v", "w", "x", "y", "z"]}]}"""


def login(account: str, device: str) -> Event:
    return AccountLogin(event_id=f"{account}{device}", ts=T0, account_id=account, device_id=device)


def trip(rider: str, driver: str, device: str) -> Event:
    return TripCompleted(
        event_id=rider, ts=T0, trip_id="t", rider_id=rider, driver_id=driver, fare=9, rider_device_id=device
    )


def world() -> list[Event]:
    return [
        AccountCreated(event_id="c", ts=T0, account_id="a", role=Role.RIDER, device_id="d1"),
        login("b", "d1"),
        login("c", "d1"),
        CardAdded(event_id="k1", ts=T0, account_id="c", card_id="k"),
        CardAdded(event_id="k2", ts=T0, account_id="d", card_id="k"),
        Chargeback(event_id="k3", ts=T0, account_id="e", card_id="k", amount=1),
        PromoRedeemed(event_id="p1", ts=T0 + 10, account_id="a", promo_id="W", amount=5),
        PromoRedeemed(event_id="p2", ts=T0 + 30, account_id="c", promo_id="W", amount=15),
        trip("u", "driver", "d2"),
        *(login(account, "d2") for account in "vwxyz"),
        login("g", "d3"),
        login("h", "d3"),
    ]


def truth() -> Truth:
    return decode_truth(TRUTH, "truth.json")


def history() -> History:
    return History(truth().fraud_event_ids()).read(world())


def ours() -> Detection:
    return Detection(
        method="ringfence",
        rings=(ReportedRing("ring_1", "promo_farm", frozenset("abcde")),),
        scores={"a": 0.9, "b": 0.9, "c": 0.8, "d": 0.8, "e": 0.8, "x": 0.1},
        first_flag_ms={"a": T0 + 20, "b": T0 + 20},
    )


def test_history_keeps_only_the_times_that_are_wanted() -> None:
    assert history().event_ms == {"p1": T0 + 10, "p2": T0 + 30}
    assert history().accounts == {*"abcdeuvwxyzgh", "driver"}


def test_components_join_over_devices_and_cards_and_leave_pairs_alone() -> None:
    found = components(history())
    assert [sorted(ring.accounts) for ring in found.rings] == [list("abcde"), list("uvwxyz")]
    assert found.scores == {
        **dict.fromkeys("abcde", 1 - 1 / 5),
        **dict.fromkeys("gh", 1 - 1 / 2),
        **dict.fromkeys("uvwxyz", 1 - 1 / 6),
    }
    assert found.first_flag_ms is None


def test_components_ignore_a_device_with_more_sharers_than_the_hub_limit() -> None:
    found = components(history(), hub_limit=5)
    assert [sorted(ring.accounts) for ring in found.rings] == [list("abcde")]


def test_the_report_sets_ours_beside_both_baselines() -> None:
    report = evaluate(ours(), truth(), history())
    assert [method.method for method in report.methods] == ["ringfence", "components", "components <=30"]
    mine, plain, _ = report.methods
    assert (report.accounts, report.fraudulent_accounts) == (14, 5)
    assert (report.true_rings, report.fraud_money) == (1, 20.0)
    assert (mine.rings.recall_at_80, mine.rings.precision) == (1.0, 1.0)
    assert (plain.rings.recall_at_80, plain.rings.precision) == (1.0, 0.5)
    assert mine.accounts.auprc == 1.0
    assert plain.accounts.auprc == pytest.approx(5 / 11)
    assert mine.timeliness is not None
    assert plain.timeliness is not None
    assert mine.timeliness.prevented == 0.75
    assert plain.timeliness.prevented == 0.0
    assert plain.false_alarms.by_decoy_kind == (("kiosk", 1),)
    assert report.kinds[0].prevented == 0.75
    assert [note for note in report.notes if "--candidates" not in note] == []


def test_what_the_run_left_behind_adds_the_ceiling_and_how_long_honest_accounts_were_flagged() -> None:
    course = Course((Stay("x", 0, DAY_MS), Stay("a", 0)), 3 * DAY_MS)
    judged = judged_against(true_sets(truth()), [frozenset("abcd"), frozenset("xy")])
    report = evaluate(ours(), truth(), history(), course, judged)
    mine, plain, _ = report.methods
    assert mine.accused == Accused(1, pytest.approx(10_000 / 9), 0, 1.0, 1.0)
    assert mine.ceiling == Ceiling(2, 1.0, 1.0)
    assert (plain.accused, plain.ceiling) == (None, None)
    assert (report.kinds[0].reached_at_50, report.kinds[0].reached_at_80) == (1, 1)
    assert [size.reached_at_80 for size in report.sizes] == [1, 0, 0, 0]
    assert report.notes == ()


def test_a_bounded_log_of_candidates_makes_the_ceiling_a_lower_bound() -> None:
    report = evaluate(ours(), truth(), history(), judged=Judged(1, (0.4,), left_out=1200))
    assert "lower bound: 1,200 judgements" in report.notes[0]


def test_without_events_the_report_says_what_is_missing() -> None:
    report = evaluate(ours(), truth())
    assert [method.method for method in report.methods] == ["ringfence"]
    assert report.methods[0].timeliness is None
    assert "--events" in report.notes[0]


def test_fraud_events_absent_from_the_events_are_named() -> None:
    empty = History(truth().fraud_event_ids()).read([])
    assert evaluate(ours(), truth(), empty).notes[0].startswith("2 of 2 fraud events")


def test_an_account_that_was_not_scored_counts_as_zero() -> None:
    silent = Detection(method="silent", rings=(), scores={}, first_flag_ms={})
    assert evaluate(silent, truth(), history()).methods[0].accounts.auprc == pytest.approx(5 / 14)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"rings": [{"ring": 1}]}', b"\xff"])
def test_a_file_that_is_no_truth_is_named(data: bytes) -> None:
    with pytest.raises(Fatal, match=r"expected t\.json to be a truth file"):
        decode_truth(data, "t.json")
