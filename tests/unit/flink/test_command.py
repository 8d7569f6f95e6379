import os
from pathlib import Path

import pytest

import flink.__main__ as command
from flink.options import JobOptions, places_of, sink_table, source_table, split_statement
from flink.regions import Regions
from graph.model.errors import BadCall

ONE = Regions(("all",), 0, None, {}, ())
CALL = ["--kafka", "127.0.0.1:1", "--cluster", "127.0.0.1:1", "--jar", "none.jar", "--checkpoints", "there"]


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["flink", *CALL, *more])
    monkeypatch.setattr(command, "ASK_S", 0.2)
    code = command.main()
    return code, capsys.readouterr().err


def options(**more) -> JobOptions:
    places = places_of("events.{region}", "", ["gps"], ONE, {"gps": 2, "events.all": 2, "dead-letters": 1})
    return JobOptions(
        kafka="host:9092", regions=ONE, places=places, clock_ms=0, checkpoints="file:///there", **more
    )


def test_a_broker_that_is_away_is_said_in_one_line(monkeypatch, capsys) -> None:
    code, words = said(monkeypatch, capsys)
    assert (code, words) == (4, "flink: expected Kafka at 127.0.0.1:1, found no answer: see that it runs\n")


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (["--continue", "--until-end"], "expected --continue or --until-end, found both"),
        (["--regions", "none.toml"], "expected a file of regions, found none.toml"),
        (["--kafka-option", "security"], "expected NAME=VALUE, found 'security'"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(monkeypatch, capsys, more: list[str], found: str) -> None:
    code, words = said(monkeypatch, capsys, *more)
    assert code == 2
    assert found in words
    assert words.count("\n") == 1


def test_the_newest_whole_checkpoint_is_gone_on_from(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="expected a checkpoint in"):
        command.newest_checkpoint(tmp_path)
    for number, name in enumerate(("job-b/chk-7", "job-a/chk-9", "job-a/chk-10")):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        if name != "job-a/chk-10":
            (folder / "_metadata").touch()
            os.utime(folder / "_metadata", (1000 + number, 1000 + number))
    assert command.newest_checkpoint(tmp_path) == (tmp_path / "job-a" / "chk-9").as_uri()


def test_statements_read_all_that_is_there_and_write_as_told() -> None:
    usual = options(passed={"sasl.jaas.config": "x password='y'"})
    assert "'topic' = 'gps'" in source_table(usual)
    assert "'properties.sasl.jaas.config' = 'x password=''y'''" in source_table(usual)
    assert "'properties.isolation.level' = 'read_committed'" in source_table(usual)
    assert "scan.bounded.mode" not in source_table(usual)
    assert "'topic' = 'events.all;dead-letters'" in sink_table(usual)
    assert "'sink.delivery-guarantee' = 'at-least-once'" in sink_table(usual)
    once = options(exactly_once=True, until_end=True)
    assert "'scan.bounded.mode' = 'latest-offset'" in source_table(once)
    assert "'sink.delivery-guarantee' = 'exactly-once'" in sink_table(once)
    assert "'sink.transactional-id-prefix' = 'ringfence-front'" in sink_table(once)
    assert "SPLIT(r.`text`, U&'\\001e')" in split_statement()


@pytest.mark.parametrize("more", [{"remember_hours": 49}, {"remember_hours": 0}, {"parallelism": 0}])
def test_options_out_of_range_are_refused(more: dict) -> None:
    with pytest.raises(BadCall, match="expected"):
        options(**more)
