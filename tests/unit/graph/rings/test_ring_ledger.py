"""Rings under judgements given by hand: who survives, who is let go, what the ledger says."""

from dataclasses import replace

import numpy as np
import pytest

from graph.model.results import Outcome
from graph.model.shapes import CLUSTERS, Shape
from graph.model.vocabulary import Decision, LedgerChange, RingKind, VerdictOutcome
from graph.rings.judgement import CLEAR, Judgement
from graph.rings.lifecycle import Moment, Policy, Rings
from graph.rings.table import RingTable
from graph.scoring.features import PLACES
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.ledger_replay import replay as replayed
from tests.unit.graph.scenes import Scene

PEOPLE = 12


class Table:
    """Twelve accounts that share nothing, and rings that follow whatever score is given to some of them."""

    def __init__(self) -> None:
        scene = Scene()
        for n in range(PEOPLE):
            scene.signs_up(f"p{n:02}", 1)
        self.engine = new_engine()
        self.engine.apply(scene.events)
        self.rings = self.empty_rings(self.engine._rings._began)
        self.said = Outcome(flags=[], ledger=[])
        self.step = 0

    def empty_rings(self, began) -> Rings:
        table = RingTable(self.engine._memory)
        return Rings(Policy(), table, self.engine.entity_index.names, began)

    def weighed(self, accounts, score: float) -> Judgement:
        members = np.array(sorted(accounts), np.int32)
        weighed = self.engine._judge_accounts(members, 0, CLUSTERS, Moment(self.step, "weighed"))
        return replace(weighed, score=score)

    def judge(self, accounts, score: float, gain: float = 0.0, shape: Shape = Shape.CLUSTERS) -> None:
        """``gain`` is how strongly the accounts look like a promotion farm."""
        judgement = self.weighed(accounts, score)
        features = list(judgement.features)
        features[PLACES["rule.promo_farm"]] = gain
        self.rings.judge(replace(judgement, features=tuple(features), shape=shape), self.now(), self.said)

    def now(self) -> Moment:
        self.step += 1
        return Moment(self.step, f"e{self.step}")

    def open(self) -> dict[str, list[int]]:
        return {ring.ring_id: self.rings.members(ring) for ring in self.rings.open_rings()}

    def assert_replayed(self) -> None:
        name = self.engine.entity_index.name
        assert replayed(self.said.ledger) == {
            i: set(map(name, members)) for i, members in self.open().items()
        }


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_ring_opens_at_the_review_score_and_not_below(table):
    table.judge(range(4), 0.4999)
    assert table.said.ledger == []
    table.judge(range(4), 0.5)
    assert list(table.open().values()) == [[0, 1, 2, 3]]


def test_a_ring_stays_open_until_the_score_falls_below_the_closing_score(table):
    table.judge(range(4), 0.5)
    table.judge(range(4), 0.4)
    assert len(table.rings) == 1
    table.judge(range(4), 0.3999)
    assert len(table.rings) == 0
    table.assert_replayed()


def test_the_closing_score_is_lower_for_a_ring_that_was_surer_once(table):
    """Nine to one is ln 9 above even odds: half of that below two to three in log odds is 0.1818."""
    table.judge(range(4), 0.9)
    table.judge(range(4), 0.1819)
    assert len(table.rings) == 1
    table.judge(range(4), 0.1817)
    assert len(table.rings) == 0


def test_a_ring_that_only_its_best_judgement_keeps_open_gains_nobody(table):
    table.judge(range(4), 0.9)
    table.judge(range(6), 0.3)
    assert list(table.open().values()) == [[0, 1, 2, 3]]
    table.judge(range(6), 0.4)
    assert list(table.open().values()) == [[0, 1, 2, 3, 4, 5]]
    table.assert_replayed()


