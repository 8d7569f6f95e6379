"""Whether a candidate tries cards that are not its own: a part of a rule, and a remark beside the rules."""

from __future__ import annotations

from typing import Final

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.scoring.rules.finding import Description, Remark, counted, percent
from graph.state.evidence_record import Evidence, Record

MANY: Final = 6
"""Strange cards from which on nobody thinks of one that was forgotten to be stored."""


@kernel
def tested(e: Record) -> float:
    """Strength in [0, 1] that cards are tried on few phones, for small amounts, before a charge."""
    many = ramp(e.declined_cards, 2, MANY) * ramp(e.declined_per_device, 0.8, 2.5)
    return float(many * (0.5 + 0.25 * e.small_declines + 0.25 * e.charged_after))


def strength(e: Evidence) -> float:
    """How many cards were tried, ``MANY`` being full strength."""
    return min(1.0, e.declined_cards / MANY) if e.declined_cards > 1 else 0.0


def describe(e: Evidence) -> Description:
    """What was tried, and the numbers behind it."""
    return (
        f"{counted(e.declined_cards, 'strange card')} declined, {e.declined_per_device:.1f} a phone, "
        f"{percent(e.small_declines)} for small amounts; {percent(e.charged_after)} of the accounts that "
        "tried paid with a card of theirs afterwards",
        {
            "declined_cards": e.declined_cards,
            "declined_per_device": e.declined_per_device,
            "small_declines": e.small_declines,
            "charged_after": e.charged_after,
            "declined_money": e.declined_money,
        },
    )


card_testing = Remark("card_testing", strength, describe)
