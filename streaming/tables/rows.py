"""Rows of a table to lines of JSON, one for each event that a row holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, compress
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from streaming.contract.fields import FIELDS, TAGS, Field, FieldKind
from streaming.tables.mapping import FILE, ROW, EventMapping, FieldSource, names_in, pieces_of
from streaming.tables.mapping import Mapping as TableMapping
from streaming.tables.reading import name_of
from streaming.tables.units import TIMES, units_of
from streaming.tables.values import Times, Values, between, numbers, plain, texts

NO_TIME: Final = -1


class MappedLine(NamedTuple):
    """The line of one event: the row it comes from, its time (``NO_TIME`` where it has none) and its JSON."""

    ts: int
    row: int
    line: bytes


@dataclass(frozen=True, slots=True)
class MappedRows:
    """What became of ``rows`` rows: lines in the order of rows, and how many rows hold no event."""

    rows: int
    lines: list[MappedLine]
    without_event: int


class RowMapper:
    """Maps the rows of one table, batch after batch. Cost: about 2 us a field of an event."""

    def __init__(self, mapping: TableMapping, name: str) -> None:
        self._name = name_of(name)
        self._missing = tuple(mapping.missing)
        self._events = [_EventMapper(event, mapping.zone) for event in mapping.events_of(self._name)]
        self.columns = list(dict.fromkeys(name for each in self._events for name in each.mapping.columns()))
        self.rows = 0

    def map(self, batch: pa.RecordBatch) -> MappedRows:
        """The events of the next rows."""
        count, first = batch.num_rows, self.rows
        self.rows += count
        columns = {name: plain(batch.column(name), self._missing) for name in self.columns}
        table = _Batch(columns, range(first, first + count), self._name)
        every = [line for event in self._events for line in event.lines(table)]
        with_event = len({line.row for line in every})
        if len(self._events) > 1:
            every.sort(key=lambda line: line.row)
        return MappedRows(count, every, count - with_event)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some rows of a table: the columns that are read, and the number of each row."""

    columns: Mapping[str, pa.Array]
    rows: Sequence[int]
    name: str

    def only(self, chosen: pa.Array, names: Collection[str]) -> _Batch:
        """Some of the rows, and of the columns."""
        columns = {name: self.columns[name].filter(chosen) for name in names}
        return _Batch(columns, list(compress(self.rows, chosen.to_pylist())), self.name)


class _EventMapper:
    """One ``[[event]]`` of the mapping, its sources turned into functions."""

    def __init__(self, mapping: EventMapping, zone: str) -> None:
        self.mapping = mapping
        known = {field.name: field for field in FIELDS[TAGS[mapping.type]]}
        sources = mapping.sources()
        self._readers = {name: _reader(known[name], source, zone) for name, source in sources.items()}
        self._read = list(dict.fromkeys(name for each in sources.values() for name in each.columns()))
        self._where = {
            name: list(map(_word, wanted if isinstance(wanted, list) else [wanted]))
            for name, wanted in mapping.where.items()
        }
        # A field without a value is left out of the line.
        self._record = msgspec.defstruct(
            "Record",
            [(name, Any, None) for name in self._readers],
            tag_field="type",
            tag=mapping.type,
            omit_defaults=True,
            gc=False,
        )
        self._encode = msgspec.json.Encoder().encode

    def lines(self, batch: _Batch) -> Iterator[MappedLine]:
        if self._where:
            batch = batch.only(self._chosen(batch), self._read)
        values = {name: read(batch) for name, read in self._readers.items()}
        record, encode = self._record, self._encode
        for row, ts, each in zip(batch.rows, values["ts"], zip(*values.values(), strict=True), strict=True):
            time = ts if isinstance(ts, int) and ts >= 0 else NO_TIME
            yield MappedLine(time, row, encode(record(*each)))

    def _chosen(self, batch: _Batch) -> pa.Array:
        """By row, whether it holds this event."""
        fits = [
            pc.is_in(pa.array(texts(batch.columns[name]), pa.string()), pa.array(wanted, pa.string()))
            for name, wanted in self._where.items()
        ]
        return reduce(pc.and_, fits)


def _word(value: Any) -> str:
    """How a value of the mapping is compared with a column: as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


_Read = Callable[[_Batch], Values]


def _reader(field: Field, source: FieldSource, zone: str) -> _Read:
    """What gives the values of a field for a batch."""
    has_time = field.kind is FieldKind.TIME or source.between is not None
    ratio = (TIMES if has_time else units_of(field)).get(source.unit or "", (1.0, 1.0))
    times = Times(ratio, source.format, source.zone or zone)
    read: _Read
    if source.constant is not None:
        constant = source.constant
        return lambda batch: [constant] * len(batch.rows)
    if source.text is not None:
        read = _together(source.text)
    elif source.between is not None:
        begin, end = source.between

        def read(batch: _Batch) -> Values:
            return between(times.read(batch.columns[begin]), times.read(batch.columns[end]))

    else:
        name = source.column or ""
        if source.values is not None or field.is_string:
            read = lambda batch: texts(batch.columns[name])  # noqa: E731
        elif field.kind is FieldKind.TIME:
            read = lambda batch: times.read(batch.columns[name])  # noqa: E731
        else:
            read = lambda batch: numbers(batch.columns[name], ratio)  # noqa: E731
    return read if source.values is None else _translated(read, source)


def _translated(read: _Read, source: FieldSource) -> _Read:
    values, otherwise = source.values or {}, source.otherwise

    def translate(batch: _Batch) -> Values:
        return [
            None if text is None else values.get(text, text if otherwise is None else otherwise)
            for text in read(batch)
        ]

    return translate


def _together(text: str) -> _Read:
    """Columns put together; nothing where one of them is missing."""
    names, pieces = names_in(text), pieces_of(text)

    def read(batch: _Batch) -> Values:
        parts = [_column_of(name, batch) for name in names]
        return [
            None if None in each else "".join(chain.from_iterable(zip(pieces, (*each, ""), strict=True)))
            for each in zip(*parts, strict=True)
        ]

    return read


def _column_of(name: str, batch: _Batch) -> Sequence[Any]:
    if name == ROW:
        return list(map(str, batch.rows))
    if name == FILE:
        return [batch.name] * len(batch.rows)
    return texts(batch.columns[name])
