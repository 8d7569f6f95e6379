"""The verbs at work on a small city."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.rings.lifecycle import Policy
from ringfence.main import app

ROOT = Path(__file__).resolve().parents[3]
RESULT_FILES = {
    "accounts.ndjson",
    "dead_letters.ndjson",
    "flags.ndjson",
    "ledger.ndjson",
    "rings.ndjson",
    "summary.json",
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "city"
    words = [
        "simulate",
        "--out",
        str(folder),
        "--riders",
        "400",
        "--drivers",
        "40",
        "--days",
        "6",
        "--seed",
        "5",
    ]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert f"Events are in {folder}/events.ndjson" in result.stdout
    return folder


@pytest.fixture(scope="module")
def results(city: Path) -> Path:
    folder = city.parent / "results"
    result = CliRunner().invoke(app, ["detect", str(city / "events.ndjson"), "--out", str(folder)])
    assert result.exit_code == 0, result.output
    assert f"Results are in {folder}" in result.stdout
    return folder


def evaluation(results: Path, city: Path, *more: str) -> str:
    words = ["evaluate", str(results), "--truth", str(city / "truth.json"), *more]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_detect_writes_all_six_files(results: Path) -> None:
    assert {path.name for path in results.iterdir()} == RESULT_FILES


def test_a_quiet_run_prints_nothing(city: Path, tmp_path: Path) -> None:
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out"), "--quiet"]
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.output) == (0, "")


def test_the_window_of_the_call_reaches_the_engine(city: Path, results: Path, tmp_path: Path) -> None:
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out"), "--window-days", "3"]
    assert CliRunner().invoke(app, words).exit_code == 0
    usual = json.loads((results / "summary.json").read_bytes())
    short = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert short["config_digest"] != usual["config_digest"]
    assert short["engine"]["live_links"] < usual["engine"]["live_links"]


def test_a_run_of_detect_does_not_load_the_slow_libraries(city: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom ringfence.main import app\n"
        "try:\n    app(sys.argv[1:])\nexcept SystemExit as done:\n    assert done.code == 0\n"
        "print([name for name in ('torch', 'igraph', 'sklearn', 'networkx') if name in sys.modules])"
    )
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out"), "--quiet"]
    command = [sys.executable, "-c", code, *words]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout == "[]\n", result.stderr


def test_evaluate_prints_ours_beside_both_baselines_in_80_columns(city: Path, results: Path) -> None:
    text = evaluation(results, city, "--events", str(city / "events.ndjson"))
    assert "ringfence   components   components <=30" in text
    for figure in ("ring recall, Jaccard 0.5", "account AUPRC", "prevented money", "Brier score"):
        assert figure in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_candidates_are_written_on_request_and_change_no_result(
    city: Path, results: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ["detect", str(city / "events.ndjson"), "--out", str(out), "--candidates"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert {path.name for path in out.iterdir()} == RESULT_FILES | {"candidates.ndjson"}
    for name in sorted(RESULT_FILES - {"summary.json"}):
        assert (out / name).read_bytes() == (results / name).read_bytes()
    candidates = [json.loads(line) for line in (out / "candidates.ndjson").read_text().splitlines()]
    summary = json.loads((out / "summary.json").read_bytes())
    assert summary["candidates"] == {"written": len(candidates), "left_out": 0}
    sets = [tuple(candidate["accounts"]) for candidate in candidates]
    assert len(set(sets)) == len(sets) > 0
    again = CliRunner().invoke(app, [*words, "--batch-size", "7"])
    assert again.exit_code == 0, again.output
    assert [json.loads(line) for line in (out / "candidates.ndjson").read_text().splitlines()] == candidates


def test_evaluate_shows_the_ceiling_of_what_was_judged(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["detect", str(city / "events.ndjson"), "--out", str(out), "--candidates"]
    assert CliRunner().invoke(app, words).exit_code == 0
    report = json.loads(evaluation(out, city, "--json"))
    rings = [ring["accounts"] for ring in json.loads((city / "truth.json").read_bytes())["rings"]]
    judged = [
        set(json.loads(line)["accounts"]) for line in (out / "candidates.ndjson").read_text().splitlines()
    ]
    best = [max(len(each & set(ring)) / len(each | set(ring)) for each in judged) for ring in rings]
    reached = sum(overlap >= 0.5 for overlap in best)
    assert report["methods"][0]["ceiling"]["recall_at_50"] == reached / len(rings)
    assert sum(size["reached_at_50"] for size in report["sizes"]) == reached
    assert "ceiling of recall" in evaluation(out, city)


def test_the_accounts_whose_stay_is_told_are_those_that_a_flag_named(city: Path, results: Path) -> None:
    report = json.loads(evaluation(results, city, "--json"))
    fraudulent = {
        account
        for ring in json.loads((city / "truth.json").read_bytes())["rings"]
        for account in ring["accounts"]
    }
    flags = [json.loads(line) for line in (results / "flags.ndjson").read_text().splitlines()]
    flagged = {account for flag in flags for account in flag["accounts"]}
    assert report["methods"][0]["accused"]["accounts"] == len(flagged - fraudulent) > 0


def test_evaluate_without_events_says_why_figures_are_missing(city: Path, results: Path) -> None:
    text = evaluation(results, city)
    assert "components <=30" not in text
    assert "--events" in text


def test_evaluate_gives_the_same_figures_to_machines(city: Path, results: Path) -> None:
    report = json.loads(evaluation(results, city, "--json", "--events", str(city / "events.ndjson")))
    truth = json.loads((city / "truth.json").read_bytes())
    assert report["true_rings"] == len(truth["rings"])
    assert [method["method"] for method in report["methods"]] == [
        "ringfence",
        "components",
        "components <=30",
    ]
    assert sum(each["accounts"] for each in report["methods"][0]["calibration"]["bins"]) == report["accounts"]


def verdicts_on(results: Path, city: Path, outcomes: dict[str, str]) -> Path:
    """The city's events with a verdict on each of these rings after the last of them."""
    last = json.loads((results / "summary.json").read_bytes())["last_ts"]
    answered = city.parent / "answered.ndjson"
    lines = [
        json.dumps(
            {
                "type": "verdict",
                "event_id": f"v{n}",
                "ts": last + n,
                "subject": ring,
                "outcome": outcome,
                "analyst": "ann",
            }
        )
        for n, (ring, outcome) in enumerate(sorted(outcomes.items()))
    ]
    answered.write_text((city / "events.ndjson").read_text() + "\n".join(lines) + "\n")
    return answered


