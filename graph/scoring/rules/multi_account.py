"""One hand behind many accounts, whatever it gains.

Source: clusters of accounts scored as one (Xiao et al., "Detecting Clusters of Fake Accounts in Online
Social Networks", AISec 2015). Families share a phone or two, so fewer than ``FAMILY`` accounts are
no sign, and ``CROWD`` are a full one.
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.vocabulary import RingKind
from graph.scoring.rules.finding import Description, Rule, counted, percent
from graph.scoring.rules.one_hand import one_hand
from graph.state.evidence_record import Evidence, Record

FAMILY = 4
CROWD = 10


@kernel
def strength(e: Record) -> float:
    """Many accounts that share phones and cards and have none of their own."""
    return one_hand(e) * ramp(e.accounts, FAMILY - 1, CROWD)


def describe(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{e.accounts} accounts look like {counted(e.hands, 'hand')}: "
        f"{percent(e.device_sharing)} share a phone, {percent(e.card_sharing)} share a card, "
        f"{percent(e.own_device)} have a phone of their own",
        {
            "accounts": e.accounts,
            "hands": e.hands,
            "device_sharing": e.device_sharing,
            "card_sharing": e.card_sharing,
            "own_device": e.own_device,
        },
    )


multi_account = Rule("multi_account", RingKind.MULTI_ACCOUNT, strength, describe)
