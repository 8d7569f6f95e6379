"""The verbs of the model at work on a small city: train, evaluate-model, promote, explain."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ringfence.main import app

pytestmark = pytest.mark.slow


def call(*words):
    """Run one verb; gives its exit code and what it printed."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    sizes = ["--riders", 1200, "--drivers", 150, "--days", 21, "--fraud-share", 0.07, "--camouflage", 0.1]
    rides = ["--trips-per-rider-day", 0.15, "--seed", 3, "--quiet"]
    assert call("simulate", "--out", folder / "city", *sizes, *rides)[0] == 0
    return folder


@pytest.fixture(scope="module")
def known(town):
    return [town / "city" / "events.ndjson", "--truth", town / "city" / "truth.json"]


@pytest.fixture(scope="module")
def model(town, known):
    code, said = call("train", *known, "--out", town / "model", "--epochs", 2)
    assert code == 0, said
    return town / "model", said


def test_training_leaves_a_model_a_report_and_no_checkpoint(model):
    folder, said = model
    assert {path.name for path in folder.iterdir()} == {
        "calibration.png",
        "learning_curve.png",
        "manifest.json",
        "precision_recall.png",
        "recall_by_kind.png",
        "report.md",
        "weights.safetensors",
    }
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["model_id"] in said
    assert manifest["command"] == "ringfence train --seed 1 --epochs 2 --patience 8"
    assert (folder / "report.md").read_text().startswith(f"# Model {manifest['model_id']}\n")
    assert (folder / "weights.safetensors").stat().st_size < 2_000_000


def test_the_same_events_train_the_same_model(model, town, known):
    folder, _ = model
    assert call("train", *known, "--out", town / "again", "--epochs", 2, "--quiet") == (0, "")
    for name in ("manifest.json", "weights.safetensors", "report.md", "recall_by_kind.png"):
        assert (town / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_model_is_judged_on_events(model, town, known):
    folder, _ = model
    code, said = call("evaluate-model", *known, "--model", folder, "--out", town / "judged")
    assert code == 0, said
    assert "network: AUPRC" in said
    assert "logistic: AUPRC" in said
    assert "Drifted since training:" in said
    report = (town / "judged" / "report.md").read_text()
    assert "## Drift since training" in report


def test_a_first_model_becomes_champion_and_an_equal_one_does_not_replace_it(model, town, known):
    folder, _ = model
    events, _, truth = known
    contest = ["--registry", town / "models", "--events", events, "--truth", truth]
    code, said = call("promote", folder, *contest)
    assert code == 0
    assert "is the first champion" in said
    assert "is the champion already" in call("promote", folder, *contest)[1]
    assert call("train", *known, "--out", town / "other", "--epochs", 2, "--seed", 2, "--quiet")[0] == 0
    reign = (town / "models" / "champion.json").read_bytes()
    code, said = call("promote", town / "other", *contest)
    champion = json.loads((town / "models" / "champion.json").read_bytes())["model_id"]
    if code == 0:
        assert f"{champion} is champion: AUPRC" in said
    else:
        assert (town / "models" / "champion.json").read_bytes() == reign


def test_every_ring_of_a_city_is_explained(town, known):
    events = known[0]
    assert call("detect", events, "--out", town / "results", "--quiet")[0] == 0
    rings = [json.loads(line) for line in (town / "results" / "rings.ndjson").read_text().splitlines()]
    assert rings
    code, said = call("explain", events, "--results", town / "results", "--ring", rings[0]["ring_id"])
    assert code == 0
    assert said.startswith(f"{rings[0]['ring_id']} {rings[0]['kind']}: ")
    code, said = call("explain", events, "--results", town / "results", "--ring", "nothing")
    assert code == 2
