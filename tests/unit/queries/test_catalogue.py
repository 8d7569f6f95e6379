"""The catalogue: every question is complete, and both languages know the same ones."""

from __future__ import annotations

import re

import pytest

from graph.model.errors import BadCall
from graph.model.vocabulary import LinkKind
from graph.stores.port import Language
from queries import catalogue
from queries.asking import WALKS
from queries.catalogue import HERE, Type, question, read_statement
from queries.parameters import bound, moment

QUESTIONS = list(catalogue().values())
ASKED = [each for each in QUESTIONS if not each.reads]


def test_there_are_thirty_two_questions():
    assert len(QUESTIONS) == 32


def test_every_walk_has_a_header_and_every_header_without_statements_is_a_walk():
    assert sorted(WALKS) == [each.name for each in QUESTIONS if each.reads]


def test_no_statement_lies_around_that_no_question_uses():
    assert sorted(p.stem for p in (HERE / "sql").glob("*.sql")) == sorted(each.name for each in ASKED)
    reads = {read for each in QUESTIONS for read in each.reads}
    for folder, suffix in (("sql", "sql"), ("cypher", "cypher")):
        assert {p.stem for p in (HERE / folder / "reads").glob(f"*.{suffix}")} == reads


@pytest.mark.parametrize("asked", ASKED, ids=lambda each: each.name)
def test_a_statement_uses_exactly_the_parameters_of_its_header(asked):
    for language, mark in ((Language.SQL, ":"), (Language.CYPHER, r"\$")):
        statement = asked.statements[language]
        used = set(re.findall(rf"(?<![\w:'(]){mark}([a-z_]+)", statement.rows))
        assert used == {parameter.name for parameter in asked.parameters}


@pytest.mark.parametrize("asked", ASKED, ids=lambda each: each.name)
def test_a_question_with_a_limit_can_say_how_much_there_is(asked):
    for language in Language:
        has_limit = any(parameter.name == "limit" for parameter in asked.parameters)
        assert (asked.statements[language].total is not None) == has_limit


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda each: each.name)
def test_no_statement_writes(asked):
    for statement in asked.statements.values():
        text = f"{statement.rows} {statement.total}"
        assert not re.search(r"\b(MERGE|SET|DELETE|REMOVE|INSERT|UPDATE|DROP|DETACH)\b|\bCREATE ", text)


def test_the_link_types_in_the_walks_are_those_of_the_vocabulary():
    text = read_statement("neighbours", Language.CYPHER)
    types = re.search(r"\[l:([A-Z_|]+)\]", text)
    assert types is not None
    assert sorted(types[1].split("|")) == sorted(kind.value.upper() for kind in LinkKind)


@pytest.mark.parametrize(
    ("name", "guess"), [("ringz", "ring"), ("arround", "around"), ("membres", "members"), ("whyy", "why")]
)
def test_a_typo_suggests_the_nearest_question(name, guess):
    with pytest.raises(BadCall, match=f"found {name}; did you mean {guess}"):
        question(name)


def test_a_default_stands_where_nothing_is_given():
    assert bound(question("rings"), {}) == {
        "kind": None,
        "min_score": 0.0,
        "as_of": None,
        "limit": 50,
        "skip": 0,
    }


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("ring", {}, "expected ring_id for ring"),
        ("ring", {"rimg_id": "x"}, "did you mean ring_id"),
        ("rings", {"limit": "many"}, "expected limit of rings to be a whole number from 0, found 'many'"),
        ("rings", {"limit": "-1"}, "expected limit"),
        ("rings", {"min_score": "nan"}, "expected min_score"),
        ("rings", {"as_of": "yesterday"}, "expected as_of of rings to be a time"),
        ("ring", {"ring_id": "a\0b"}, "expected ring_id"),
        ("ring", {"ring_id": "\ud800"}, "expected ring_id"),
    ],
)
def test_a_wrong_parameter_is_refused_with_a_reason(name, given, said):
    with pytest.raises(BadCall, match=said):
        bound(question(name), given)


@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T00:00:00+00:00", "1769817600000", 1769817600000])
def test_a_time_is_a_day_a_moment_or_milliseconds(text):
    assert moment(text) == 1_769_817_600_000


def test_every_column_has_a_type_and_a_meaning():
    for asked in QUESTIONS:
        assert all(column.meaning and column.type in Type for column in asked.columns)
        assert asked.text.endswith((".", "?"))
        assert asked.order
        assert asked.cost
