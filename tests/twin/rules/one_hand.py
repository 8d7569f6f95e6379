"""How far a candidate's accounts look like one hand, or leave by one door: what several rules stand on."""

from __future__ import annotations

from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp


def one_hand(evidence: Evidence) -> float:
    """Strength in [0, 1] that the accounts share phones or cards instead of having their own.

    Half the accounts on shared phones is more than families explain in a group that was joined by them;
    a card that moves between accounts says as much as a phone. Accounts with a phone of their own count
    against it: people who share an office card or a kiosk have one.
    """
    sharing = evidence.sharing
    phones = ramp(sharing.device_sharing, 0.2, 0.7)
    cards = ramp(sharing.card_sharing, 0.2, 0.7)
    fewer_hands = ramp(evidence.accounts / sharing.hands, 1.2, 2.5)
    return max(phones, 0.8 * cards) * fewer_hands * (1.0 - 0.7 * sharing.own_device)


def one_door(evidence: Evidence) -> float:
    """Strength in [0, 1] that the accounts share an address that is mostly theirs: half of a hand at most.

    Students on a campus and colleagues in an office do so too, with a phone and a card each.
    """
    sharing = evidence.sharing
    return 0.5 * ramp(sharing.address_sharing, 0.4, 0.8) * (1.0 - 0.8 * sharing.own_device * sharing.own_card)


def one_purse(evidence: Evidence) -> float:
    """Strength in [0, 1] that the accounts pay with one card, are paid to one bank account, or pay one."""
    sharing, transfers = evidence.sharing, evidence.transfers
    wallet = transfers.cash_out * transfers.fan_in / evidence.accounts
    return 0.8 * ramp(max(sharing.card_sharing, sharing.bank_sharing, wallet), 0.5, 0.9)
