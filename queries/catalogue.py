"""The catalogue of questions: one file each in ``queries/cypher``, its SQL twin in ``queries/sql``.

A Cypher file begins with a header that both share, one fact a line::

    // question: what it asks, in plain words
    // param NAME: TYPE[?] [= DEFAULT]; meaning        TYPE: text, integer, number or time; ? may be null
    // column NAME: TYPE; meaning                      also: day, list, boolean
    // order: how rows are sorted
    // cost: what it takes
    // reads: names of files in reads/                 for questions that are answered by walking the graph

Then one statement, and after a line ``// total`` (``-- total`` in SQL) one that counts all rows, for the case
that the first was cut by its limit.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from graph.model.errors import BadCall, Fatal
from graph.stores.port import Language

HERE: Final = Path(__file__).parent
SUFFIX: Final = {Language.CYPHER: "cypher", Language.SQL: "sql"}
_TOTAL: Final = re.compile(r"^(?://|--) total$", re.MULTILINE)
_PARAM: Final = re.compile(r"(\w+): (text|integer|number|time)(\?)?(?: = ([^;]+))?; (.+)")
_COLUMN: Final = re.compile(r"(\w+): (text|integer|number|time|day|list|boolean); (.+)")


class Type(StrEnum):
    """What a parameter or a column holds. Times are epoch ms, UTC; a day is its first ms."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TIME = "time"
    DAY = "day"
    LIST = "list"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a question needs to be told."""

    name: str
    type: Type
    meaning: str
    may_be_null: bool
    is_required: bool
    default: str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer."""

    name: str
    type: Type
    meaning: str


@dataclass(frozen=True, slots=True)
class Statement:
    """How a store is asked: for the rows, and for how many there are."""

    rows: str
    total: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the catalogue."""

    name: str
    text: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    order: str
    cost: str
    reads: tuple[str, ...]
    """Of a question that is answered by walking: the reads it makes; it has no statements of its own."""
    statements: Mapping[Language, Statement]


@cache
def catalogue() -> dict[str, Question]:
    """Every question, by name, in alphabetical order. Raises Fatal when a file breaks the rules above."""
    files = sorted((HERE / "cypher").glob("*.cypher"))
    return {path.stem: _question(path) for path in files}


def question(name: str) -> Question:
    """The question of that name. Raises BadCall with the nearest name when there is none."""
    found = catalogue().get(name)
    if found is None:
        raise BadCall(
            f"expected a question, found {name}; {_hint(name, catalogue())}see ringfence query --list"
        )
    return found


@cache
def read_statement(name: str, language: Language) -> str:
    """One of the small reads from which walks are made."""
    suffix = SUFFIX[language]
    return (HERE / suffix / "reads" / f"{name}.{suffix}").read_text(encoding="utf-8")


def _question(path: Path) -> Question:
    text = path.read_text(encoding="utf-8")
    facts: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("// ") or line == "// total":
            break
        fact, _, rest = line[3:].partition(" " if line[3:].startswith(("param ", "column ")) else ": ")
        facts.setdefault(fact, []).append(rest)
    try:
        reads = tuple(facts.get("reads", [""])[0].split(", ")) if "reads" in facts else ()
        return Question(
            name=path.stem,
            text=facts["question"][0],
            parameters=tuple(map(_parameter, facts.get("param", ()))),
            columns=tuple(map(_column, facts["column"])),
            order=facts["order"][0],
            cost=facts["cost"][0],
            reads=reads,
            statements={} if reads else {each: _statement(path.stem, each) for each in Language},
        )
    except (KeyError, ValueError, OSError) as error:
        raise Fatal(
            f"expected a question with its header in {path.name}, found: {error}; correct the file"
        ) from error


def _parameter(line: str) -> Parameter:
    match = _PARAM.fullmatch(line)
    if match is None:
        raise ValueError(f"no parameter in {line!r}")
    name, kind, null, default, meaning = match.groups()
    value: str | int | float | None = None
    if default is not None and default != "null":
        value = int(default) if kind == "integer" else float(default) if kind == "number" else default
    return Parameter(name, Type(kind), meaning, null is not None, default is None, value)


def _column(line: str) -> Column:
    match = _COLUMN.fullmatch(line)
    if match is None:
        raise ValueError(f"no column in {line!r}")
    return Column(match[1], Type(match[2]), match[3])


def _statement(name: str, language: Language) -> Statement:
    suffix = SUFFIX[language]
    text = (HERE / suffix / f"{name}.{suffix}").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("// ") or line == "// total")
    rows, *total = _TOTAL.split(body)
    return Statement(rows.strip(), total[0].strip() if total else None)


def _hint(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.5)
    return f"did you mean {close[0]}? " if close else ""


def parameter_hint(name: str, asked: Question) -> str:
    """``did you mean ...? `` for a parameter that the question does not have, or nothing."""
    return _hint(name, [parameter.name for parameter in asked.parameters])
