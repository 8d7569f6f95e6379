"""A city with a wave over it, from its settings to its files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from simulation.config import DAY_MS, BadConfig, CityConfig
from simulation.families import simulate
from simulation.mint import Mint
from simulation.outbox import Outbox
from simulation.streams import Streams
from simulation.summary import Summary
from simulation.waves.attack import Attack
from simulation.waves.classes import Classes
from simulation.waves.habits import QUIET_DAYS, NewcomerHabits, WaveHabits
from simulation.waves.life import HOUR_MS, Life
from simulation.waves.newcomers import live
from simulation.writer import event_file, finished_folder

LEAST_DAYS = QUIET_DAYS + 18
"""Days of the file that hold a quiet month and a whole wave."""


def simulate_wave(
    config: CityConfig, out: Path, progress: Callable[[int], None] | None = None, *, waves: int = 1
) -> Summary:
    """Write a city with honest newcomers and ``waves`` waves (0 or 1) over it, as ``simulate`` writes one.

    Cards and accounts carry issuers and versions. ``truth.json`` holds the wave as a ring of the kind
    ``stolen_cards`` and, under ``waves``, when it began and ended. The same settings give the same bytes.
    Raises ``BadConfig`` when the days are too few or ``out`` holds anything else.
    """
    if config.days < LEAST_DAYS:
        raise BadConfig(f"expected at least {LEAST_DAYS} days for a wave, found {config.days}; ask for more")
    streams = Streams(config.seed)
    with tempfile.TemporaryDirectory() as scratch, finished_folder(out) as draft:
        base = simulate(replace(config, compression="none"), Path(scratch) / "city")
        truth = msgspec.json.decode(base.truth_path.read_bytes())
        with event_file(draft / config.events_name, config.compression) as stream:
            outbox = Outbox(stream, config.end_ms)
            life = Life(
                Mint(Streams(_other(config.seed))),
                Classes(streams.dice("classes")),
                outbox,
                streams.dice("wave"),
            )
            attack = Attack(life, WaveHabits.draw(config, streams.dice("wave", "habits")))
            newcomers = NewcomerHabits.draw(config, streams.dice("newcomers"))
            with base.events_path.open("rb") as city:
                _play(config, city, life, outbox, attack if waves else None, newcomers, progress)
        truth["waves"] = _enter(truth, attack) if waves else []
        (draft / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")
    return replace(
        base,
        events=outbox.written,
        accounts=base.accounts + len(attack.accounts),
        rings=base.rings + bool(waves),
        ring_accounts=base.ring_accounts + len(attack.accounts),
        first_ts=outbox.first_ts or base.first_ts,
        last_ts=outbox.last_ts or base.last_ts,
        events_path=out / config.events_name,
        truth_path=out / "truth.json",
    )


def _play(
    config: CityConfig,
    city: Any,
    life: Life,
    outbox: Outbox,
    attack: Attack | None,
    newcomers: NewcomerHabits,
    progress: Callable[[int], None] | None,
) -> None:
    """The city's lines in their order, with the newcomers of each day and the wave of each hour."""
    hour_ms = config.start_ms
    for raw in city:
        event = msgspec.json.decode(raw)
        while event["ts"] >= hour_ms + HOUR_MS:
            hour_ms += HOUR_MS
            if (hour_ms - config.start_ms) % DAY_MS == 0:
                live(life, newcomers, hour_ms)
            if attack is not None:
                attack.live(hour_ms)
            outbox.release(hour_ms)
            if progress is not None:
                progress(outbox.written)
        outbox.put(event["ts"], _with_classes(event, raw, life))
    outbox.release_all()


def _with_classes(event: dict[str, Any], raw: bytes, life: Life) -> bytes:
    """The line of an event of the city, with the classes of its card or account."""
    kind = event["type"]
    if kind == "trip_completed":
        life.see(event)
    elif kind in ("card_added", "payment_declined"):
        event["card_issuer"] = life.classes.issuer_of(event["card_id"])
        return msgspec.json.encode(event)
    elif kind in ("account_created", "account_login"):
        event["app_version"] = life.classes.version_of(event["account_id"])
        return msgspec.json.encode(event)
    return raw.rstrip(b"\n")


def _enter(truth: dict[str, Any], attack: Attack) -> list[dict[str, Any]]:
    """Write the wave into the truth as a ring; gives its times."""
    takings = sorted(attack.takings)
    truth["rings"].append(
        {
            "ring": "wave",
            "kind": "stolen_cards",
            "accounts": sorted(attack.accounts),
            "drivers": [],
            "victims": [],
            "first_ts": attack.first_ms,
            "fraud_events": [[event_id, money] for _, event_id, money in takings],
            "camouflage": 0.0,
        }
    )
    return [{"ring": "wave", "first_ts": attack.first_ms, "last_ts": takings[-1][0] if takings else 0}]


def _other(seed: int) -> int:
    """A seed of identifiers that none of the city's own has."""
    return (seed * 1_000_003 + 97) % 2**63
