"""A console for tests: the application of ``serving_places`` with the pages in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.model.vocabulary import ConditionTest, Decision, FactName, RingKind
from queries.console.pages import console
from rules.book.rule import Condition, Rule
from tests.serving_places import Place, serving

RULE = Rule(
    name="young-cards",
    text="Young accounts that add several cards",
    kind=RingKind.STOLEN_CARDS,
    decision=Decision.BLOCK,
    events=("card_added",),
    when=(Condition(FactName.ACCOUNT_AGE_H, ConditionTest.AT_MOST, 72.0),),
    proposed_by="someone",
    proposed_ms=1_780_000_000_000,
)
"""One that blocks, and that two people have to approve."""


@contextmanager
def console_at(folder: Path, store: Path | str, **rates: str) -> Iterator[Place]:
    """A console on a store."""
    with serving(folder, store, **rates) as place:
        place.app = console(place.parts)
        yield place