@pytest.mark.parametrize(
    ("strangers", "shape", "is_open"),
    [(5, Shape.CIRCLE, True), (4, Shape.CIRCLE, False), (5, Shape.CLUSTERS, False)],
)
def test_what_is_mostly_strangers_and_was_found_in_another_way_does_not_close_a_ring(
    table, strangers, shape, is_open
):
    table.judge(range(4), 0.9)
    table.judge(range(4 + strangers), 0.001, shape=shape)
    assert list(table.open().values()) == [[0, 1, 2, 3]] * is_open


def test_a_flag_blocks_from_the_block_score_on_and_a_later_rise_flags_everybody_once_more(table):
    table.judge(range(4), 0.94)
    table.judge(range(4), 0.96)
    table.judge(range(4), 0.97)
    assert [(flag.decision, len(flag.accounts)) for flag in table.said.flags] == [
        (Decision.REVIEW, 4),
        (Decision.BLOCK, 4),
    ]


def test_two_accounts_are_too_few_for_a_ring(table):
    table.judge(range(2), 0.99)
    assert table.open() == {}
    table.judge(range(3), 0.99)
    table.judge(range(2), 0.99)
    assert table.open() == {}
    table.assert_replayed()


def test_who_leaves_a_candidate_leaves_the_ring(table):
    table.judge(range(5), 0.9)
    table.judge(range(4), 0.9)
    last = table.said.ledger[-1]
    assert (last.change, last.accounts.removed) == (LedgerChange.SPLIT, ["p04"])
    assert table.rings.ring_of(4) is None
    table.assert_replayed()


def test_the_part_that_holds_most_of_the_ring_keeps_it_however_many_strangers_the_other_part_brings(table):
    table.judge(range(5), 0.9)
    (ring,) = table.rings.open_rings()
    parts = [table.weighed([0, 1, 5, 6, 7, 8], 0.9), table.weighed([2, 3, 4], 0.9)]
    table.rings.split(ring, parts, table.now(), table.said)
    assert table.open()[ring.ring_id] == [2, 3, 4]
    assert sorted(table.open().values()) == [[0, 1, 5, 6, 7, 8], [2, 3, 4]]
    table.assert_replayed()


def test_a_part_with_a_low_score_is_set_free(table):
    table.judge(range(8), 0.9)
    (ring,) = table.rings.open_rings()
    parts = [table.weighed(range(5), 0.9), table.weighed(range(5, 8), 0.3)]
    table.rings.split(ring, parts, table.now(), table.said)
    assert list(table.open().values()) == [[0, 1, 2, 3, 4]]
    assert all(table.rings.ring_of(n) is None for n in range(5, 8))
    table.assert_replayed()


def test_a_split_can_close_the_ring_and_leave_its_better_part_under_a_new_id(table):
    table.judge(range(8), 0.9)
    (ring,) = table.rings.open_rings()
    parts = [table.weighed(range(5), 0.1), table.weighed(range(5, 8), 0.9)]
    table.rings.split(ring, parts, table.now(), table.said)
    assert list(table.open().values()) == [[5, 6, 7]]
    assert ring.ring_id not in table.open()
    table.assert_replayed()


def test_the_ring_with_the_larger_overlap_survives_and_ties_go_to_the_older(table):
    table.judge(range(4), 0.9)
    table.judge(range(4, 8), 0.9)
    older, younger = (entry.ring_id for entry in table.said.ledger)
    table.judge(range(8), 0.9)
    assert list(table.open()) == [older]
    assert table.said.ledger[-1].from_ == [younger]
    other = Table()
    other.judge(range(4), 0.9)
    other.judge(range(4, 9), 0.9)
    other.judge(range(9), 0.9)
    assert list(other.open()) == [other.said.ledger[1].ring_id]
    for each in (table, other):
        each.assert_replayed()


def test_a_candidate_that_touches_less_than_half_of_a_ring_leaves_it_alone(table):
    table.judge(range(6), 0.9)
    table.judge([4, 5, 6, 7, 8], 0.1)
    assert list(table.open().values()) == [[0, 1, 2, 3, 4, 5]]
    table.judge([4, 5, 6, 7, 8], 0.9)
    assert sorted(table.open().values()) == [[0, 1, 2, 3, 4, 5], [6, 7, 8]]
    table.assert_replayed()


