"""Old accounts that suddenly turn up on one new phone.

Source: malicious accounts act loosely in step from shared resources (Cao et al., "Uncovering Large Groups of
Active Malicious Accounts in Online Social Networks", SynchroTrap, CCS 2014); the burst of settled accounts on
a phone new to all of them is ours. At a kiosk, too, settled accounts use a phone that is not theirs; but once
each, over weeks, and then ride with whoever comes.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Description, Rule, percent
from graph.state.evidence_record import Evidence, Record


@kernel
def strength(e: Record) -> float:
    """Settled accounts arrive on one phone at once, go on using it, and ride with the same drivers."""
    together = ramp(e.arrivals * e.arrival_burst, 1, 5)
    used = ramp(e.arrival_uses, 1.2, 2.5)
    drivers = ramp(e.same_drivers, 0.3, 0.8)
    return together * ramp(e.arrival_share, 0.2, 0.6) * (0.15 + 0.25 * used + 0.6 * drivers)


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{e.arrivals} settled accounts came to one phone, {percent(e.arrival_burst)} of them within "
        f"three days, used it {e.arrival_uses:.1f} times each; {percent(e.same_drivers)} of them rode "
        "since with a few drivers they have in common",
        {
            "arrivals": e.arrivals,
            "arrival_burst": e.arrival_burst,
            "uses": e.arrival_uses,
            "same_drivers": e.same_drivers,
        },
    )


takeover = Rule("takeover", RingKind.TAKEOVER, strength, describe)
