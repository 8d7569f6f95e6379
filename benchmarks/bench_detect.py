"""How fast ``ringfence detect`` is, beside the least a program could do and a plain twin on networkx.

Two simulated cities of one seed, without and with GPS positions, are written to a temporary folder. Measured
on each, interleaved, ``--repeats`` times after one run that is thrown away; one line of JSON for each city
with the median of every measure:

* ``detect``: the whole pipeline in this process, results written to disk;
* ``command``: the same as a process of its own, start-up included, with its peak memory (MiB);
* ``command_on_one_event``: what of that is start-up and finishing;
* ``decode_only``: reading the file and decoding every line with msgspec into the same types, and no more: the
  ceiling of any program that reads this format with this library;
* ``graph_only``: links, clusters and city habits from events in memory; clusters are right after every event;
* ``networkx_twin``: the identity links of the first ``TWIN_EVENTS`` events in memory, added to a networkx
  graph whose components are recomputed once every ``TWIN_EVERY`` events. It knows no ageing, no strength,
  no trips, and its components are out of date for all events but one in ``TWIN_EVERY``.

Ratios: ``detect_share_of_ceiling`` is detect over decode_only; ``graph_over_twin`` is graph_only over
networkx_twin, both on the same first events. A rate is input events per second.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import msgspec
import networkx as nx
from surroundings import rate, surroundings

from gnn.scorer import load_scorer
from graph.engine import LATENESS_MS, Engine, EngineConfig
from graph.entity_graph import EntityGraph
from graph.events import Event
from simulation import CityConfig, simulate
from streaming import detect

TWIN_EVENTS: Final = 10_000
TWIN_EVERY: Final = 1_000
IDENTITIES: Final = (
    ("account_id", ("device_id", "ip", "phone_hash", "email_hash", "card_id", "bank_account_id")),
    ("rider_id", ("rider_device_id", "card_id")),
    ("driver_id", ("driver_device_id",)),
)


def detect_here(events: Path, out: Path) -> None:
    """The whole pipeline in this process."""
    detect([str(events)], out, Engine(EngineConfig(), load_scorer()))


def detect_as_command(events: Path, out: Path) -> float:
    """The same as a process; its peak memory in MiB."""
    command = [sys.executable, "-m", "ringfence", "detect", str(events), "--out", str(out), "--quiet"]
    # By way of a shell that forks: on Linux a peak survives exec, so a direct child would report ours.
    subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", *command], check=True)
    return float(json.loads((out / "summary.json").read_bytes())["peak_memory_mb"])


def decode_only(events: Path) -> None:
    """Every line decoded and let go."""
    decode = msgspec.json.Decoder(Event).decode
    with events.open("rb") as lines:
        for line in lines:
            decode(line)


def graph_only(events: Iterable[Event]) -> None:
    """Every event into the entity graph; nothing judged."""
    graph = EntityGraph(EngineConfig().window_ms, LATENESS_MS)
    for event in events:
        graph.apply(event)


def networkx_twin(events: Iterable[Event]) -> None:
    """Identity links into networkx, components recomputed now and then."""
    graph = nx.Graph()
    for number, event in enumerate(events, 1):
        for holder, identifiers in IDENTITIES:
            account = getattr(event, holder, None)
            for name in identifiers if account is not None and hasattr(event, identifiers[0]) else ():
                identifier = getattr(event, name, None)
                if identifier is not None:
                    graph.add_edge(account, (name.removeprefix("rider_").removeprefix("driver_"), identifier))
        if number % TWIN_EVERY == 0:
            sum(1 for _ in nx.connected_components(graph))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes on the clock."""
    started = perf_counter()
    work()
    return perf_counter() - started


def measure(config: CityConfig, scratch: Path, repeats: int) -> dict[str, Any]:
    """Every measure on one city."""
    city = simulate(config, scratch / "city")
    decode = msgspec.json.Decoder(Event).decode
    everything: list[Event] = [decode(line) for line in city.events_path.read_bytes().splitlines()]
    first = everything[:TWIN_EVENTS]
    one_event = scratch / "one.ndjson"
    one_event.write_bytes(msgspec.json.encode(everything[0]))
    memory: list[float] = []
    outs = (scratch / f"out{number}" for number in count())
    works: dict[str, tuple[int, Callable[[], object]]] = {
        "detect": (city.events, lambda: detect_here(city.events_path, next(outs))),
        "command": (city.events, lambda: memory.append(detect_as_command(city.events_path, next(outs)))),
        "command_on_one_event": (1, lambda: detect_as_command(one_event, next(outs))),
        "decode_only": (city.events, lambda: decode_only(city.events_path)),
        "graph_only": (city.events, lambda: graph_only(everything)),
        "graph_only_first_events": (len(first), lambda: graph_only(first)),
        "networkx_twin": (len(first), lambda: networkx_twin(first)),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats + 1):
        for name, (_, work) in works.items():
            spent = seconds(work)
            if turn > 0:
                taken[name].append(spent)
    rates = {name: rate(done, taken[name]) for name, (done, _) in works.items()}

    def ratio(over: str, under: str) -> float:
        return round(float(str(rates[over]["per_second"])) / float(str(rates[under]["per_second"])), 4)

    return {
        "events": city.events,
        "pings": city.pings,
        "accounts": city.accounts,
        "file_mb": round(city.events_path.stat().st_size / 1e6, 1),
        "rates": rates,
        "command_peak_memory_mib": max(memory),
        "ratios": {
            "detect_share_of_ceiling": ratio("detect", "decode_only"),
            "graph_over_twin": ratio("graph_only_first_events", "networkx_twin"),
        },
    }


def main() -> None:
    """Print one line of JSON for each city."""
    parser = argparse.ArgumentParser(description="Events per second of ringfence detect and its rivals.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--riders", type=int, default=2000)
    parser.add_argument("--drivers", type=int, default=150)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    for gps in (False, True):
        config = CityConfig(
            seed=options.seed, riders=options.riders, drivers=options.drivers, days=options.days, gps=gps
        )
        with tempfile.TemporaryDirectory() as scratch:
            around = surroundings(["ringfence", "msgspec", "networkx", "numpy", "numba"])
            found = measure(config, Path(scratch), options.repeats)
        case = {"bench": "detect", "case": "city with gps" if gps else "city", "seed": options.seed}
        print(json.dumps(case | found | around), flush=True)


if __name__ == "__main__":
    main()
