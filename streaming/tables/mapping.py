"""The mapping file: which columns and values of a foreign table are which fields of the contract (TOML).

It is read and checked whole before a row is: that every word is known, every required field is there, every
unit fits its field, every zone exists and every column is in a table. Its form is told in ``docs/tables.md``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from graph.model.errors import BadCall
from streaming.contract.fields import FIELDS, TAGS, Field, FieldKind
from streaming.tables.units import TIMES, units_of

ROW: Final = "row"
FILE: Final = "file"
RESERVED: Final = (ROW, FILE)
"""Names in a text that stand for the number of the row (from 0) and the name of the table."""

Scalar = str | int | float
_NAMES: Final = re.compile(r"\{([^{}]+)\}")


class FieldSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the value of a field comes from: exactly one of ``column``, ``constant``, ``text``, ``between``.

    ``text`` puts columns together (``"taxi-{VendorID}-{row}"``); ``between`` gives the seconds from one time
    to another. ``values`` translates; what is not in it is ``otherwise``, or stays where there is none.
    ``unit``, ``format`` and ``zone`` say how a number or a time is written.
    """

    column: str | None = None
    constant: Scalar | None = None
    text: str | None = None
    between: tuple[str, str] | None = None
    values: dict[str, Scalar] | None = None
    otherwise: Scalar | None = None
    unit: str | None = None
    format: str | None = None
    zone: str | None = None

    def columns(self) -> list[str]:
        """The columns it reads."""
        if self.text is not None:
            return [name for name in names_in(self.text) if name not in RESERVED]
        return [*(self.between or ()), *([self.column] if self.column is not None else [])]


class EventMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of event that rows may hold: in tables called ``table`` (a pattern), where ``where`` holds."""

    type: str
    table: str = "*"
    where: dict[str, Scalar | list[Scalar]] = {}
    fields: dict[str, str | FieldSource]

    def sources(self) -> dict[str, FieldSource]:
        """By field, where its value comes from; a bare text names a column."""
        return {
            name: FieldSource(column=each) if isinstance(each, str) else each
            for name, each in self.fields.items()
        }

    def columns(self) -> list[str]:
        """The columns it reads, each once."""
        read = [*self.where, *(name for each in self.sources().values() for name in each.columns())]
        return list(dict.fromkeys(read))

    def is_for(self, table: str) -> bool:
        """Whether rows of the table of that name may hold such an event."""
        return fnmatch(table, self.table)


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping. A time without a zone is one of ``zone``; a text in ``missing`` is no value."""

    event: list[EventMapping]
    zone: str = "UTC"
    missing: tuple[str, ...] = ("",)
    delimiter: str = ","

    def events_of(self, table: str) -> list[EventMapping]:
        """What rows of the table of that name may hold. Raises ``BadCall`` when that is nothing."""
        found = [each for each in self.event if each.is_for(table)]
        if not found:
            patterns = ", ".join(each.table for each in self.event)
            raise BadCall(
                f"expected an [[event]] for the table {table}, found some for {patterns} only: add one, "
                "or mend its table"
            )
        return found

    def check_columns(self, table: str, columns: Collection[str]) -> None:
        """Raises ``BadCall`` naming the first column that is read and not in the table."""
        for event in self.events_of(table):
            for name in event.columns():
                if name not in columns:
                    known = ", ".join(sorted(columns))
                    raise BadCall(
                        f"expected a column {name} in {table} for {event.type}, found {known}: mend it"
                    )


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises ``BadCall`` with what is wrong in it, in one line."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCall(f"expected a mapping file at {path}, found: {error}: check the path") from error
    return mapping_in(text, str(path))


def mapping_in(text: str, name: str = "the mapping") -> Mapping:
    """The mapping in a text. Raises ``BadCall`` with what is wrong in it, in one line."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
    except tomllib.TOMLDecodeError as error:
        raise BadCall(f"expected TOML in {name}, found: {error}: mend it") from error
    except msgspec.ValidationError as error:
        raise BadCall(f"expected a mapping in {name}, found: {error}: see docs/tables.md") from error
    fault = next(_faults(mapping), None)
    if fault is not None:
        raise BadCall(f"{fault}; mend {name}")
    return mapping


def names_in(text: str) -> list[str]:
    """The names in braces, in their order."""
    return _NAMES.findall(text)


def pieces_of(text: str) -> list[str]:
    """What stands before, between and after the names in braces: one more than there are names."""
    return _NAMES.split(text)[::2]


def _faults(mapping: Mapping) -> Iterator[str]:
    """What is wrong beyond the form, in words."""
    if not mapping.event:
        yield "expected at least one [[event]], found none"
    if len(mapping.delimiter) != 1:
        yield f"expected one character as delimiter, found {mapping.delimiter!r}"
    yield from _zone_faults("zone", mapping.zone)
    for event in mapping.event:
        if event.type not in TAGS:
            yield f"expected one of {', '.join(TAGS)} as type, found {event.type}"
            return
        known = {field.name: field for field in FIELDS[TAGS[event.type]]}
        for name in event.fields:
            if name not in known:
                yield f"expected fields of {event.type} ({', '.join(known)}), found {name}"
        for field in known.values():
            if field.required and field.name not in event.fields:
                yield f"expected the field {field.name} of {event.type}, found none"
        for name, source in event.sources().items():
            if name in known:
                yield from _source_faults(f"{event.type}.{name}", known[name], source)


def _source_faults(where: str, field: Field, source: FieldSource) -> Iterator[str]:
    given = [name for name in ("column", "constant", "text", "between") if getattr(source, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        yield f"expected one of column, constant, text, between in {where}, found {found}"
        return
    if source.otherwise is not None and source.values is None:
        yield f"expected values beside otherwise in {where}, found none"
    if source.text is not None:
        yield from _text_faults(where, source.text)
    if source.between is not None and field.kind is not FieldKind.NUMBER:
        yield f"expected a number to be mapped by between, found {where}, {field.kind.value}"
    # The unit of a time from which to count, where there are two.
    units = TIMES if source.between is not None else units_of(field)
    if source.unit is not None and source.unit not in units:
        yield f"expected one of {', '.join(units) or 'no unit'} as unit of {where}, found {source.unit}"
    has_time = field.kind is FieldKind.TIME or source.between is not None
    if not has_time and (source.format is not None or source.zone is not None):
        yield f"expected format and zone with times only, found one in {where}"
    if source.unit is not None and source.format is not None:
        yield f"expected a unit or a format in {where}, found both"
    if source.zone is not None:
        yield from _zone_faults(f"{where}.zone", source.zone)
    words = [source.constant, source.otherwise, *(source.values or {}).values()]
    for word in words:
        if field.choices and word is not None and word not in field.choices:
            yield f"expected one of {', '.join(field.choices)} for {where}, found {word}"


def _text_faults(where: str, text: str) -> Iterator[str]:
    if not names_in(text):
        yield f"expected columns in braces in the text of {where}, found none: use constant"
    if any("{" in piece or "}" in piece for piece in pieces_of(text)):
        yield f"expected names in braces in the text of {where}, found a brace that is alone"


def _zone_faults(where: str, zone: str) -> Iterator[str]:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        # An unknown one is a KeyError; a folder of the database answers IsADirectoryError.
        yield f"expected a time zone such as Europe/Berlin as {where}, found {zone}"
