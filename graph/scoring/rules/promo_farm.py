"""Accounts made to take promotions.

Promo abuse is a problem of its own in the industry (Meituan, "PromoGuardian", arXiv 2510.12652); how it is
looked for here is ours. A village phone's users take a welcome promo too; what sets a farm apart is that
nearly all take the same one, at once, and hardly ride. A purse in common is enough then: phones are cheap.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Description, Rule, percent
from graph.scoring.rules.one_hand import one_door, one_hand, one_purse
from graph.state.evidence_record import Evidence, Record


@kernel
def strength(e: Record) -> float:
    """Fresh accounts in one hand that take the same promotion soon and ride little."""
    hand = max(one_hand(e), one_door(e), one_purse(e))
    taking = ramp(e.same_promo, 0.4, 0.85)
    soon = ramp(e.promo_soon, 0.3, 0.8)
    idle = 1.0 - ramp(e.trips_per_account, 1.5, 5.0)
    # Where everybody was referred, the bonus of the referral is what is farmed: another rule's name for it.
    other = 1.0 - 0.5 * ramp(e.referral_share, 0.7, 1.0)
    return other * hand * taking * (0.4 + 0.3 * soon + 0.3 * idle) * ramp(e.accounts, 2, 7)


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{percent(e.same_promo)} of {e.accounts} accounts took the same promotion, "
        f"{percent(e.promo_soon)} within three days of sign-up, {e.promo_money:.2f} in all; "
        f"{e.trips_per_account:.1f} trips an account",
        {
            "same_promo": e.same_promo,
            "promo_soon": e.promo_soon,
            "promo_money": e.promo_money,
            "trips_per_account": e.trips_per_account,
        },
    )


promo_farm = Rule("promo_farm", RingKind.PROMO_FARM, strength, describe)
