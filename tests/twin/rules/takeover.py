"""Old accounts that suddenly turn up on one new phone.

Source: malicious accounts act loosely in step from shared resources (Cao et al., "Uncovering Large Groups of
Active Malicious Accounts in Online Social Networks", SynchroTrap, CCS 2014); the burst of settled accounts on
a phone new to all of them is ours. At a kiosk, too, settled accounts use a phone that is not theirs; but once
each, over weeks, and then ride with whoever comes.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Finding, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp


def takeover(evidence: Evidence) -> Finding:
    """Settled accounts arrive on one phone at once, go on using it, and ride with the same drivers."""
    arrivals = evidence.arrivals
    together = ramp(arrivals.count * arrivals.burst, 1, 5)
    used = ramp(arrivals.used, 1.2, 2.5)
    drivers = ramp(arrivals.same_drivers, 0.3, 0.8)
    return Finding(
        "takeover",
        RingKind.TAKEOVER,
        together * ramp(arrivals.share, 0.2, 0.6) * (0.15 + 0.25 * used + 0.6 * drivers),
        f"{arrivals.count} settled accounts came to one phone, {percent(arrivals.burst)} of them within "
        f"three days, used it {arrivals.used:.1f} times each; {percent(arrivals.same_drivers)} of them rode "
        "since with a few drivers they have in common",
        {
            "arrivals": arrivals.count,
            "arrival_burst": arrivals.burst,
            "uses": arrivals.used,
            "same_drivers": arrivals.same_drivers,
        },
    )
