"""The examples in docstrings give what they show."""

from __future__ import annotations

import doctest
import importlib

import pytest

from graph.engine import Engine, engine

METHODS = ["apply", "rings", "accounts", "view", "changes", "last_trip"]


def examples_of(docstring: str | None, name: str, names: dict[str, object]) -> doctest.DocTest:
    assert docstring is not None
    return doctest.DocTestParser().get_doctest(docstring, names, name, None, None)


def test_the_examples_of_the_engine_run_one_after_another() -> None:
    names = dict(vars(engine))
    for name, documented in [("Engine", Engine), *((each, getattr(Engine, each)) for each in METHODS)]:
        test = examples_of(documented.__doc__, name, names)
        assert test.examples, f"{name} shows no example"
        assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
        names = test.globs


@pytest.mark.parametrize(
    "module",
    [
        *("graph.kernels.ramp", "graph.engine.trip_review", "gnn.evaluation.trips"),
        *("rules.book.rule", "rules.onset.baseline"),
    ],
)
def test_the_examples_of_a_module_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0
    assert found.failed == 0