def test_a_ring_is_closed_rather_than_left_with_two_accounts_beside_another_ring(table):
    table.judge([0, 1, 4], 0.9)
    table.judge([2, 3, 5], 0.9)
    table.judge([0, 1, 2], 0.9)
    assert list(table.open().values()) == [[2, 3, 5]]
    table.assert_replayed()


def test_an_id_comes_from_the_event_and_the_accounts_alone():
    first, second = Table(), Table()
    second.judge(range(6, 9), 0.1)
    first.step = second.step
    first.judge(range(4), 0.9)
    second.judge(range(4), 0.9)
    assert first.said == second.said


def test_a_ring_always_gives_a_reason_and_speaks_of_gain_only_when_there_is_one(table):
    judgement = table.weighed(range(4), 0.9)
    assert judgement.kind is RingKind.MULTI_ACCOUNT
    (reason,) = judgement.reasons()
    assert 0 <= reason.strength <= 1
    assert [r.rule for r in judgement.reasons(innocent=True)]


def test_a_ring_keeps_its_beginning_when_the_links_that_told_of_it_have_aged_out(table):
    told = [3, 9]
    rings = table.empty_rings(lambda members: told.pop(0))
    for step, size in ((10, 3), (11, 4)):
        rings.judge(table.weighed(range(size), 0.9), Moment(step, f"e{step}"), table.said)
    (ring,) = rings.open_rings()
    assert told == []
    assert (ring.began_ms, ring.flagged_ms) == (3, 10)


def test_a_ring_blocked_for_what_it_gains_stands_whatever_its_accounts_do_next(table):
    table.judge(range(6), 0.96, gain=CLEAR)
    table.judge(range(4), 0.2)
    table.judge(range(3), 0.45)
    assert list(table.open().values()) == [[0, 1, 2, 3, 4, 5]]
    (ring,) = table.rings.open_rings()
    assert table.rings.judgement(ring).score == 0.96
    assert len(table.said.ledger) == 1
    table.assert_replayed()


def test_a_ring_that_stands_grows_by_whom_it_would_hold_and_loses_nobody(table):
    table.judge(range(4), 0.96, gain=CLEAR)
    table.judge([2, 3, 4, 5], 0.39)
    assert list(table.open().values()) == [[0, 1, 2, 3]]
    table.judge([2, 3, 4, 5], 0.4)
    assert list(table.open().values()) == [[0, 1, 2, 3, 4, 5]]
    assert [(flag.score, flag.accounts) for flag in table.said.flags[1:]] == [(0.4, ["p04", "p05"])]
    (ring,) = table.rings.open_rings()
    assert table.rings.judgement(ring).score == 0.96
    table.assert_replayed()


@pytest.mark.parametrize(("score", "gain"), [(0.96, CLEAR - 0.01), (0.94, 1.0)])
def test_a_ring_that_gains_nothing_or_was_not_blocked_does_not_stand(table, score, gain):
    table.judge(range(6), score, gain)
    table.judge(range(6), 0.1)
    assert table.open() == {}


def test_a_ring_stands_until_a_person_calls_its_accounts_honest(table):
    table.judge(range(4), 0.96, gain=CLEAR)
    table.engine._record_verdict(VerdictOutcome.LEGIT, [0, 1])
    table.engine._record_verdict(VerdictOutcome.FRAUD, [2])
    table.judge(range(4), 0.2)
    assert table.open() == {}


def test_a_ring_stands_for_as_long_as_the_window_and_no_longer(table):
    for days, stands in ((90, True), (91, False)):
        once = Table()
        once.judge(range(4), 0.96, gain=CLEAR)
        later = Scene()
        later.logs_in("somebody", 1 + days, "elsewhere")
        once.engine.apply(later.events)
        once.judge(range(4), 0.2)
        assert bool(once.open()) is stands
