"""What really happened: the rings and the honest look-alikes, as ``truth.json`` holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from simulation.config import CityConfig

RING_KINDS: Final = (
    "multi_account",
    "promo_farm",
    "referral_chain",
    "fake_rides",
    "collusion",
    "stolen_cards",
    "takeover",
)
"""The kinds of ring of the contract, in its order."""


@dataclass(slots=True)
class RingRecord:
    """One planted ring; ``fraud_events`` are the events by which money was taken, and how much."""

    ring: str
    kind: str
    accounts: list[str]
    drivers: list[str]
    victims: list[str]
    first_ts: int
    camouflage: float
    fraud_events: list[tuple[int, str, float]] = field(default_factory=list)

    def took(self, ts: int, event_id: str, money: float) -> None:
        """Note that the event took that much money."""
        self.fraud_events.append((ts, event_id, round(money, 2)))


@dataclass(slots=True)
class DecoyRecord:
    """Honest accounts that look like a ring in some way."""

    kind: str
    accounts: list[str]


def truth_json(rings: list[RingRecord], decoys: list[DecoyRecord], config: CityConfig) -> bytes:
    """Return the ground truth as one JSON object; fraud events are in order of time."""
    document = {
        "rings": [
            {
                "ring": ring.ring,
                "kind": ring.kind,
                "accounts": sorted(ring.accounts),
                "drivers": sorted(ring.drivers),
                "victims": sorted(ring.victims),
                "first_ts": ring.first_ts,
                "fraud_events": [[event_id, money] for _, event_id, money in sorted(ring.fraud_events)],
                "camouflage": round(ring.camouflage, 3),
            }
            for ring in rings
        ],
        "decoys": [{"kind": decoy.kind, "accounts": sorted(decoy.accounts)} for decoy in decoys],
        "config": config.as_dict(),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
