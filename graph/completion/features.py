"""What a model of membership reads of an account, given the accounts that are marked as a ring's.

An account is described by what ties it to the marked ones, by what it has and does by itself, and by how far
both differ from the mean of the marked: a neighbour at a farm's address has one tie where the others have
five; and by how all of its own cluster are tied. Everything lies in [0, 1].
``graph.completion.membership`` works them out.
"""

from __future__ import annotations

from typing import Final

OWN: Final[dict[str, int]] = {
    "device_part": 1,
    "device_sharers": 1,
    "card_part": 1,
    "card_sharers": 1,
    "contact_part": 1,
    "contact_sharers": 1,
    "address_part": 1,
    "address_sharers": 1,
    "addresses": 1,
    "addresses_part": 1,
    "rides_part": 1,
    "rides": 1,
    "partners_part": 1,
    "partners": 1,
    "referrals": 1,
    "referrals_part": 1,
    "payments": 1,
    "payments_part": 1,
    "led_away": 1,
    "same_promo": 1,
    "promos": 1,
    "created_near": 1,
    "lives": -1,
    "at_home": -1,
    "trips": 0,
    "active_days": 0,
    "driver": 0,
    "chargebacks": 1,
    "distance": -1,
    "cancelled": 1,
    "same_cluster": 1,
}
"""Of one account, in order, with the direction in which each may move its membership: +1 in, -1 out.

``part`` is the share of the other users (trips, partners, links) that is marked, of the identifier where it
is largest; ``sharers`` and other counts are x / (x + half). ``led_away``: payments between the account and
marked ones by which money was led away (``graph.candidates.hands``)."""

GROUP: Final = (
    "address_part",
    "addresses_part",
    "partners",
    "referrals",
    "payments",
    "same_promo",
    "created_near",
    "lives",
    "trips",
    "chargebacks",
)
"""Of those asked about who are in one cluster with an account, it among them: the means of these.

Who shares a phone with nine others is one of ten: where all of them ride with a crew's drivers they belong to
it, and where one was referred by it they do not."""

SET: Final = ("size", "circle", "visit")
"""Of the marked accounts together, in order."""

MEMBER_FEATURES: Final[dict[str, int]] = {
    **OWN,
    **{f"{name}_beside_mean": sign for name, sign in OWN.items()},
    **{f"mean_{name}": 0 for name in OWN},
    **{f"group_{name}": OWN[name] for name in GROUP},
    **{f"set_{name}": 0 for name in SET},
}
"""All, in order, with their directions: an account's own, half of 1 + own - mean, the mean, its
cluster's, the set's."""
