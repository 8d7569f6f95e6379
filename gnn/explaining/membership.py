"""Why each account belongs to a ring, in a sentence: how likely it does, and what ties it to the others.

Read from the same marks, features and trees by which the engine completed the ring (``graph.completion``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graph.completion.belonging import features_at
from graph.completion.features import MEMBER_FEATURES, OWN
from graph.completion.membership import describe
from graph.engine import Engine
from graph.model.results import Ring
from graph.model.shapes import CLUSTERS
from graph.model.vocabulary import EntityKind
from graph.scoring.leaves import leaves
from graph.state.sizes import COMPLETED
from graph.state.trees import Trees

MOST_GROUNDS: Final = 3
CERTAIN: Final = 0.99
"""No sentence claims more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that ties an account to the others of its ring: log odds that it adds, and words for it."""

    worth: float
    words: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """How likely an account belongs with the others of a ring, and the grounds, the strongest first."""

    account: str
    probability: float
    grounds: tuple[Ground, ...]

    @property
    def words(self) -> str:
        """A sentence for an investigator."""
        found = "; ".join(ground.words for ground in self.grounds)
        said = f"{self.account} belongs with probability {min(self.probability, CERTAIN):.2f}"
        return f"{said}: {found}" if found else said


def _counted(half: float) -> Callable[[float], int]:
    """Undoes x / (x + half)."""
    return lambda value: round(half * value / (1.0 - value))


def _others(count: int, what: str) -> str:
    return f"{count} other{'s' if count != 1 else ''} of the ring {what}"


_TWO: Final = _counted(2.0)
_THREE: Final = _counted(3.0)
_ONE: Final = _counted(1.0)
_WORDS: Final[Mapping[str, Callable[[Mapping[str, float]], str]]] = {
    "device": lambda x: _others(_TWO(x["device_sharers"]), "use its phone"),
    "card": lambda x: _others(_TWO(x["card_sharers"]), "pay with its card"),
    "contact": lambda x: _others(_TWO(x["contact_sharers"]), "share its bank account, number or mail"),
    "address": lambda x: _others(_TWO(x["address_sharers"]), "come from its address"),
    "rides": lambda x: f"{_THREE(x['rides'])} trips with {_TWO(x['partners'])} of the ring",
    "referrals": lambda x: f"{_ONE(x['referrals'])} referrals with the ring",
    "payments": lambda x: f"{_TWO(x['payments'])} payments with the ring",
    "same_promo": lambda x: f"{100 * x['same_promo']:.0f} % of the others took the same promotion",
    "created_near": lambda x: f"{100 * x['created_near']:.0f} % of the others were created within three days",
    "cancelled": lambda x: f"{_ONE(x['cancelled'])} cancelled trips with the ring",
}
_FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "device": ("device_part", "device_sharers"),
    "card": ("card_part", "card_sharers"),
    "contact": ("contact_part", "contact_sharers"),
    "address": ("address_part", "address_sharers", "addresses", "addresses_part"),
    "rides": ("rides_part", "rides", "partners_part", "partners"),
    "referrals": ("referrals", "referrals_part"),
    "payments": ("payments", "payments_part"),
    "same_promo": ("same_promo",),
    "created_near": ("created_near",),
    "cancelled": ("cancelled",),
}
"""Features that say one thing, and what they say."""


def belonging_in(engine: Engine, ring: Ring, trees: Trees) -> list[Belonging]:
    """Why each account of an open ring belongs, by name; none of a ring of more than ``COMPLETED`` accounts.

    A ground is worth what the log odds lose when its features are taken away (set to 0, as if the account had
    none of it); grounds worth nothing are left out. Cost: O(links of the accounts + accounts x grounds x
    trees).
    """
    names = list(ring.accounts)
    if not len(trees.leaves) or len(names) > COMPLETED:
        return []
    entities = [engine.entity_index.find(EntityKind.ACCOUNT, name) for name in names]
    marked = np.array(sorted(each for each in entities if each is not None), np.int32)
    state = engine.state
    describe(state, marked, marked, CLUSTERS)
    features = np.zeros(len(MEMBER_FEATURES))
    found = []
    for place, account in enumerate(marked.tolist()):
        features_at(state, place, features)
        found.append(_belonging(engine.entity_index.name(account), features, trees))
    return sorted(found, key=lambda each: each.account)


def _belonging(name: str, features: np.ndarray, trees: Trees) -> Belonging:
    total = leaves(features, trees, 0.0)
    own = dict(zip(OWN, features.tolist(), strict=False))
    grounds = []
    for family, members in _FAMILIES.items():
        if any(own[member] > 0 for member in members):
            without = _without(features, members)
            grounds.append(Ground(total - leaves(without, trees, 0.0), _WORDS[family](own)))
    grounds.sort(key=lambda ground: -ground.worth)
    telling = tuple(ground for ground in grounds[:MOST_GROUNDS] if ground.worth > 0)
    return Belonging(name, 1.0 / (1.0 + math.exp(-total)), telling)


def _without(features: np.ndarray, members: Sequence[str]) -> np.ndarray:
    """The features of an account that has none of some traits."""
    left = features.copy()
    names = list(OWN)
    for member in members:
        place = names.index(member)
        left[len(names) + place] -= 0.5 * left[place]
        left[place] = 0.0
    return left
