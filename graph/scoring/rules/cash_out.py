"""Whether a candidate's wallets are emptied into one hand: a part of rules, and a remark beside them."""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.scoring.rules.finding import Description, Remark, counted, percent
from graph.state.evidence_record import Evidence, Record


@kernel
def came_together(e: Record) -> float:
    """Strength in [0, 1] that most accounts send what they send to one account; 0 where none sends any.

    A treasurer and a parent gather money too, so this proves no ring: it only says that something was taken.
    """
    return ramp(e.cash_out, 0.5, 0.9) * ramp(e.fan_in, 2, 6) * ramp(e.fan_in / e.accounts, 0.3, 0.8)


def strength(e: Evidence) -> float:
    """The share of the accounts that paid one account, by how much of the money it got."""
    return e.cash_out * e.fan_in / e.accounts if e.fan_in > 1 else 0.0


def describe(e: Evidence) -> Description:
    """What was paid to whom, and the numbers behind it."""
    return (
        f"{counted(e.fan_in, 'account')} paid one account, which got {percent(e.cash_out)} of the "
        f"{e.transfer_money:.2f} that they sent from wallet to wallet",
        {
            "fan_in": e.fan_in,
            "cash_out": e.cash_out,
            "transfer_money": e.transfer_money,
            "circular_flow": e.circular_flow,
            "tried_transfers": e.tried_transfers,
        },
    )


cash_out = Remark("cash_out", strength, describe)
