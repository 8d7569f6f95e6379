"""The alert contract of a call: what was asked for, the policy that keeps it, and what a run writes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall
from ringfence.settings import Settings

if TYPE_CHECKING:
    from graph.rings.lifecycle import Policy
    from streaming.files.summary import ContractTerms, Summary


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """The bounds of a contract, and where the answered alerts are that thresholds are chosen from.

    ``calibration`` None is the file that ships. Without a bound nothing is promised, and the policy is the
    usual one.
    """

    max_false_alerts: float | None = None
    max_alerts_a_day: float | None = None
    calibration: Path | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> AlertTerms:
        """The terms as the settings give them."""
        return cls(settings.max_false_alerts, settings.max_alerts_a_day, settings.calibration)

    def policy(self, model_id: str) -> Policy:
        """The policy for the scores of a model. Raises ``BadCall`` when it cannot be promised."""
        from gnn.alerts import AlertContract, load_calibration
        from graph.rings.lifecycle import Policy

        contract = AlertContract(self.max_false_alerts, self.max_alerts_a_day)
        if not contract.is_empty:
            return contract.policy(load_calibration(self.calibration, model_id))
        if self.calibration is not None:
            raise BadCall(
                f"expected a bound on alerts for the calibration {self.calibration}, found none; give "
                "--max-false-alerts or --max-alerts-a-day"
            )
        return Policy()

    def written(self, policy: Policy) -> ContractTerms | None:
        """The terms as a run writes them, with the thresholds that follow; None when nothing is promised."""
        from streaming.files.summary import ContractTerms

        if self.max_false_alerts is None and self.max_alerts_a_day is None:
            return None
        return ContractTerms(
            max_false_alerts=self.max_false_alerts,
            max_alerts_a_day=self.max_alerts_a_day,
            review=policy.review,
            block=policy.block,
            close=policy.close,
        )


def policy_in(summary: Summary) -> Policy:
    """The policy under which a run was made."""
    from graph.rings.lifecycle import Policy
    from streaming.files.summary import ContractTerms

    terms = summary.contract
    if not isinstance(terms, ContractTerms):
        return Policy()
    return Policy(review=terms.review, block=terms.block, close=terms.close)
