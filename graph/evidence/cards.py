"""The cards of a candidate's riders: how many, how they move, how many payments were disowned.

Cost: O(identity links of the riders).
"""

from __future__ import annotations

from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.records import IDENTITIES
from graph.links.touch import first_link
from graph.model.link_keys import MONEY_SCALE, USES_CARD, USES_DEVICE
from graph.state.evidence_record import Record
from graph.state.state import DRIVER, State


@kernel
def measure_cards(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """Cards and chargebacks of the riders; ``stamp`` must be fresh."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    riders = cards = devices = moving = 0
    chargebacks = disowners = units = trips = 0
    for place in range(len(members)):
        account = state.accounts[state.entities[members[place]].account]
        if account.role == DRIVER:
            continue
        riders += 1
        trips += account.trips
        chargebacks += account.chargebacks
        disowners += account.chargebacks > 0
        units += account.chargeback_units
        link = first_link(state.links, members[place], IDENTITIES)
        while link >= 0:
            identifier = records[link].target
            kind = records[link].kind
            if kind in (USES_CARD, USES_DEVICE):
                mark = marks[identifier]
                if mark.stamp != stamp:
                    mark.stamp = stamp
                    mark.count = 0
                    cards += kind == USES_CARD
                    devices += kind == USES_DEVICE
                mark.count += 1
                moving += kind == USES_CARD and mark.count == 2
            link = hooks[link].next_out
    e.cards = cards
    e.cards_per_rider = ratio(cards, riders)
    e.cards_per_device = ratio(cards, devices)
    e.moving_cards = ratio(moving, cards)
    e.chargebacks = chargebacks
    e.chargeback_rate = min(1.0, ratio(chargebacks, trips))
    e.chargeback_share = ratio(disowners, riders)
    e.chargeback_money = units / MONEY_SCALE
