"""The audit: whatever is changed, removed, moved or cut, it is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.desk.audit import Actor, AuditLine
from queries.desk.checkpoints import (
    Checkpoint,
    CheckpointFile,
    checkpoint_of,
    read_export,
    verify,
    write_export,
)
from queries.desk.keys import DeskKeys
from queries.desk.masking import Masks
from tests.desk_places import new_desk

LINES = 12
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


@dataclass(frozen=True)
class Kept:
    lines: list[AuditLine]
    middle: Checkpoint
    end: Checkpoint
    public: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Kept:
    desk = new_desk(tmp_path_factory.mktemp("desk"))
    for n in range(LINES):
        desk.log.append(
            Actor(f"person {n % 3}", "session", "::1"), "account.read", f"account#{n}", reason="r"
        )
        if n == LINES // 2:
            middle = checkpoint_of(desk.log, desk.keys, n)
    kept = Kept(list(desk.log), middle, checkpoint_of(desk.log, desk.keys, LINES), desk.keys.public)
    desk.close()
    return kept


def findings(kept: Kept, lines: list[AuditLine]) -> tuple[str, ...]:
    return verify(lines, [kept.middle, kept.end], kept.public).findings


def chained(lines: list[AuditLine]) -> list[AuditLine]:
    """The lines with numbers and digests made anew, as who knows the format could."""
    digest, made = "00" * 32, []
    for number, line in enumerate(lines, 1):
        new = msgspec.structs.replace(line, number=number, previous=digest)
        new = msgspec.structs.replace(new, digest=new.computed_digest())
        made.append(new)
        digest = new.digest
    return made


def test_a_whole_record_has_no_findings(kept):
    found = verify(kept.lines, [kept.middle, kept.end], kept.public)
    assert (found.lines, found.covered, found.findings) == (LINES, LINES, ())


@given(
    place=st.integers(0, LINES - 1),
    field=st.sampled_from(["actor", "means", "address", "action", "subject", "detail"]),
    text=TEXT,
)
def test_a_changed_word_is_found(kept, place, field, text):
    line = kept.lines[place]
    changed = msgspec.structs.replace(line, **{field: getattr(line, field) + "x" + text})
    lines = [*kept.lines[:place], changed, *kept.lines[place + 1 :]]
    assert findings(kept, lines)
    assert findings(kept, chained(lines)), "also when the chain is made anew"


@given(place=st.integers(0, LINES - 1), by=st.integers(-1_000, 1_000).filter(bool))
def test_a_changed_time_is_found(kept, place, by):
    line = kept.lines[place]
    lines = [
        *kept.lines[:place],
        msgspec.structs.replace(line, at_ms=line.at_ms + by),
        *kept.lines[place + 1 :],
    ]
    assert findings(kept, lines)
    assert findings(kept, chained(lines))


@given(removed=st.sets(st.integers(0, LINES - 1), min_size=1))
def test_removed_lines_and_a_cut_end_are_found(kept, removed):
    lines = [line for n, line in enumerate(kept.lines) if n not in removed]
    assert findings(kept, lines)
    assert findings(kept, chained(lines))


@given(order=st.permutations(range(LINES)).filter(lambda order: list(order) != sorted(order)))
def test_lines_in_another_order_are_found(kept, order):
    lines = [kept.lines[n] for n in order]
    assert findings(kept, lines)
    assert findings(kept, chained(lines))


@given(place=st.integers(0, LINES - 2))
def test_an_added_line_is_found(kept, place):
    lines = [*kept.lines[: place + 1], kept.lines[place], *kept.lines[place + 1 :]]
    assert findings(kept, lines)
    assert findings(kept, chained(lines)), "also when the chain is made anew"


@given(change=st.sampled_from(["number", "digest", "at_ms", "signature"]), other=st.integers(1, 1 << 16))
def test_a_forged_checkpoint_is_found(kept, change, other):
    forged_by = DeskKeys(other.to_bytes(32, "big"))
    values = {
        "number": kept.end.number - 1,
        "digest": kept.lines[0].digest,
        "at_ms": kept.end.at_ms + other,
        "signature": forged_by.signing.sign(kept.end.signed()).hex(),
    }
    forged = msgspec.structs.replace(kept.end, **{change: values[change]})
    found = verify(kept.lines, [forged], kept.public)
    assert found.findings
    assert found.covered == 0


def test_what_was_added_after_a_checkpoint_is_not_covered_by_it(kept):
    found = verify(kept.lines, [kept.middle], kept.public)
    assert (found.lines, found.covered, found.findings) == (LINES, LINES // 2 + 1, ())


def test_a_key_of_somebody_else_is_found(kept):
    assert verify(kept.lines, [kept.end], DeskKeys(b"x" * 32).public).findings
    assert verify(kept.lines, [kept.end], "no key").findings


def test_the_file_refuses_changes_and_what_is_forced_in_is_found(tmp_path):
    desk = new_desk(tmp_path)
    for n in range(4):
        desk.log.append(Actor("ann", "session", ""), f"act {n}")
    end = checkpoint_of(desk.log, desk.keys, 1)
    desk.close()
    with closing(sqlite3.connect(tmp_path / "test.desk")) as connection:
        for statement in ("UPDATE audit SET actor = 'bob'", "DELETE FROM audit WHERE number = 4"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                connection.execute(statement)
        connection.execute("DROP TRIGGER audit_is_never_cut")
        connection.execute("DELETE FROM audit WHERE number = 4")
        connection.commit()
    again = new_desk(tmp_path)
    assert verify(again.log, [end], again.keys.public).findings == (
        "line 4 is missing at the end: a checkpoint saw it",
    )
    again.close()


def test_an_export_holds_every_line_and_a_checkpoint_and_is_checked_by_itself(tmp_path):
    desk = new_desk(tmp_path)
    for n in range(30):
        desk.log.append(Actor("ann", "session", ""), f"act {n}", note='"signature"\n,=cmd()')
    path = tmp_path / "export.ndjson"
    assert write_export(desk.log, desk.keys, 7, path) == 30
    lines, checkpoints = read_export(path)
    assert lines == list(desk.log)
    assert verify(lines, checkpoints, desk.keys.public).covered == 30
    whole = path.read_bytes().splitlines(keepends=True)
    for cut in range(1, 30):
        (tmp_path / "cut.ndjson").write_bytes(b"".join(whole[:cut] + whole[-1:]))
        assert verify(*read_export(tmp_path / "cut.ndjson")).findings
    desk.close()


def test_checkpoints_are_kept_in_their_order(tmp_path, kept):
    file = CheckpointFile(Path(tmp_path) / "checkpoints")
    assert file.read() == []
    file.keep(kept.middle)
    file.keep(kept.end)
    assert file.read() == [kept.middle, kept.end]


@given(st.sampled_from(["account", "device", "trip"]), st.text(min_size=1, max_size=128))
def test_a_mask_leads_back_to_what_it_hides_and_only_here(kind, identifier):
    masks = Masks(DeskKeys(b"k" * 32))
    handle = masks.masked(kind, identifier)
    assert handle.startswith("~")
    assert handle == masks.masked(kind, identifier)
    assert masks.plain(kind, handle) == identifier
    assert masks.plain("card", handle) == handle, "a handle of another kind is no handle"
    assert Masks(DeskKeys(b"l" * 32)).plain(kind, handle) == handle
    assert masks.plain_key(masks.masked_key(f"{kind}:{identifier}")) == f"{kind}:{identifier}"


@given(st.text(max_size=60))
def test_what_is_no_handle_is_taken_as_it_is(text):
    masks = Masks(DeskKeys(b"k" * 32))
    assert masks.plain("account", text) == text
    assert masks.plain("account", "~" + text) == "~" + text


def test_promotions_name_nobody():
    assert Masks(DeskKeys(b"k" * 32)).masked("promo", "WELCOME") == "WELCOME"


def test_a_pseudonym_is_the_same_until_its_key_is_gone_and_leads_nowhere(tmp_path):
    desk = new_desk(tmp_path)
    pseudonym = desk.subjects.pseudonym("account", "ann")
    assert pseudonym.startswith("account#")
    assert pseudonym == desk.subjects.pseudonym("account", "ann")
    assert pseudonym != desk.subjects.pseudonym("device", "ann")
    assert desk.masks.plain("account", pseudonym) == pseudonym
    assert desk.subjects.forget("account", "ann")
    assert not desk.subjects.forget("account", "ann")
    assert desk.subjects.pseudonym("account", "ann") != pseudonym
    desk.close()


def test_what_was_said_may_be_erased_and_not_changed(tmp_path):
    desk = new_desk(tmp_path)
    for words in ("ann did it", None, "bob did it"):
        desk.log.append(Actor("eve", "session", ""), "account.read", said=words)
    end = checkpoint_of(desk.log, desk.keys, 1)
    assert [line.said for line in desk.log] == ["ann did it", None, "bob did it"]
    assert desk.log.forget_words(lambda text: "ann" in text) == 1
    lines = list(desk.log)
    assert [line.said for line in lines] == [None, None, "bob did it"]
    assert verify(lines, [end], desk.keys.public).findings == ()
    for number, changes in (
        (1, {"said": "x", "salt": "00"}),
        (2, {"said": "x"}),
        (2, {"salt": None}),
        (2, {"salt": "no"}),
    ):
        forged = [*lines[:number], msgspec.structs.replace(lines[number], **changes), *lines[number + 1 :]]
        assert verify(forged, [end], desk.keys.public).findings == (
            f"what was said in line {number + 1} was changed",
        )
    desk.close()
