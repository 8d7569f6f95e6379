"""The command line: exit codes, one-line errors, help."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graph.model.errors import BadCall, Fatal, NoEvents, Unavailable
from ringfence import __version__
from ringfence.commands import simulate as simulate_verb
from ringfence.exits import Terminated, exit_code, nearest, one_line
from ringfence.main import app
from simulation import CityConfig
from simulation.config import FAMILIES

ROOT = Path(__file__).resolve().parents[3]


def call(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, list(words), env=env)


def spawn(*words: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "ringfence", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A test runner in the background ignores Ctrl-C, and what it starts would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        **options,
    )


def assert_one_line(result: Result, code: int, *parts: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("ringfence: expected ")
    for part in parts:
        assert part in result.stderr


def test_help_names_every_verb_and_ends_well() -> None:
    result = call("--help")
    assert result.exit_code == 0
    for verb in ("detect", "simulate", "evaluate", "demo", "doctor"):
        assert f"\n  {verb}" in result.stdout


def test_a_call_without_a_verb_shows_help_and_is_wrong() -> None:
    result = call()
    assert result.exit_code == 2
    assert "Usage: ringfence" in result.stdout


def test_the_version_is_told() -> None:
    assert call("--version").stdout == f"ringfence {__version__}\n"


def test_an_unknown_verb_is_answered_with_the_nearest_one() -> None:
    assert_one_line(call("detct", "x"), 2, "found detct", "did you mean detect?")


def test_an_unknown_option_is_answered_with_the_nearest_one() -> None:
    assert_one_line(call("detect", "x", "--otu", "y"), 2, "found --otu", "did you mean --out?")


@pytest.mark.parametrize("value", ["abc", "0", "-3", "1.5"])
def test_a_bad_number_is_a_wrong_call(value: str) -> None:
    assert_one_line(call("detect", "x", "--out", "y", "--batch-size", value), 2, "--batch-size")


@pytest.mark.parametrize(
    ("words", "missing"),
    [(["detect", "x"], "--out"), (["detect", "--out", "y"], "EVENTS"), (["evaluate", "x"], "--truth")],
)
def test_what_is_missing_in_the_call_is_named(words: list[str], missing: str) -> None:
    assert_one_line(call(*words), 2, f"expected {missing} in the call")


def test_a_file_that_is_not_there_is_a_wrong_call_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert_one_line(call("detect", str(tmp_path / "nothing.ndjson"), "--out", str(out)), 2, "nothing.ndjson")
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_valid_event_ends_with_three_and_leaves_nothing(tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    events.write_text("not an event\n")
    assert_one_line(call("detect", str(events), "--out", str(tmp_path / "out")), 3)
    assert list(tmp_path.iterdir()) == [events]


def test_evaluating_a_folder_that_is_no_output_is_a_wrong_call(tmp_path: Path) -> None:
    assert_one_line(call("evaluate", str(tmp_path), "--truth", "t.json"), 2, "found no flags.ndjson")


def test_a_city_out_of_range_is_a_wrong_call(tmp_path: Path) -> None:
    assert_one_line(call("simulate", "--out", str(tmp_path / "city"), "--days", "0"), 2, "expected days")
    assert list(tmp_path.iterdir()) == []


def test_a_bad_setting_names_its_variable() -> None:
    result = call("detect", "x", "--out", "y", env={"RINGFENCE_BATCH_SIZE": "many"})
    assert_one_line(result, 2, "RINGFENCE_BATCH_SIZE", "'many'")


def test_a_traceback_comes_with_debug_only_wherever_it_stands() -> None:
    assert "Traceback" not in call("evaluate", "nowhere", "--truth", "t").stderr
    for words in (["--debug", "evaluate", "nowhere"], ["evaluate", "nowhere", "--debug"]):
        result = call(*words, "--truth", "t")
        assert result.exit_code == 2
        assert "Traceback" in result.stderr
        assert result.stderr.splitlines()[-1].startswith("ringfence: expected nowhere")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadCall("x"), 2),
        (NoEvents("x"), 3),
        (Unavailable("x", 1.0), 4),
        (Fatal("x"), 1),
        (ValueError("x"), 1),
        (OSError(28, "No space left on device"), 1),
        (MemoryError(), 1),
        (KeyboardInterrupt(), 130),
        (Terminated(), 143),
    ],
)
def test_every_failure_has_its_code_and_one_line(error: BaseException, code: int) -> None:
    assert exit_code(error) == code
    assert one_line(error)
    assert "\n" not in one_line(error)


def test_a_message_of_several_lines_becomes_one() -> None:
    assert one_line(Fatal("expected a,\n  found b")) == "expected a, found b"


def test_nothing_is_suggested_for_a_word_like_no_other() -> None:
    assert nearest("zzzz", ["detect", "demo"]) is None


def test_the_defaults_of_simulate_are_those_of_the_city() -> None:
    parameters = inspect.signature(simulate_verb.command).parameters
    city = CityConfig()
    shared = [name for name in parameters if hasattr(city, name)]
    assert "riders" in shared
    assert {name: parameters[name].default for name in shared} == {
        name: getattr(city, name) for name in shared
    }


def test_simulate_writes_a_city_of_each_family(tmp_path: Path) -> None:
    few = ("--riders", "60", "--drivers", "8", "--days", "2", "--quiet")
    for family in FAMILIES:
        result = call("simulate", "--out", str(tmp_path / family), "--habits", family, *few)
        assert result.exit_code == 0, result.output
        assert (tmp_path / family / "truth.json").exists()
    wrong = call("simulate", "--out", str(tmp_path / "other"), "--habits", "unheard of", *few)
    assert wrong.exit_code != 0
    assert not (tmp_path / "other").exists()


def test_the_command_line_starts_without_the_slow_libraries() -> None:
    code = (
        "import sys, ringfence.main\n"
        "slow = ('torch', 'igraph', 'sklearn', 'networkx', 'numba', 'fastapi', 'uvicorn', 'httpx')\n"
        "print([name for name in (*slow, 'argon2', 'cryptography', 'limits') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


def test_a_reader_that_goes_away_is_no_failure() -> None:
    process = spawn("--help", env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert errors == b""


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_says_so_on_one_line_and_leaves_nothing(
    tmp_path: Path, stop: signal.Signals, code: int
) -> None:
    process = spawn("detect", "-", "--out", str(tmp_path / "out"), stdin=subprocess.PIPE)
    deadline = time.monotonic() + 60
    # Until its files lie in the folder, the run is still being set up.
    while not list(tmp_path.glob(".out.*/dead_letters.ndjson")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(stop)
    output, errors = process.communicate()
    assert process.returncode == code, errors
    assert output == b""
    assert errors.count(b"\n") == 1
    assert errors.startswith(b"ringfence: expected to run to the end")
    assert list(tmp_path.iterdir()) == []
