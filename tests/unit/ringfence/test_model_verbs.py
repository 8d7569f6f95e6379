"""The verbs of the model at work on a small city: train, evaluate-model, promote, explain."""

import json
from importlib.resources import files
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
    sizes = ["--riders", 600, "--drivers", 60, "--days", 21, "--fraud-share", 0.14, "--camouflage", 0.1]
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


def test_a_model_scores_in_detect_whatever_the_batches_and_is_named_in_the_summary(
    model, town, known, monkeypatch
):
    folder, events = model[0], known[0]
    code, said = call("detect", events, "--out", town / "by-model", "--model", folder, "--batch-size", 1000)
    assert code == 0, said
    model_id = json.loads((folder / "manifest.json").read_text())["model_id"]
    assert f"scored by {model_id}" in said
    assert json.loads((town / "by-model" / "summary.json").read_text())["model_id"] == model_id
    monkeypatch.setenv("RINGFENCE_MODEL", str(folder))
    assert call("detect", events, "--out", town / "by-setting", "--batch-size", 1, "--quiet") == (0, "")
    for name in ("flags", "rings", "accounts", "ledger"):
        one, other = (town / out / f"{name}.ndjson" for out in ("by-model", "by-setting"))
        assert one.read_bytes() == other.read_bytes()
    assert call("evaluate", town / "by-model", "--truth", known[2])[0] == 0


def test_rings_are_explained_by_the_model_that_scored_them_and_by_no_other(town, known):
    folder, events = files("gnn").joinpath("weights", "network"), known[0]
    assert call("detect", events, "--out", town / "to-explain", "--model", folder, "--quiet")[0] == 0
    ring = json.loads((town / "to-explain" / "rings.ndjson").read_text().splitlines()[0])
    words = ["explain", events, "--results", town / "to-explain", "--ring", ring["ring_id"], "--quiet"]
    code, said = call(*words)
    assert (code, "found those of model_" in said) == (2, True)
    code, said = call(*words, "--model", folder)
    assert code == 0, said
    assert f"score {ring['score']:.2f}" in said


def test_training_on_a_device_that_is_not_there_is_refused_before_anything_is_read(town, known, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    code, said = call("train", *known, "--out", town / "fast", "--device", "cuda")
    assert (code, "expected a CUDA device for --device cuda, found" in said) == (2, True)


def test_a_stopped_training_goes_on_and_ends_as_an_undisturbed_one(model, town, known):
    from gnn.training.training import TrainingConfig
    from ringfence.judgement import read_truth
    from ringfence.training_run import CHECKPOINT, SNAPSHOT_DAYS, read_world, train

    class Stopped(Exception):
        pass

    def stop(epoch):
        raise Stopped

    events, _, truth_file = known
    truth = read_truth(truth_file)
    snapshots = read_world([str(events)], truth, None, SNAPSHOT_DAYS)
    with pytest.raises(Stopped):
        train(snapshots, truth, town / "stopped", TrainingConfig(epochs=2), "", stop)
    assert (town / "stopped" / CHECKPOINT).exists()
    code, said = call("train", *known, "--out", town / "stopped", "--epochs", 2)
    assert code == 0, said
    assert "epoch 1" not in said
    assert "epoch 2" in said
    for path in model[0].iterdir():
        assert (town / "stopped" / path.name).read_bytes() == path.read_bytes()


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


@pytest.fixture(scope="module")
def results(town, known):
    assert call("detect", known[0], "--out", town / "results", "--quiet")[0] == 0
    return town / "results"


@pytest.fixture(scope="module")
def answered(town, known, results):
    """The city's events and, at their end, an answer about every ring: every third is cleared."""
    lines = known[0].read_text().splitlines()
    end = json.loads(lines[-1])["ts"]
    for n, line in enumerate((results / "rings.ndjson").read_text().splitlines()):
        ring = json.loads(line)
        outcome = "fraud" if n % 3 else "legit"
        verdict = {"event_id": f"v{n}", "type": "verdict", "ts": end + n, "subject": ring["ring_id"]}
        lines.append(json.dumps(verdict | {"outcome": outcome, "analyst": "ines"}))
    path = town / "answered.ndjson"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_verdicts_are_all_that_retraining_needs(town, answered, results):
    words = ["train", answered, "--verdicts", results, "--out", town / "retrained", "--epochs", 1]
    code, said = call(*words)
    assert code == 0, said
    assert "epoch 1: loss" in said
    assert (town / "retrained" / "report.md").exists()


def test_without_a_truth_or_verdicts_there_is_nothing_to_learn_from(town, known, results):
    events = known[0]
    code, said = call("train", events, "--out", town / "nothing")
    assert (code, "expected --truth FILE or --verdicts DIR, found neither" in said) == (2, True)
    code, said = call("train", events, "--verdicts", results, "--out", town / "nothing")
    assert (code, "expected verdicts among the events, found none" in said) == (1, True)


def test_a_folder_that_holds_a_model_is_refused_before_anything_is_read(model, known):
    code, said = call("train", *known, "--out", model[0])
    assert (code, "to hold no model yet" in said) == (2, True)


def test_rings_of_a_city_are_explained(known, results):
    events = known[0]
    rings = [json.loads(line) for line in (results / "rings.ndjson").read_text().splitlines()]
    assert len(rings) > 1
    words = [word for ring in rings[:2] for word in ("--ring", ring["ring_id"])]
    code, said = call("explain", events, "--results", results, *words)
    assert code == 0, said
    lines = said.splitlines()
    for ring, line in zip(rings[:2], lines, strict=False):
        assert line.startswith(f"{ring['ring_id']} {ring['kind']}: ")
        assert f"score {ring['score']:.2f}" in line
    assert lines[2].endswith("of 2 explanations hold when the whole city is judged again")
    code, said = call("explain", events, "--results", results, "--ring", "nothing")
    assert code == 2
