"""What a candidate's accounts took in promotions, and who of them referred whom.

Cost: O(promotions and referrals of the members).
"""

from __future__ import annotations

from typing import Final

from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.records import REDEEMED, REFERRERS
from graph.links.touch import find, first_link
from graph.model.link_keys import LINK_CODE, MONEY_SCALE
from graph.model.vocabulary import LinkKind
from graph.state.accounts import UNKNOWN_MS
from graph.state.evidence_record import Record
from graph.state.state import State
from graph.updates.sharing import DAY_MS

SOON_MS: Final = 3 * DAY_MS
_NOBODY: Final = -1
_PAID: Final = LINK_CODE[LinkKind.PAID]


@kernel
def measure_takings(state: State, members: Int32s, stamp: int, e: Record) -> None:
    """Promotions and referrals; expects the members marked with their places under ``stamp``."""
    records, hooks = state.links.links, state.links.hooks
    marks = state.marks
    referrer = state.measuring.referrers
    takers = soon = promos = units = same = referred = paid = 0
    for place in range(len(members)):
        account = state.accounts[state.entities[members[place]].account]
        if account.promos > 0:
            takers += 1
            promos += account.promos
            units += account.promo_units
            soon += account.created_ms != UNKNOWN_MS and account.promo_ms - account.created_ms <= SOON_MS
        link = first_link(state.links, members[place], REDEEMED)
        while link >= 0:
            mark = marks[records[link].target]
            if mark.stamp != stamp:
                mark.stamp = stamp
                mark.count = 0
            mark.count += 1
            same = max(same, mark.count)
            link = hooks[link].next_out
        referrer[place] = patron = _NOBODY
        link = first_link(state.links, members[place], REFERRERS)
        while link >= 0:
            mark = marks[records[link].source]
            if mark.stamp == stamp:
                referrer[place] = mark.first
                patron = records[link].source
            link = hooks[link].next_in
        if referrer[place] != _NOBODY:
            paid += find(state.links, _PAID, patron, members[place]) >= 0
        referred += referrer[place] != _NOBODY
    e.promo_share = takers / len(members)
    e.same_promo = same / len(members)
    e.promo_soon = soon / len(members)
    e.promos_per_account = promos / len(members)
    e.promo_money = units / MONEY_SCALE
    e.referral_share = ratio(referred, len(members) - 1)
    e.recruits_paid = ratio(paid, referred)
    e.referral_depth = _deepest(referrer, state.measuring.seen, len(members))


@kernel
def _deepest(referrer: Int32s, seen: Int32s, members: int) -> int:
    """The longest chain of referrals, in steps; a chain that comes back on itself ends there."""
    deepest = 0
    seen[:members] = _NOBODY
    for start in range(members):
        place, depth = start, 0
        seen[start] = start
        while referrer[place] != _NOBODY and seen[referrer[place]] != start:
            place = referrer[place]
            seen[place] = start
            depth += 1
        deepest = max(deepest, depth)
    return deepest