def alerts_in(results: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (results / "flags.ndjson").read_text().splitlines():
        flag = json.loads(line)
        found.setdefault(flag["ring_id"], set()).update(flag["accounts"])
    return found


def test_a_promise_raises_the_thresholds_and_is_written_down_beside_what_was_kept(
    city: Path, results: Path, tmp_path: Path
) -> None:
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, [*words, "--max-false-alerts", "0.02"]).exit_code == 0
    contract = json.loads((tmp_path / "out" / "summary.json").read_bytes())["contract"]
    assert (contract["max_false_alerts"], contract["max_alerts_a_day"]) == (0.02, None)
    assert Policy().review < contract["review"] <= contract["block"] < 1
    opened: dict[str, float] = {}
    for line in (tmp_path / "out" / "flags.ndjson").read_bytes().splitlines():
        flag = json.loads(line)
        opened.setdefault(flag["ring_id"], flag["score"])
    assert min(opened.values()) >= contract["review"]
    assert "contract" not in json.loads((results / "summary.json").read_bytes())
    kept = json.loads(evaluation(tmp_path / "out", city, "--json"))["alerts"]
    assert kept["promised"] == 0.02
    assert kept["alerts"] == len(alerts_in(tmp_path / "out")) == sum(w["alerts"] for w in kept["weeks"])
    assert "Promised: at most 2.0 % of the alerts false." in evaluation(tmp_path / "out", city)


