"""One bad row does not take its batch with it: it is found by halving, left out, and the rest is written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from graph.model.errors import Fatal
from graph.stores.plan import Plan, Row, Step
from graph.stores.port import Refused

MOST_REFUSED = 1000
"""More refused rows in one batch mean that something else is wrong."""
SHOWN_CHARACTERS = 24
_logger = logging.getLogger(__name__)


class StepRefused(Exception):
    """A store would not take the rows of a step; the transaction is undone."""

    def __init__(self, step: Step, why: str) -> None:
        super().__init__(f"{step.value}: {why}")
        self.step = step
        self.why = why


Attempt = Callable[[Plan, bool], None]
"""Writes a plan in one transaction and commits it (True) or undoes it (False); raises ``StepRefused``."""


def write_around_refusals(plan: Plan, attempt: Attempt) -> tuple[Refused, ...]:
    """Write all of a plan but the rows that the store refuses; gives those.

    Cost: one attempt where nothing is refused; else about 2 log2(rows of the step) attempts a refused row.
    Raises Fatal past ``MOST_REFUSED``.
    """
    refused: list[Refused] = []
    while True:
        try:
            attempt(plan, True)
        except StepRefused as error:
            row = _offender(plan, error.step, attempt)
            if row is None or len(refused) >= MOST_REFUSED:
                raise Fatal(
                    f"expected the store to take the rows of {error.step.value}, found {error.why}; "
                    "check the store's version and its disk"
                ) from error
            found = Refused(error.step.value, _shown(row), error.why)
            _logger.warning("store refused a row of %s: %s", found.step, found.why)
            refused.append(found)
            kept = [each for each in plan.rows[error.step] if each is not row]
            plan = replace(plan, rows={**plan.rows, error.step: kept})
        else:
            return tuple(refused)


def _offender(plan: Plan, step: Step, attempt: Attempt) -> Row | None:
    """A row of the step that is refused by itself; None when no single row is."""
    rows = plan.rows[step]
    before = {each: found for each, found in plan.rows.items() if each != step}
    steps = list(Step)
    before = {
        each: (found if steps.index(each) < steps.index(step) else []) for each, found in before.items()
    }

    def is_refused(some: list[Row]) -> bool:
        try:
            attempt(replace(plan, rows={**before, step: some}), False)
        except StepRefused as error:
            return error.step is step
        return False

    while len(rows) > 1:
        half = len(rows) // 2
        if is_refused(rows[:half]):
            rows = rows[:half]
        elif is_refused(rows[half:]):
            rows = rows[half:]
        else:
            return None
    return rows[0] if rows and is_refused(rows) else None


def _shown(row: Row) -> str:
    return ", ".join(repr(each)[:SHOWN_CHARACTERS] for each in row[:4])
