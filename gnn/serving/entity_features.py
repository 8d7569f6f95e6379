"""One entity's features, read from the engine's own lists: the numbers that ``gnn.tensors.features`` gives of
a view.

Cost: O(links of the entity). Sums run in the order in which the links became live, so that they depend on the
state alone.
"""

from __future__ import annotations

import math
from typing import Final

from gnn.tensors.features import DAY_MS, HEARD_KINDS, NODE_FEATURES, Floats
from graph.kernels.kernel import kernel
from graph.links.interactions import interaction_of
from graph.links.lists import next_link
from graph.links.records import (
    DRIVERS,
    IDENTITIES,
    IN,
    OUT,
    REDEEMED,
    REFERRALS,
    REFERRERS,
    RIDERS,
    USERS,
    LinkState,
)
from graph.links.touch import first_link, length
from graph.model.entities import KINDS
from graph.model.link_keys import LINK_CODE, MONEY_SCALE
from graph.model.view import ROLES
from graph.model.vocabulary import LinkKind
from graph.state.state import ACCOUNT_KIND, UNKNOWN_ROLE, State, account_of

_AT: Final = {name: place for place, name in enumerate(NODE_FEATURES)}
_KIND: Final = _AT[f"kind.{KINDS[0]}"]
_ROLE: Final = _AT[f"role.{ROLES[0]}"]
_BORN: Final = _AT["born"]
_TRIPS: Final = _AT["trips"]
_PROMOS: Final = _AT["promos"]
_PROMO_MONEY: Final = _AT["promo_money"]
_CHARGEBACKS: Final = _AT["chargebacks"]
_CHARGEBACK_MONEY: Final = _AT["chargeback_money"]
_ACTIVE_DAYS: Final = _AT["active_days"]
_USED_DAYS: Final = _AT["used_days"]
_LINKS_OUT: Final = _AT[f"links.out.{HEARD_KINDS[0]}"]
_LINKS_IN: Final = _AT[f"links.in.{HEARD_KINDS[0]}"]
_RIDES_OUT: Final = _AT["rides.out.count"]
_RIDES_IN: Final = _AT["rides.in.count"]
_SPREAD_DAYS: Final = _AT["shared.spread_days"]
_USES: Final = _AT["shared.uses"]
_JOINS: Final = _AT["joins"]
_RODE: Final = LINK_CODE[LinkKind.RODE_WITH]
_REFERRED: Final = LINK_CODE[LinkKind.REFERRED]
_REDEEMED: Final = LINK_CODE[LinkKind.REDEEMED]


@kernel
def read_entity(state: State, entity: int, out: Floats) -> None:
    """Put the entity's features, as in ``NODE_FEATURES``, into ``out``."""
    for place in range(len(out)):
        out[place] = 0.0
    kind = state.entities[entity].kind
    out[_KIND + kind] = 1.0
    if kind == ACCOUNT_KIND:
        _read_account(state, entity, out)
    else:
        _read_users(state.links, entity, out)


@kernel
def _read_account(state: State, entity: int, out: Floats) -> None:
    facts, links = account_of(state, entity), state.links
    if facts.role != UNKNOWN_ROLE:
        out[_ROLE + facts.role - 1] = 1.0
    out[_BORN] = 1.0 if facts.created_ms >= 0 else 0.0
    out[_TRIPS] = _logarithm(facts.trips, 1)
    out[_PROMOS] = _logarithm(facts.promos, 1)
    out[_PROMO_MONEY] = _logarithm(facts.promo_units, MONEY_SCALE)
    out[_CHARGEBACKS] = _logarithm(facts.chargebacks, 1)
    out[_CHARGEBACK_MONEY] = _logarithm(facts.chargeback_units, MONEY_SCALE)
    out[_ACTIVE_DAYS] = _logarithm(facts.last_ms - facts.first_ms, DAY_MS)
    held, own = 0.0, 0
    for place in range(2):
        link = first_link(links, entity, IDENTITIES if place == 0 else REDEEMED)
        while link >= 0:
            use = links.links[link]
            out[_LINKS_OUT + use.kind] += 1.0
            held += (use.last_ms - use.first_ms) / DAY_MS
            own += 1
            link = next_link(links, link, OUT)
    out[_USED_DAYS] = _logarithm(held / max(own, 1), 1)
    for kind in range(len(HEARD_KINDS)):
        out[_LINKS_OUT + kind] = _logarithm(out[_LINKS_OUT + kind], 1)
    out[_LINKS_OUT + _RODE] = _logarithm(length(links, entity, DRIVERS), 1)
    out[_LINKS_OUT + _REFERRED] = _logarithm(length(links, entity, REFERRALS), 1)
    out[_LINKS_IN + _RODE] = _logarithm(length(links, entity, RIDERS), 1)
    out[_LINKS_IN + _REFERRED] = _logarithm(length(links, entity, REFERRERS), 1)
    _read_rides(links, entity, DRIVERS, out, _RIDES_OUT)
    _read_rides(links, entity, RIDERS, out, _RIDES_IN)


@kernel
def _read_rides(links: LinkState, entity: int, slot: int, out: Floats, first: int) -> None:
    """Means over the rides of one side: count by partner, incentives, odd claims, surcharge, fare."""
    partners = length(links, entity, slot)
    if partners == 0:
        return
    rides, incentives, odd, money = 0.0, 0.0, 0.0, 0.0
    surcharge = 0.0
    link = first_link(links, entity, slot)
    while link >= 0:
        facts = interaction_of(links, link)
        rides += links.links[link].count
        incentives += facts.incentives
        odd += facts.odd
        money += facts.money
        surcharge += facts.surcharge
        link = next_link(links, link, OUT if slot == DRIVERS else IN)
    some = max(rides, 1.0)
    out[first] = math.log1p(rides / partners)
    out[first + 1] = incentives / some
    out[first + 2] = odd / some
    out[first + 3] = min(2.0, max(-2.0, surcharge / some))
    out[first + 4] = math.log1p(money / MONEY_SCALE / some)


@kernel
def _read_users(links: LinkState, entity: int, out: Floats) -> None:
    """Of an identifier: how many use it, over what span they came, how often each, whether it joins them."""
    users = length(links, entity, USERS)
    if users == 0:
        return
    link = first_link(links, entity, USERS)
    kind = links.links[link].kind
    earliest = latest = links.links[link].first_ms
    uses, joins = 0.0, 0.0
    while link >= 0:
        use = links.links[link]
        earliest = min(earliest, use.first_ms)
        latest = max(latest, use.first_ms)
        uses += use.count
        if kind != _REDEEMED and use.joins != 0:
            joins += 1.0
        link = next_link(links, link, IN)
    out[_LINKS_IN + kind] = _logarithm(users, 1)
    out[_SPREAD_DAYS] = _logarithm(latest - earliest, DAY_MS)
    out[_USES] = _logarithm(uses / users, 1)
    out[_JOINS] = joins / users


@kernel
def _logarithm(value: float, unit: int) -> float:
    """log(1 + value / unit), of nothing below 0."""
    return math.log1p(max(float(value), 0.0) / unit)
