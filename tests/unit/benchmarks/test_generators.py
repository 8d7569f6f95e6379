"""What is counted of a world under a score agrees with evaluate, and the table sums it."""

import json

import pytest

from benchmarks.generators import World, events_in, measure, named, summed, table, worlds_of
from ringfence.model_choice import scorer_at
from simulation import CityConfig, simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("world") / "town"
    simulate(CityConfig(seed=5, riders=400, drivers=40, days=10, fraud_share=0.1), place)
    return place


def test_a_world_is_counted_as_evaluate_counts_it(folder, tmp_path):
    from typer.testing import CliRunner

    from ringfence.main import app

    events, out = str(folder / "events.ndjson"), str(tmp_path / "out")
    assert CliRunner().invoke(app, ["detect", events, "--out", out, "--candidates"]).exit_code == 0
    words = ["evaluate", out, "--truth", str(folder / "truth.json"), "--events", events, "--json"]
    report = json.loads(CliRunner().invoke(app, words).stdout)
    ours = report["methods"][0]
    counted = measure(World("town", folder), scorer_at(None))
    rings = counted["rings"]
    assert rings == report["true_rings"] > 0
    assert counted["found_50"] / rings == ours["rings"]["recall_at_50"]
    assert counted["found_80"] / rings == ours["rings"]["recall_at_80"]
    assert counted["reached_50"] / rings == ours["ceiling"]["recall_at_50"]
    assert counted["reached_80"] / rings == ours["ceiling"]["recall_at_80"]
    assert counted["false"] == ours["false_alarms"]["rings"]
    assert 10_000 * counted["false"] / counted["honest"] == ours["false_alarms"]["per_10k_honest"]
    assert counted["prevented"] / counted["money"] == pytest.approx(ours["timeliness"]["prevented"], abs=1e-4)


def counts(**more):
    usual = dict.fromkeys(
        (
            "rings",
            "found_50",
            "found_80",
            "reached_50",
            "reached_80",
            "reported",
            "false",
            "money",
            "prevented",
        ),
        0,
    )
    return usual | {"honest": 1000} | more


def test_the_table_takes_the_worlds_of_a_generator_together():
    one = counts(
        rings=4,
        found_50=3,
        found_80=1,
        reached_50=4,
        reached_80=2,
        reported=4,
        false=1,
        money=100.0,
        prevented=60.0,
    )
    other = counts(
        rings=6,
        found_50=5,
        found_80=4,
        reached_50=5,
        reached_80=5,
        reported=6,
        false=0,
        money=100.0,
        prevented=90.0,
    )
    assert summed([one, other])["honest"] == 2000
    rows = table({("first", "shipped"): [one, other], ("quiet", "shipped"): [counts()]}).splitlines()
    assert rows[1].split() == [
        *("first", "shipped", "2", "10", "80.0", "90.0", "50.0", "70.0", "90.0", "5.0", "75.0")
    ]
    assert rows[2].split() == ["quiet", "shipped", "1", "0", "-", "-", "-", "-", "-", "0.0", "-"]


def test_the_families_take_turns_and_given_worlds_follow(folder):
    worlds = list(worlds_of(0, 9201, [("mine", folder), ("mine", folder)]))
    assert [(world.generator, world.name) for world in worlds] == [("mine", "town")] * 2
    assert worlds[0].truth.rings


def test_what_is_given_has_a_name_and_is_there(folder, tmp_path):
    assert named([f"mine={folder}"]) == [("mine", folder)]
    for wrong in (str(folder), f"={folder}", "mine=/nowhere/at/all"):
        with pytest.raises(ValueError, match="expected NAME=PATH"):
            named([wrong])
    with pytest.raises(ValueError, match=r"expected events\.ndjson"):
        events_in(tmp_path)
