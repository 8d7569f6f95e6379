"""Rings against truth: matching, precision, recall, kinds, false alarms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gnn.evaluation import Decoy, Match, ReportedRing, TrueRing, Truth, best_matches
from gnn.evaluation.false_alarms import false_alarms
from gnn.evaluation.rings import ConfusionRow, KindFigures, kind_confusion, kind_figures, ring_figures


def reported(ring_id: str, accounts: str, kind: str | None = None) -> ReportedRing:
    return ReportedRing(ring_id, kind, frozenset(accounts))


def true(ring: str, accounts: str, kind: str = "promo_farm") -> TrueRing:
    return TrueRing(ring=ring, kind=kind, accounts=list(accounts))


def test_the_best_match_is_the_largest_overlap() -> None:
    assert best_matches([frozenset("abcd")], [frozenset("ab"), frozenset("abcde")]) == [Match(1, 0.8)]


def test_equal_overlaps_go_to_the_first() -> None:
    assert best_matches([frozenset("abcd")], [frozenset("ab"), frozenset("cd")]) == [Match(0, 0.5)]


def test_nothing_shared_is_no_match_at_any_threshold() -> None:
    (match,) = best_matches([frozenset("ab")], [frozenset("cd")])
    assert match == Match(None, 0.0)
    assert not match.holds_at(0.0)


members = st.frozensets(st.integers(0, 12).map(str), min_size=1, max_size=6)


@given(st.lists(members, max_size=5), st.lists(members, max_size=5))
def test_best_matches_agree_with_comparing_every_pair(
    sets: list[frozenset[str]], others: list[frozenset[str]]
) -> None:
    for mine, match in zip(sets, best_matches(sets, others), strict=True):
        assert match.jaccard == max((len(mine & other) / len(mine | other) for other in others), default=0.0)
        if match.other is not None:
            assert len(mine & others[match.other]) / len(mine | others[match.other]) == match.jaccard


def test_recall_counts_true_rings_and_precision_reported_ones() -> None:
    truth = Truth(rings=[true("R1", "abcde"), true("R2", "fghij")])
    figures = ring_figures(
        [reported("1", "abcde"), reported("2", "fgh"), reported("3", "xyz"), reported("4", "ijuvw")], truth
    )
    assert figures.reported == 4
    assert figures.recall_at_50 == 1.0
    assert figures.recall_at_80 == 0.5
    assert figures.precision == 0.5
    assert figures.precision_at_50 == 0.5
    assert figures.precision_at_80 == 0.25


def test_a_reported_ring_with_exactly_half_fraudulent_accounts_is_right() -> None:
    figures = ring_figures(
        [reported("1", "abxy"), reported("2", "cxyz")], Truth(rings=[true("R", "abcdefgh")])
    )
    assert figures.precision == 0.5
    assert figures.precision_at_50 == 0.0


def test_shares_of_nothing_are_not_available() -> None:
    figures = ring_figures([], Truth(rings=[]))
    assert figures.recall_at_50 is None
    assert figures.precision is None


def test_each_kind_has_its_own_row() -> None:
    truth = Truth(rings=[true("R1", "abcde"), true("R2", "fghij", "takeover")])
    rings = [
        reported("1", "abcd", "promo_farm"),
        reported("2", "fgh", "collusion"),
        reported("3", "xyz", "collusion"),
    ]
    assert kind_figures(rings, truth) == [
        KindFigures("collusion", true=0, found_at_50=0, found_at_80=0, reported=2, right=1),
        KindFigures("promo_farm", true=1, found_at_50=1, found_at_80=1, reported=1, right=1),
        KindFigures("takeover", true=1, found_at_50=1, found_at_80=0, reported=0, right=0),
    ]


def test_confusion_tells_what_true_rings_were_taken_for() -> None:
    truth = Truth(
        rings=[true("R1", "abc"), true("R2", "def"), true("R3", "ghi", "takeover"), true("R4", "jkl")]
    )
    rings = [
        reported("1", "abc", "promo_farm"),
        reported("2", "def", "collusion"),
        reported("3", "jkl", "promo_farm"),
    ]
    assert kind_confusion(rings, truth) == [
        ConfusionRow("promo_farm", (("promo_farm", 2), ("collusion", 1))),
        ConfusionRow("takeover", (("missed", 1),)),
    ]


def test_false_rings_are_counted_against_honest_accounts_and_decoys() -> None:
    truth = Truth(
        rings=[true("R", "abcdef")],
        decoys=[Decoy(kind="household", accounts=list("uvw")), Decoy(kind="kiosk", accounts=list("wxyz"))],
    )
    rings = [reported("1", "abc"), reported("2", "uvw"), reported("3", "uxq"), reported("4", "vwxy")]
    alarms = false_alarms(rings, truth, honest_accounts=2000)
    assert alarms.rings == 3
    assert alarms.per_10k_honest == 15.0
    assert alarms.on_decoys == 2
    assert alarms.by_decoy_kind == (("household", 2), ("kiosk", 1))
