"""What each figure of the benchmarks is held to: the rows of the table of ``run_all``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

NEARLY: Final = 0.8
"""Of a core that counts as free: a machine is never quite idle."""
DETECT_SHARES: Final = {"city": 0.45, "city with little fraud": 0.6, "small city": 0.35}
"""Of decoding alone, by city; ``OTHER_SHARE`` of any other."""
OTHER_SHARE: Final = 0.3
UNION_FIND_SHARES: Final = {1_000_000: 0.2}
"""Of the updates of union-find, by live links; ``OTHER_UNION_FIND`` of other sizes."""
OTHER_UNION_FIND: Final = 0.1
MUCH: Final = 0.03
"""Of what programs wanted: from here on it is said that the host took so much."""
FLAG_MS: Final = {0.5: 40, 0.1: 10}
"""Milliseconds from an event to its flag at 99 %, by the part of the sustained rate that is offered."""
Cases = dict[str, dict[str, Any]]
"""The lines of one benchmark, by case."""
Found = dict[str, Cases]


class Around(NamedTuple):
    """What was around a benchmark: cores free before it, the share that the host took; None: nobody knows."""

    free_cores: float | None = None
    host_took: float | None = None


class Row(NamedTuple):
    """One line of the table, which needs ``cores`` free; ``wanted`` is a least or greatest, by its sign."""

    name: str
    value: float
    wanted: float
    cores: int = 1

    def verdict(self, around: Around) -> str:
        """Whether it is as wanted, and what it lacked: cores that it needs, time that the host took."""
        is_met = self.value >= self.wanted if self.wanted > 0 else self.value <= -self.wanted
        free, taken = around
        lacked = []
        if self.cores > 1 and free is not None and free < NEARLY * self.cores:
            lacked.append(f"{free:g} of {self.cores} cores were free")
        if taken is not None and taken >= MUCH:
            lacked.append(f"the host took {taken:.0%}")
        return ("met" if is_met else "short") + (f" ({', '.join(lacked)})" if lacked else "")


def _links(cases: Cases) -> Iterator[Row]:
    groups = {int(case.split()[1]): one for case, one in cases.items() if case.startswith("groups ")}
    for size, one in sorted(groups.items()):
        times = one["times_faster_per_batch"]
        yield Row(f"links, {size:,} live: times faster a batch than igraph", times["igraph"], 100)
        yield Row("  than igraph on a graph already built", times["igraph, components alone"], 100)
        wanted = UNION_FIND_SHARES.get(size, OTHER_UNION_FIND)
        yield Row("  share of union-find that cannot delete", one["of_union_find"], wanted)
    if len(groups) > 1:
        small, large = min(groups), max(groups)
        cost = groups[large]["ns_per_update"] / groups[small]["ns_per_update"]
        yield Row(f"links: cost of an update at {large:,} over {small:,}", cost, -3)
    for case, one in cases.items():
        if case.startswith("memory "):
            yield Row(f"bytes a live link, {case[7:]} of them", one["resident_bytes_per_live_link"], -70)
            yield Row("  bytes an entity", one["resident_bytes_per_entity"], -200)


def _connectivity(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if case.startswith("giant "):
            ways = {name: way["ns_per_operation"] for name, way in one["ways"].items()}
            size = int(case.split()[1])
            yield Row(f"one component of {size:,} links: microseconds an update", ways["ours"] / 1e3, -1.5)
            yield Row("  over a D-Tree", ways["ours"] / ways["d_tree"], -1)


def _peeling(cases: Cases) -> Iterator[Row]:
    for one in cases.values():
        times = one["times_faster"]["levels"]
        yield Row(f"peeling, {one['edges']:,} pairs: times faster than from scratch", times["add"], 1000)
        yield Row("  median microseconds to add one", one["add"]["median_us"], -50)
        yield Row("  to remove one", one["remove"]["median_us"], -50)


def _detect(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if "ratios" in one:
            share = one["ratios"]["detect_share_of_ceiling"]
            wanted = DETECT_SHARES.get(case, OTHER_SHARE)
            yield Row(f"detect, {case}: share of decoding alone", share, wanted, 2)
            start = one["rates"]["command_on_one_event"]["median_seconds"]
            yield Row("  seconds of the command on one event", start, -0.6)
        elif case == "one core":
            yield Row(
                "detect on one core: processor, reading ahead over in turn", one["ahead_over_in_turn"], -1.05
            )
        elif case == "growth":
            yield Row("detect: cost of an event, graph a hundredfold", one["last_over_first"], -2)


def _large_rings(cases: Cases) -> Iterator[Row]:
    for one in cases.values():
        if one["times_small"] != 1:
            name = f"rings of {one['accounts_in_a_ring']}, {one['family']} family"
            yield Row(f"{name}: an event over one where they are small", one["times_small"], -1.5)


def _service_speed(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        stream, _, what = case.partition(" ")
        if what == "ratio":
            yield Row(f"service, {stream}: share of consuming and decoding", one["service_over_raw"], 0.6, 2)
        elif what == "quix":
            yield Row(f"service, {stream}: times faster than Quix Streams", one["service_over_quix"], 8, 2)
        elif what.startswith("latency"):
            part = one["part_of_rate"]
            name = f"service, {stream}, {part:g} of its rate: milliseconds to a flag, 99 %"
            yield Row(name, one["flags"]["p99_ms"], -FLAG_MS[part], 2)


def _workers(cases: Cases) -> Iterator[Row]:
    alone = cases["0 workers"]["owner_us"]
    for case, one in cases.items():
        if case != "0 workers":
            yield Row(f"service, {case}: processor time of the owner over alone", one["owner_us"] / alone, -1)


def _service_recovery(cases: Cases) -> Iterator[Row]:
    one = cases["recovery"]
    yield Row(f"recovery, {one['live_links']:,} links: seconds until ready", one["ready_s"], -4, 2)


def _snapshot_pause(cases: Cases) -> Iterator[Row]:
    one, links = cases["all of them, forked"], cases["state"]["live_links"]
    name = f"snapshot of {links:,} links: milliseconds held up, 99 % of {one['snapshots']}"
    yield Row(name, one["clock"]["99 %"], -50, 2)


def _store_speed(cases: Cases) -> Iterator[Row]:
    ours, rival = cases["write Neo4j"], cases["rival Neo4j"]
    new = ours["new"]["per_second"]
    yield Row("Neo4j: new links a second", new, 20_000, 2)
    yield Row("  links seen again a second", ours["repeated"]["per_second"], 40_000, 2)
    times = new / rival["four_threads"]["per_second"]
    yield Row("  new ones over a MERGE an event, four threads", times, 1, 2)


def _store_lag(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if case.startswith("part "):
            behind = one["behind_s"]["most"]
            yield Row(f"Neo4j behind the service, {case[5:]} of their rate: seconds at most", behind, -5, 2)


def _flink(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if case.startswith("functions"):
            spent = one["decode_us"] + one["pack_us"] + one["shard_us"]
            yield Row(f"Flink, {case}: microseconds of processor an event", spent, -10)
        elif case == "rocksdb":
            name = f"Flink, RocksDB: bytes an id, {one['events']:,} of them"
            yield Row(name, one["checkpoint_bytes_per_id"], -40)
            yield Row("  microseconds of processor an event", one["front_us"], -40)
        else:
            ratio = one["front_us"] / one["straight_us"]
            yield Row(f"Flink, {case}: processor time of front over owner", ratio, -10)


def _backfill(cases: Cases) -> Iterator[Row]:
    for one in cases.values():
        ratio = one["backfill_us"] / one["detect_us"]
        yield Row(f"backfill, {one['events']:,} events: processor time over detect", ratio, -5)


def _regions(cases: Cases) -> Iterator[Row]:
    for one in cases.values():
        yield Row("across regions: microseconds of processor an event", one["us"], -100)


def _decisions(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if case == "in one process":
            ours = one["decision_processor_us"]["p50"]
            for rival in ("store_query", "igraph_components"):
                times = one[f"{rival}_processor_us"]["p50"] / ours
                yield Row(f"decision, {one['live_links']:,} links: times faster than {rival}", times, 1)
        elif case == "500 a second":
            yield Row("decision over HTTP: processor microseconds", one["processor_us"], -300)
            yield Row("  over the same route answering a constant", one["more_than_constant_us"], -300)
            if "calm_p99_ms" in one:
                yield Row("  milliseconds, 99 %, a third of the machine idle", one["calm_p99_ms"], -5)


def _console(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if "p99_ms" in one:
            yield Row(f"console, {case}: milliseconds, 99 %", one["p99_ms"], -300)
        elif "frames_per_second" in one:
            frames = one["frames_per_second"]
            yield Row(f"console: frames a second, {one['nodes']:,} nodes panned", frames, 30)
        elif case == "weight queue":
            yield Row("console: kilobytes of the first page", one["kilobytes"], -400)


def _live_vectors(cases: Cases) -> Iterator[Row]:
    for case, one in cases.items():
        if case == "batch":
            yield Row("vectors: touched entities a second", one["touched_per_second"], 30_000)
        elif case == "edge":
            yield Row("vectors: milliseconds for one edge, 99 %", one["all"]["p99_ms"], -20)
            yield Row("  for one at a hub", one["at_the_hub"]["p99_ms"], -20)


ROWS: Final[dict[str, Callable[[Cases], Iterator[Row]]]] = {
    "links": _links,
    "connectivity": _connectivity,
    "peeling": _peeling,
    "detect": _detect,
    "large_rings": _large_rings,
    "service_speed": _service_speed,
    "workers": _workers,
    "service_recovery": _service_recovery,
    "snapshot_pause": _snapshot_pause,
    "store_speed": _store_speed,
    "store_lag": _store_lag,
    "flink": _flink,
    "backfill": _backfill,
    "regions": _regions,
    "decisions": _decisions,
    "console": _console,
    "live_vectors": _live_vectors,
}


def rows(found: Found) -> Iterator[tuple[str, Row]]:
    """The rows that the cases at hand allow, each beside its benchmark."""
    for bench, cases in found.items():
        if bench in ROWS:
            yield from ((bench, row) for row in ROWS[bench](cases))
