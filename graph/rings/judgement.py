"""A candidate as judged: its score, its kind, the reasons in words, and the money at stake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from graph.candidates.gathering import MAX_ACCOUNTS
from graph.model.results import Reason
from graph.model.shapes import Shape
from graph.model.vocabulary import RingKind
from graph.scoring.features import PLACES
from graph.scoring.rules import INNOCENT_RULES, REMARKS, RULES, Finding
from graph.state.evidence_record import Evidence, evidence_of

CLEAR: Final = 0.3
"""A rule's strength from which on it names a ring."""
SHOWN: Final = 0.2
"""A finding weaker than this is not worth an investigator's line."""


_AGAINST: Final = tuple((rule, PLACES[rule.feature]) for rule in RULES)
_INNOCENT: Final = tuple((rule, PLACES[rule.feature]) for rule in INNOCENT_RULES)
"""Each rule with the place of its strength among the features."""
_GAINS: Final = tuple(
    (rule.kind, place) for rule, place in _AGAINST if rule.kind not in (None, RingKind.MULTI_ACCOUNT)
)


def _by_strength(found: tuple[Any, float]) -> float:
    return found[1]


@dataclass(frozen=True)
class Judgement:
    """A candidate's accounts (entities, ascending), score in [0, 1], evidence and features.

    ``shape`` is how the candidate was found, ``record`` the evidence as the kernels hold it; ``features`` are
    those of ``graph.scoring.features``, in their order. Nothing is put into words before it is asked for.
    """

    accounts: tuple[int, ...]
    score: float
    shape: Shape
    record: bytes
    features: tuple[float, ...]
    truncated: bool = False

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence, typed."""
        return evidence_of(self.record)

    @property
    def kind(self) -> RingKind:
        """The kind of the strongest rule; ties go to the earlier rule.

        A ring is called ``multi_account`` only when no rule shows clearly what it gains.
        """
        gains = [(kind, self.features[place]) for kind, place in _GAINS]
        kind, strength = max(gains, key=_by_strength)
        return RingKind.MULTI_ACCOUNT if kind is None or strength < CLEAR else kind

    @property
    def exposure(self) -> float:
        """Money granted to or taken by the accounts so far, in the main unit.

        Promotions, incentives of inside trips, disowned payments; for a takeover also the fares of inside
        trips, which the owners of the accounts paid.
        """
        evidence = self.evidence
        fares = evidence.fare_money if self.kind is RingKind.TAKEOVER else 0.0
        return evidence.promo_money + evidence.incentive_money + evidence.chargeback_money + fares

    def reasons(self, *, innocent: bool = False) -> list[Reason]:
        """The findings worth showing, strongest first: against the accounts, or ``innocent``, for them."""
        rules, evidence = _INNOCENT if innocent else _AGAINST, self.evidence
        strengths = [(rule, self.features[place]) for rule, place in rules]
        shown = [rule.found(evidence, strength) for rule, strength in strengths if strength >= SHOWN]
        if not shown and not innocent:
            rule, strength = max(strengths, key=_by_strength)
            shown = [rule.found(evidence, strength)]
        shown.sort(key=lambda f: -f.strength)
        if not innocent:
            shown += [each.found(evidence) for each in REMARKS if each.strength(evidence) >= SHOWN]
        if self.truncated and not innocent:
            detail = (
                f"more accounts hang together than the {MAX_ACCOUNTS} nearest, which are judged and shown"
            )
            shown.append(Finding("truncated", None, 0.0, detail))
        return [
            Reason(
                rule=f.rule,
                detail=f.detail,
                strength=round(f.strength, 4),
                numbers={key: round(float(value), 4) for key, value in f.numbers.items()},
            )
            for f in shown
        ]
