"""Whether an account leads a life of its own, so that an identifier it shares says nothing about it.

Whoever shares a phone, a card or a payout account with others may be one of many hands on a public thing, or
one of many accounts in one hand. What the sharers do tells which:

* an account *lives* when it has a device or a card that nobody else uses, and has ridden with (or driven)
  ``LIFE_PARTNERS`` or more different people, no fewer than one for each ``TRIPS_A_PARTNER`` trips;
* it is *at home* when the device that it used last is its alone and has been its own from the start (each of
  them, where it used several at once).

An account that lives is independent of every identifier that it shares, one at home of every device. All
others are *dependent*. Both are functions of the account's live links and the users at their other ends, kept
up to date for every account that has ever shared an identifier: each identifier counts its independent users.

Cost: O(identity links of an account) when it acts, and O(users) of an identifier whose user becomes dependent
or independent.
"""

from __future__ import annotations

from typing import Any, Final

from graph.kernels.kernel import kernel
from graph.links.records import DRIVERS, IDENTITIES, RIDERS, USERS
from graph.links.touch import first_link, length
from graph.model.link_keys import USES_CARD, USES_DEVICE
from graph.state.state import DEVICE, IP, State, account_of
from graph.updates.sharing import DAY_MS

LIFE_PARTNERS: Final = 3
"""Different drivers of a rider, or riders of a driver: a crew rides with its own."""
TRIPS_A_PARTNER: Final = 3
HOME_MS: Final = 3 * DAY_MS
"""A device first used within this of the account's first event is its home."""
LIVES: Final = 1
AT_HOME: Final = 2


@kernel
def is_independent(facts: Any, kind: int) -> bool:
    """Whether an account, by its facts, is independent of an identifier of a kind that it uses."""
    if kind == DEVICE:
        return bool(facts.independence != 0)
    return bool(facts.independence & LIVES != 0)


@kernel
def independence(state: State, account: int) -> int:
    """LIVES and AT_HOME of an account as its links stand now. O(its identity links)."""
    records, hooks = state.links.links, state.links.hooks
    facts = account_of(state, account)
    partners = length(state.links, account, DRIVERS) + length(state.links, account, RIDERS)
    owns = home = False
    newest_ms = -1
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        use = records[link]
        if use.kind in (USES_DEVICE, USES_CARD):
            alone = length(state.links, use.target, USERS) == 1
            owns = owns or alone
            if use.kind == USES_DEVICE and use.last_ms >= newest_ms:
                own = alone and use.first_ms - facts.first_ms <= HOME_MS
                home = own and (home or use.last_ms > newest_ms)
                newest_ms = use.last_ms
        link = hooks[link].next_out
    bits = 0
    if owns and partners >= LIFE_PARTNERS and TRIPS_A_PARTNER * partners >= facts.trips:
        bits |= LIVES
    if home:
        bits |= AT_HOME
    return bits


@kernel
def moves(old: int, new: int, kind: int) -> int:
    """By how much an identifier's independent users change when one of them changes: -1, 0 or 1."""
    if kind == IP:
        return 0
    if kind == DEVICE:
        return (new != 0) - (old != 0)
    return (new & LIVES) - (old & LIVES)
