"""Rings merged and split, sizes, the ceiling and look-alikes, against oracles that compare every pair."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gnn.evaluation import Decoy, ReportedRing, TrueRing, Truth, judged_against
from gnn.evaluation.ceiling import Ceiling, Judged, ceiling
from gnn.evaluation.grouping import Grouping, grouping
from gnn.evaluation.look_alikes import NONE_KNOWN, LookAlikeFigures, look_alike_figures
from gnn.evaluation.sizes import SizeFigures, size_figures, size_of

members = st.frozensets(st.sampled_from("abcdefghij"), min_size=1, max_size=6)


def reported(*rings: str) -> list[ReportedRing]:
    return [ReportedRing(f"ring_{number}", None, frozenset(ring)) for number, ring in enumerate(rings)]


def truth_of(*rings: str, decoys: tuple[tuple[str, str], ...] = ()) -> Truth:
    return Truth(
        rings=[
            TrueRing(ring=f"R{number}", kind="promo_farm", accounts=list(ring))
            for number, ring in enumerate(rings)
        ],
        decoys=[Decoy(kind=kind, accounts=list(accounts)) for kind, accounts in decoys],
    )


def test_one_report_over_two_rings_merges_them() -> None:
    truth = truth_of("abcd", "efgh", "ijkl")
    assert grouping(reported("abcdef", "ijkl"), truth) == Grouping(merging=1, merged=2, split=0, pieces=0)


def test_less_than_half_of_a_ring_is_not_held() -> None:
    assert grouping(reported("abcde"), truth_of("abcd", "efgh")) == Grouping(0, 0, 0, 0)


def test_a_ring_in_three_reports_is_in_pieces_and_strangers_do_not_count() -> None:
    truth = truth_of("abcdefgh")
    assert grouping(reported("abc", "def", "gx", "hxyz"), truth) == Grouping(0, 0, split=1, pieces=3)


@given(st.lists(members, max_size=4), st.lists(members, max_size=4))
def test_grouping_agrees_with_comparing_every_pair(
    true: list[frozenset[str]], found: list[frozenset[str]]
) -> None:
    held = {
        r: [t for t, ring in enumerate(true) if 2 * len(ring & each) >= len(ring)]
        for r, each in enumerate(found)
    }
    pieces = [sum(2 * len(ring & each) >= len(each) for each in found) for ring in true]
    merging = [rings for rings in held.values() if len(rings) > 1]
    assert grouping(reported(*map("".join, found)), truth_of(*map("".join, true))) == Grouping(
        merging=len(merging),
        merged=len({ring for rings in merging for ring in rings}),
        split=sum(count > 1 for count in pieces),
        pieces=sum(count for count in pieces if count > 1),
    )


@given(st.lists(members, max_size=4), st.lists(members, max_size=6))
def test_the_ceiling_agrees_with_comparing_every_pair(
    true: list[frozenset[str]], candidates: list[frozenset[str]]
) -> None:
    judged = judged_against(true, iter(candidates))
    assert judged == Judged(
        candidates=len(candidates),
        best=tuple(
            max((len(ring & each) / len(ring | each) for each in candidates), default=0.0) for ring in true
        ),
    )


def test_the_ceiling_is_the_share_of_rings_that_some_candidate_reached() -> None:
    judged = judged_against([frozenset("abcde"), frozenset("fghij")], ["abcd", "fg", "fghxy"])
    assert judged.best == (0.8, 3 / 7)
    assert ceiling(judged) == Ceiling(candidates=3, recall_at_50=0.5, recall_at_80=0.5)
    assert ceiling(Judged(0, ())) == Ceiling(0, None, None)


def test_the_sizes_begin_where_they_say() -> None:
    assert [size_of(accounts) for accounts in (3, 5, 6, 20, 21, 100, 101, 1000)] == [
        "up to 5",
        "up to 5",
        "6 to 20",
        "6 to 20",
        "21 to 100",
        "21 to 100",
        "over 100",
        "over 100",
    ]


def test_each_size_counts_its_own_rings() -> None:
    truth = truth_of("abc", "defgh", "ijklmnop")
    judged = judged_against([frozenset(ring.accounts) for ring in truth.rings], ["abc", "ijklmn"])
    small, middle, *larger = size_figures(reported("abc", "defx"), truth, judged)
    assert small == SizeFigures("up to 5", 2, 2, 1, reached_at_50=1, reached_at_80=1)
    assert middle == SizeFigures("6 to 20", 1, 0, 0, reached_at_50=1, reached_at_80=0)
    assert larger == [SizeFigures("21 to 100", 0, 0, 0, 0, 0), SizeFigures("over 100", 0, 0, 0, 0, 0)]
    assert size_figures(reported("abc"), truth)[0].reached_at_50 is None


def test_look_alikes_count_their_groups_their_false_rings_and_whoever_was_ever_flagged() -> None:
    truth = truth_of("abcdef", decoys=(("household", "uvw"), ("household", "rs"), ("kiosk", "wxyz")))
    rings = reported("abc", "uvw", "uxq", "vwxy", "mnop")
    assert look_alike_figures(rings, truth, {"a", "u", "v", "x", "q", "n"}) == [
        LookAlikeFigures("household", groups=2, accounts=5, false_rings=2, hit=1, ever_flagged=2),
        LookAlikeFigures("kiosk", groups=1, accounts=4, false_rings=1, hit=1, ever_flagged=1),
        LookAlikeFigures(NONE_KNOWN, groups=0, accounts=0, false_rings=2, hit=0, ever_flagged=2),
    ]
    assert look_alike_figures(rings, truth, None)[0].ever_flagged is None
