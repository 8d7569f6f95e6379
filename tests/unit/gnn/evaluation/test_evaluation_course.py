"""How long honest accounts were flagged, against a calendar kept by hand and a plain-Python oracle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gnn.evaluation.stays import DAY_MS, Accused, Course, Stay, accused, course_of
from graph.model.results import AccountsChanged, LedgerEntry
from graph.model.vocabulary import LedgerChange

BORN, GREW, MERGED, SPLIT, CLOSED = (
    LedgerChange.BORN,
    LedgerChange.GREW,
    LedgerChange.MERGED,
    LedgerChange.SPLIT,
    LedgerChange.CLOSED,
)


def entry(
    day: float, ring: str, change: LedgerChange, added: str = "", removed: str = "", sources: str = ""
) -> LedgerEntry:
    return LedgerEntry(
        ts=round(day * DAY_MS),
        ring_id=ring,
        change=change,
        from_=list(sources),
        accounts=AccountsChanged(added=list(added), removed=list(removed)),
    )


def days(course: Course) -> dict[str, tuple[tuple[float, float | None], ...]]:
    """The stays of each account, in days."""
    found: dict[str, tuple[tuple[float, float | None], ...]] = {}
    for stay in course.stays:
        until = None if stay.until_ms is None else stay.until_ms / DAY_MS
        found[stay.account] = (*found.get(stay.account, ()), (stay.from_ms / DAY_MS, until))
    return found


def test_a_stay_lasts_from_the_flag_until_the_ring_closes() -> None:
    course = course_of([entry(1, "R", BORN, "abc"), entry(4, "R", CLOSED, removed="abc")], 9 * DAY_MS)
    assert days(course) == dict.fromkeys("abc", ((1, 4),))


def test_who_joins_later_is_flagged_later_and_a_ring_that_stands_has_no_end() -> None:
    course = course_of([entry(1, "R", BORN, "abc"), entry(2, "R", GREW, "d", "a")], 9 * DAY_MS)
    assert days(course) == {"a": ((1, 2),), "b": ((1, None),), "c": ((1, None),), "d": ((2, None),)}


def test_a_split_that_founds_a_ring_is_one_stay() -> None:
    ledger = [
        entry(1, "R", BORN, "abcdef"),
        entry(3, "R", SPLIT, removed="def"),
        entry(3, "S", SPLIT, "de", sources="R"),
        entry(5, "S", CLOSED, removed="de"),
    ]
    assert days(course_of(ledger, 9 * DAY_MS)) == {
        **dict.fromkeys("abc", ((1, None),)),
        **dict.fromkeys("de", ((1, 5),)),
        "f": ((1, 3),),
    }


def test_a_merge_frees_whoever_does_not_go_on_in_the_ring() -> None:
    ledger = [
        entry(1, "R", BORN, "abc"),
        entry(2, "S", BORN, "def"),
        entry(4, "R", MERGED, "de", sources="S"),
    ]
    assert days(course_of(ledger, 9 * DAY_MS)) == {
        **dict.fromkeys("abc", ((1, None),)),
        **dict.fromkeys("de", ((2, None),)),
        "f": ((2, 4),),
    }


def test_two_stays_of_one_account_add_up_and_the_ring_members_do_not_count() -> None:
    ledger = [
        entry(1, "R", BORN, "abc"),
        entry(2, "R", CLOSED, removed="abc"),
        entry(5, "S", BORN, "ab"),
        entry(5.5, "S", GREW, removed="b"),
    ]
    course = course_of(ledger, 9 * DAY_MS)
    assert accused(course, frozenset("abcdefgh")) == Accused(
        accounts=3, per_10k_honest=3750.0, still=1, median_days=1.5, longest_days=5.0
    )
    assert accused(course, frozenset("bx")) == Accused(1, 5000.0, 0, 1.5, 1.5)


def test_where_nobody_honest_was_flagged_there_are_no_days() -> None:
    assert accused(Course((Stay("a", 0),), DAY_MS), frozenset("x")) == Accused(0, 0.0, 0, None, None)
    assert accused(Course((), 0), frozenset()).per_10k_honest is None


NAMES = "abcde"


@given(st.lists(st.frozensets(st.sampled_from(NAMES)), max_size=8))
def test_days_agree_with_counting_every_day(standing: list[frozenset[str]]) -> None:
    """One ring whose members of each day are given; the oracle counts days in it one by one."""
    ledger, inside = [], frozenset[str]()
    for day, members in enumerate(standing):
        added, removed = "".join(sorted(members - inside)), "".join(sorted(inside - members))
        if added or removed:
            ledger.append(entry(day, "R", GREW, added, removed))
        inside = members
    found = accused(course_of(ledger, len(standing) * DAY_MS), frozenset(NAMES))
    counted = sorted(count for name in NAMES if (count := sum(name in members for members in standing)) > 0)
    assert found.accounts == len(counted)
    assert found.longest_days == (counted[-1] if counted else None)
    assert found.still == len(inside)
