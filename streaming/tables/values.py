"""Columns of Arrow to values of the contract: texts, numbers and times.

What cannot be turned stays as it stands, so that the decoder refuses it in its own words and the dead letter
shows it. A null, a NaN and a text that the mapping calls missing are no value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from math import isfinite, isinf
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

Values = list[Any]
"""One value for each row, None where there is none."""


def is_readable(kind: pa.DataType) -> bool:
    """Whether values of this type can be read: texts, numbers, booleans, dates and times."""
    if pa.types.is_dictionary(kind):
        return is_readable(kind.value_type)
    types = pa.types
    checks: tuple[Callable[[pa.DataType], bool], ...] = (
        *(types.is_string, types.is_large_string, types.is_string_view),
        *(types.is_integer, types.is_floating, types.is_decimal, types.is_boolean),
        *(types.is_timestamp, types.is_date, types.is_null),
    )
    return any(check(kind) for check in checks)


def plain(column: pa.Array, missing: Collection[str]) -> pa.Array:
    """The column without dictionary, with nulls where there is no value."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if is_text(column.type):
        column = column.cast(pa.string())
        return pc.if_else(pc.is_in(column, pa.array(list(missing), pa.string())), None, column)
    return column


def is_text(kind: pa.DataType) -> bool:
    """Whether it is one of the types for texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def texts(column: pa.Array) -> Values:
    """As text; a whole number that is kept as a float, as data frames do beside nulls, without its ``.0``."""
    if pa.types.is_floating(column.type):
        return [_text_of(value) for value in column.to_pylist()]
    return pc.cast(column, pa.string()).to_pylist()  # type: ignore[no-any-return]


def _text_of(value: float | None) -> str | None:
    if value is None:
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def numbers(column: pa.Array, ratio: tuple[float, float]) -> Values:
    """As numbers in the contract's unit."""
    times, by = ratio
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values = column.to_pylist()
    if is_text(column.type):
        values = [_number_in(value) for value in values]
    elif pa.types.is_floating(column.type):
        # JSON has no word for what is not finite: as text it is refused.
        values = [str(value) if value is not None and isinf(value) else value for value in values]
    elif not pa.types.is_integer(column.type):
        return texts(column)
    if times == by == 1:
        return values  # type: ignore[no-any-return]
    return [value * times / by if isinstance(value, int | float) else value for value in values]


def _number_in(text: str | None) -> float | str | None:
    try:
        number = None if text is None else float(text)
    except ValueError:
        return text
    return number if number is None or isfinite(number) else text


class Times:
    """Turns a column into epoch ms.

    ``ratio``: how numbers are turned; a ``form`` is what ``strptime`` reads (texts without one are ISO 8601);
    ``zone`` is that of times that name none. An hour that the clocks go back over is the first of the two,
    in an hour that they leave out it is the moment before.
    """

    def __init__(self, ratio: tuple[float, float], form: str | None, zone: str) -> None:
        self._ratio, self._form, self._zone = ratio, form, zone

    def read(self, column: pa.Array) -> Values:
        """Epoch ms, whole; what is no time stays as it stands."""
        if pa.types.is_date(column.type):
            column = column.cast(pa.timestamp("ms"))
        if pa.types.is_timestamp(column.type):
            return self._of_timestamps(column)
        if is_text(column.type):
            return self._of_texts(column.to_pylist())
        return [_whole(value) for value in numbers(column, self._ratio)]

    def _of_timestamps(self, column: pa.Array) -> Values:
        if column.type.tz is None:
            column = pc.assume_timezone(column, self._zone, ambiguous="earliest", nonexistent="earliest")
        # Finer than ms is cut off and not refused.
        return column.cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64()).to_pylist()  # type: ignore[no-any-return]

    def _of_texts(self, texts: Sequence[str | None]) -> Values:
        values = [self._in_text(text) for text in texts]
        # All at once, and by the same rules as columns that hold times already.
        local = [row for row, value in enumerate(values) if isinstance(value, datetime)]
        moments = pa.array([values[row] for row in local], pa.timestamp("ms"))
        for row, value in zip(local, self._of_timestamps(moments), strict=True):
            values[row] = value
        return values

    def _in_text(self, text: str | None) -> datetime | float | str | None:
        """Epoch ms, or a time without a zone, or the text where it is no time."""
        if text is None:
            return None
        if self._form is None and isinstance(number := _number_in(text), float):
            # Digits alone are never a date, however much 20260101 looks like one.
            return _whole(number * self._ratio[0] / self._ratio[1])  # type: ignore[no-any-return]
        try:
            moment = (
                datetime.fromisoformat(text) if self._form is None else datetime.strptime(text, self._form)
            )
        except ValueError:
            return text
        if moment.tzinfo is None:
            return moment
        return round((moment - _EPOCH).total_seconds() * 1000)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _whole(value: Any) -> Any:
    """Rounded to whole ms; what is no number, or not finite, stays."""
    return round(value) if isinstance(value, float) and abs(value) < 1 << 62 else value


def between(begins: Sequence[Any], ends: Sequence[Any]) -> Values:
    """The seconds from one time to the other, both epoch ms; none where one of them is no time."""
    return [
        (end - begin) / 1000 if isinstance(begin, int) and isinstance(end, int) else None
        for begin, end in zip(begins, ends, strict=True)
    ]
