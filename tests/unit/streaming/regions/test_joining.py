"""What owners are told of other regions: rings that span them, accounts that move, and what ages."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from graph.model.errors import BadCall
from graph.updates.sharing import DAY_MS
from ringfence.engines import new_engine
from streaming.admission.deduplicate import Admission, Admitted
from streaming.admission.pseudonyms import Pseudonyms
from streaming.decoding.columns import ColumnDecoder
from streaming.regions.joining import Joining, JoiningOptions
from streaming.regions.memory import RegionsMemory
from streaming.service.ports import Partition
from tests.region_worlds import city, gang, lines_of
from tests.unit.graph.scenes import Scene, at

PREFIXES = {"north": "north.", "south": "south."}


class Regions:
    """Joining over a memory in a folder, with what has gone out so far by topic."""

    def __init__(self, folder: Path, pseudonyms: Pseudonyms | None = None, key: bytes = b"", **more) -> None:
        more = {"window_ms": 90 * DAY_MS, "regions": PREFIXES, "second_level": "across.", **more}
        self.memory = RegionsMemory(folder)
        self.joining = Joining(self.memory, JoiningOptions(**more), lambda: at(200), pseudonyms, key)
        self.sent: dict[str, list[bytes]] = {}
        self.rows: dict[bytes, dict] = {}
        self.tombstones = 0
        self._decoder = ColumnDecoder()
        self._next = Counter()

    def take(self, region: str, lines: list[bytes]) -> None:
        decoded = self._decoder.decode_values(lines)
        assert not decoded.refused
        self._next[region] += len(lines)
        self.joining.take(region, decoded.batch, lines, {Partition(region, 0): self._next[region]})
        self._carry_out()

    def age(self, *ended: str) -> None:
        self.joining.age(ended)
        self._carry_out()

    def _carry_out(self) -> None:
        for record in self.memory.outgoing(10**6):
            self.memory.went(record.topic, record.number)
            if record.topic != "across.identifiers":
                self.sent.setdefault(record.topic, []).append(record.value)
            elif record.value is None:
                del self.rows[record.key]
                self.tombstones += 1
            else:
                self.rows[record.key] = json.loads(record.value)

    def told(self, topic: str) -> list[str]:
        return sorted(json.loads(line)["event_id"] for line in self.sent.get(topic, []))


@pytest.fixture
def regions(tmp_path: Path) -> Regions:
    return Regions(tmp_path)


def events(scene: Scene, region: str) -> list[bytes]:
    return lines_of(region, scene)


def rings_of(*parts: list[bytes]) -> list[tuple[str, ...]]:
    """The accounts of the rings that an engine holds after these lines, in order of time."""
    lines = sorted((line for part in parts for line in part), key=lambda line: json.loads(line)["ts"])
    engine = new_engine(90)
    engine.apply(ColumnDecoder().decode_values(lines).batch)
    return [tuple(ring.accounts) for ring in engine.rings()]


@cache
def halves() -> tuple[list[bytes], list[bytes]]:
    north, south = city(1), city(2)
    gang(north, (0, 1))
    gang(south, (2, 3))
    return lines_of("north", north), lines_of("south", south)


def test_a_ring_of_two_regions_is_found_by_both_owners_and_by_the_second_level(regions: Regions) -> None:
    north, south = halves()
    assert rings_of(north) == rings_of(south) == []
    regions.take("north", north)
    assert not regions.sent
    regions.take("south", south)
    gang_of_four = [tuple(f"gang {n}" for n in range(4))]
    assert rings_of(north, regions.sent["north.told"]) == gang_of_four
    assert rings_of(south, regions.sent["south.told"]) == gang_of_four
    assert rings_of(regions.sent["across.told"]) == gang_of_four


def test_owners_are_told_what_happened_elsewhere_and_nothing_of_people_of_one_region(
    regions: Regions,
) -> None:
    north, south = halves()
    regions.take("north", north)
    regions.take("south", south)

    def acts_of(lines):
        return sorted(json.loads(line)["event_id"] for line in lines if b"gang" in line)

    assert regions.told("south.told") == acts_of(north)
    assert regions.told("north.told") == acts_of(south)
    assert regions.told("across.told") == sorted(acts_of(north) + acts_of(south))


@pytest.mark.parametrize("seed", range(8))
def test_what_is_told_does_not_depend_on_order_or_batches(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    north, south = halves()
    north, south = north[-600:], south[-600:]
    plain, mixed = tmp_path / "plain", tmp_path / "mixed"
    plain.mkdir()
    mixed.mkdir()
    expected = Regions(plain, fresh_ms=1)
    expected.take("north", north)
    expected.take("south", south)
    found = Regions(mixed, fresh_ms=1)
    left = {"north": [*north], "south": [*south]}
    if seed % 2:
        for lines in left.values():
            dice.shuffle(lines)
    while any(left.values()):
        region = dice.choice([name for name, lines in left.items() if lines])
        count = dice.randint(1, 200)
        found.take(region, left[region][:count])
        # Delivered again, as after a rebalance of whoever feeds.
        found.take(region, left[region][: dice.randint(0, count)])
        del left[region][:count]
    assert expected.told("across.told")
    for topic in ("north.told", "south.told", "across.told"):
        assert found.told(topic) == expected.told(topic), f"seed {seed}"
    assert found.rows == expected.rows, f"seed {seed}"


def test_an_account_that_moves_brings_its_ties_and_stays_one_account(regions: Regions) -> None:
    here, there = Scene(), Scene()
    here.signs_up("gang traveller", 1, "phone")
    here.adds_card("gang traveller", 2, "card", "phone")
    here.signs_up("partner", 3, "phone")
    here.signs_up("stranger", 3, "another phone")
    regions.take("north", events(here, "north"))
    assert not regions.sent
    there.logs_in("gang traveller", 30, "new phone")
    regions.take("south", events(there, "south"))
    assert regions.told("south.told") == ["north e0", "north e1", "north e2"]
    assert regions.told("north.told") == ["south e0"]
    moved = [row for row in regions.rows.values() if row["kind"] == "account"]
    assert [(row["account"], row["region"]) for row in moved] == [
        ("gang traveller", "north"),
        ("gang traveller", "south"),
    ]


def test_what_happens_later_to_somebody_in_both_is_told_as_it_comes(regions: Regions) -> None:
    both = Scene()
    both.signs_up("gang traveller", 1, "phone")
    both.logs_in("gang traveller", 9, "phone")
    first, second = events(both, "north")
    regions.take("north", [first])
    there = Scene()
    there.logs_in("gang traveller", 8, "new phone")
    regions.take("south", events(there, "south"))
    assert regions.told("south.told") == ["north e0"]
    regions.take("north", [second])
    assert regions.told("south.told") == ["north e0", "north e1"]


def test_rows_of_shared_identifiers_are_absolute_and_end_with_the_window(tmp_path: Path) -> None:
    regions = Regions(tmp_path, window_ms=30 * DAY_MS)
    for region, day in (("north", 1), ("south", 2)):
        scene = Scene()
        scene.signs_up(f"{region} somebody", day, "gang phone")
        scene.logs_in(f"{region} somebody", day + 3, "gang phone")
        regions.take(region, lines_of(region, scene))
    assert sorted((r["kind"], r["region"], r["first_ts"], r["last_ts"]) for r in regions.rows.values()) == [
        ("device", "north", at(1), at(4)),
        ("device", "south", at(2), at(5)),
    ]
    assert all("gang phone" not in key.decode() + str(row) for key, row in regions.rows.items())
    on = Scene()
    on.logs_in("south somebody", 34.5, "gang phone")
    regions.take("south", [line.replace(b"e0", b"later") for line in lines_of("south", on)])
    # The other region may have older events yet.
    regions.age()
    assert regions.tombstones == 0
    regions.age("north")
    assert (regions.rows, regions.tombstones) == ({}, 2)
    told = len(regions.sent["across.told"])
    regions.take("south", [line.replace(b"e0", b"last") for line in lines_of("south", on)])
    assert len(regions.sent["across.told"]) == told


def test_a_ring_is_let_go_by_every_engine_when_its_ties_age(tmp_path: Path) -> None:
    regions = Regions(tmp_path)
    north, south = halves()
    regions.take("north", north)
    regions.take("south", south)
    told = [*regions.sent["across.told"]]
    # A ring that was blocked stands as long as the window; then the next act of its accounts lets it go.
    after = {}
    for region, members in (("north", (0, 1)), ("south", (2, 3))):
        scene = Scene()
        for n in members:
            scene.logs_in(f"gang {n}", 130 + n, f"{region} phone of {n}")
        after[region] = [line.replace(b" e", b" after") for line in lines_of(region, scene)]
        regions.take(region, after[region])
        regions.age()
    assert regions.rows == {}
    assert regions.memory.counts()["told_of"] == 0
    # What happened before they were let go is told; afterwards nothing is.
    last = Scene()
    last.logs_in("gang 0", 140, "north phone of 0")
    regions.take("north", [line.replace(b" e", b" last") for line in lines_of("north", last)])
    assert not any("last" in event for event in regions.told("across.told"))
    assert rings_of(told) != []
    assert rings_of(regions.sent["across.told"]) == []
    for region, lines in (("north", north), ("south", south)):
        before = [line for line in regions.sent[f"{region}.told"] if b" after" not in line]
        assert rings_of(lines, before) != []
        assert rings_of(lines, regions.sent[f"{region}.told"], after[region]) == []


def test_a_household_that_lives_in_two_regions_is_no_ring(regions: Regions) -> None:
    parts = {}
    for region, people in (("north", ("ann", "bob")), ("south", ("cat",))):
        scene = city(3 if region == "north" else 4)
        for n, person in enumerate(people):
            scene.signs_up(f"gang {person}", 2 + n * 6, "gang tablet")
            scene.adds_card(f"gang {person}", 3 + n * 6, f"gang card of {person}", "gang tablet")
            for trip in range(5):
                day = 10 + trip * 3 + n
                scene.rides(f"gang {person}", f"driver{trip + n:03}", day, rider_device_id="gang tablet")
        parts[region] = lines_of(region, scene)
        regions.take(region, parts[region])
    assert rings_of(regions.sent["across.told"]) == []
    for region, lines in parts.items():
        assert rings_of(lines, regions.sent[f"{region}.told"]) == []


def test_of_a_crowd_the_first_are_told_and_a_large_group_is_cut_short(tmp_path: Path) -> None:
    regions = Regions(tmp_path, most_users=4, most_accounts=6)
    for region in PREFIXES:
        scene = Scene()
        for n in range(10):
            scene.signs_up(f"{region}{n}", n + (region == "south") / 2, "gang kiosk")
        regions.take(region, lines_of(region, scene))
    assert regions.told("north.told") == ["south e0", "south e1"]
    assert regions.told("south.told") == ["north e0", "north e1"]
    assert regions.joining.joined.cut_short == 0
    scene = Scene()
    for n in range(8):
        scene.logs_in("gang spider", 1, f"gang phone {n}")
    regions.take("north", [line.replace(b'"north e', b'"north w') for line in lines_of("north", scene)])
    web = Scene()
    for n in range(8):
        web.logs_in(f"fly {n}", 1, f"gang phone {n}")
    regions.take("south", [line.replace(b'"south e', b'"south w') for line in lines_of("south", web)])
    assert regions.joining.joined.cut_short > 0


def test_an_account_keeps_its_newest_events_and_those_of_its_uses(tmp_path: Path) -> None:
    regions = Regions(tmp_path, keep=5)
    scene = Scene()
    scene.signs_up("gang one", 1, "rare phone")
    for n in range(20):
        scene.logs_in("gang one", 2 + n, "usual phone")
    regions.take("north", lines_of("north", scene))
    there = Scene()
    there.logs_in("gang one", 30, "other phone")
    regions.take("south", lines_of("south", there))
    kept = ["north e0", *(f"north e{n}" for n in range(16, 21))]
    assert regions.told("south.told") == sorted(kept)


def test_under_a_key_nothing_published_or_remembered_names_anybody(tmp_path: Path) -> None:
    key = b"k" * 32
    regions = Regions(tmp_path, Pseudonyms(key), key)
    north, south = halves()
    regions.take("north", north)
    regions.take("south", south)
    assert len(regions.rows) >= 4
    assert all(row["account"].startswith("account_") for row in regions.rows.values())
    assert "gang" not in str(regions.rows)
    # Owners put the names in themselves, under the same key: they are told records as they came.
    assert b"gang" in regions.sent["north.told"][0]


def test_a_batch_that_breaks_off_leaves_everything_as_it_was(regions: Regions, monkeypatch) -> None:
    north, south = halves()
    regions.take("north", north)
    before, where = regions.memory.counts(), regions.memory.positions()

    def full(*_args: object) -> bool:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(regions.memory, "tell", full)
        with pytest.raises(OSError, match="no space"):
            regions.take("south", south)
    assert (regions.memory.counts(), regions.memory.positions()) == (before, where)
    regions.take("south", south)
    assert regions.told("across.told")


def test_what_is_told_twice_is_told_by_the_same_id_and_so_counts_once(regions: Regions) -> None:
    north, south = halves()
    regions.take("north", north)
    regions.take("south", south)
    told = ColumnDecoder().decode_values(regions.sent["north.told"]).batch
    admission = Admission(at(200))
    # An owner that is up to date: what it is told late is remembered from when it came.
    admission.admit(ColumnDecoder().decode_values(north).batch)
    assert (admission.admit(told) == Admitted.NEW).all()
    assert (admission.admit(told) == Admitted.DUPLICATE).all()


def test_an_event_far_ahead_of_the_clock_moves_no_window(regions: Regions) -> None:
    scene = Scene()
    scene.signs_up("somebody", 5000, "phone")
    regions.take("north", lines_of("north", scene))
    assert regions.joining.joined.too_far_ahead == 1
    assert regions.memory.counts()["events"] == 0


def test_a_region_that_is_left_out_is_refused(tmp_path: Path) -> None:
    regions = Regions(tmp_path)
    options = JoiningOptions(
        regions={"north": "north.", "east": "east."}, second_level="across.", window_ms=90 * DAY_MS
    )
    with pytest.raises(BadCall, match="expected every region that the state knows, found east, north only"):
        Joining(regions.memory, options, lambda: 0)
