"""Every judgement of a region's history as Parquet: evidence, features, and what it is in truth.

The rows that scores are fitted on (``gnn.logistic.judgements``), of histories that happened. A row is one
judgement, in the order made: its moment, how the candidate was found, the score it got then, its accounts,
the features by name and the evidence record. Where the truth is given, ``label`` says whether at least half
of the accounts belong to planted rings, and ``ring`` to which most do.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from gnn.evaluation.truth import planted_ring
from graph.model.errors import BadCall, Fatal
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.scoring.features import FEATURES
from graph.state.evidence_record import EVIDENCE

FILE: Final = "judgements.parquet"
ROWS_AT_ONCE: Final = 8_192
Names = Callable[[Sequence[int]], list[str]]
_FEATURES: Final = pa.struct([(name, pa.float64()) for name in FEATURES])
_NUMBERS: Final = tuple(name for name in EVIDENCE.names or () if name != "shape")
_EVIDENCE: Final = pa.struct([(name, pa.from_numpy_dtype(EVIDENCE[name])) for name in _NUMBERS])
SCHEMA: Final = pa.schema(
    [
        ("ts", pa.timestamp("ms", "UTC")),
        ("event_id", pa.string()),
        ("shape", pa.string()),
        ("score", pa.float64()),
        ("truncated", pa.bool_()),
        ("accounts", pa.list_(pa.string())),
        ("label", pa.bool_()),
        ("ring", pa.string()),
        ("features", _FEATURES),
        ("evidence", _EVIDENCE),
    ]
)


class JudgementFile(AbstractContextManager["JudgementFile"]):
    """Takes judgements as an engine's observer and writes them to ``folder/judgements.parquet``.

    ``ring_of``: by account its planted ring; None where nobody knows, then there are no labels. The file
    appears with ``finish``, in place of an earlier one. Memory: some thousand rows of two kilobytes. Raises
    ``BadCall`` when the folder cannot be used, ``Fatal`` when the disk fails.
    """

    def __init__(self, folder: Path, ring_of: Mapping[str, str] | None) -> None:
        self.rows = 0
        self._ring_of = ring_of
        self._waiting: list[tuple[Judgement, Moment]] = []
        self._named: list[list[str]] = []
        self._place = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, self._partial = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)
            os.close(handle)
        except OSError as error:
            raise BadCall(f"expected to write into {folder}, found: {error}: choose another --out") from error
        self._writer = pyarrow.parquet.ParquetWriter(self._partial, SCHEMA, compression="zstd")

    def observe(self, judgement: Judgement, _values: list[float], at: Moment) -> None:
        """Takes a judgement; the engine's observer."""
        self._waiting.append((judgement, at))

    def write(self, names: Names) -> None:
        """Writes what is there, once it is much; ``names`` gives identifiers of accounts. Once a batch."""
        new = self._waiting[len(self._named) :]
        self._named += [names(list(judgement.accounts)) for judgement, _ in new]
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._write_rows()

    def finish(self) -> None:
        """Writes the rest, and lets the file appear."""
        self._write_rows()
        try:
            self._writer.close()
            os.replace(self._partial, self._place)
        except OSError as error:
            raise self._failed(error) from error

    def _write_rows(self) -> None:
        try:
            self._writer.write_table(self._table())
        except OSError as error:
            raise self._failed(error) from error
        self.rows += len(self._waiting)
        self._waiting.clear()
        self._named.clear()

    def _table(self) -> pa.Table:
        judged = [judgement for judgement, _ in self._waiting]
        features = np.array([each.features for each in judged], np.float64).reshape(
            len(judged), len(FEATURES)
        )
        evidence = np.frombuffer(b"".join(each.record for each in judged), EVIDENCE)
        rings = None if self._ring_of is None else [planted_ring(who, self._ring_of) for who in self._named]
        columns = [
            pa.array([at.ts for _, at in self._waiting], SCHEMA.field("ts").type),
            pa.array([at.event_id for _, at in self._waiting], pa.string()),
            pa.array([each.shape.value for each in judged], pa.string()),
            pa.array([each.score for each in judged], pa.float64()),
            pa.array([each.truncated for each in judged], pa.bool_()),
            pa.array(self._named, SCHEMA.field("accounts").type),
            pa.nulls(len(judged), pa.bool_())
            if rings is None
            else pa.array([ring is not None for ring in rings], pa.bool_()),
            pa.nulls(len(judged), pa.string()) if rings is None else pa.array(rings, pa.string()),
            pa.StructArray.from_arrays(
                [pa.array(np.ascontiguousarray(column)) for column in features.T], fields=list(_FEATURES)
            ),
            pa.StructArray.from_arrays(
                [pa.array(np.ascontiguousarray(evidence[name])) for name in _NUMBERS], fields=list(_EVIDENCE)
            ),
        ]
        return pa.Table.from_arrays(columns, schema=SCHEMA)

    def _failed(self, error: OSError) -> Fatal:
        return Fatal(
            f"expected to write {self._place}, found: {error.strerror or error}: "
            "free some space or choose another --out"
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._writer.close()
        Path(self._partial).unlink(missing_ok=True)
