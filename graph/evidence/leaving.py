"""Payout accounts and phones that came late to a candidate's accounts, and were left again.

Whoever takes an account over adds a phone or a payout account of their own to one that had others for long,
and the owner goes on with the old one once the thief is gone. A family's new phone replaces the one before.

Cost: O(identity links of the members).
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
from graph.updates.sharing import SETTLED_MS

_HAS: Final = 1
_LATE: Final = 2
_LEFT: Final = 4
_NEVER: Final = 1 << 62


@kernel
def measure_leaving(state: State, members: Int32s, e: Record) -> None:
    """Of the members with a payout account, or a phone: who got one late, and who went back to the first."""
    paid = late = paid_again = phones = phoned_again = 0
    for place in range(len(members)):
        bits = _late_uses(state, members[place], USES_BANK_ACCOUNT)
        paid += (bits & _HAS) != 0
        late += (bits & _LATE) != 0
        paid_again += (bits & _LEFT) != 0
        bits = _late_uses(state, members[place], USES_DEVICE)
        phones += (bits & _HAS) != 0
        phoned_again += (bits & _LEFT) != 0
    e.late_payouts = ratio(late, paid)
    e.payouts_left = ratio(paid_again, paid)
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
