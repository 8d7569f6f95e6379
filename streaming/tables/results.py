"""The results of a run as Parquet beside the lines of JSON: the same records, the same order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet
from msgspec import inspect

from graph.model.errors import Fatal
from graph.model.results import AccountScore, Flag, LedgerEntry, Ring
from streaming.contract.dead_letters import DeadLetter
from streaming.files.sinks.results import ACCOUNTS, AS_PARQUET, DEAD_LETTERS, FLAGS, LEDGER, RINGS

RECORDS: Final[dict[str, type[msgspec.Struct]]] = {
    FLAGS: Flag,
    RINGS: Ring,
    ACCOUNTS: AccountScore,
    LEDGER: LedgerEntry,
    DEAD_LETTERS: DeadLetter,
}
ROWS_AT_ONCE: Final = 16_384


def write_parquet(folder: Path) -> None:
    """Writes every file of records in ``folder`` as Parquet too, under the names in ``AS_PARQUET``.

    A column for each field; fields that end in ``ts`` are times in UTC, what is optional may be null, reasons
    are lists of records with their numbers as a map. Memory: some thousand records. Raises ``Fatal`` when the
    disk is full or fails.
    """
    for name, record in RECORDS.items():
        try:
            _convert(folder / name, folder / AS_PARQUET[name], schema_of(record))
        except OSError as error:
            raise Fatal(
                f"expected to write {AS_PARQUET[name]}, found: {error.strerror or error}: "
                "free some space or choose another --out"
            ) from error


def schema_of(record: type[msgspec.Struct]) -> pa.Schema:
    """The columns of a kind of record."""
    return pa.schema(_fields(record))


def _convert(lines: Path, target: Path, schema: pa.Schema) -> None:
    with pa.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for rows in _rows(lines):
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _rows(path: Path) -> Iterator[list[dict[str, Any]]]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
        while some := list(islice(file, ROWS_AT_ONCE)):
            yield [decode(line) for line in some]


def _fields(record: type[msgspec.Struct]) -> list[pa.Field]:
    described = inspect.type_info(record)
    assert isinstance(described, inspect.StructType)
    return [pa.field(each.encode_name, _type_of(each.encode_name, each.type)) for each in described.fields]


def _type_of(name: str, kind: inspect.Type) -> pa.DataType:
    match kind:
        case inspect.UnionType():
            return _type_of(name, next(each for each in kind.types if not _is_nothing(each)))
        case inspect.StrType() | inspect.EnumType() | inspect.LiteralType():
            return pa.string()
        case inspect.FloatType():
            return pa.float64()
        case inspect.IntType():
            return pa.timestamp("ms", "UTC") if name.endswith("ts") else pa.int64()
        case inspect.ListType():
            return pa.list_(_type_of(name, kind.item_type))
        case inspect.DictType():
            return pa.map_(pa.string(), _type_of(name, kind.value_type))
        case inspect.StructType():
            return pa.struct(_fields(kind.cls))
        case _:
            raise TypeError(f"expected a text, number, list or record for {name}, found {kind}")


def _is_nothing(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.NoneType) or (
        isinstance(kind, inspect.CustomType) and kind.cls is msgspec.UnsetType
    )
