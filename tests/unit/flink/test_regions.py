import json
from pathlib import Path

import numpy as np
import pytest

from flink.regions import EVERYWHERE, UNSAID, Homes, Saying, accounts_of, read_regions, regions_of
from graph.model.errors import BadCall
from streaming.decoding.columns import ColumnDecoder

SETTINGS = {
    "elsewhere": "south",
    "field": "city",
    "regions": {
        "north": {"words": ["leeds", "7"], "boxes": [[53.0, -2.0, 54.0, -1.0]]},
        "south": {"words": ["hove"], "boxes": [[50.0, -2.0, 54.0, 0.0]]},
    },
}
REGIONS = regions_of(SETTINGS)
NORTH, SOUTH = 0, 1


def event(kind: str, **fields: object) -> bytes:
    record = {"event_id": "e", "type": kind, "ts": 1_767_268_800_000, **fields}
    return json.dumps(record).encode()


def login(account: str = "a", **fields: object) -> bytes:
    return event("account_login", account_id=account, device_id="d", **fields)


def said(*values: bytes, regions=REGIONS) -> list[int]:
    batch = ColumnDecoder().decode_values(values).batch
    assert len(batch) == len(values)
    return Saying(regions).codes(batch, values).tolist()


def test_an_event_says_its_region_by_the_word_in_a_field() -> None:
    assert said(login(city="leeds"), login(city="hove"), login(city=7)) == [NORTH, SOUTH, NORTH]
    assert said(login(city="york"), login(), login(city=None), login(city=["leeds"])) == [UNSAID] * 4


def test_an_event_says_its_region_by_where_it_happened() -> None:
    trip = {
        "trip_id": "t",
        "rider_id": "r",
        "driver_id": "d",
        "fare": 5,
        "dropoff_lat": 53.5,
        "dropoff_lon": -1.5,
    }
    assert said(
        login(lat=53.5, lon=-1.5),
        login(lat=51.0, lon=-1.5),
        login(lat=10.0, lon=-1.5),
        event("gps_ping", trip_id="t", driver_id="d", lat=53.5, lon=-0.5),
        event("trip_completed", **trip, pickup_lat=51.0, pickup_lon=-1.5),
        event("trip_completed", **trip),
    ) == [NORTH, SOUTH, UNSAID, SOUTH, SOUTH, UNSAID]


def test_a_word_counts_before_a_place_and_of_two_boxes_the_first() -> None:
    assert said(login(city="hove", lat=53.5, lon=-1.5), login(city="york", lat=53.5, lon=-1.5)) == [
        SOUTH,
        NORTH,
    ]


def test_a_verdict_goes_to_every_region() -> None:
    verdict = event("verdict", subject="r1", outcome="fraud", analyst="x", city="leeds")
    act = event("analyst_act", act="declare_public", subject="device:d", analyst="x")
    assert said(verdict, act) == [EVERYWHERE, EVERYWHERE]


def placed(homes: Homes, *values: bytes) -> list[int]:
    batch = ColumnDecoder().decode_values(values).batch
    return homes.place(Saying(REGIONS).codes(batch, values), accounts_of(batch)).tolist()


def test_what_says_nothing_goes_where_its_account_was_last_seen() -> None:
    homes = Homes(REGIONS, {})
    assert placed(homes, login("a"), login("a", city="leeds"), login("a"), login("b")) == [
        SOUTH,
        NORTH,
        NORTH,
        SOUTH,
    ]
    card = event("card_added", account_id="a", card_id="c")
    assert placed(homes, card, login("a", city="hove"), card) == [NORTH, SOUTH, SOUTH]


def test_trips_have_no_home() -> None:
    ping = event("gps_ping", trip_id="t", driver_id="a", lat=0, lon=0)
    homes = Homes(REGIONS, {})
    assert placed(homes, login("a", city="leeds"), ping) == [NORTH, SOUTH]
    assert accounts_of(ColumnDecoder().decode_values([ping]).batch).tolist() == [0]


def test_homes_outlive_a_crash_and_are_written_only_when_they_change() -> None:
    writes: list[str] = []

    class Watched(dict[int, str]):
        def __setitem__(self, key: int, value: str) -> None:
            writes.append(value)
            super().__setitem__(key, value)

    kept = Watched()
    placed(Homes(REGIONS, kept), *[login("a", city="leeds")] * 3, login("b", city="hove"))
    assert writes == ["north", "south"]
    assert placed(Homes(REGIONS, kept), login("a"), login("b"), login("c")) == [NORTH, SOUTH, SOUTH]


def test_an_account_of_a_region_that_is_gone_is_not_known() -> None:
    account = int(accounts_of(ColumnDecoder().decode_values([login("a")]).batch).view(np.int64)[0])
    assert placed(Homes(REGIONS, {account: "west"}), login("a")) == [SOUTH]


def test_regions_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "regions.toml"
    file.write_text('elsewhere = "north"\n[regions.north]\n[regions.south]\nboxes = [[50, -2, 54, 0]]\n')
    regions = read_regions(file)
    assert (regions.names, regions.elsewhere, regions.field) == (("north", "south"), 0, None)
    assert said(login(lat=51.0, lon=-1.0), login(), regions=regions) == [SOUTH, UNSAID]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, "found 0: add one"),
        ({"regions": {"north": {}}}, "one of north, found None"),
        ({"elsewhere": "east", "regions": {"north": {}}}, "found 'east'"),
        ({"elsewhere": "n/", "regions": {"n/": {}}}, "found the region 'n/'"),
        ({"elsewhere": "n", "regions": {"n": {"words": ["x"]}}}, "a field and words"),
        ({"elsewhere": "n", "field": "f", "regions": {"n": {}}}, "a field and words"),
        ({"elsewhere": "n", "field": "f", "regions": {"n": {"words": ["x", "x"]}}}, "'x' twice"),
        ({"elsewhere": "n", "regions": {"n": {"boxes": [[1, 2, 3]]}}}, r"found \[1, 2, 3\]"),
        ({"elsewhere": "n", "regions": {"n": {"boxes": [[3, 2, 1, 4]]}}}, r"found \[3, 2, 1, 4\]"),
        ({"elsewhere": "n", "regions": {"n": {"box": []}}}, "found box: leave it out"),
        ({"elsewhere": "n", "more": 1, "regions": {"n": {}}}, "found more: leave it out"),
    ],
)
def test_regions_that_do_not_fit_are_refused_in_one_line(settings: dict, found: str) -> None:
    with pytest.raises(BadCall, match=found) as error:
        regions_of(settings)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="expected a file of regions, found"):
        read_regions(tmp_path / "none.toml")
