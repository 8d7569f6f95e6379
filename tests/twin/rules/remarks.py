"""What an investigator should know of a ring and no scorer weighs by itself."""

from __future__ import annotations

from collections.abc import Iterator

from graph.scoring.rules.card_testing import MANY
from graph.scoring.rules.finding import Finding, counted, percent
from tests.twin.evidence import Evidence


def remarks(evidence: Evidence) -> Iterator[Finding]:
    """Every remark, in a fixed order."""
    yield _cash_out(evidence)
    yield _card_testing(evidence)


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
