"""What joins regions is called with: names, and what stands before the names of their topics."""

from __future__ import annotations

import pytest

from graph.model.errors import BadCall
from streaming.kafka.regions import named_regions


def test_a_region_begins_its_topics_with_its_name_unless_told_otherwise() -> None:
    assert named_regions(["north", "south=s-", "bare="]) == {"north": "north.", "south": "s-", "bare": ""}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["north"], "expected two regions or more, found 1"),
        (["north", "north"], "expected regions by different names, found 'north' twice"),
        (["north", "=x"], "expected regions by different names, found '=x' twice or without one"),
        (["north=x", "south=x"], "expected topics of its own for every region"),
    ],
)
def test_regions_that_cannot_be_told_apart_are_refused(words: list[str], found: str) -> None:
    with pytest.raises(BadCall, match=found):
        named_regions(words)
