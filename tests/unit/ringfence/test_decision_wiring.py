"""What a serve cannot follow is refused at once, and what it follows it reads to the end."""

from __future__ import annotations

import pytest

from graph.model.errors import BadCall
from ringfence.decision_wiring import followed
from ringfence.settings import settings_with
from simulation import CityConfig, simulate


def refusal(**given) -> str:
    with pytest.raises(BadCall) as refused, followed(settings_with(given)):
        pytest.fail("expected a refusal, found a follower")
    return str(refused.value)


def test_nothing_named_is_nothing_followed():
    with followed(settings_with({})) as follower:
        assert follower is None


def test_calls_that_are_wrong_are_refused_in_one_line(tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text("budget_ms = -1\n", encoding="utf-8")
    told = [
        refusal(serve_state=tmp_path, serve_follow=("events.ndjson",)),
        refusal(serve_state=tmp_path),
        refusal(serve_follow=("events.ndjson",), serve_policy=policy),
    ]
    assert ["both" in told[0], "--kafka" in told[1], "budget_ms" in told[2]] == [True, True, True]
    assert all("\n" not in each for each in told)


def test_files_are_followed_to_their_end(tmp_path):
    written = simulate(CityConfig(seed=3, riders=120, drivers=12, days=15), tmp_path / "city")
    with followed(settings_with({"serve_follow": (str(written.events_path),)})) as follower:
        assert follower is not None
        assert follower.lag is None
        while follower.step():
            pass
        follower._lag_s = 0.0
        follower.step()
        assert follower.lag == 0
        assert follower.as_of_ms == written.last_ts