def test_the_setting_of_a_promise_is_the_option(city: Path, tmp_path: Path) -> None:
    for name, more, env in (
        ("option", ["--max-false-alerts", "0.1"], {}),
        ("setting", [], {"RINGFENCE_MAX_FALSE_ALERTS": "0.1"}),
    ):
        words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / name), *more]
        assert CliRunner().invoke(app, words, env=env).exit_code == 0
    assert (tmp_path / "option" / "flags.ndjson").read_bytes() == (
        tmp_path / "setting" / "flags.ndjson"
    ).read_bytes()


def test_verdicts_judge_alerts_without_a_truth_and_calibrate_the_next_run(
    city: Path, results: Path, tmp_path: Path
) -> None:
    alerts = alerts_in(results)
    alone = next(
        ring
        for ring, accounts in sorted(alerts.items())
        if all(accounts.isdisjoint(others) for other, others in alerts.items() if other != ring)
    )
    rings = [alone, *sorted(alerts.keys() - {alone})]
    answered = verdicts_on(results, city, {alone: "legit"} | dict.fromkeys(rings[1:-1], "fraud"))
    words = ["evaluate", str(results), "--events", str(answered)]
    table = CliRunner().invoke(app, words)
    assert table.exit_code == 0, table.output
    kept = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["alerts"]
    assert (kept["alerts"], kept["answered"], kept["false"]) == (len(rings), len(rings) - 1, 1)
    to = tmp_path / "calibration.json"
    words = ["calibrate", str(results), "--events", str(answered), "--to", str(to)]
    made = CliRunner().invoke(app, words)
    assert made.exit_code == 0, made.output
    assert f"{len(rings) - 2} right, 1 false and 1 unanswered alerts" in made.stdout
    calibration = json.loads(to.read_bytes())
    (told,) = calibration["cities"]
    assert [len(told[name]) for name in ("right", "false", "unanswered")] == [len(rings) - 2, 1, 1]
    assert calibration["review"] == Policy().review
    assert 1 <= calibration["days"] < 7
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out"), "--calibration", str(to)]
    rate = CliRunner().invoke(app, [*words, "--max-alerts-a-day", str(3.5 / calibration["days"])])
    assert rate.exit_code == 0, rate.output
    contract = json.loads((tmp_path / "out" / "summary.json").read_bytes())["contract"]
    scores = sorted((score for each in told.values() for score in each), reverse=True)
    assert contract["review"] == min(score for score in scores[:3] if score > scores[3])


def test_a_calibration_without_answers_knows_the_rate_and_promises_no_share(
    city: Path, results: Path, tmp_path: Path
) -> None:
    to = tmp_path / "calibration.json"
    made = CliRunner().invoke(app, ["calibrate", str(results), "--to", str(to)])
    assert made.exit_code == 0, made.output
    assert f"0 right, 0 false and {len(alerts_in(results))} unanswered alerts" in made.stdout
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out"), "--calibration", str(to)]
    assert CliRunner().invoke(app, [*words, "--max-alerts-a-day", "1000"]).exit_code == 0
    assert alerts_in(tmp_path / "out") == alerts_in(results)
    refused = CliRunner().invoke(app, [*words, "--max-false-alerts", "0.5"])
    assert refused.exit_code == 2
    assert "found 0 right and 0 false" in refused.output


def test_calibrations_that_cannot_be_used_are_named(city: Path, tmp_path: Path) -> None:
    words = ["detect", str(city / "events.ndjson"), "--out", str(tmp_path / "out")]
    for more, said in (
        (["--max-alerts-a-day", "3"], "expected a calibration of the same city"),
        (["--calibration", str(tmp_path / "none.json")], "expected a bound on alerts"),
        (
            ["--calibration", str(tmp_path / "none.json"), "--max-false-alerts", "0.1"],
            "expected a calibration file",
        ),
        (["--max-false-alerts", "5"], "5 % are --max-false-alerts 0.05"),
    ):
        result = CliRunner().invoke(app, [*words, *more])
        assert result.exit_code == 2
        assert said in result.output
