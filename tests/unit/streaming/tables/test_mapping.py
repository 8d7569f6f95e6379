"""A mapping is checked whole, and what is wrong is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.model.errors import BadCall
from streaming.tables.inputs import TableInput
from streaming.tables.mapping import mapping_in, read_mapping
from streaming.tables.reading import FrameRows, table_at

CARD = """
[[event]]
type = "card_added"
[event.fields]
event_id = { text = "c{row}" }
ts = "at"
account_id = "user"
card_id = "card"
"""
TRIP = """
[[event]]
type = "trip_completed"
[event.fields]
event_id = "id"
ts = "at"
trip_id = "id"
rider_id = "r"
driver_id = "d"
fare = "fare"
"""
CREATED = """
[[event]]
type = "account_created"
[event.fields]
event_id = "id"
ts = "at"
account_id = "id"
role = { column = "class", values = { D = "driver" } }
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[event", "expected TOML"),
        ("event = 3", "Expected `array`, got `int`"),
        ("", "missing required field `event`"),
        ("event = []", "at least one [[event]]"),
        (CARD.replace("card_added", "card_stolen"), "as type, found card_stolen"),
        (CARD.replace('card_id = "card"', ""), "expected the field card_id of card_added, found none"),
        (CARD + 'colour = "c"', "found colour"),
        (CARD + 'device_id = { colum = "c" }', "unknown field `colum`"),
        (CARD + "device_id = {}", "expected one of column, constant, text, between in card_added.device_id"),
        (CARD + 'device_id = { column = "c", constant = "d" }', "found column and constant"),
        (CARD + 'device_id = { text = "no column" }', "expected columns in braces"),
        (CARD + 'device_id = { text = "{a}{" }', "found a brace that is alone"),
        (CARD + 'device_id = { column = "c", unit = "km" }', "expected one of no unit as unit"),
        (CARD + 'device_id = { column = "c", otherwise = "x" }', "expected values beside otherwise"),
        (CARD + 'device_id = { between = ["a", "b"] }', "expected a number to be mapped by between"),
        (CARD.replace('ts = "at"', 'ts = { column = "at", zone = "Mars/Olympus" }'), "found Mars/Olympus"),
        ('zone = "Europe"' + CARD, "such as Europe/Berlin as zone, found Europe"),
        ('delimiter = ";;"' + CARD, "expected one character as delimiter"),
        (TRIP + 'distance_km = { column = "km", unit = "parsec" }', "expected one of km, m, miles as unit"),
        (TRIP + 'duration_s = { column = "s", unit = "s", format = "%S" }', "and zone with times only"),
        (TRIP.replace('ts = "at"', 'ts = { column = "at", unit = "s", format = "%S" }'), "found both"),
        (CREATED.replace('"driver"', '"pilot"'), "expected one of rider, driver for account_created.role"),
        (CREATED.replace('values = { D = "driver" }', 'otherwise = "x"'), "expected values beside otherwise"),
    ],
)  # fmt: skip
def test_a_bad_mapping_is_refused_in_one_line(text: str, words: str) -> None:
    with pytest.raises(BadCall) as caught:
        mapping_in(text)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="expected a mapping file at"):
        read_mapping(tmp_path / "none.toml")


def test_a_column_that_is_not_in_the_table_is_named_before_a_row_is_read() -> None:
    rows = FrameRows(_frame(at=[1], user=["a"]), "cards")
    with pytest.raises(BadCall, match="expected a column card in cards for card_added, found at, user"):
        TableInput(rows, mapping_in(CARD))


def test_a_column_of_lists_is_refused_before_a_row_is_read() -> None:
    rows = FrameRows(_frame(at=[1], user=["a"], card=[["x", "y"]]), "cards")
    with pytest.raises(BadCall, match="in the column card of cards, found list"):
        TableInput(rows, mapping_in(CARD))


def test_a_table_that_no_event_is_for_is_refused() -> None:
    mapping = mapping_in(CARD.replace('type = "card_added"', 'type = "card_added"\ntable = "cards*"'))
    with pytest.raises(BadCall, match=r"for the table trips, found some for cards\* only"):
        TableInput(FrameRows(_frame(at=[1]), "trips"), mapping)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadCall, match="expected"):
        TableInput(table_at(str(path), ","), mapping_in(CARD))


def test_a_column_that_a_csv_file_names_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("at,user,card,at\n1,2,3,4\n")
    with pytest.raises(BadCall, match="found at twice"):
        TableInput(table_at(str(path), ","), mapping_in(CARD))


def _frame(**columns: list[object]):
    import pyarrow as pa

    return pa.table(columns)
