"""``ringfence evaluate --trips``: every trip of a city against the truth."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from gnn.evaluation import Truth
from gnn.evaluation.truth import TrueRing
from ringfence.evaluation_tables import print_trips
from ringfence.main import app
from ringfence.terminal import output
from ringfence.trip_judgement import judge_trips
from tests.unit.graph.drives import drive, legs, noisy, pings, trip_of


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Ten honest drives, a ruler and a replay that took money as fake rides, and one trip of another ring."""
    drives = [noisy(drive(seed), 5, seed) for seed in range(10)]
    drives += [legs(6.0, 40), drives[0], noisy(drive(11), 5, 11)]
    stream = []
    for n, fixes in enumerate(drives):
        stream += [*pings(fixes, f"t{n}-", n * 7200.0), trip_of(fixes, f"t{n}-", n * 7200.0)]
    place = tmp_path_factory.mktemp("trips") / "events.ndjson"
    place.write_bytes(b"\n".join(map(msgspec.json.encode, stream)) + b"\n")
    return str(place)


def test_fake_trips_are_counted_against_the_truth_and_those_of_other_rings_left_out(events, capsys):
    truth = Truth(
        rings=[
            TrueRing(
                ring="f",
                kind="fake_rides",
                accounts=[],
                fraud_events=[("trip t10-", 5.0), ("trip t11-", 5.0)],
            ),
            TrueRing(ring="c", kind="collusion", accounts=[], fraud_events=[("trip t12-", 5.0)]),
        ]
    )
    figures = judge_trips(truth, [events])
    assert (figures.trips, figures.fake) == (12, 2)
    assert (figures.recall, figures.precision, figures.honest) == (1.0, 1.0, 0.0)
    alone = {each.detector: each.recall_alone for each in figures.detectors}
    assert alone["replayed"] == 0.5
    assert max(alone["ruler"], alone["steady"]) == 0.5
    print_trips(output(), figures)
    said = capsys.readouterr().out
    assert "12 trips, 2 of them fake: recall 100.0 %, precision 100.0 %" in said
    assert "shorter_than_claimed" in said


def test_trips_need_the_truth_and_the_events(tmp_path: Path):
    (tmp_path / "truth.json").write_text(json.dumps({"rings": []}))
    words = ["evaluate", str(tmp_path), "--truth", str(tmp_path / "truth.json"), "--trips"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "expected --truth and --events with --trips" in result.output
