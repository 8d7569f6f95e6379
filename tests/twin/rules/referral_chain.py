"""Accounts that refer each other for the bonus.

Self-referral shows as a chain or a tree of referrals inside one hand. Friends refer friends as well, and a
campus sign-up drive is a tree of referrals; but friends have phones and cards of their own, and go on to
ride. The thresholds are ours, set on the simulation.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Finding, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.one_hand import one_door, one_hand


def referral_chain(evidence: Evidence) -> Finding:
    """Most accounts referred by another of the same hand, few trips."""
    takings, trips = evidence.takings, evidence.trips
    hand = max(one_hand(evidence), one_door(evidence))
    referred = ramp(takings.referral_share, 0.3, 0.8)
    idle = 1.0 - ramp(trips.per_account, 1.5, 5.0)
    return Finding(
        "referral_chain",
        RingKind.REFERRAL_CHAIN,
        hand * referred * (0.6 + 0.4 * idle) * ramp(evidence.accounts, 2, 6),
        f"{percent(takings.referral_share)} of the accounts were referred by another of them, "
        f"in chains up to {takings.referral_depth} long; {trips.per_account:.1f} trips an account",
        {
            "referral_share": takings.referral_share,
            "referral_depth": takings.referral_depth,
            "promo_money": takings.promo_money,
        },
    )
