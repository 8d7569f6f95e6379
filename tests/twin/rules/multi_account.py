"""One hand behind many accounts, whatever it gains.

Source: clusters of accounts scored as one (Xiao et al., "Detecting Clusters of Fake Accounts in Online
Social Networks", AISec 2015). Families share a phone or two, so fewer than ``FAMILY`` accounts say
nothing, and ``CROWD`` say all.
"""

from __future__ import annotations

from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Finding, counted, percent
from graph.scoring.rules.multi_account import CROWD, FAMILY
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.one_hand import one_hand


def multi_account(evidence: Evidence) -> Finding:
    """Many accounts that share phones and cards and have none of their own."""
    sharing = evidence.sharing
    return Finding(
        "multi_account",
        RingKind.MULTI_ACCOUNT,
        one_hand(evidence) * ramp(evidence.accounts, FAMILY - 1, CROWD),
        f"{evidence.accounts} accounts look like {counted(sharing.hands, 'hand')}: "
        f"{percent(sharing.device_sharing)} share a phone, {percent(sharing.card_sharing)} share a card, "
        f"{percent(sharing.own_device)} have a phone of their own",
        {
            "accounts": evidence.accounts,
            "hands": sharing.hands,
            "device_sharing": sharing.device_sharing,
            "card_sharing": sharing.card_sharing,
            "own_device": sharing.own_device,
        },
    )
