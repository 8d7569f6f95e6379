"""Accounts made to take promotions.

Promo abuse is a problem of its own in the industry (Meituan, "PromoGuardian", arXiv 2510.12652); how it is
looked for here is ours. A village phone's users take a welcome promo too; what sets a farm apart is that
nearly all take the same one, at once, and hardly ride.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Finding, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.one_hand import one_door, one_hand, one_purse


def promo_farm(evidence: Evidence) -> Finding:
    """Fresh accounts in one hand that take the same promotion soon and ride little."""
    takings, trips = evidence.takings, evidence.trips
    hand = max(one_hand(evidence), one_door(evidence), one_purse(evidence))
    taking = ramp(takings.same_promo, 0.4, 0.85)
    soon = ramp(takings.promo_soon, 0.3, 0.8)
    idle = 1.0 - ramp(trips.per_account, 1.5, 5.0)
    # Where everybody was referred, the bonus of the referral is what is farmed: another rule's name for it.
    other = 1.0 - 0.5 * ramp(takings.referral_share, 0.7, 1.0)
    return Finding(
        "promo_farm",
        RingKind.PROMO_FARM,
        other * hand * taking * (0.4 + 0.3 * soon + 0.3 * idle) * ramp(evidence.accounts, 2, 7),
        f"{percent(takings.same_promo)} of {evidence.accounts} accounts took the same promotion, "
        f"{percent(takings.promo_soon)} within three days of sign-up, {takings.promo_money:.2f} in all; "
        f"{trips.per_account:.1f} trips an account",
        {
            "same_promo": takings.same_promo,
            "promo_soon": takings.promo_soon,
            "promo_money": takings.promo_money,
            "trips_per_account": trips.per_account,
        },
    )
