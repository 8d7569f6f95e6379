"""Whether a rule keeps the precision it was approved for, by the verdicts on whom it met.

Each first answer multiplies the evidence against the rule by ``q / p`` where it is fraud and by ``(1 - q) /
(1 - p)`` where it is not, with ``p`` the precision it is held to and ``q`` a lower one. While the rule is as
precise as ``p`` or more that product has a mean of at most 1, so the probability that it ever reaches ``1 /
a`` is at most ``a`` (Ville's inequality), however often one looks and whenever one stops.
"""

from __future__ import annotations

from typing import Final

import msgspec

from graph.model.vocabulary import VerdictOutcome

MOST_MET: Final = 100_000
"""Accounts remembered as met by one rule; beyond it the first is forgotten and may be flagged again."""
BROKEN: Final = 0.3
"""How far below its precision a rule is that should go soon."""
FALSELY_RETIRED: Final = 0.05
"""The most rules that are retired though they keep their precision, of those that do."""


class RuleRecord(msgspec.Struct, kw_only=True):
    """What one rule did so far. ``retired_ms`` is when its verdicts retired it, 0 while they have not.

    ``accounts`` holds whom it met, by account: whether it was flagged and, once answered, the answer.
    """

    digest: str
    events_in_shadow: int = 0
    events_live: int = 0
    flagged: int = 0
    forgotten: int = 0
    money: float = 0.0
    accounts: dict[str, tuple[bool, VerdictOutcome | None]] = {}
    fraud: int = 0
    legit: int = 0
    evidence: float = 1.0
    retired_ms: int = 0

    @property
    def precision(self) -> float | None:
        """The share of fraud among the answers; None while there are none."""
        answers = self.fraud + self.legit
        return self.fraud / answers if answers else None

    def meet(self, account_id: str, money: float, is_live: bool) -> bool:
        """Count a match; True when it is to be flagged: by a live rule that has not flagged it yet."""
        was_flagged, answer = self.accounts.get(account_id, (False, None))
        if is_live:
            self.events_live += 1
            self.money += money
        else:
            self.events_in_shadow += 1
        self.accounts[account_id] = (was_flagged or is_live, answer)
        if len(self.accounts) > MOST_MET:
            del self.accounts[next(iter(self.accounts))]
            self.forgotten += 1
        is_new = is_live and not was_flagged
        self.flagged += is_new
        return is_new

    def hear(self, account_id: str, outcome: VerdictOutcome, ts: int, held_to: float) -> bool:
        """Take in an answer; True when it retires the rule. Only the first answer about an account counts."""
        known = self.accounts.get(account_id)
        if known is None or known[1] is not None or outcome is VerdictOutcome.UNSURE:
            return False
        self.accounts[account_id] = (known[0], outcome)
        lower = held_to * (1 - BROKEN)
        if outcome is VerdictOutcome.FRAUD:
            self.fraud += 1
            self.evidence *= lower / held_to
        else:
            self.legit += 1
            self.evidence *= (1 - lower) / (1 - held_to)
        if self.retired_ms or self.evidence < 1 / FALSELY_RETIRED:
            return False
        self.retired_ms = ts
        return True
