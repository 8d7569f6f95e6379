"""How far a candidate's accounts look like one hand, or leave by one door: what several rules stand on."""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.state.evidence_record import Record


@kernel
def one_hand(e: Record) -> float:
    """Strength in [0, 1] that the accounts share phones or cards instead of having their own.

    Half the accounts on shared phones is more than families explain in a group that was joined by them;
    a card that moves between accounts says as much as a phone. Accounts with a phone of their own count
    against it: people who share an office card or a kiosk have one.
    """
    phones = ramp(e.device_sharing, 0.2, 0.7)
    cards = ramp(e.card_sharing, 0.2, 0.7)
    fewer_hands = ramp(e.accounts / e.hands, 1.2, 2.5)
    return float(max(phones, 0.8 * cards) * fewer_hands * (1.0 - 0.7 * e.own_device))


@kernel
def one_door(e: Record) -> float:
    """Strength in [0, 1] that the accounts share an address that is mostly theirs: half of a hand at most.

    Students on a campus and colleagues in an office do so too, with a phone and a card each.
    """
    return float(0.5 * ramp(e.address_sharing, 0.4, 0.8) * (1.0 - 0.8 * e.own_device * e.own_card))


@kernel
def one_purse(e: Record) -> float:
    """Strength in [0, 1] that the accounts pay with one card, are paid to one bank account, or pay one.

    Families, employees and fleets do so too: what they do with it has to tell, so this counts only beside a
    gain.
    """
    wallet = e.cash_out * e.fan_in / e.accounts
    return float(0.8 * ramp(max(e.card_sharing, e.bank_sharing, wallet), 0.5, 0.9))
