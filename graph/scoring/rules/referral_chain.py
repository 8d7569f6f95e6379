"""Accounts that refer each other for the bonus.

Self-referral shows as a chain or a tree of referrals inside one hand. Friends refer friends as well, and a
campus sign-up drive is a tree of referrals; but friends have phones and cards of their own, and go on to
ride. The thresholds are ours, set on the simulation.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Description, Rule, percent
from graph.scoring.rules.one_hand import one_door, one_hand
from graph.state.evidence_record import Evidence, Record


@kernel
def strength(e: Record) -> float:
    """Most accounts referred by another of the same hand, few trips."""
    hand = max(one_hand(e), one_door(e))
    referred = ramp(e.referral_share, 0.3, 0.8)
    idle = 1.0 - ramp(e.trips_per_account, 1.5, 5.0)
    return hand * referred * (0.6 + 0.4 * idle) * ramp(e.accounts, 2, 6)


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{percent(e.referral_share)} of the accounts were referred by another of them, "
        f"in chains up to {e.referral_depth} long; {e.trips_per_account:.1f} trips an account",
        {
            "referral_share": e.referral_share,
            "referral_depth": e.referral_depth,
            "promo_money": e.promo_money,
        },
    )


referral_chain = Rule("referral_chain", RingKind.REFERRAL_CHAIN, strength, describe)
