"""What an operator is promised, and the policy that keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from gnn.alerts.calibration import Calibration
from gnn.alerts.selection import threshold_for_rate, threshold_for_share
from graph.model.errors import BadCall
from graph.rings.lifecycle import Policy

USUAL = Policy()


def policy_from(review: float) -> Policy:
    """The usual policy with rings opened from ``review`` on: closed in proportion, blocked no sooner."""
    return Policy(
        review=review,
        block=max(USUAL.block, review),
        close=review * USUAL.close / USUAL.review,
        min_accounts=USUAL.min_accounts,
    )


@dataclass(frozen=True, slots=True)
class AlertContract:
    """The largest share of false alerts, in (0, 1), and the largest number of alerts a day; None: no bound.

    Raises ``BadCall`` for a bound that is none.
    """

    max_false_alerts: float | None = None
    max_alerts_a_day: float | None = None

    def __post_init__(self) -> None:
        if self.max_false_alerts is not None and not 0 < self.max_false_alerts < 1:
            raise BadCall(
                f"expected a share of false alerts between 0 and 1, found {self.max_false_alerts}; "
                "5 % are --max-false-alerts 0.05"
            )
        if self.max_alerts_a_day is not None and self.max_alerts_a_day <= 0:
            raise BadCall(
                f"expected a number of alerts a day above 0, found {self.max_alerts_a_day}; give a larger one"
            )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is promised."""
        return self.max_false_alerts is None and self.max_alerts_a_day is None

    def policy(self, calibration: Calibration) -> Policy:
        """The policy with the lowest threshold that keeps every bound, never below the calibration's own.

        Below the threshold at which its alerts were raised a calibration knows nothing. A ring is blocked and
        closed at the usual scores, a higher ``review`` raises both with it. Raises ``BadCall`` when the
        calibration cannot promise that much.
        """
        return policy_from(max(calibration.review, self._for_share(calibration), self._for_rate(calibration)))

    def _for_share(self, calibration: Calibration) -> float:
        if self.max_false_alerts is None:
            return 0.0
        score = threshold_for_share(calibration, self.max_false_alerts)
        if score is None:
            raise BadCall(
                f"expected answered alerts that can promise {self.max_false_alerts:.1%} false ones, found "
                f"{len(calibration.right)} right and {len(calibration.false)} false, and no score that keeps "
                "it; allow a larger share, or calibrate on more answers"
            )
        return score if score > min(calibration.answered) else 0.0

    def _for_rate(self, calibration: Calibration) -> float:
        if self.max_alerts_a_day is None:
            return 0.0
        if calibration.days <= 0:
            raise BadCall(
                "expected a calibration of the same city for a number of alerts a day, found one of many "
                f"({calibration.made_by}); make one with `ringfence calibrate`, give it as --calibration"
            )
        score = threshold_for_rate(calibration, self.max_alerts_a_day)
        if score is None:
            raise BadCall(
                f"expected a score from which on at most {self.max_alerts_a_day:g} alerts came a day, found "
                f"none in {calibration.days:.1f} days; allow more, or calibrate on more days"
            )
        return score
