"""Bad rows are found by halving and left out."""

from __future__ import annotations

import pytest

from graph.model.errors import Fatal
from graph.stores.bisection import StepRefused, write_around_refusals
from graph.stores.plan import Plan, Step


def plan(rows):
    held = {step: [] for step in Step}
    held[Step.VERDICTS] = rows
    return Plan(0, 0, 0, (), (), False, False, held)


class Picky:
    """Takes a plan unless a row of it is bad."""

    def __init__(self, bad):
        self.bad = bad
        self.taken = None
        self.attempts = 0

    def __call__(self, some, keep):
        self.attempts += 1
        rows = some.rows[Step.VERDICTS]
        if any(row[0] in self.bad for row in rows):
            raise StepRefused(Step.VERDICTS, "bad")
        if keep:
            self.taken = [row[0] for row in rows]


@pytest.mark.parametrize("bad", [(), (0,), (99,), (3, 4), (0, 50, 99)])
def test_all_but_the_bad_rows_are_written(bad):
    store = Picky(bad)
    refused = write_around_refusals(plan([(n, "note") for n in range(100)]), store)
    assert len(refused) == len(bad)
    assert store.taken == [n for n in range(100) if n not in bad]


def test_a_good_plan_takes_one_attempt():
    store = Picky(())
    assert write_around_refusals(plan([(1,)]), store) == ()
    assert store.attempts == 1


def test_a_step_that_is_refused_though_every_row_is_good_stops_the_store():
    def full(some, keep):
        if keep:
            raise StepRefused(Step.VERDICTS, "disk full")

    with pytest.raises(Fatal, match="disk full"):
        write_around_refusals(plan([(1,), (2,)]), full)
