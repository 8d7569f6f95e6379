"""Payout accounts and phones that came late to a candidate's accounts, and were left again.

Whoever takes an account over adds a phone or a payout account of their own to one that had others for long,
and the owner goes on with the old one once the thief is gone. A family's new phone replaces the one before.
A payout account that comes within ``MOVED_MS`` after such a phone *moved* with it: a driver who buys a phone
goes on being paid where he was.

Cost: O(identity links of the members), for each payout account that came late to one of them once more.
"""

from __future__ import annotations

from typing import Final

from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.links.records import IDENTITIES
from graph.links.touch import first_link
from graph.model.link_keys import USES_BANK_ACCOUNT, USES_DEVICE
from graph.state.evidence_record import Record
from graph.state.state import State, account_of
from graph.updates.sharing import DAY_MS, SETTLED_MS

MOVED_MS: Final = DAY_MS
_HAS: Final = 1
_LATE: Final = 2
_LEFT: Final = 4
_NEVER: Final = 1 << 62


@kernel
def measure_leaving(state: State, members: Int32s, e: Record) -> None:
    """Of the members with a payout account, or a phone: who got one late, and who went back to the first."""
    paid = late = paid_again = moved = phones = phoned_again = 0
    for place in range(len(members)):
        bits = _late_uses(state, members[place], USES_BANK_ACCOUNT)
        paid += (bits & _HAS) != 0
        late += (bits & _LATE) != 0
        paid_again += (bits & _LEFT) != 0
        moved += (bits & _LATE) != 0 and _moves(state, members[place])
        bits = _late_uses(state, members[place], USES_DEVICE)
        phones += (bits & _HAS) != 0
        phoned_again += (bits & _LEFT) != 0
    e.late_payouts = ratio(late, paid)
    e.payouts_left = ratio(paid_again, paid)
    e.payouts_moved = ratio(moved, paid)
    e.devices_left = ratio(phoned_again, phones)


@kernel
def _late_uses(state: State, account: int, kind: int) -> int:
    """Whether an account has an identifier of a kind, got one late, and used the first after such a one."""
    seen_ms = account_of(state, account).first_ms
    first_ms = late_ms = _NEVER
    first_used_ms = -_NEVER
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        use = state.links.links[link]
        if use.kind == kind:
            if use.first_ms < first_ms:
                first_ms, first_used_ms = int(use.first_ms), int(use.last_ms)
            if use.first_ms - seen_ms >= SETTLED_MS:
                late_ms = min(late_ms, int(use.last_ms))
        link = state.links.hooks[link].next_out
    bits = 0
    if first_ms != _NEVER:
        bits |= _HAS
    if late_ms != _NEVER:
        bits |= _LATE
        if first_used_ms > late_ms:
            bits |= _LEFT
    return bits


@kernel
def _moves(state: State, account: int) -> bool:
    """Whether a payout account came late to the account, within ``MOVED_MS`` after a phone that came late."""
    settled_ms = account_of(state, account).first_ms + SETTLED_MS
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        use = state.links.links[link]
        if use.kind == USES_BANK_ACCOUNT and use.first_ms >= settled_ms:
            phone = first_link(state.links, account, IDENTITIES)
            while phone >= 0:
                came = state.links.links[phone]
                before_ms = use.first_ms - came.first_ms
                if came.kind == USES_DEVICE and came.first_ms >= settled_ms and 0 <= before_ms <= MOVED_MS:
                    return True
                phone = state.links.hooks[phone].next_out
        link = state.links.hooks[link].next_out
    return False
