"""What a candidate's accounts took in promotions, and who of them referred whom."""

from __future__ import annotations

from dataclasses import dataclass

from graph.evidence.takings import SOON_MS
from graph.model.link_keys import MONEY_SCALE
from graph.state.accounts import UNKNOWN_MS
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio


@dataclass(frozen=True, slots=True)
class Takings:
    """Shares are of all accounts; ``promo_soon`` took a promotion within three days of creation."""

    promo_share: float
    same_promo: float
    """Share that took the one promotion most of them took."""
    promo_soon: float
    promos_per_account: float
    promo_money: float
    referral_share: float
    """Members referred by a member, over all members but one: 1 is a complete tree of referrals."""
    referral_depth: int
    """The longest chain of referrals inside."""
    recruits_paid: float


def measure_takings(graph: EntityGraph, members: tuple[int, ...]) -> Takings:
    """Cost: O(promotions and referrals of the members)."""
    inside = dict.fromkeys(members)
    accounts = [graph.accounts[member] for member in members]
    by_promo: dict[int, int] = {}
    referrer: dict[int, int] = {}
    for member in members:
        for promo in graph.redeemed.get(member, ()):
            by_promo[promo] = by_promo.get(promo, 0) + 1
        for other in graph.referrers.get(member, ()):
            if other in inside:
                referrer[member] = other
    takers = [a for a in accounts if a.promos]
    soon = sum(a.created_ms != UNKNOWN_MS and a.promo_ms - a.created_ms <= SOON_MS for a in takers)
    paid = sum(member in graph.payees.get(other, {}) for member, other in referrer.items())
    n = len(accounts)
    return Takings(
        promo_share=len(takers) / n,
        same_promo=max(by_promo.values(), default=0) / n,
        promo_soon=soon / n,
        promos_per_account=sum(a.promos for a in accounts) / n,
        promo_money=sum(a.promo_units for a in accounts) / MONEY_SCALE,
        referral_share=ratio(len(referrer), n - 1),
        recruits_paid=ratio(paid, len(referrer)),
        referral_depth=max((_depth(member, referrer) for member in referrer), default=0),
    )


def _depth(member: int, referrer: dict[int, int]) -> int:
    depth, seen = 0, {member}
    while (above := referrer.get(member)) is not None and above not in seen:
        member = above
        seen.add(member)
        depth += 1
    return depth
