"""Cities of a family of habits, as the tests read them."""

from __future__ import annotations

import ast
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.model.errors import Rejected
from simulation import CityConfig, Summary, simulate
from streaming.decoding.decode import Decoder

ROOT = Path(__file__).parents[3]
WORTH = {"promo_redeemed": ("amount",), "wallet_transfer": ("amount",), "trip_cancelled": ("fee",)}
"""Where an event says how much it is worth; rides say it in fare and incentive."""
ACTORS = ("account_id", "rider_id", "driver_id", "to_account_id")


@dataclass(frozen=True)
class FamilyCity:
    config: CityConfig
    summary: Summary
    lines: list[bytes]
    events: list[dict[str, Any]]
    truth: dict[str, Any]

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (event for event in self.events if event["type"] in kinds)

    def guilty(self) -> set[str]:
        return {account for ring in self.truth["rings"] for account in ring["accounts"]}

    def joined(self) -> dict[str, int]:
        return {event["account_id"]: event["ts"] for event in self.of("account_created")}

    def seen(self) -> set[str]:
        return {account for event in self.events for account in actors(event)}

    def decoys(self, kind: str) -> list[list[str]]:
        return [decoy["accounts"] for decoy in self.truth["decoys"] if decoy["kind"] == kind]


def family_city(habits: str, out: Path, **settings: Any) -> FamilyCity:
    config = CityConfig(habits=habits, **settings)
    summary = simulate(config, out)
    lines = summary.events_path.read_bytes().splitlines()
    truth = json.loads(summary.truth_path.read_bytes())
    return FamilyCity(config, summary, lines, [json.loads(line) for line in lines], truth)


def crews_city(habits: str, out: Path) -> FamilyCity:
    """A city in which an account in seven is a crew's, with transfers."""
    return family_city(
        habits,
        out,
        seed=5,
        riders=1_200,
        drivers=200,
        days=14,
        fraud_share=0.15,
        camouflage=0.5,
        transfers=True,
    )


def actors(event: dict[str, Any]) -> list[str]:
    return [event[field] for field in ACTORS if field in event]


def refused(city: FamilyCity) -> list[Rejected]:
    """What the decoder does not take."""
    return [result for result in Decoder().decode_lines(city.lines) if isinstance(result, Rejected)]


def disorder(city: FamilyCity) -> list[str]:
    """What is wrong with the order and number of the lines."""
    times = [event["ts"] for event in city.events]
    said = {event["event_id"] for event in city.events}
    wrong = {
        "a line comes before an earlier one": times != sorted(times),
        "a line lies after the end": times[-1] >= city.config.end_ms,
        "two events have one name": len(said) < len(city.events),
        "the summary counts other events": city.summary.events != len(city.lines),
    }
    return [words for words, holds in wrong.items() if holds]


def early(city: FamilyCity) -> list[tuple[str, dict[str, Any]]]:
    """Who acts before signing up, and how; many signed up before the file and are not asked."""
    joined = city.joined()
    return [(a, event) for event in city.events for a in actors(event) if event["ts"] < joined.get(a, 0)]


def waits_for_referrers(city: FamilyCity) -> list[int]:
    """Milliseconds from the sign-up of who refers to that of who is referred, where the file tells both."""
    joined = city.joined()
    referred = [event for event in city.of("account_created") if event.get("referrer_id") in joined]
    return [event["ts"] - joined[event["referrer_id"]] for event in referred]


def untrue(city: FamilyCity) -> list[str]:
    """What the truth says of rings that the file does not bear out."""
    rings, seen = city.truth["rings"], city.seen()
    said = {event["event_id"] for event in city.events}
    members = [account for ring in rings for account in ring["accounts"]]
    groups = {account for decoy in city.truth["decoys"] for account in decoy["accounts"]}
    wrong = {
        "somebody is in two rings": len(members) > len(set(members)),
        "a member is not in the file": not set(members) <= seen,
        "a driver or victim is no member": any(
            not set(ring["drivers"]) | set(ring["victims"]) <= set(ring["accounts"]) for ring in rings
        ),
        "a fraud event is not in the file": any(e not in said for r in rings for e, _ in r["fraud_events"]),
        "a member is in an honest group": bool(groups & set(members)),
    }
    return [words for words, holds in wrong.items() if holds]


def untidiness(city: FamilyCity) -> dict[str, float]:
    """What looks like fraud among those who are in no ring: the most of each, or how many."""
    guilty = city.guilty()
    rides = [e for e in city.of("trip_completed") if not guilty & {e["rider_id"], e["driver_id"]}]
    promotions = Counter(e["account_id"] for e in city.of("promo_redeemed") if e["account_id"] not in guilty)
    on_phone, at_address, addresses = defaultdict(set), defaultdict(set), defaultdict(set)
    for event in city.of("account_created", "account_login"):
        account = event["account_id"]
        if account in guilty:
            continue
        if "device_id" in event:
            on_phone[event["device_id"]].add(account)
        if "ip" in event:
            at_address[event["ip"]].add(account)
            if event["type"] == "account_login":
                addresses[account].add(event["ip"])
    return {
        "promotions of one": max(promotions.values()),
        "rides of a pair": max(Counter((e["rider_id"], e["driver_id"]) for e in rides).values()),
        "people on a phone": max(map(len, on_phone.values())),
        "phones of several": sum(len(people) > 1 for people in on_phone.values()),
        "people at an address": max(map(len, at_address.values())),
        "people of three addresses": sum(len(each) >= 3 for each in addresses.values()),
        "payments disowned": sum(e["account_id"] not in guilty for e in city.of("chargeback")),
        "rides with a reward": sum("incentive" in e for e in rides),
        "share of rides without a card": sum("card_id" not in e for e in rides) / len(rides),
        "share of rides": len(rides) / city.summary.trips,
    }


def imports_of(package: str) -> set[str]:
    """The modules of ``simulation`` that a package of it imports, by their full names."""
    imported: set[str] = set()
    for path in (ROOT / "simulation" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == "simulation":
                imported |= {f"simulation.{name.name}" for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module)
    return {name for name in imported if name.startswith("simulation.")}
