"""An output folder as typed records, and clear words when it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.model.errors import BadCall, Fatal
from graph.model.results import AccountsChanged, AccountScore, LedgerEntry
from graph.model.vocabulary import Decision, LedgerChange, RingKind
from queries import open_results

REASON = '{"rule":"shared_device","detail":"3 accounts on 1 device","strength":2.5}'
FILES = {
    "flags.ndjson": '{"flag_id":"flag_1","ts":5,"event_id":"e","accounts":["a"],"ring_id":"ring_1",'
    f'"score":0.75,"decision":"review","reasons":[{REASON}],"kind":"takeover"}}\n',
    "rings.ndjson": '{"ring_id":"ring_1","kind":"takeover","score":0.75,"accounts":["a","b"],"drivers":["b"],'
    '"riders":["a"],"entities":["d"],"first_ts":1,"flagged_ts":5,"exposure":12.5,'
    f'"reasons":[{REASON}],"innocent_reasons":[],"added_by_a_later_version":1}}\n',
    "accounts.ndjson": '{"account_id":"a","score":0.75,"ring_id":"ring_1"}\n'
    '{"account_id":"z","score":0.0,"ring_id":null}\n',
    "ledger.ndjson": '{"ts":5,"ring_id":"ring_1","change":"born","from":[],'
    '"accounts":{"added":["a","b"],"removed":[]}}\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_every_file_is_read_into_its_records(folder: Path) -> None:
    results = open_results(folder)
    (flag,) = results.flags()
    (ring,) = results.rings()
    assert (flag.decision, flag.kind, flag.reasons[0].strength) == (Decision.REVIEW, RingKind.TAKEOVER, 2.5)
    assert (ring.ring_id, ring.drivers, ring.exposure) == ("ring_1", ["b"], 12.5)
    assert list(results.accounts()) == [
        AccountScore(account_id="a", score=0.75, ring_id="ring_1"),
        AccountScore(account_id="z", score=0.0, ring_id=None),
    ]
    assert list(results.ledger()) == [
        LedgerEntry(
            ts=5,
            ring_id="ring_1",
            change=LedgerChange.BORN,
            from_=[],
            accounts=AccountsChanged(added=["a", "b"], removed=[]),
        )
    ]


def test_a_run_without_findings_has_empty_files(folder: Path) -> None:
    for name in FILES:
        (folder / name).write_text("")
    assert list(open_results(folder).rings()) == []


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(BadCall, match="found nothing there"):
        open_results(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_a_wrong_call(folder: Path) -> None:
    with pytest.raises(BadCall, match="found a file"):
        open_results(folder / "rings.ndjson")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadCall, match=f"found no {name}"):
        open_results(folder)


def test_a_broken_line_is_named_by_its_number(folder: Path) -> None:
    with (folder / "accounts.ndjson").open("a") as file:
        file.write('{"account_id":"b","score":"high","ring_id":null}\n')
    with pytest.raises(Fatal, match=r"line 3 of .*accounts\.ndjson to hold a record of type AccountScore"):
        list(open_results(folder).accounts())
