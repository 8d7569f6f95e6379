"""Many cards worked through a few phones.

Cards are bought by the list and tried through what phones there are: many cards a phone, cards that move
between accounts, chargebacks weeks later. Chargebacks come late, so the movement of cards must carry the
early flag. The thresholds are ours, set on the simulation.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.card_testing import tested
from graph.scoring.rules.finding import Description, Rule, counted, percent
from graph.scoring.rules.one_hand import one_hand
from graph.state.evidence_record import Evidence, Record


@kernel
def strength(e: Record) -> float:
    """More cards than phones, cards that move between accounts, payments disowned, cards tried."""
    many = ramp(e.cards_per_device, 1.2, 3.0) * ramp(e.cards, 2, 6)
    moving = ramp(e.moving_cards, 0.15, 0.5) * ramp(e.cards_per_rider, 0.9, 1.8)
    disowned = ramp(e.chargeback_rate, 0.03, 0.25) * ramp(e.chargebacks, 0, 3)
    hand = max(one_hand(e), 0.6 * ramp(e.cards_per_rider, 2, 5))
    return hand * min(1.0, 0.25 * many + 0.5 * moving * (0.4 + 0.6 * many) + 0.6 * disowned + 0.5 * tested(e))


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{counted(e.cards, 'card')} on {counted(e.riders, 'rider')} ({e.cards_per_device:.1f} a "
        f"phone), {percent(e.moving_cards)} of them used by several accounts; "
        f"{counted(e.chargebacks, 'chargeback')} worth {e.chargeback_money:.2f} on "
        f"{counted(round(e.trips_per_account * e.accounts), 'trip')}",
        {
            "cards": e.cards,
            "cards_per_device": e.cards_per_device,
            "moving_cards": e.moving_cards,
            "chargebacks": e.chargebacks,
            "chargeback_money": e.chargeback_money,
        },
    )


stolen_cards = Rule("stolen_cards", RingKind.STOLEN_CARDS, strength, describe)
