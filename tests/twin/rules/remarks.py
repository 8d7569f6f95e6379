"""What an investigator should know of a ring and no scorer weighs by itself."""

from __future__ import annotations

from collections.abc import Iterator

from graph.scoring.rules.card_testing import MANY
from graph.scoring.rules.finding import Finding, counted, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp


def remarks(evidence: Evidence) -> Iterator[Finding]:
    """Every remark, in a fixed order."""
    yield _cash_out(evidence)
    yield _card_testing(evidence)
    yield _fee_farming(evidence)


def _cash_out(evidence: Evidence) -> Finding:
    transfers = evidence.transfers
    return Finding(
        "cash_out",
        None,
        transfers.cash_out * transfers.fan_in / evidence.accounts if transfers.fan_in > 1 else 0.0,
        f"{counted(transfers.fan_in, 'account')} paid one account, which got {percent(transfers.cash_out)} "
        f"of the {transfers.money:.2f} that they sent from wallet to wallet",
        {
            "fan_in": transfers.fan_in,
            "cash_out": transfers.cash_out,
            "transfer_money": transfers.money,
            "circular_flow": transfers.circular_flow,
            "tried_transfers": transfers.tried,
        },
    )


def _card_testing(evidence: Evidence) -> Finding:
    declines = evidence.declines
    cards = declines.declined_cards
    return Finding(
        "card_testing",
        None,
        min(1.0, cards / MANY) if cards > 1 else 0.0,
        f"{counted(cards, 'strange card')} declined, {declines.declined_per_device:.1f} a phone, "
        f"{percent(declines.small_declines)} for small amounts; {percent(declines.charged_after)} of the "
        "accounts that tried paid with a card of theirs afterwards",
        {
            "declined_cards": cards,
            "declined_per_device": declines.declined_per_device,
            "small_declines": declines.small_declines,
            "charged_after": declines.charged_after,
            "declined_money": declines.declined_money,
        },
    )


def farmed(evidence: Evidence) -> float:
    """Strength in [0, 1] that members cancel on each other for fees."""
    cancelled = evidence.cancellations
    if not cancelled.fee_money:
        return 0.0
    often = ramp(cancelled.cancelled_inside, 2, 8) * ramp(cancelled.cancelled_share, 0.2, 0.6)
    return often * (0.4 + 0.6 * cancelled.mutual_cancels)


def _fee_farming(evidence: Evidence) -> Finding:
    cancelled, trips = evidence.cancellations, evidence.trips
    inside, money = cancelled.cancelled_inside, cancelled.fee_money
    fees = cancelled.cancelled_share if inside > 1 and money else 0.0
    return Finding(
        "fee_farming",
        None,
        max(fees, cancelled.turned_away if trips.inside else 0.0),
        f"{counted(inside, 'trip')} cancelled between them ({percent(cancelled.cancelled_share)} of what "
        f"they agreed on) for {money:.2f} in fees, {percent(cancelled.mutual_cancels)} of the pairs from "
        f"both sides; the drivers turned away others in {percent(cancelled.turned_away)} of their trips",
        {
            "cancelled_inside": cancelled.cancelled_inside,
            "cancelled_share": cancelled.cancelled_share,
            "mutual_cancels": cancelled.mutual_cancels,
            "fee_money": cancelled.fee_money,
            "turned_away": cancelled.turned_away,
        },
    )
