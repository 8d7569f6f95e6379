"""Ask a store a question of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import monotonic
from typing import Final, cast

from graph.model.errors import Fatal
from graph.stores.port import StoreReader, Table, Value
from queries.answer import Answer, Cell
from queries.around import around
from queries.catalogue import Question, Type, question, read_statement
from queries.like import like
from queries.listed import between, facts
from queries.parameters import Given, bound
from queries.trips_with import trips_with
from queries.walk import Walked
from queries.why import why

DEFAULT_TIMEOUT_S: Final = 30.0
WALKS: Final = {
    "around": around,
    "between": between,
    "facts": facts,
    "like": like,
    "trips-with": trips_with,
    "why": why,
}
"""The questions that are answered by walking."""


class TimedReads:
    """The small reads that walks are made of, all within one time limit."""

    def __init__(self, reader: StoreReader, timeout_s: float) -> None:
        self._reader = reader
        self._timeout_s = timeout_s
        self._until = monotonic() + timeout_s

    def __call__(self, name: str, parameters: Mapping[str, Value]) -> Table:
        """The rows of one read. Raises Fatal when the time is up."""
        left = self._until - monotonic()
        if left <= 0:
            raise Fatal(
                f"expected an answer within {self._timeout_s:g} s, found none; "
                "ask for less or raise --timeout"
            )
        return self._reader.read(read_statement(name, self._reader.language), parameters, left)


def ask(
    reader: StoreReader, name: str, given: Mapping[str, Given], timeout_s: float = DEFAULT_TIMEOUT_S
) -> Answer:
    """The answer to a question. Raises BadCall on a wrong name or parameter, Fatal past the time limit.

    Parameters are bound by the driver and never become part of a statement.
    """
    asked = question(name)
    values = bound(asked, given)
    if asked.reads:
        walked: Walked = WALKS[name](TimedReads(reader, timeout_s), values)
        rows = [tuple(cast(Cell, value) for value in row) for row in walked.rows]
        return Answer(name, asked.columns, rows, walked.total, walked.is_at_least, walked.notes)
    statement = asked.statements[reader.language]
    table = reader.read(statement.rows, values, timeout_s)
    total = len(table.rows)
    limit = values.get("limit")
    may_be_cut = bool(values.get("skip")) or (isinstance(limit, int) and total >= limit)
    if statement.total is not None and may_be_cut:
        total = int(cast(int, reader.read(statement.total, values, timeout_s).rows[0][0]))
    return Answer(name, asked.columns, _typed(asked, table), total, notes=_notes(name, values))


def explain(reader: StoreReader, name: str, given: Mapping[str, Given]) -> list[str]:
    """How the store would go about a question, a step a line."""
    asked = question(name)
    if asked.reads:
        lines = [f"answered by walking, with the reads {', '.join(asked.reads)}"]
        for read in asked.reads:
            parameters: dict[str, Value] = {"keys": ["account:"], "accounts": [""]}
            parameters |= dict.fromkeys(("source", "target", "link", "kind", "id"), "")
            parameters |= {"users": 1, "most": 1}
            lines += [f"{read}:", *reader.explain(read_statement(read, reader.language), parameters)]
        return lines
    values = bound(asked, given)
    return reader.explain(asked.statements[reader.language].rows, values)


def _typed(asked: Question, table: Table) -> list[tuple[Cell, ...]]:
    names = tuple(column.name for column in asked.columns)
    if set(names) != set(table.columns):
        raise Fatal(
            f"expected the columns {', '.join(names)} of {asked.name}, found {', '.join(table.columns)}; "
            "correct the statement or its header"
        )
    places = [(table.columns.index(column.name), column.type) for column in asked.columns]
    return [tuple(_cell(row[place], kind) for place, kind in places) for row in table.rows]


def _cell(value: object, kind: Type) -> Cell:
    if value is None:
        return None
    if kind is Type.LIST:
        return list(json.loads(value)) if isinstance(value, str) else list(cast(list[object], value))
    if kind is Type.BOOLEAN:
        return bool(value)
    if kind is Type.NUMBER:
        return float(cast(float, value))
    return cast(Cell, value)


def _notes(name: str, values: Mapping[str, Value]) -> tuple[str, ...]:
    if name == "at-risk":
        return (f"what more than {values['fold']} accounts use was not followed",)
    return ()
