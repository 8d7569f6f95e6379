import gzip
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.model.errors import BadCall, Fatal, NoEvents
from graph.model.events import Chargeback, GpsPing
from streaming.files.detect import DetectConfig, detect
from streaming.files.sinks.results import RESULT_FILES
from tests.unit.streaming.fakes import ChargebackEngine
from tests.unit.streaming.records import HOUR, NOON, chargeback, lines, ping

STREAM = lines(
    ping("e1", NOON),
    chargeback("e2", NOON + 5),
    b'{"broken',
    ping("e1", NOON),
    ping("e3", NOON + 400 * HOUR),
    b"\xff\xfe",
    chargeback("e4", NOON + 3, "a2"),
)


def run(tmp_path: Path, content: bytes = STREAM, batch_size: int = 1000, **options):
    source = tmp_path / "events.ndjson"
    source.write_bytes(content)
    engine = ChargebackEngine()
    config = DetectConfig(batch_size=batch_size, **options)
    summary = detect([str(source)], tmp_path / "out", engine, config, now_ms=NOON)
    return summary, engine


def rows(tmp_path: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (tmp_path / "out" / name).read_text().splitlines()]


def comparable(folder: Path) -> dict[str, object]:
    """The bytes of every file; of the summary what does not depend on the machine."""
    found: dict[str, object] = {name: (folder / name).read_bytes() for name in RESULT_FILES}
    summary = json.loads((folder / "summary.json").read_bytes())
    for name in ("seconds", "events_per_second", "peak_memory_mb", "duplicates"):
        del summary[name]
    return found | {"summary.json": summary}


def test_events_reach_the_engine_in_order_without_repeats_and_rejects(tmp_path):
    _, engine = run(tmp_path)
    assert [event.event_id for event in engine.applied] == ["e1", "e2", "e4"]


def test_the_six_files_hold_what_the_engine_said(tmp_path):
    run(tmp_path)
    assert sorted(os.listdir(tmp_path / "out")) == sorted(RESULT_FILES)
    assert [row["flag_id"] for row in rows(tmp_path, "flags.ndjson")] == ["flag_e2", "flag_e4"]
    assert [row["ring_id"] for row in rows(tmp_path, "rings.ndjson")] == ["ring_a1", "ring_a2"]
    assert rows(tmp_path, "accounts.ndjson")[0] == {"account_id": "a1", "score": 0.9, "ring_id": "ring_a1"}
    assert rows(tmp_path, "ledger.ndjson")[1] == {
        "ts": NOON + 3,
        "ring_id": "ring_a2",
        "change": "born",
        "from": [],
        "accounts": {"added": ["a2"], "removed": []},
    }


def test_every_rejected_record_leaves_a_dead_letter(tmp_path):
    run(tmp_path)
    source = str(tmp_path / "events.ndjson")
    broken, future, foreign = rows(tmp_path, "dead_letters.ndjson")
    assert (broken["source"], broken["offset"], broken["reason"]) == (
        source,
        STREAM.index(b'{"bro'),
        "invalid_json",
    )
    assert broken["raw"] == '{"broken'
    assert (future["offset"], future["reason"]) == (STREAM.index(b'{"event_id": "e3"'), "time_out_of_range")
    assert future["detail"] == f"expected ts at most {NOON + 5 + 24 * HOUR}, found {NOON + 400 * HOUR}"
    assert json.loads(future["raw"])["event_id"] == "e3"
    assert foreign == {
        "source": source,
        "offset": STREAM.index(b"\xff"),
        "reason": "invalid_utf8",
        "raw": "//4=",
        "detail": "byte 0 is not UTF-8",
        "encoding": "base64",
    }


