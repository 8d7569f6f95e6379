"""Rows of Parquet files, CSV files and data frames, some thousands at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from graph.model.errors import BadCall, Fatal
from streaming.tables.values import is_readable

BATCH_ROWS: Final = 16_384
_CSV_BLOCK_BYTES: Final = 1 << 22
CSV_SUFFIXES: Final = (".csv", ".csv.gz", ".csv.zst", ".tsv")
PARQUET_SUFFIXES: Final = (".parquet", ".pq")


class Rows(Protocol):
    """A table that can be read from its beginning, any number of times."""

    name: str
    """What it is called in mappings and dead letters: a path, or what the caller says."""
    size_bytes: int | None

    def types(self) -> dict[str, pa.DataType]:
        """By column, the type. Raises ``BadCall`` when it is no such table."""

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """These columns of the rows, in their order. Raises ``Fatal`` when they cannot be read."""

    def bad_rows(self) -> list[bytes]:
        """Rows met since the last call that have other columns than the table: each as JSON text."""


def is_table(name: str) -> bool:
    """Whether a file of that name is read as a table."""
    return name.lower().endswith((*CSV_SUFFIXES, *PARQUET_SUFFIXES))


def table_at(path: str, delimiter: str) -> Rows:
    """The table in a file, by its name."""
    return CsvRows(path, delimiter) if path.lower().endswith(CSV_SUFFIXES) else ParquetRows(path)


class ParquetRows:
    """A Parquet file."""

    def __init__(self, path: str) -> None:
        self.name = path
        self.size_bytes = _size(path)

    def types(self) -> dict[str, pa.DataType]:
        """By column, the type."""
        with _told(self.name, BadCall), pa.parquet.ParquetFile(self.name) as file:
            return _types(file.schema_arrow)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Row groups are read one after another. Memory: one of them."""
        with _told(self.name, Fatal), pa.parquet.ParquetFile(self.name) as file:
            yield from file.iter_batches(BATCH_ROWS, columns=list(columns), use_threads=False)

    def bad_rows(self) -> list[bytes]:
        """None: every row of a Parquet file has every column."""
        return []


class CsvRows:
    """A CSV file with a head line, plain, gzip or Zstandard. Every value is a text: ids keep their zeros."""

    def __init__(self, path: str, delimiter: str) -> None:
        self.name = path
        self.size_bytes = _size(path)
        self._delimiter = "\t" if path.lower().endswith(".tsv") else delimiter
        self._bad: list[bytes] = []

    def types(self) -> dict[str, pa.DataType]:
        """By column of the head line, text."""
        with _told(self.name, BadCall), self._opened(None) as reader:
            names = reader.schema.names
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise BadCall(f"expected every column of {self.name} once, found {twice} twice: rename one")
            return dict.fromkeys(names, pa.string())

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Blocks of 4 MiB."""
        self._bad.clear()
        with _told(self.name, Fatal), self._opened(columns) as reader:
            yield from reader

    def bad_rows(self) -> list[bytes]:
        """Those that have more or fewer values than the head line."""
        bad, self._bad = self._bad, []
        return bad

    @contextmanager
    def _opened(self, columns: Sequence[str] | None) -> Iterator[Any]:
        if columns is None:
            names = None
            convert = pa.csv.ConvertOptions()
        else:
            names = list(columns)
            convert = pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=names,
                strings_can_be_null=False,
            )
        with pa.csv.open_csv(
            self.name,
            read_options=pa.csv.ReadOptions(block_size=_CSV_BLOCK_BYTES, use_threads=False),
            parse_options=pa.csv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=self._keep_bad
            ),
            convert_options=convert,
        ) as reader:
            yield reader

    def _keep_bad(self, row: Any) -> str:
        # As a text of JSON it is no event, whatever stands in it.
        self._bad.append(msgspec.json.encode(row.text))
        return "skip"


class FrameRows:
    """A data frame of pandas, or a table of Arrow, under a name of the caller's."""

    def __init__(self, frame: Any, name: str = "frame") -> None:
        self.name = name
        self._table = (
            frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
        )
        self.size_bytes = self._table.nbytes

    def types(self) -> dict[str, pa.DataType]:
        """By column, the type."""
        return _types(self._table.schema)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Views of the table."""
        yield from self._table.select(list(columns)).to_batches(max_chunksize=BATCH_ROWS)

    def bad_rows(self) -> list[bytes]:
        """None."""
        return []


def check_types(rows: Rows, types: dict[str, pa.DataType], columns: Sequence[str]) -> None:
    """Raises ``BadCall`` naming the first of the columns whose values cannot be read."""
    for name in columns:
        if not is_readable(types[name]):
            raise BadCall(
                f"expected texts, numbers or times in the column {name} of {rows.name}, found {types[name]}: "
                "flatten or cast it first"
            )


def _types(schema: pa.Schema) -> dict[str, pa.DataType]:
    return dict(zip(schema.names, schema.types, strict=True))


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size
    except OSError:
        return None


@contextmanager
def _told(name: str, kind: type[Fatal]) -> Iterator[None]:
    """Turns what pyarrow raises into one line."""
    try:
        yield
    except FileNotFoundError as error:
        raise BadCall(f"expected a table at {name}, found nothing: check the path") from error
    except (pa.ArrowException, OSError) as error:
        words = " ".join((getattr(error, "strerror", None) or str(error)).split())[:300]
        raise kind(f"expected to read the table {name}, found: {words}: check the file") from error


def name_of(path: str) -> str:
    """What a table is called in a mapping: the last part of its path."""
    return os.path.basename(path)
