"""Many cards worked through a few phones.

Cards are bought by the list and tried through what phones there are: many cards a phone, cards that move
between accounts, chargebacks weeks later. Chargebacks come late, so the movement of cards must carry the
early flag. The thresholds are ours, set on the simulation.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.card_testing import MANY
from graph.scoring.rules.finding import Finding, counted, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.one_hand import one_hand


def stolen_cards(evidence: Evidence) -> Finding:
    """More cards than phones, cards that move between accounts, payments disowned, cards tried."""
    cards, trips = evidence.cards, evidence.trips
    many = ramp(cards.per_device, 1.2, 3.0) * ramp(cards.count, 2, 6)
    moving = ramp(cards.moving, 0.15, 0.5) * ramp(cards.per_rider, 0.9, 1.8)
    disowned = ramp(cards.chargeback_rate, 0.03, 0.25) * ramp(cards.chargebacks, 0, 3)
    declines = evidence.declines
    tested = ramp(declines.declined_cards, 2, MANY) * ramp(declines.declined_per_device, 0.8, 2.5)
    tested *= 0.5 + 0.25 * declines.small_declines + 0.25 * declines.charged_after
    hand = max(one_hand(evidence), 0.6 * ramp(cards.per_rider, 2, 5))
    return Finding(
        "stolen_cards",
        RingKind.STOLEN_CARDS,
        hand * min(1.0, 0.25 * many + 0.5 * moving * (0.4 + 0.6 * many) + 0.6 * disowned + 0.5 * tested),
        f"{counted(cards.count, 'card')} on {counted(evidence.riders, 'rider')} ({cards.per_device:.1f} a "
        f"phone), {percent(cards.moving)} of them used by several accounts; "
        f"{counted(cards.chargebacks, 'chargeback')} worth {cards.chargeback_money:.2f} on "
        f"{counted(round(trips.per_account * evidence.accounts), 'trip')}",
        {
            "cards": cards.count,
            "cards_per_device": cards.per_device,
            "moving_cards": cards.moving,
            "chargebacks": cards.chargebacks,
            "chargeback_money": cards.chargeback_money,
        },
    )
