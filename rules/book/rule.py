"""A short-lived rule: whom it is about, in words and as typed conditions on named facts, and for how long.

Conditions are data. Nothing in a file is run: a rule says which fact is held against which value and how. All
conditions of ``when`` have to hold, and of those of ``score`` so many that their points reach a sum.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from graph.model.errors import BadCall
from graph.model.vocabulary import ConditionTest, Decision, FactName, RingKind
from rules.facts.names import NUMBER_PLACES, NUMBERS, WORD_PLACES, WORDS, Observation

EVENTS: Final = ("card_added", "payment_declined", "trip_completed", "promo_redeemed", "wallet_transfer")
"""The events that rules act on."""
MOST_CONDITIONS: Final = 8
MOST_SCORED: Final = 12
MOST_POINTS: Final = 99
MOST_DAYS: Final = 60.0
"""A rule lives so long at most: what is true for longer belongs into the score."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One fact held against one value; a fact that is unknown holds against none.

    ``is`` is ``at_least`` or ``at_most`` with a ``value``, for facts that are numbers, or ``one_of`` with
    ``words``.
    """

    fact: FactName
    test: ConditionTest = msgspec.field(name="is")
    value: float | None = None
    words: tuple[str, ...] = ()

    def holds(self, observed: Observation) -> bool:
        """Whether it holds for what was observed.

        >>> young = Condition(FactName.ACCOUNT_AGE_H, ConditionTest.AT_MOST, 72.0)
        >>> words = ("card_added", "", "", "", "")
        >>> facts = Observation("e1", 0, "a1", 0.0, (5.0,) + (float("nan"),) * 11, words)
        >>> young.holds(facts), Condition(FactName.AMOUNT, ConditionTest.AT_MOST, 72.0).holds(facts)
        (True, False)
        """
        if self.test is ConditionTest.ONE_OF:
            return observed.words[WORD_PLACES[self.fact]] in self.words
        number = observed.numbers[NUMBER_PLACES[self.fact]]
        assert self.value is not None
        return number >= self.value if self.test is ConditionTest.AT_LEAST else number <= self.value

    @property
    def text(self) -> str:
        """The condition in words."""
        if self.test is ConditionTest.ONE_OF:
            return f"{WORDS[self.fact]} is {' or '.join(self.words)}"
        return f"{NUMBERS[self.fact]}: {self.test.value.replace('_', ' ')} {self.value:g}"

    @property
    def fault(self) -> str:
        """What is wrong with it, in words; empty when nothing is."""
        if self.test is ConditionTest.ONE_OF:
            if self.fact not in WORDS:
                return f"expected at_least or at_most for the number {self.fact.value}, found one_of"
            if not self.words or "" in self.words or self.value is not None:
                return f"expected words and no value for {self.fact.value}, found another thing"
            return ""
        if self.fact not in NUMBERS:
            return f"expected one_of for the word {self.fact.value}, found {self.test.value}"
        if self.value is None or self.value != self.value or self.words:
            return f"expected a value and no words for {self.fact.value}, found another thing"
        return ""


class ScoredCondition(Condition, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition that gives ``points`` to a sum where it holds."""

    points: int = 1

    @property
    def text(self) -> str:
        """The condition and its points, in words."""
        return f"{super().text} ({self.points} point{'s' if self.points > 1 else ''})"

    @property
    def fault(self) -> str:
        """What is wrong with it, in words; empty when nothing is."""
        if not 1 <= self.points <= MOST_POINTS:
            return f"expected 1 to {MOST_POINTS} points for {self.fact.value}, found {self.points}"
        return super().fault


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as its file holds it.

    ``events``: the types of events it acts on. It matches where all of ``when`` hold and the points of those
    of ``score`` that hold come to ``points_at_least``; both are left out of a rule without points. ``kind``
    and ``decision`` are those of the flags it raises. ``shadow_hours`` after its approval it begins to flag,
    ``live_days`` later it ends by itself. ``precision`` is what it is held to by verdicts, in (0, 1).
    ``proposed_ms`` is when its evidence ended (epoch ms). Raises ``BadCall``.
    """

    name: str
    text: str
    kind: RingKind
    decision: Decision
    events: tuple[str, ...]
    when: tuple[Condition, ...]
    proposed_by: str
    proposed_ms: int
    shadow_hours: float = 6.0
    live_days: float = 14.0
    precision: float = 0.8
    points_at_least: int = 0
    score: tuple[ScoredCondition, ...] = ()

    def __post_init__(self) -> None:
        conditions = (*self.when, *self.score)
        fault = next(filter(None, (*self._faults(), *(each.fault for each in conditions))), "")
        if fault:
            raise BadCall(f"{fault}; correct the rule {self.name[:80]!r}")

    def _faults(self) -> tuple[str, ...]:
        unknown = [event for event in self.events if event not in EVENTS]
        attainable = sum(each.points for each in self.score)
        return (
            "" if _NAME.fullmatch(self.name) else "expected a name of a-z, 0-9 and -, found another",
            "" if self.text.strip() else "expected the rule in words, found none",
            "" if self.proposed_by.strip() else "expected who proposed it, found nobody",
            ""
            if self.events and not unknown
            else f"expected events among {', '.join(EVENTS)}, found {unknown}",
            ""
            if 1 <= len(self.when) <= MOST_CONDITIONS
            else f"expected 1 to {MOST_CONDITIONS} conditions, found {len(self.when)}",
            ""
            if 0 <= self.shadow_hours <= 720
            else f"expected 0 to 720 shadow hours, found {self.shadow_hours}",
            ""
            if 0 < self.live_days <= MOST_DAYS
            else f"expected more than 0 and at most {MOST_DAYS:g} days, found {self.live_days}",
            "" if 0 < self.precision < 1 else f"expected a precision between 0 and 1, found {self.precision}",
            ""
            if len(self.score) <= MOST_SCORED
            else f"expected at most {MOST_SCORED} conditions with points, found {len(self.score)}",
            ""
            if min(attainable, 1) <= self.points_at_least <= attainable
            else f"expected points_at_least from {min(attainable, 1)} to {attainable}, the points there are, "
            f"found {self.points_at_least}",
        )

    @property
    def approvals_needed(self) -> int:
        """How many people have to approve it: two for blocking."""
        return 2 if self.decision is Decision.BLOCK else 1

    def matches(self, observed: Observation) -> bool:
        """Whether it holds for an event that it acts on."""
        return (
            observed.word(FactName.EVENT) in self.events
            and all(each.holds(observed) for each in self.when)
            and sum(each.points for each in self.score if each.holds(observed)) >= self.points_at_least
        )
