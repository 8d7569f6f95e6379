from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import BadConfig, CityConfig

DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("seed", 1.5),
        ("riders", 3),
        ("riders", True),
        ("drivers", 0),
        ("days", 1),
        ("fraud_share", 0.6),
        ("fraud_share", -0.1),
        ("camouflage", 1.01),
        ("camouflage", math.nan),
        ("ping_interval_s", 0.0),
        ("trips_per_rider_day", 0),
        ("trips_per_rider_day", math.inf),
        ("events_per_second", 0.0),
        ("start_ms", 12),
        ("compression", "zip"),
    ],
)
def test_a_setting_out_of_range_is_named_in_one_line(name: str, value: object):
    with pytest.raises(BadConfig, match=f"expected {name} .*found ") as caught:
        CityConfig(**{name: value})
    assert "\n" not in str(caught.value)


def test_a_start_that_is_not_midnight_is_refused_with_the_nearest_good_one():
    with pytest.raises(BadConfig, match="use 1740960000000"):
        CityConfig(start_ms=1_740_960_000_001)


def test_an_unknown_family_and_transfers_of_the_first_are_refused():
    with pytest.raises(BadConfig, match=r"habits .* first, second, .*found 'unheard of'"):
        CityConfig(habits="unheard of")
    with pytest.raises(BadConfig, match="expected transfers to be False"):
        CityConfig(transfers=True)


@given(share=st.floats(0.0, 0.5), camouflage=st.floats(0.0, 1.0), days=st.integers(2, 3_650))
def test_settings_in_range_are_kept_as_given(share: float, camouflage: float, days: int):
    config = CityConfig(fraud_share=share, camouflage=camouflage, days=days)
    assert (config.fraud_share, config.camouflage, config.days) == (share, camouflage, days)
    assert config.end_ms - config.start_ms == days * 86_400_000


def test_every_setting_and_its_default_is_documented():
    text = DOCS.read_text(encoding="utf-8")
    for field in dataclasses.fields(CityConfig):
        assert f"| `{field.name}` | `{field.default}` |" in text


def test_the_example_of_the_documentation_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    example = DOCS.read_text(encoding="utf-8").split("```python")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "simulation.md", "exec"), {})
    events, rings = map(int, capsys.readouterr().out.split())
    assert events == len((tmp_path / "city" / "events.ndjson").read_bytes().splitlines())
    assert rings >= 3
