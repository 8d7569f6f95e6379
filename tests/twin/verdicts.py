"""What investigators answered, and how it moves a score.

A verdict speaks about accounts, so it follows them through growth, merges and splits. ``fraud`` makes a
candidate that holds the account more likely, ``legit`` less; ``unsure`` takes an earlier answer back.
A verdict on a whole ring is a verdict on each of its accounts: a candidate all of whose accounts were
cleared stays far below any threshold until at least as many new ones have joined it, whatever the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from graph.engine.feature_extraction import VERDICT_WEIGHT
from graph.model.vocabulary import VerdictOutcome

_FLOOR: Final = 1e-6


class Verdicts:
    """The newest answer about each account: +1 fraud, -1 legit."""

    def __init__(self) -> None:
        self._answers: dict[int, int] = {}
        self.households: set[int] = set()
        """Accounts that an analyst says live together: cleared, where no answer says anything else."""

    def hear(self, outcome: VerdictOutcome, accounts: Sequence[int]) -> None:
        """Take an answer about accounts."""
        for account in accounts:
            if outcome is VerdictOutcome.UNSURE:
                self._answers.pop(account, None)
            else:
                self._answers[account] = 1 if outcome is VerdictOutcome.FRAUD else -1

    def adjust(self, score: float, accounts: Sequence[int]) -> float:
        """The score with the answers about its accounts.

        The log odds move by the mean answer times VERDICT_WEIGHT, or times twice the evidence's own log odds
        where that is more: so answers about half of the accounts balance any evidence, and more outweigh it.
        """
        mean = self.total(accounts) / len(accounts)
        if not mean:
            return score
        clipped = min(1 - _FLOOR, max(_FLOOR, score))
        log_odds = math.log(clipped / (1 - clipped))
        return 1 / (1 + math.exp(-(log_odds + mean * max(VERDICT_WEIGHT, 2 * abs(log_odds)))))

    def total(self, accounts: Iterable[int]) -> int:
        """The sum of the answers about accounts."""
        return sum(self._answers.get(account) or -(account in self.households) for account in accounts)
