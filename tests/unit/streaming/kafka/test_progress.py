"""When a partition counts as standing still."""

from __future__ import annotations

from streaming.kafka.progress import Progress
from streaming.service.ports import Partition

FIRST, SECOND = Partition("trips", 0), Partition("trips", 1)


def reading() -> Progress:
    progress = Progress(after_s=10, longest_s=35)
    progress.begin({FIRST: 5, SECOND: 7}, now_s=0)
    return progress


def test_one_that_was_behind_at_two_questions_stands_still_and_one_at_its_end_does_not() -> None:
    progress = reading()
    assert progress.silent(9) == []
    assert progress.silent(10) == [FIRST, SECOND]
    assert progress.standing({FIRST: 6, SECOND: 7}, 10) == []
    assert progress.silent(19) == []
    assert progress.standing({FIRST: 6, SECOND: 8}, 20) == [FIRST]


def test_a_message_between_two_questions_is_progress() -> None:
    progress = reading()
    assert progress.standing({FIRST: 9}, 10) == []
    progress.moved(FIRST, 6, 15)
    assert progress.silent(20) == [SECOND]
    assert progress.standing({FIRST: 9}, 25) == []
    assert progress.positions == {FIRST: 6, SECOND: 7}


def test_one_that_is_paused_or_read_no_more_is_not_asked_about() -> None:
    progress = reading()
    progress.pause([FIRST])
    progress.end([SECOND])
    assert progress.silent(100) == []
    assert (progress.paused, progress.positions) == ([FIRST], {FIRST: 5})
    progress.resume([FIRST], 100)
    assert progress.silent(109) == []
    assert progress.silent(110) == [FIRST]


def test_what_did_not_help_is_done_again_after_twice_the_time_until_something_comes() -> None:
    progress = reading()
    found_s = []
    for second in range(1, 200):
        silent = progress.silent(second)
        if silent and progress.standing({FIRST: 6, SECOND: 7}, second):
            found_s.append(second)
    # Behind from the first question on, at 10 s.
    assert found_s == [20, 40, 75, 110, 145, 180]
    progress.moved(FIRST, 6, 200)
    assert progress.silent(209) == [SECOND]
    assert progress.silent(210) == [FIRST, SECOND]
