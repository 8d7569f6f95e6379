"""Foreign tables become the events they were made of, in the order of time, and nothing is lost silently."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.errors import NoEvents
from graph.model.events import Event
from streaming import detect
from streaming.tables import sorting
from streaming.tables.importing import first_events, import_tables
from streaming.tables.inputs import TableInput
from streaming.tables.mapping import mapping_in
from streaming.tables.reading import FrameRows, table_at
from streaming.tables.results import write_parquet
from streaming.tables.rows import NO_TIME, MappedLine
from streaming.tables.sorting import SortedLines
from tests.unit.streaming.fakes import ChargebackEngine
from tests.unit.streaming.tables.schemas import NOON, Schema, couriers, log, taxi

CHARGED = """
[[event]]
type = "chargeback"
[event.fields]
event_id = "id"
ts = "at"
account_id = "who"
amount = "sum"
"""


def inputs(schema: Schema, folder: Path) -> list[TableInput]:
    mapping = mapping_in(schema.mapping)
    return [TableInput(table_at(str(path), mapping.delimiter), mapping) for path in schema.write(folder)]


def charged(**columns: object) -> TableInput:
    count = len(next(iter(columns.values())))  # type: ignore[arg-type]
    plain = {"id": [f"e{row}" for row in range(count)], "who": ["a"] * count, "sum": [1.0] * count}
    plain["at"] = [NOON + row for row in range(count)]
    return TableInput(FrameRows(pa.table({**plain, **columns}), "charged"), mapping_in(CHARGED))


def lines_of(table: TableInput) -> list[dict[str, object]]:
    return [json.loads(line.line) for some in table.mapped() for line in some]


@pytest.mark.parametrize("make", [taxi, log, couriers])
def test_a_foreign_schema_is_mapped_in_under_twenty_lines_to_the_events_it_was_made_of(
    make: Callable[[], Schema], tmp_path: Path
) -> None:
    schema = make()
    most = max(part.count("\n") for part in schema.mapping.strip().split("[[event]]"))
    assert most < 20
    summary = import_tables(inputs(schema, tmp_path), tmp_path / "out")
    lines = (tmp_path / "out" / "events.ndjson").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=Event) for line in lines] == schema.events
    assert (summary.events, summary.rejected.total) == (len(schema.events), 0)
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["events"] == len(schema.events)


def test_rows_that_hold_no_event_are_counted(tmp_path: Path) -> None:
    summary = import_tables(inputs(log(), tmp_path), None)
    assert (summary.rows, summary.without_event, summary.events) == (5, 1, 4)
    assert summary.by_type == {"account_created": 2, "account_login": 2}
    assert (summary.first_ts, summary.last_ts) == (NOON, NOON + 2_000)


def test_a_table_in_any_order_gives_detect_what_its_imported_events_give(tmp_path: Path) -> None:
    schema = couriers()
    import_tables(inputs(schema, tmp_path), tmp_path / "out")
    from_table, from_file = ChargebackEngine(), ChargebackEngine()
    detect(inputs(schema, tmp_path), tmp_path / "a", from_table)
    detect([tmp_path / "out" / "events.ndjson"], tmp_path / "b", from_file)
    assert from_table.applied == from_file.applied == schema.events


def test_what_is_no_value_of_the_contract_is_a_dead_letter_with_its_row(tmp_path: Path) -> None:
    table = charged(
        at=[NOON + 3, NOON + 2, NOON + 1, None, NOON], sum=["1.5", "much", "-1", "2", "inf"], who=["a"] * 5
    )
    summary = import_tables([table], tmp_path / "out")
    assert summary.events == 1
    assert summary.rejected.by_reason == {"missing_field": 1, "number_out_of_range": 1, "wrong_type": 2}
    letters = [
        json.loads(line) for line in (tmp_path / "out" / "dead_letters.ndjson").read_bytes().splitlines()
    ]
    assert {(each["offset"], each["reason"]) for each in letters} == {
        (1, "wrong_type"), (2, "number_out_of_range"), (3, "missing_field"), (4, "wrong_type"),
    }  # fmt: skip
    assert json.loads(next(each["raw"] for each in letters if each["offset"] == 1))["amount"] == "much"


def test_a_table_of_which_nothing_is_an_event_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(NoEvents, match="2 records and every one rejected, 2 of them for wrong_type"):
        import_tables([charged(sum=["x", "y"])], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_row_with_too_many_values_is_a_dead_letter_whatever_stands_in_it(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    event = json.dumps({"event_id": "x", "type": "chargeback", "ts": NOON, "account_id": "a", "amount": 1})
    path.write_text(f"id,who,sum,at\ne0,a,1,{NOON}\n{event},x\ne1,a,2,{NOON + 1}\n")
    summary = import_tables([TableInput(table_at(str(path), ","), mapping_in(CHARGED))], tmp_path / "out")
    assert (summary.rows, summary.events, summary.rejected.by_reason) == (3, 2, {"not_an_object": 1})
    assert event in json.loads(json.loads((tmp_path / "out" / "dead_letters.ndjson").read_text())["raw"])


def test_ids_keep_their_zeros_and_lose_the_point_that_a_data_frame_gives_them() -> None:
    assert [line["account_id"] for line in lines_of(charged(who=["007", "7"]))] == ["007", "7"]
    assert [line.get("account_id") for line in lines_of(charged(who=[7.0, float("nan")]))] == ["7", None]


def test_cents_are_what_a_person_would_write() -> None:
    mapping = mapping_in(CHARGED.replace('"sum"', '{ column = "sum", unit = "cents" }'))
    frame = pa.table({"id": ["a", "b"], "who": ["a", "a"], "sum": [1234, 7], "at": [NOON, NOON]})
    assert [line["amount"] for line in lines_of(TableInput(FrameRows(frame), mapping))] == [12.34, 0.07]


@pytest.mark.parametrize(
    ("at", "source", "expected"),
    [
        ("2026-01-01T12:00:00Z", '"at"', NOON),
        ("2026-01-01 13:00:00.250", '{ column = "at", zone = "Europe/Berlin" }', NOON + 250),
        ("2026-10-25 02:30", '{ column = "at", zone = "Europe/Berlin" }', 1_792_888_200_000),
        ("2026-03-29 02:30", '{ column = "at", zone = "Europe/Berlin" }', 1_774_745_999_999),
        ("01.01.2026 12 Uhr", '{ column = "at", format = "%d.%m.%Y %H Uhr" }', NOON),
        ("1769101649430", '"at"', 1_769_101_649_430),
        (str(NOON // 1000), '{ column = "at", unit = "s" }', NOON),
        (NOON * 1_000_000 + 400_000, '{ column = "at", unit = "ns" }', NOON),
        (NOON / 1000 + 0.25, '{ column = "at", unit = "s" }', NOON + 250),
        (pd.Timestamp("2026-01-01 12:00", tz="UTC"), '"at"', NOON),
        (pd.Timestamp("2026-01-01 13:00"), '{ column = "at", zone = "Europe/Berlin" }', NOON),
        (pd.Timestamp("2026-10-25 02:30"), '{ column = "at", zone = "Europe/Berlin" }', 1_792_888_200_000),
        (pd.Timestamp("2026-03-29 02:30"), '{ column = "at", zone = "Europe/Berlin" }', 1_774_745_999_999),
        (pd.Timestamp("2026-01-01").date(), '"at"', NOON - 12 * 3_600_000),
        ("soon", '"at"', "soon"),
    ],
)
def test_times_of_all_kinds_become_epoch_ms(at: object, source: str, expected: object) -> None:
    frame = pa.table({"id": ["a"], "who": ["a"], "sum": [1], "at": [at]})
    table = TableInput(FrameRows(frame), mapping_in(CHARGED.replace('"at"', source)))
    assert lines_of(table)[0]["ts"] == expected


def test_the_first_rows_are_shown_as_events_or_as_what_is_wrong_with_them() -> None:
    table = charged(sum=[1.0, -1.0, *[2.0] * 20])
    shown = first_events([table])
    assert len(shown) == 10
    assert [str(why) for _, why in shown if why] == [str(shown[1][1])]
    assert "number_out_of_range" in str(shown[1][1])


@given(st.lists(st.integers(-1, 20), max_size=60), st.integers(1, 2_000))
def test_lines_are_sorted_by_time_whatever_goes_to_disk(times: list[int], run_bytes: int) -> None:
    lines = [MappedLine(ts if ts >= 0 else NO_TIME, row, b"x" * row) for row, ts in enumerate(times)]
    last, carried = NO_TIME, []
    for line in lines:
        last = line.ts if line.ts != NO_TIME else last
        carried.append(line._replace(ts=last))
    with SortedLines(run_bytes) as held:
        held.add(lines)
        assert list(held.sorted()) == sorted(carried, key=lambda line: line.ts)


def test_more_runs_than_files_may_be_open_are_merged_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "MOST_RUNS", 3)
    lines = [MappedLine(row * 7 % 20, row, b"line") for row in range(40)]
    with SortedLines(1) as held:
        held.add(lines)
        assert list(held.sorted()) == sorted(lines, key=lambda line: line.ts)


def test_results_as_parquet_hold_the_records_of_the_lines(tmp_path: Path) -> None:
    detect(
        [charged(sum=[1.0, 2.0, -1.0], who=["a", "b", "c"])],
        tmp_path / "out",
        ChargebackEngine(),
        finishing=write_parquet,
    )
    for name in ("flags", "rings", "accounts", "ledger", "dead_letters"):
        table = pyarrow.parquet.read_table(tmp_path / "out" / f"{name}.parquet")
        lines = [json.loads(line) for line in (tmp_path / "out" / f"{name}.ndjson").read_bytes().splitlines()]
        assert lines
        assert [_plain(row) for row in table.to_pylist()] == [_plain(line) for line in lines]
    flags = pyarrow.parquet.read_table(tmp_path / "out" / "flags.parquet")
    assert flags.schema.field("ts").type == pa.timestamp("ms", "UTC")
    # A former result is replaced, Parquet files and all.
    detect([charged(sum=[1.0])], tmp_path / "out", ChargebackEngine())
    assert not (tmp_path / "out" / "flags.parquet").exists()


def _plain(value: object) -> object:
    """The same for both: times as epoch ms, maps as dictionaries, nothing where nothing is."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        if value and all(isinstance(each, tuple) for each in value):
            return dict(value)
        return [_plain(each) for each in value]
    return round(value.timestamp() * 1000) if hasattr(value, "timestamp") else value
