"""A city in which things happen to honest trips and phones, from its settings to its files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from simulation.config import DAY_MS, BadConfig, CityConfig
from simulation.mishaps.kinds import MISHAPS, Event
from simulation.outbox import Outbox
from simulation.streams import Streams
from simulation.summary import Summary
from simulation.writer import event_file, finished_folder

LONGEST_TRIP_MS: Final = 6 * 3_600_000
"""The positions of a trip wait for its end so long at most, then they are told as they were."""
_DEVICE_OF: Final = {
    "device_id": "account_id",
    "rider_device_id": "rider_id",
    "driver_device_id": "driver_id",
}
"""Of each field that names a phone: the field that names whose it is."""
Simulate = Callable[[CityConfig, Path, Callable[[int], None] | None], Summary]


def simulate_mishaps(
    config: CityConfig,
    out: Path,
    progress: Callable[[int], None] | None = None,
    *,
    share: float,
    base: Simulate,
) -> Summary:
    """Write the city that ``base`` makes, with mishaps in a ``share`` of the honest trips and phones.

    Positions, durations and places change, and an app that is installed anew gives its phone another id from
    some day on; accounts of rings are left as they are. ``truth.json`` says under ``mishaps`` what befell
    which trip, and under ``reinstalls`` which accounts. The same settings give the same bytes. Raises
    ``BadConfig`` for a share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise BadConfig(f"expected a share of mishaps from 0 to 1, found {share}; correct it")
    with tempfile.TemporaryDirectory() as scratch, finished_folder(out) as draft:
        made = base(replace(config, compression="none"), Path(scratch) / "city", progress)
        truth = msgspec.json.decode(made.truth_path.read_bytes())
        crew = {account for ring in truth["rings"] for account in (*ring["accounts"], *ring["victims"])}
        with event_file(draft / config.events_name, config.compression) as stream:
            outbox = Outbox(stream, config.end_ms)
            fate = _Fate(config, share, crew)
            with made.events_path.open("rb") as lines:
                _play(lines, outbox, fate)
        truth["mishaps"], truth["reinstalls"] = fate.mishaps, sorted(fate.reinstalled)
        (draft / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")
    return replace(
        made,
        events=outbox.written,
        first_ts=outbox.first_ts or made.first_ts,
        last_ts=outbox.last_ts or made.last_ts,
        events_path=out / config.events_name,
        truth_path=out / "truth.json",
    )


class _Fate:
    """What befalls whom: drawn by name, so that one does not depend on the others."""

    def __init__(self, config: CityConfig, share: float, crew: set[str]) -> None:
        self._config, self._share, self._crew = config, share, crew
        self._streams = Streams(config.seed)
        self._phones: dict[str, tuple[int, str]] = {}
        self.mishaps: dict[str, str] = {}
        self.reinstalled: set[str] = set()

    def of_trip(self, trip_id: str) -> str | None:
        """Which mishap a trip would have; None for most."""
        dice = self._streams.dice("mishap", trip_id)
        return dice.choice(list(MISHAPS)) if dice.chance(self._share) else None

    def befall(self, kind: str, trip: Event, pings: list[Event]) -> list[Event]:
        """Let a mishap befall a trip, where it is honest and has what it takes."""
        is_honest = not {trip["rider_id"], trip["driver_id"]} & self._crew
        if not is_honest or (kind != "clock" and len(pings) < 3):
            return pings
        self.mishaps[trip["trip_id"]] = kind
        return MISHAPS[kind](pings, trip, self._streams.dice("mishap", trip["trip_id"], kind))

    def phones(self, event: Event) -> bool:
        """Give the phones of reinstalled apps their new ids; whether one changed."""
        changed = False
        for field, owner in _DEVICE_OF.items():
            account = event.get(owner)
            if field not in event or account is None or account in self._crew:
                continue
            since, name = self._phone(account)
            if event["ts"] >= since:
                event[field] = name
                self.reinstalled.add(account)
                changed = True
        return changed

    def _phone(self, account: str) -> tuple[int, str]:
        """From when on an account's phone has which id; never for most."""
        if account not in self._phones:
            dice = self._streams.dice("reinstall", account)
            since = self._config.end_ms
            if dice.chance(self._share):
                since = self._config.start_ms + int(dice.random() * self._config.days * DAY_MS)
            self._phones[account] = (since, f"d{dice.getrandbits(64):016x}")
        return self._phones[account]


def _play(lines: Iterable[bytes], outbox: Outbox, fate: _Fate) -> None:
    """Tell the city's lines anew; the positions of a trip with a mishap wait for its end."""
    encode = msgspec.json.Encoder().encode
    waiting: dict[str, list[Event]] = {}
    for raw in lines:
        event = msgspec.json.decode(raw)
        ts, kind = event["ts"], event["type"]
        mishap = fate.of_trip(event["trip_id"]) if kind in ("gps_ping", "trip_completed") else None
        if kind == "gps_ping" and mishap is not None:
            waiting.setdefault(event["trip_id"], []).append(event)
            continue
        changed = fate.phones(event)
        if kind == "trip_completed" and mishap is not None:
            for ping in fate.befall(mishap, event, waiting.pop(event["trip_id"], [])):
                outbox.put(ping["ts"], encode(ping))
            changed = True
        outbox.put(ts, encode(event) if changed else raw.rstrip(b"\n"))
        if len(outbox) >= 20_000:
            _release(outbox, waiting, ts)
    _release(outbox, waiting, None)


def _release(outbox: Outbox, waiting: dict[str, list[Event]], ts: int | None) -> None:
    """Write what nothing can come before any more; at the end (None) everything."""
    encode = msgspec.json.Encoder().encode
    for trip_id in [n for n, pings in waiting.items() if ts is None or pings[0]["ts"] < ts - LONGEST_TRIP_MS]:
        for ping in waiting.pop(trip_id):
            outbox.put(ping["ts"], encode(ping))
    if ts is None:
        outbox.release_all()
    else:
        outbox.release(min([ts, *(pings[0]["ts"] for pings in waiting.values())]))
