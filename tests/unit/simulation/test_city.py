from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard

from graph.model.events import AccountCreated, GpsPing
from simulation import BadConfig, CityConfig, simulate

SMALL = {"riders": 200, "drivers": 20, "days": 3}


def test_every_event_obeys_the_contract_and_comes_in_order_of_time(city, gps_city):
    for built in (city, gps_city):
        times = [event.ts for event in built.events]
        assert times == sorted(times)
        assert times[-1] < built.config.end_ms
        assert len(built.events) == built.summary.events > 1_000


def test_event_ids_are_unique(city, gps_city):
    for built in (city, gps_city):
        assert len({event.event_id for event in built.events}) == len(built.events)


def test_nobody_acts_before_signing_up(city):
    created: set[str] = set()
    signs_up = {event.account_id for event in city.events if isinstance(event, AccountCreated)}
    assert len(signs_up) > 1_000
    early = []
    for event in city.events:
        if isinstance(event, AccountCreated):
            created.add(event.account_id)
        early += [a for a in city.accounts_of(event) if a in signs_up and a not in created]
    assert early == []


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones(tmp_path: Path):
    files = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        summary = simulate(CityConfig(seed=seed, **SMALL), tmp_path / name)
        files.append((summary.events_path.read_bytes(), summary.truth_path.read_bytes()))
    assert files[0] == files[1]
    assert files[0][0] != files[2][0]
    assert files[0][1] != files[2][1]


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_a_compressed_file_holds_the_same_lines(tmp_path: Path, compression: str):
    plain = simulate(CityConfig(**SMALL), tmp_path / "plain").events_path.read_bytes()
    path = simulate(CityConfig(compression=compression, **SMALL), tmp_path / "small").events_path
    assert path.name == f"events.ndjson.{compression}"
    data = path.read_bytes()
    if compression == "gz":
        assert gzip.decompress(data) == plain
    else:
        assert zstandard.ZstdDecompressor().decompressobj().decompress(data) == plain


def test_without_gps_there_is_no_ping(city):
    assert not any(isinstance(event, GpsPing) for event in city.events)
    assert city.summary.pings == 0


def test_with_gps_every_ping_belongs_to_a_trip_that_ends_in_the_file_or_is_under_way_at_its_end(gps_city):
    ends = {e.trip_id: e for e in gps_city.events if hasattr(e, "rider_id")}
    pings = [e for e in gps_city.events if isinstance(e, GpsPing)]
    assert len(pings) == gps_city.summary.pings > 1_000
    for ping in pings:
        trip = ends.get(ping.trip_id)
        assert trip is None or (ping.ts <= trip.ts and ping.driver_id == trip.driver_id)
    under_way = [p for p in pings if p.trip_id not in ends]
    assert all(p.ts > gps_city.config.end_ms - 12 * 3_600_000 for p in under_way)


def test_nobody_drives_two_trips_at_once(gps_city):
    spans: dict[str, dict[str, list[int]]] = {}
    for ping in gps_city.events:
        if isinstance(ping, GpsPing):
            spans.setdefault(ping.driver_id, {}).setdefault(ping.trip_id, []).append(ping.ts)
    assert len(spans) > 10
    for trips in spans.values():
        ordered = sorted((min(ts), max(ts)) for ts in trips.values())
        for (_, end), (begin, _) in pairwise(ordered):
            assert begin >= end


def test_events_per_second_sets_the_size_of_the_file(tmp_path: Path):
    config = CityConfig(seed=8, riders=900, drivers=150, days=5, events_per_second=0.02, fraud_share=0.0)
    events = simulate(config, tmp_path / "out").events
    assert events == pytest.approx(0.02 * 5 * 86_400, rel=0.15)


def test_progress_grows_up_to_the_number_of_events(tmp_path: Path):
    calls: list[int] = []
    summary = simulate(CityConfig(**SMALL), tmp_path / "out", calls.append)
    assert calls == sorted(calls)
    assert len(calls) >= 3
    assert 0 < calls[-1] <= summary.events


def test_a_run_that_fails_leaves_nothing_behind(tmp_path: Path):
    def stop(written: int) -> None:
        raise RuntimeError(f"stopped at {written}")

    with pytest.raises(RuntimeError, match="stopped at"):
        simulate(CityConfig(**SMALL), tmp_path / "out", stop)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_simulation_is_replaced_and_anything_else_is_refused(tmp_path: Path):
    out = tmp_path / "out"
    simulate(CityConfig(**SMALL), out)
    simulate(CityConfig(compression="gz", **SMALL), out)
    assert sorted(p.name for p in out.iterdir()) == ["events.ndjson.gz", "truth.json"]
    (out / "letter.txt").write_text("mine")
    with pytest.raises(BadConfig, match=r"letter\.txt"):
        simulate(CityConfig(**SMALL), out)
    assert (out / "letter.txt").read_text() == "mine"