def test_the_summary_counts_everything(tmp_path):
    summary, engine = run(tmp_path)
    written = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert written["events"] == 3
    assert written["by_type"]["gps_ping"] == 1
    assert written["by_type"]["chargeback"] == 2
    assert written["rejected"] == {
        "total": 3,
        "by_reason": {"invalid_json": 1, "invalid_utf8": 1, "time_out_of_range": 1},
    }
    assert (written["duplicates"], written["flags"], written["rings"]) == (1, 2, 2)
    assert (written["first_ts"], written["last_ts"]) == (NOON, NOON + 5)
    assert written["engine"] == {"accounts": 2, "live_links": 3}
    assert (written["model_id"], written["config_digest"]) == ("chargebacks-1", "c0ffee")
    assert written["state_digest"] == engine.state_digest() == summary.state_digest
    assert written["seconds"] > 0
    assert written["peak_memory_mb"] > 0


def test_batches_have_the_size_asked_for(tmp_path):
    content = lines(*(ping(f"e{n}", NOON) for n in range(10)))
    assert run(tmp_path, content, batch_size=4)[1].batch_sizes == [4, 4, 2]


def test_the_batch_size_changes_no_byte(tmp_path):
    content = b"".join(STREAM.replace(b'_id": "e', b'_id": "%d-' % n) for n in range(500))
    results = []
    for size in (1, 7, 1000, 100_000):
        run(tmp_path, content, batch_size=size)
        results.append(comparable(tmp_path / "out"))
    assert results[0] == results[1] == results[2] == results[3]


def test_the_same_file_twice_changes_only_the_count_of_duplicates(tmp_path):
    summary, _ = run(tmp_path)
    once = comparable(tmp_path / "out")
    source = str(tmp_path / "events.ndjson")
    twice = detect([source, source], tmp_path / "out", ChargebackEngine(), now_ms=NOON)
    assert comparable(tmp_path / "out") == once
    assert (summary.duplicates, twice.duplicates) == (1, 8)


def test_corrupt_lines_change_nothing_but_the_dead_letters(tmp_path):
    good = [chargeback(f"e{n}", NOON + n * 1000, f"a{n % 7}") for n in range(3000)]
    run(tmp_path, lines(*good))
    clean = comparable(tmp_path / "out")
    bad = [line[: n % len(line)] for n, line in enumerate(good)]
    mixed = [part for n, line in enumerate(good) for part in ([line, bad[n]] if n % 100 == 7 else [line])]
    summary, _ = run(tmp_path, lines(*mixed))
    dirty = comparable(tmp_path / "out")
    assert summary.rejected.total == len(rows(tmp_path, "dead_letters.ndjson")) == 30
    for name in ("flags.ndjson", "rings.ndjson", "accounts.ndjson", "ledger.ndjson"):
        assert dirty[name] == clean[name]


def test_a_very_long_line_is_cut_in_its_dead_letter(tmp_path):
    long = ping("e" * 10_000_000, NOON)
    content = lines(ping("e1", NOON), long, ping("e2", NOON))
    summary, _ = run(tmp_path, content)
    (letter,) = rows(tmp_path, "dead_letters.ndjson")
    assert summary.events == 2
    assert (letter["reason"], letter["length"], len(letter["raw"])) == ("line_too_long", len(long), 65536)
    assert letter["offset"] == content.index(long)


def test_a_cut_through_a_character_is_no_fault_of_the_record(tmp_path):
    run(tmp_path, lines(ping("e1", NOON), b"x" + "\u00e9".encode() * 1000), max_line_bytes=1000)
    run(tmp_path, lines(ping("e1", NOON), b"x" + "\u00e9".encode() * 1_000_000))
    (letter,) = rows(tmp_path, "dead_letters.ndjson")
    assert letter["raw"] == "x" + "\u00e9" * 32767
    assert "encoding" not in letter


def test_line_ends_of_other_systems_and_a_missing_last_one_are_fine(tmp_path):
    summary, _ = run(tmp_path, ping("e1", NOON) + b"\r\n" + ping("e2", NOON))
    assert (summary.events, summary.rejected.total) == (2, 0)


def test_standard_input_is_called_by_its_name(tmp_path):
    stdin = io.BytesIO(gzip.compress(STREAM))
    summary = detect(["-"], tmp_path / "out", ChargebackEngine(), now_ms=NOON, stdin=stdin)
    assert summary.inputs == ["-"]
    assert {row["source"] for row in rows(tmp_path, "dead_letters.ndjson")} == {"-"}


