"""What joins regions is called with, and how it ends while a broker is away."""

from __future__ import annotations

import pytest

from graph.model.errors import BadCall, Unavailable
from streaming.kafka.regions import go_round, named_regions
from streaming.service.retry import Retry


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


class AwayTopics:
    """Topics of a broker that never answers."""

    has_ended = False

    def round(self, _joining: object, _decoder: object) -> int:
        raise Unavailable("expected Kafka to answer, found no answer: see that the broker runs", 0.0)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_told_to_stop_while_the_broker_is_away_it_ends_without_an_error(is_stopped: bool) -> None:
    going = [True]

    def wait(_pause_s: float, error: Unavailable) -> None:
        going[0] = not is_stopped
        raise error

    def go() -> None:
        go_round(AwayTopics(), None, None, lambda: going[0], Retry(wait, seed=0), until_end=False)  # type: ignore[arg-type]

    if is_stopped:
        go()
    else:
        with pytest.raises(Unavailable):
            go()
