"""What interaction links carry beside other links: a row of a table, taken when a link begins.

Identity links carry no money and no such facts; their older sessions hang off the link itself.
"""

from __future__ import annotations

from typing import Any

from graph.kernels.kernel import inlined, kernel, wide
from graph.links.records import INTERACTS, LinkState


@inlined
def interaction_of(s: LinkState, link: int) -> Any:
    """The row of an interaction link. Only for these."""
    return s.interactions[s.hooks[link].interaction]


@inlined
def money_of(s: LinkState, link: int) -> int:
    """Sum of money of the newest session; 0 for an identity link."""
    if INTERACTS[s.links[link].kind]:
        return wide(s.interactions[s.hooks[link].interaction].money)
    return 0


@inlined
def set_money(s: LinkState, link: int, money: int) -> None:
    """Let an interaction link have so much money; an identity link has none."""
    if INTERACTS[s.links[link].kind]:
        s.interactions[s.hooks[link].interaction].money = money


@inlined
def add_money(s: LinkState, link: int, money: int) -> None:
    """Add money to an interaction link; an identity link takes none."""
    if money != 0 and INTERACTS[s.links[link].kind]:
        s.interactions[s.hooks[link].interaction].money += money


@inlined
def older_session(s: LinkState, link: int) -> int:
    """The session before the newest, -1 when there is none."""
    if INTERACTS[s.links[link].kind]:
        return wide(s.interactions[s.hooks[link].interaction].older)
    return wide(s.hooks[link].older)


@inlined
def set_older_session(s: LinkState, link: int, session: int) -> None:
    """Let a link have this session before its newest; -1 stands for none."""
    if INTERACTS[s.links[link].kind]:
        s.interactions[s.hooks[link].interaction].older = session
    else:
        s.hooks[link].older = session


@kernel
def take_interaction(s: LinkState, link: int) -> None:
    """Give a new interaction link a row."""
    row = wide(s.counters[0].first_free_interaction)
    if row >= 0:
        s.counters[0].first_free_interaction = s.interactions[row].next_free
    else:
        row = s.counters[0].interactions_used
        if row >= s.interactions.shape[0]:
            raise IndexError("expected room for an interaction, found none; reserve before a batch")
        s.counters[0].interactions_used = row + 1
    s.counters[0].interactions += 1
    s.hooks[link].interaction = row


@kernel
def free_interaction(s: LinkState, link: int) -> None:
    """Free the row of an interaction link, whose record must still hold its kind."""
    row = wide(s.hooks[link].interaction)
    s.interactions[row].next_free = s.counters[0].first_free_interaction
    s.counters[0].first_free_interaction = row
    s.counters[0].interactions -= 1


@inlined
def forget_facts(s: LinkState, link: int) -> None:
    """An interaction link begins to live: nothing is told of it yet."""
    facts = s.interactions[s.hooks[link].interaction]
    facts.incentive_units = 0
    facts.incentives = 0
    facts.odd = 0.0
    facts.surcharge = 0.0
    facts.reasons = 0
    facts.again = 0
