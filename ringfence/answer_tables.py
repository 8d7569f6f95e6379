"""Answers printed: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from queries import Answer, Question
from queries.answer import shown
from queries.catalogue import Parameter, Type
from queries.track_picture import in_letters

WIDEST: Final = 1000
"""Tables are as wide as they need to be: an identifier that is broken in two cannot be copied."""
LIST_WIDTH: Final = 60
DRAWN: Final = "track"
"""A column that people are shown as a picture."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a sheet may take for a formula (OWASP, CSV injection)."""


def print_answer(
    console: Console, asked: Question, answer: Answer, *, as_json: bool = False, as_csv: bool = False
) -> None:
    """One answer. A cut one says so, and how much there is: below the table, in the JSON, or as a comment."""
    if as_json:
        names = [column.name for column in answer.columns]
        found = {
            "question": answer.question,
            "total": answer.total,
            "is_cut": answer.is_cut,
            "is_at_least": answer.is_at_least,
            "notes": list(answer.notes),
            "rows": [dict(zip(names, row, strict=True)) for row in answer.rows],
        }
        console.print(json.dumps(found, ensure_ascii=False), markup=False, soft_wrap=True)
        return
    if as_csv:
        console.print(_csv(answer), markup=False, soft_wrap=True, end="")
        return
    console.print(Text(asked.text, style="bold"))
    if len(answer.rows) == 1 and asked.name in ("ring", "account", "trip"):
        _print_facts(console, answer)
    elif answer.rows:
        table = _table(answer)
        wide = Measurement.get(console, console.options.update(max_width=WIDEST), table).maximum
        usual, console.width = console.width, max(console.width, wide)
        console.print(table)
        console.width = usual
    console.print(f"{answer.extent}{'' if not answer.is_cut else '; more with a larger limit'}", markup=False)
    for note in answer.notes:
        console.print(note, markup=False, soft_wrap=True)
    console.print()


def print_track(console: Console, answer: Answer) -> None:
    """The picture of a trip; without one, which trips a store keeps."""
    if not answer.rows:
        console.print("A store keeps the trips of accounts in open rings, and odd ones.", markup=False)
    for line in in_letters(answer):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def print_listing(console: Console, catalogue: Mapping[str, Question], as_json: bool) -> None:
    """Every question: its name, what it needs, what it asks."""
    if as_json:
        found = [
            {
                "name": each.name,
                "question": each.text,
                "parameters": [
                    {"name": p.name, "type": p.type.value, "required": p.is_required, "default": p.default}
                    for p in each.parameters
                ],
                "columns": [column.name for column in each.columns],
            }
            for each in catalogue.values()
        ]
        console.print(json.dumps(found, ensure_ascii=False), markup=False, soft_wrap=True)
        return
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for title in ("name", "question", "parameters"):
        table.add_column(title, overflow="fold")
    for each in catalogue.values():
        table.add_row(each.name, Text(each.text), Text(", ".join(map(_told, each.parameters))))
    console.print(table)


def print_question(console: Console, asked: Question, plan: list[str]) -> None:
    """What a question is about, and how the store goes about it."""
    console.print(Text(asked.text, style="bold"))
    for parameter in asked.parameters:
        console.print(f"  --param {_told(parameter)}: {parameter.meaning}", markup=False, soft_wrap=True)
    for column in asked.columns:
        console.print(
            f"  {column.name} ({column.type.value}): {column.meaning}", markup=False, soft_wrap=True
        )
    console.print(f"order: {asked.order}\ncost: {asked.cost}\n", markup=False, soft_wrap=True)
    for line in plan:
        console.print(line, markup=False, soft_wrap=True)


def _told(parameter: Parameter) -> str:
    if parameter.is_required:
        return parameter.name
    return f"{parameter.name}={'' if parameter.default is None else parameter.default}"


def _table(answer: Answer) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for column in answer.columns:
        numbers = column.type in (Type.INTEGER, Type.NUMBER)
        table.add_column(
            column.name,
            justify="right" if numbers else "left",
            overflow="fold",
            no_wrap=column.type is not Type.LIST,
            max_width=LIST_WIDTH if column.type is Type.LIST else None,
        )
    for row in answer.rows:
        table.add_row(
            *(Text(shown(value, column.type)) for value, column in zip(row, answer.columns, strict=True))
        )
    return table


def _print_facts(console: Console, answer: Answer) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for value, column in zip(answer.rows[0], answer.columns, strict=True):
        if column.name != DRAWN:
            table.add_row(column.name, Text(shown(value, column.type)))
    console.print(table)


def _cell(value: object) -> object:
    """A text that a sheet would take for a formula gets an apostrophe, which a sheet does not show."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def _csv(answer: Answer) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([column.name for column in answer.columns])
    for row in answer.rows:
        rows.writerow([_cell(json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v) for v in row])
    if answer.is_cut:
        text.write(f"# {answer.extent}\n")
    return text.getvalue()
