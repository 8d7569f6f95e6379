"""Tables among the inputs of a run, and results as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall

if TYPE_CHECKING:
    from streaming.files.sources.files import Input
    from streaming.tables.inputs import TableInput

PARQUET_AND_CSV = (".parquet", ".pq", ".csv", ".csv.gz", ".csv.zst", ".tsv")
"""How names of tables end; everything else holds lines of JSON."""


def table_inputs(paths: Sequence[str], mapping: Path | None) -> list[TableInput]:
    """The tables at these paths under a mapping, all checked before a row is read.

    Raises ``BadCall``: pyarrow is missing, the mapping is, or it does not fit a table.
    """
    _need_pyarrow()
    from streaming.tables.inputs import TableInput
    from streaming.tables.mapping import read_mapping
    from streaming.tables.reading import table_at

    if mapping is None:
        raise BadCall(
            f"expected a mapping for the table {paths[0]}, found none: give --mapping, see docs/tables.md"
        )
    read = read_mapping(mapping)
    return [
        TableInput(table_at(path, read.delimiter), read, is_repeat=path in paths[:number])
        for number, path in enumerate(paths)
    ]


def inputs_of(events: Sequence[str], mapping: Path | None) -> list[str | Input]:
    """The inputs of a run in their order: names of event files as they are, tables opened."""
    tables = [name for name in events if name.lower().endswith(PARQUET_AND_CSV)]
    if not tables:
        if mapping is not None:
            raise BadCall(
                f"expected a Parquet or CSV file beside --mapping, found {', '.join(events)}: leave it out, "
                "or give a table"
            )
        return list(events)
    opened = iter(table_inputs(tables, mapping))
    return [next(opened) if name.lower().endswith(PARQUET_AND_CSV) else name for name in events]


def parquet_results() -> Callable[[Path], object]:
    """What writes the results in a folder as Parquet too. Raises ``BadCall`` when pyarrow is missing."""
    _need_pyarrow()
    from streaming.tables.results import write_parquet

    return write_parquet


def _need_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise BadCall(
            f"expected the library of tables, found {error.name} missing: pip install 'ringfence[tables]'"
        ) from error
