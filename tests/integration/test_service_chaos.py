"""Whatever happens to the service, it ends where an undisturbed run ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.chaos import ACTS, live, reference, the_city, with_acts


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all lives; what they have in common is made once."""
    return tmp_path_factory.mktemp("lives")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_again_and_again_it_ends_as_if_undisturbed(seed: int, kafka_address: str, lives: Path) -> None:
    scratch = lives / f"seed-{seed}"
    scratch.mkdir()
    life = live(seed, kafka_address, scratch, kills=3)
    print(life)
    assert life.kills == 3
    assert life.acts == (ACTS if life.ordered else 0)


@pytest.mark.slow
def test_what_analysts_do_among_the_events_is_of_consequence(lives: Path) -> None:
    lines = the_city(lives / "chaos-city-tracked", tracked=True)
    without, acted = (
        reference(each, lives / f"consequence-{n}") for n, each in enumerate((lines, with_acts(lines)))
    )
    assert without[0] != acted[0], "the graph"
    assert without[3] != acted[3], "the rings"
