"""docs/architecture.md: its map is that of the packages, and every function and test that it names exists.

``python tests/architecture/test_architecture_doc.py`` writes the lines of the map anew, in their order.
"""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "architecture.md"
TEXT = DOCUMENT.read_text()
HOUSES = ["graph", "streaming", "gnn", "rules"]


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def first_sentence(package: Path) -> str:
    docstring = ast.get_docstring(ast.parse(package.read_text()))
    assert docstring is not None
    return " ".join(docstring.split("\n\n")[0].split())


def resolved(name: str) -> object:
    """The module, class or function of a dotted name. Raises when there is none."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(name)


@cache
def names_of_tests() -> frozenset[str]:
    sources = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for source in sources for name in re.findall(r"def (test_\w+)", source))


def packages() -> dict[str, str]:
    """What each package says it holds, by its name as the map writes it."""
    return {
        f"`{house}.{path.parent.name}`": first_sentence(path)
        for house in HOUSES
        for path in (ROOT / house).glob("*/__init__.py")
    }


def test_the_map_holds_every_package_with_the_first_sentence_of_its_docstring() -> None:
    assert dict(rows("The map")) == packages()


@pytest.mark.parametrize(
    "title", ["One event, from bytes to a flag", "One ring, from a judgement to a row of the store"]
)
def test_every_function_of_a_walk_exists(title: str) -> None:
    steps = rows(title)
    assert steps
    for step, functions in steps:
        named = re.findall(r"`([\w.]+)`", functions)
        assert named, step
        for name in named:
            assert callable(resolved(name)), name


def test_every_guarantee_names_a_test_that_exists() -> None:
    named = [name for _, cell in rows("What is guaranteed, and the test that holds it") for name in (cell,)]
    assert named
    assert [name for name in named if name.strip("`") not in names_of_tests()] == []


def test_every_term_of_the_glossary_is_where_it_is_said_to_be() -> None:
    terms = rows("Glossary")
    assert terms
    for _, _, where in terms:
        for name in re.findall(r"`([\w.]+)`", where):
            resolved(name)


if __name__ == "__main__":
    written = TEXT
    for package, line in packages().items():
        written = re.sub(
            rf"^\| {re.escape(package)} \| .* \|$", f"| {package} | {line} |", written, flags=re.M
        )
    DOCUMENT.write_text(written)
