"""What the demo tells about each ring."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from gnn.evaluation import Decoy, TrueRing, Truth
from graph.model.results import Reason, Ring
from graph.model.vocabulary import RingKind
from ringfence.demo_story import print_missed, print_rings, tell, who, why

TRUTH = Truth(
    rings=[
        TrueRing(
            ring="r1", kind="promo_farm", accounts=list("abcd"), fraud_events=[("e1", 5.0), ("e2", 7.0)]
        ),
        TrueRing(ring="r2", kind="takeover", accounts=list("mnop"), fraud_events=[("e3", 40.0)]),
    ],
    decoys=[Decoy(kind="kiosk", accounts=list("wxyz"))],
)


def ring(
    accounts: str, *, drivers: str = "", score: float = 0.9, kind: RingKind = RingKind.PROMO_FARM
) -> Ring:
    return Ring(
        ring_id=f"ring_{accounts}",
        kind=kind,
        score=score,
        accounts=list(accounts),
        drivers=list(drivers),
        riders=[account for account in accounts if account not in drivers],
        entities=[],
        first_ts=1,
        flagged_ts=2,
        exposure=12.0,
        reasons=[
            Reason(rule="one_hand", detail="two hands", strength=2.0),
            Reason(rule="promo_farm", detail="100 % took the same promotion", strength=1.0),
        ],
        innocent_reasons=[],
    )


@pytest.mark.parametrize(
    ("accounts", "kind", "verdict"),
    [
        ("abcd", RingKind.PROMO_FARM, "True ring r1"),
        ("abcd", RingKind.COLLUSION, "True ring r1, planted as promo_farm"),
        ("ab", RingKind.PROMO_FARM, "True ring r1"),
        ("a", RingKind.PROMO_FARM, "Part of true ring r1"),
        ("awxy", RingKind.PROMO_FARM, "False alarm: kiosk"),
        ("stu", RingKind.PROMO_FARM, "False alarm"),
    ],
)
def test_each_ring_is_told_beside_the_truth(accounts: str, kind: RingKind, verdict: str) -> None:
    (told,) = tell([ring(accounts, kind=kind)], TRUTH, {}, {})
    assert told.verdict == verdict


def test_rings_are_told_surest_first_with_the_fraud_events_before_the_flag() -> None:
    told = tell([ring("stu", score=0.5), ring("abcd")], TRUTH, {"a": 150}, {"e1": 100, "e2": 200})
    assert [(each.ring.score, each.events_before_flag) for each in told] == [(0.9, "1 of 2"), (0.5, "-")]


def test_who_counts_drivers_and_riders() -> None:
    assert who(ring("abcd", drivers="a")) == "1 driver + 3 riders"
    assert who(ring("ab")) == "2 riders"


def test_why_is_the_reason_of_the_rings_kind_or_else_the_first() -> None:
    assert why(ring("ab")) == "100\N{NO-BREAK SPACE}% took the same promotion"
    assert why(ring("ab", kind=RingKind.TAKEOVER)) == "two hands"


def test_the_story_fits_80_columns_and_names_what_was_missed() -> None:
    page = io.StringIO()
    console = Console(file=page, width=80)
    told = tell([ring("abcd", drivers="a"), ring("wxyz")], TRUTH, {"a": 150}, {"e1": 100, "e2": 200})
    print_rings(console, told)
    print_missed(console, told, TRUTH)
    text = page.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "False alarm: kiosk" in text
    assert "Missed 1 of 2 true rings:" in text
    assert "takeover" in text.splitlines()[-1]
    assert "40 taken" in text.splitlines()[-1]


def test_nothing_missed_is_said_so() -> None:
    page = io.StringIO()
    told = tell([ring("abcd"), ring("mnop")], TRUTH, {}, {})
    print_missed(Console(file=page, width=80), told, TRUTH)
    assert page.getvalue() == "None of the 2 true rings was missed.\n"
