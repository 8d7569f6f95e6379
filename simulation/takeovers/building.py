"""A city with takeovers over it, from its settings to its files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from simulation.config import BadConfig, CityConfig
from simulation.families import simulate
from simulation.mint import Mint
from simulation.outbox import Outbox
from simulation.streams import Streams
from simulation.summary import Summary
from simulation.takeovers.habits import LEAST_DAYS
from simulation.takeovers.scene import Scene
from simulation.takeovers.townsfolk import townsfolk_of
from simulation.truth import RingRecord
from simulation.writer import event_file, finished_folder


def simulate_takeovers(
    config: CityConfig, out: Path, progress: Callable[[int], None] | None = None, *, crews: int = 4
) -> Summary:
    """Write a city with ``crews`` crews over it that take accounts over, as ``simulate`` writes one.

    Every account is taken over on a phone of its own and ridden with the crew's few drivers; honest owners
    get new phones, and guests ride with the drivers of one house. ``truth.json`` holds each crew as a ring of
    the kind ``takeover`` beside the city's own. The same settings give the same bytes. Raises ``BadConfig``
    when the days are too few or ``out`` holds anything else.
    """
    if config.days < LEAST_DAYS:
        raise BadConfig(
            f"expected at least {LEAST_DAYS} days for takeovers, found {config.days}; ask for more"
        )
    with tempfile.TemporaryDirectory() as scratch, finished_folder(out) as draft:
        base = simulate(replace(config, compression="none"), Path(scratch) / "city", progress)
        truth = msgspec.json.decode(base.truth_path.read_bytes())
        with base.events_path.open("rb") as city:
            folk = townsfolk_of(city)
        cast = {account for ring in truth["rings"] for account in (*ring["accounts"], *ring["victims"])}
        with event_file(draft / config.events_name, config.compression) as stream:
            outbox = Outbox(stream, config.end_ms)
            scene = Scene(config, folk, Mint(Streams(_other(config.seed))), outbox, cast)
            scene.plan(Streams(config.seed), crews)
            with base.events_path.open("rb") as city:
                for raw in city:
                    _tell(scene, outbox, raw)
            outbox.release_all()
        truth["rings"] += [_as_truth(ring) for ring in scene.rings]
        truth["decoys"] += [{"kind": each.kind, "accounts": each.accounts} for each in scene.decoys]
        (draft / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")
    return replace(
        base,
        events=outbox.written,
        rings=base.rings + len(scene.rings),
        ring_accounts=base.ring_accounts + sum(len(ring.accounts) for ring in scene.rings),
        decoys=base.decoys + len(scene.decoys),
        first_ts=outbox.first_ts or base.first_ts,
        last_ts=outbox.last_ts or base.last_ts,
        events_path=out / config.events_name,
        truth_path=out / "truth.json",
    )


def _tell(scene: Scene, outbox: Outbox, raw: bytes) -> None:
    """A line of the city, as it is told now."""
    event = msgspec.json.decode(raw)
    told = scene.tell(dict(event))
    if told is not None:
        outbox.put(event["ts"], raw.rstrip(b"\n") if told == event else msgspec.json.encode(told))
    if len(outbox) >= 50_000:
        outbox.release(event["ts"])


def _as_truth(ring: RingRecord) -> dict[str, Any]:
    return {
        "ring": ring.ring,
        "scene": "takeovers",
        "kind": ring.kind,
        "accounts": sorted(ring.accounts),
        "drivers": sorted(ring.drivers),
        "victims": sorted(ring.victims),
        "first_ts": ring.first_ts,
        "fraud_events": [[event_id, money] for _, event_id, money in sorted(ring.fraud_events)],
        "camouflage": ring.camouflage,
    }


def _other(seed: int) -> int:
    """A seed of identifiers that neither the city's own nor a wave's has."""
    return (seed * 1_000_003 + 193) % 2**63
