"""Whether members live on trips that they cancel on each other: a part of rules, and a remark beside them."""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.scoring.rules.finding import Description, Remark, counted, percent
from graph.state.evidence_record import Evidence, Record


@kernel
def farmed(e: Record) -> float:
    """Strength in [0, 1] that members cancel on each other for fees; 0 where none was paid."""
    if e.fee_money <= 0:
        return 0.0
    often = ramp(e.cancelled_inside, 2, 8) * ramp(e.cancelled_share, 0.2, 0.6)
    return float(often * (0.4 + 0.6 * e.mutual_cancels))


def strength(e: Evidence) -> float:
    """The share of what members agreed on that they cancelled for fees, or of others turned away."""
    fees = e.cancelled_share if e.cancelled_inside > 1 and e.fee_money > 0 else 0.0
    return max(fees, e.turned_away if e.inside else 0.0)


def describe(e: Evidence) -> Description:
    """What was cancelled by whom, and the numbers behind it."""
    return (
        f"{counted(e.cancelled_inside, 'trip')} cancelled between them ({percent(e.cancelled_share)} of what "
        f"they agreed on) for {e.fee_money:.2f} in fees, {percent(e.mutual_cancels)} of the pairs from both "
        f"sides; the drivers turned away others in {percent(e.turned_away)} of their trips",
        {
            "cancelled_inside": e.cancelled_inside,
            "cancelled_share": e.cancelled_share,
            "mutual_cancels": e.mutual_cancels,
            "fee_money": e.fee_money,
            "turned_away": e.turned_away,
        },
    )


fee_farming = Remark("fee_farming", strength, describe)
