"""The ground of the map: cells that three riders reached, read once for a while, within bounds."""

from __future__ import annotations

import pytest

from graph.model.vocabulary import DeskRole
from graph.stores.sqlite import SqliteWriter
from queries import open_store
from queries.console.ground import CELLS, KEPT_MS, Ground
from tests.serving_places import ORIGIN

HTML = {"Accept": "text/html", "Origin": ORIGIN}
COLUMNS = "trip_id, event_id, ts, rider_id, driver_id, fare_units, incentive_units"
PLACES = "pickup_lat, pickup_lon, dropoff_lat, dropoff_lon"


@pytest.fixture
def trips(tmp_path):
    """Puts trips of riders from one place to another into a store, and opens it."""

    def put(*rows: tuple[str, float | None, float, float | None, float]):
        writer = SqliteWriter(tmp_path / "store.db")
        for n, (rider, *places) in enumerate(rows):
            writer._connection.execute(
                f"INSERT INTO trip ({COLUMNS}, {PLACES}) VALUES (?, ?, 1, ?, 'd', 0, 0, ?, ?, ?, ?)",
                (f"t{n}", f"e{n}", rider, *places),
            )
        writer.close()
        return open_store(str(tmp_path / "store.db"))

    return put


def test_a_cell_that_fewer_than_three_riders_reached_is_left_out(trips):
    home = (-33.4371, -70.6506)
    crowd = [(f"r{n}", 52.5012, 13.4013, None, 0.0) for n in range(3)]
    store = trips(*crowd, ("r0", *home, None, 0.0), ("r1", *home, None, 0.0), ("r1", *home, None, 0.0))
    answer = store.ask("density")
    ((lat, lon, ends),) = answer.rows
    assert (round(lat, 6), round(lon, 6), ends) == (52.5, 13.4, 3)
    assert answer.total == 1
    lat, lon, ends = store.ask("density", riders=2).rows[0]
    assert (round(lat, 6), round(lon, 6), ends) == (-33.44, -70.655, 3)


def test_both_ends_of_a_trip_count_and_no_more_trips_than_asked_are_looked_at(trips):
    store = trips(*[(f"r{n}", 10.0, 20.0, 10.0, 20.0) for n in range(6)])
    assert [row[2] for row in store.ask("density").rows] == [12]
    assert [row[2] for row in store.ask("density", sample=4).rows] == [8]
    assert store.ask("density", cells=0).rows == []


class Counting:
    """A store that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def ask(self, name: str, **given: object):
        self.asked.append({"name": name, **given})
        return type("Told", (), {"rows": [(1.0, 2.0, len(self.asked))]})


def test_the_store_is_asked_again_only_after_a_while():
    ground, store = Ground(), Counting()
    assert ground.cells(store, 1_000) == [(1.0, 2.0, 1)]
    assert ground.cells(store, 1_000 + KEPT_MS - 1) == [(1.0, 2.0, 1)]
    assert ground.cells(store, 1_000 + KEPT_MS) == [(1.0, 2.0, 2)]
    assert store.asked == [{"name": "density", "cells": CELLS}] * 2


def test_only_cells_within_the_bounds_are_answered(place):
    client = place.sits(DeskRole.VIEWER, **HTML)
    place.app.state.ground._cells = [(52.5, 13.4, 9), (48.1, 11.5, 5)]
    place.app.state.ground._read_ms = place.clock.now_ms
    bounds = {"south": 52, "west": 13, "north": 53, "east": 14}
    assert client.get("/ground", params=bounds).json() == {
        "cells": [[52.5, 13.4, 9]],
        "total": 1,
        "side": 1 / CELLS,
    }
    assert client.get("/ground", params={**bounds, "north": 91}).status_code == 422
    assert client.get("/ground").status_code == 422
