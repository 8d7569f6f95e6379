"""Answers as data frames."""

from __future__ import annotations

from typing import Final

import pandas as pd

from queries.answer import Answer
from queries.catalogue import Type

DTYPES: Final = {
    Type.TEXT: "object",
    Type.INTEGER: "Int64",
    Type.NUMBER: "Float64",
    Type.BOOLEAN: "boolean",
    Type.LIST: "object",
}
"""Nullable types, so that a whole number stays one where a value is missing."""


def frame_of(answer: Answer) -> pd.DataFrame:
    """One row a row; times and days as UTC timestamps. ``attrs`` says how much there is."""
    columns: dict[str, pd.Series] = {}
    for place, column in enumerate(answer.columns):
        values = [row[place] for row in answer.rows]
        if column.type in (Type.TIME, Type.DAY):
            columns[column.name] = pd.to_datetime(pd.Series(values, dtype="Int64"), unit="ms", utc=True)
        else:
            columns[column.name] = pd.Series(values, dtype=DTYPES[column.type])
    frame = pd.DataFrame(columns)
    frame.attrs |= {"question": answer.question, "total": answer.total, "is_cut": answer.is_cut}
    frame.attrs["notes"] = list(answer.notes)
    return frame
