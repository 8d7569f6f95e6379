"""The picture of a trip: in letters, and in a file."""

import pytest

from graph.model.errors import BadCall
from queries.answer import Answer
from queries.catalogue import question
from queries.picture import draw_track
from queries.track_picture import COLUMNS, ROWS, in_letters

EAST = [[15.0 * n, 0.1, 0.2 + 0.01 * n] for n in range(5)]


def answer(**cells):
    columns = question("trip").columns
    return Answer("trip", columns, [tuple(cells.get(column.name) for column in columns)], 1)


def test_a_way_to_the_east_is_a_line_from_left_to_right():
    ends = {"pickup_lat": 0.1, "pickup_lon": 0.2, "dropoff_lat": 0.1, "dropoff_lon": 0.25}
    drawn, told = in_letters(answer(track=EAST, **ends))
    assert drawn.startswith("A")
    assert drawn.endswith("D")
    assert drawn.count("o") == 3
    assert drawn.count("B") == 1
    assert len(drawn) == COLUMNS
    assert "5 fixes" in told
    assert "60 s" in told
    assert "5.56 km" in told


def test_north_is_above():
    north = [[15.0 * n, 0.1 + 0.01 * n, 0.2] for n in range(5)]
    lines = in_letters(answer(track=north))
    assert lines[0] == "B"
    assert lines[-2] == "A"
    assert len(lines) == ROWS + 1


@pytest.mark.parametrize("spot", [[[0.0, 0.1, 0.2]], [[0.0, 0.1, 0.2], [15.0, 0.1, 0.2]]])
def test_a_car_that_stays_where_it_is_is_one_letter(spot):
    assert in_letters(answer(track=spot))[0] in ("A", "B")


def test_where_nothing_is_known_nothing_is_drawn(tmp_path):
    zeros = {"pickup_lat": 0.0, "pickup_lon": 0.0}
    assert in_letters(answer()) == in_letters(answer(track=[], **zeros)) == []
    assert in_letters(Answer("trip", question("trip").columns, [], 0)) == []
    with pytest.raises(BadCall, match="none kept"):
        draw_track(answer(), tmp_path / "trip.svg")


def test_a_track_is_drawn_into_a_file_the_same_every_time(tmp_path):
    found = answer(trip_id="t_1$x$", integrity=0.25, track=EAST, pickup_lat=0.1, pickup_lon=0.2)
    for name in ("a.svg", "b.svg"):
        draw_track(found, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "pick-up" in (tmp_path / "a.svg").read_text()
    with pytest.raises(BadCall, match="svg"):
        draw_track(found, tmp_path / "trip.gif")
