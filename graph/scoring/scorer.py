"""The port through which a candidate's findings become one probability, and the features a scorer reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel
from graph.model.shapes import CIRCLE, VISIT
from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.scoring.rules.finding import ramp
from graph.scoring.rules.one_hand import one_hand
from graph.state.evidence_record import Record

_SIGNALS: Final[dict[str, int]] = {
    "one_hand": 1,
    "size": 1,
    "moving_cards": 1,
    "address_sharing": 1,
    "burst": 1,
    "idle": 1,
    "same_place": 1,
    "inside_share": 1,
    "incentive_excess": 1,
    "surcharge": 1,
    "odd_rate": 1,
    "chargeback_rate": 1,
    "circle": 0,
    "visit": 0,
}
FEATURES: Final[dict[str, int]] = {
    **{f"rule.{rule.name}": 1 for rule in RULES},
    **{f"innocent.{rule.name}": -1 for rule in INNOCENT_RULES},
    **{f"signal.{name}": sign for name, sign in _SIGNALS.items()},
}
"""The features, in order, with the direction in which each may move a score: +1 towards a ring, -1 away
from it, 0 either way. A fit that wanted the other direction would have learnt a habit of its training
cities, not what the evidence means. A stored model carries the names and is refused when they differ."""


EXTREME: Final = 30.0
"""Log odds beyond which a linear score is cut: a probability that near 0 or 1 is not told apart."""


class Scorer(Protocol):
    """Turns features into a calibrated probability that the candidate is a ring."""

    @property
    def model_id(self) -> str:
        """Names the model; made from its content."""
        ...

    @property
    def prior(self) -> float:
        """The probability of an account that is part of no candidate."""
        ...

    def score(self, features: Sequence[float]) -> float:
        """Probability in [0, 1]; ``features`` as in :data:`FEATURES`."""
        ...


@runtime_checkable
class LinearScorer(Scorer, Protocol):
    """A scorer that is a logistic function of a weighted sum: kernels work it out themselves."""

    @property
    def weights(self) -> tuple[float, ...]:
        """One for each feature."""
        ...

    @property
    def intercept(self) -> float:
        """The log odds of a candidate without any sign."""
        ...

    @property
    def doubt(self) -> float:
        """What is left open at either end."""
        ...


@kernel
def linear_score(features: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """Doubt + (1 - 2 doubt) / (1 + exp(-(intercept + weights . features))).

    ``weights`` holds one weight for each feature, then the intercept and the doubt.
    """
    count = len(features)
    total = weights[count]
    for place in range(count):
        total += weights[place] * features[place]
    doubt = weights[count + 1]
    return float(doubt + (1.0 - 2.0 * doubt) / (1.0 + math.exp(-max(-EXTREME, min(EXTREME, total)))))


_RULE_STRENGTHS = tuple(rule.strength for rule in (*RULES, *INNOCENT_RULES))
(
    _multi_account,
    _promo_farm,
    _referral_chain,
    _fake_rides,
    _collusion,
    _stolen_cards,
    _takeover,
    _own_means,
    _own_cards,
    _few,
    _fleet,
    _long_lives,
    _no_gain,
    _passing_by,
) = _RULE_STRENGTHS


@kernel
def read_features(e: Record, out: npt.NDArray[np.float64]) -> None:
    """The rules' strengths and bounded signals of the evidence, as in :data:`FEATURES`; all in [0, 1]."""
    hand = one_hand(e)
    some_inside = ramp(e.inside, 1, 6)
    out[0] = _multi_account(e)
    out[1] = _promo_farm(e)
    out[2] = _referral_chain(e)
    out[3] = _fake_rides(e)
    out[4] = _collusion(e)
    out[5] = _stolen_cards(e)
    out[6] = _takeover(e)
    out[7] = _own_means(e)
    out[8] = _own_cards(e)
    out[9] = _few(e)
    out[10] = _fleet(e)
    out[11] = _long_lives(e)
    out[12] = _no_gain(e)
    out[13] = _passing_by(e)
    out[14] = hand
    out[15] = ramp(math.log(e.accounts), math.log(3), math.log(30))
    out[16] = e.moving_cards * ramp(e.cards, 1, 5) * ramp(e.cards_per_rider, 0.8, 1.8)
    out[17] = ramp(e.address_sharing, 0.3, 0.8) * hand
    # When settled accounts come to a phone, it is their coming that counts, and not their creation.
    out[18] = e.burst * (1.0 - e.arrival_share)
    out[19] = 1.0 - ramp(e.trips_per_account, 0.5, 6)
    out[20] = (1.0 - ramp(e.spread_km, 0.5, 4.0)) * ramp(e.places, 3, 7)
    out[21] = e.inside_share * some_inside
    out[22] = ramp(e.incentive_excess, 0.0, 0.5) * some_inside
    out[23] = ramp(e.surcharge, 0.0, 0.4) * some_inside
    out[24] = ramp(e.odd_rate, 0.0, 0.4) * some_inside
    out[25] = ramp(e.chargeback_rate, 0.0, 0.5)
    out[26] = 1.0 if e.shape == CIRCLE else 0.0
    out[27] = 1.0 if e.shape == VISIT else 0.0
