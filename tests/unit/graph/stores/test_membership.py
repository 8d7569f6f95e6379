"""Stays in rings, worked out from the ledger."""

from graph.model.results import AccountsChanged, LedgerEntry
from graph.model.vocabulary import LedgerChange
from graph.stores.membership import Interval, stays


def entry(ts, ring, change, added=(), removed=(), sources=()):
    return LedgerEntry(
        ts=ts,
        ring_id=ring,
        change=change,
        from_=list(sources),
        accounts=AccountsChanged(added=list(added), removed=list(removed)),
    )


def test_a_birth_begins_stays_that_last():
    found = stays([entry(5, "r", LedgerChange.BORN, ["a", "b"])], 7)
    assert found.born == [("r", 5)]
    assert found.intervals == [Interval("r", "a", 7, 5, None), Interval("r", "b", 7, 5, None)]


def test_a_stay_that_ends_in_the_same_batch_comes_whole():
    found = stays(
        [entry(5, "r", LedgerChange.BORN, ["a", "b"]), entry(6, "r", LedgerChange.SPLIT, (), ["a"])], 0
    )
    assert Interval("r", "a", 0, 5, 6) in found.intervals
    assert found.left == []


def test_a_stay_known_before_is_told_to_end():
    assert stays([entry(6, "r", LedgerChange.SPLIT, (), ["a"])], 3).left == [("r", "a", 6)]


def test_a_merger_dissolves_what_it_swallowed_and_its_members_go_over():
    found = stays(
        [entry(5, "s", LedgerChange.BORN, ["a"]), entry(9, "r", LedgerChange.MERGED, ["a"], (), ["s"])], 0
    )
    assert found.dissolved == [("s", 9)]
    assert found.intervals == [Interval("s", "a", 0, 5, 9), Interval("r", "a", 1, 9, None)]


def test_a_ring_that_closes_ends_every_stay_in_it():
    found = stays([entry(9, "r", LedgerChange.CLOSED, (), ["a"])], 4)
    assert found.left == [("r", "a", 9)]
    assert found.dissolved == [("r", 9)]


def test_who_leaves_and_comes_back_has_two_stays():
    found = stays(
        [
            entry(5, "r", LedgerChange.BORN, ["a"]),
            entry(6, "r", LedgerChange.SPLIT, (), ["a"]),
            entry(7, "r", LedgerChange.GREW, ["a"]),
        ],
        0,
    )
    assert found.intervals == [Interval("r", "a", 0, 5, 6), Interval("r", "a", 2, 7, None)]
