"""What the scorer made of a candidate, its grounds in words, and the money it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from graph.candidates.gathering import MAX_ACCOUNTS
from graph.model.results import Reason
from graph.model.shapes import Shape
from graph.model.vocabulary import RingKind
from graph.scoring.rules import INNOCENT_RULES, RULES, Finding
from graph.state.evidence_record import Evidence, evidence_of

CLEAR: Final = 0.3
"""A rule's strength from which on it names a ring."""
SPEAKING: Final = 0.2
"""A finding weaker than this is not worth an investigator's line."""


_GAINS: Final = frozenset(RingKind) - {RingKind.MULTI_ACCOUNT}


def _strength(said: tuple[Any, float]) -> float:
    return said[1]


@dataclass(frozen=True)
class Judgement:
    """A candidate's accounts (ascending), score and grounds.

    ``shape`` is how the candidate was found, ``record`` the evidence as the kernels hold it; ``features`` are
    those of ``graph.scoring.scorer.FEATURES``, which begin with the strengths of the rules. Nothing is put
    into words before it is asked for.
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
        """The kind whose rule speaks strongest; ties go to the earlier rule.

        A ring is called ``multi_account`` only when nothing says clearly what it gains.
        """
        strengths = zip(RULES, self.features, strict=False)
        gains = [(rule.kind, strength) for rule, strength in strengths if rule.kind in _GAINS]
        kind, strength = max(gains, key=_strength)
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
        """The findings that speak, strongest first: against the accounts, or for them."""
        rules, first = (INNOCENT_RULES, len(RULES)) if innocent else (RULES, 0)
        strengths = list(zip(rules, self.features[first : first + len(rules)], strict=True))
        speaking = [
            rule.found(self.evidence, strength) for rule, strength in strengths if strength >= SPEAKING
        ]
        if not speaking and not innocent:
            rule, strength = max(strengths, key=_strength)
            speaking = [rule.found(self.evidence, strength)]
        speaking.sort(key=lambda f: -f.strength)
        if self.truncated and not innocent:
            detail = (
                f"more accounts hang together than the {MAX_ACCOUNTS} nearest, which are judged and shown"
            )
            speaking.append(Finding("truncated", None, 0.0, detail))
        return [
            Reason(
                rule=f.rule,
                detail=f.detail,
                strength=round(f.strength, 4),
                numbers={key: round(float(value), 4) for key, value in f.numbers.items()},
            )
            for f in speaking
        ]
