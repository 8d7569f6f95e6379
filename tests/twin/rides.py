"""What the trips of one rider-driver pair showed, beside the link that counts them."""

from __future__ import annotations

from array import array

from graph.model.vocabulary import TripReason
from graph.updates.signs import SUSPECT
from tests.twin.signs import Signs


class RideFacts:
    """Parallel arrays addressed by the number of a rode-with link; 24 bytes a link."""

    def __init__(self) -> None:
        self.incentives = array("i")
        self.again = array("i")
        self.incentive_units = array("q")
        self.odd = array("f")
        self.surcharge = array("f")
        self.reasons: dict[int, set[TripReason]] = {}

    def start(self, link: int) -> None:
        """Begin anew for a link that has just become live."""
        missing = link + 1 - len(self.odd)
        if missing > 0:
            self.incentives.extend([0] * missing)
            self.again.extend([0] * missing)
            self.incentive_units.extend([0] * missing)
            self.odd.extend([0.0] * missing)
            self.surcharge.extend([0.0] * missing)
        self.incentives[link] = self.incentive_units[link] = self.again[link] = 0
        self.odd[link] = self.surcharge[link] = 0.0
        self.reasons[link] = set()

    def add(self, link: int, incentive_units: int, is_again: bool, judgement: Signs) -> None:
        """Add one trip, which came soon after the one before of the two or not."""
        self.again[link] += is_again
        self.incentives[link] += incentive_units > 0
        self.incentive_units[link] += incentive_units
        self.odd[link] += judgement.improbability
        self.surcharge[link] += judgement.surcharge
        if judgement.improbability >= SUSPECT:
            self.reasons[link].update(judgement.reasons)