def test_identifiers_are_pseudonymised_where_they_enter(tmp_path):
    _, engine = run(tmp_path, pseudonym_key=b"sixteen bytes ok")
    first, second = engine.applied[:2]
    assert isinstance(first, GpsPing)
    assert isinstance(second, Chargeback)
    assert first.driver_id.startswith("account_")
    assert second.account_id == "account_99b6dc2ad9e501598f184084323685c5"
    assert "a1" not in (tmp_path / "out" / "rings.ndjson").read_text()


def test_progress_is_told_in_bytes_on_disk(tmp_path):
    source = tmp_path / "events.ndjson.gz"
    source.write_bytes(gzip.compress(lines(*(ping(f"e{n}", NOON) for n in range(20_000)))))
    told: list[tuple[int, int | None]] = []
    detect(
        [str(source)],
        tmp_path / "out",
        ChargebackEngine(),
        progress=lambda read, total: told.append((read, total)),
        now_ms=NOON,
    )
    size = source.stat().st_size
    assert len(told) > 5
    assert told == sorted(told)
    assert told[-1] == (size, size)


def test_nothing_valid_is_an_error_and_leaves_nothing(tmp_path):
    message = r"found 3 records and every one rejected, 2 of them for not_an_object: check that"
    with pytest.raises(NoEvents, match=message):
        run(tmp_path, b"1\n2\n{\n")
    with pytest.raises(NoEvents, match=r"found nothing: give a file with one JSON object per line"):
        run(tmp_path, b"")
    assert os.listdir(tmp_path) == ["events.ndjson"]


def test_a_corrupt_input_leaves_the_former_result_alone(tmp_path):
    run(tmp_path)
    before = comparable(tmp_path / "out")
    packed = tmp_path / "events.ndjson.gz"
    packed.write_bytes(gzip.compress(STREAM)[:-3])
    with pytest.raises(Fatal, match=r"events.ndjson.gz, found its end too early"):
        detect([str(packed)], tmp_path / "out", ChargebackEngine(), now_ms=NOON)
    assert comparable(tmp_path / "out") == before
    assert sorted(os.listdir(tmp_path)) == ["events.ndjson", "events.ndjson.gz", "out"]


class StumblingEngine(ChargebackEngine):
    def rings(self):
        raise KeyboardInterrupt


def test_an_interrupted_run_leaves_nothing(tmp_path):
    (tmp_path / "events.ndjson").write_bytes(STREAM)
    with pytest.raises(KeyboardInterrupt):
        detect([str(tmp_path / "events.ndjson")], tmp_path / "out", StumblingEngine(), now_ms=NOON)
    assert os.listdir(tmp_path) == ["events.ndjson"]


TERMINATED = """
import sys
from pathlib import Path
from streaming.files.detect import DetectConfig, detect
from tests.unit.streaming.fakes import ChargebackEngine
detect(["-"], Path(sys.argv[1]), ChargebackEngine(), DetectConfig(batch_size=1))
"""


def test_a_polite_kill_leaves_nothing(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", TERMINATED, str(tmp_path / "out")], stdin=subprocess.PIPE, cwd=Path.cwd()
    )
    assert child.stdin is not None
    child.stdin.write(STREAM)
    child.stdin.flush()
    for _ in range(600):
        if os.listdir(tmp_path):
            break
        time.sleep(0.1)
    assert [name[:13] for name in os.listdir(tmp_path)] == [".out.partial-"]
    child.terminate()
    assert child.wait(60) == 143
    child.stdin.close()
    assert os.listdir(tmp_path) == []


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(BadCall, match=r"expected a batch size of at least 1, found 0"):
        DetectConfig(batch_size=0)
    with pytest.raises(BadCall, match=r"expected lines of at least 1 byte, found 0"):
        DetectConfig(max_line_bytes=0)
