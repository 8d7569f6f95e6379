"""People, one-time links, sessions and tokens, and the lines that they leave in the audit."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from itertools import pairwise

import pytest

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import DeskRole, Permission
from queries.desk.desk import Desk, open_desk
from queries.desk.people import LINK_LIVES_MS
from queries.desk.schema import VERSION
from queries.desk.sessions import IDLE_MS, LIVES_MS, MOST
from queries.desk.tokens import READING
from tests.desk_places import PASSWORD, TEST, Clock, new_desk, with_session, with_token


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    opened = new_desk(tmp_path, clock)
    yield opened
    opened.close()


def actions(desk: Desk) -> list[tuple[str, str]]:
    return [(line.action, line.subject) for line in desk.log]


def test_the_first_admin_comes_by_a_link_and_nobody_has_a_default_password(desk):
    code = desk.first_link("")
    assert [(p.name, p.role, p.has_password) for p in desk.people.all()] == [("admin", DeskRole.ADMIN, False)]
    assert desk.sign_in("admin", "admin", "") is None
    assert desk.sign_in("admin", "", "") is None
    person, _ = desk.redeem_link(code, PASSWORD, "::1")
    assert person.name == "admin"
    assert desk.sign_in("admin", PASSWORD, "") is not None
    assert desk.first_link("") is None


def test_a_first_link_that_was_not_used_is_void_when_the_next_is_made(desk):
    first, second = desk.first_link(""), desk.first_link("")
    with pytest.raises(BadCall, match="void"):
        desk.redeem_link(first, PASSWORD, "")
    desk.redeem_link(second, PASSWORD, "")


def test_a_link_works_once_and_for_a_day(desk, clock):
    _, code = desk.add_person(TEST, "ann", DeskRole.VIEWER)
    desk.redeem_link(code, PASSWORD, "")
    with pytest.raises(BadCall, match="void"):
        desk.redeem_link(code, PASSWORD, "")
    late = desk.new_link(TEST, "ann")
    clock.now_ms += LINK_LIVES_MS
    with pytest.raises(BadCall, match="void"):
        desk.redeem_link(late, PASSWORD, "")


def test_a_new_password_ends_the_sessions_that_the_old_one_opened(desk):
    secret = with_session(desk, DeskRole.VIEWER, "ann")
    assert desk.caller_of_session(secret, "") is not None
    desk.redeem_link(desk.new_link(TEST, "ann"), PASSWORD, "")
    assert desk.caller_of_session(secret, "") is None


@pytest.mark.parametrize("password", ["short", "x" * 1_025, "ann-ann-annn"])
def test_a_poor_password_is_refused_and_the_link_stays_good(desk, password):
    name = "ann-ann-ann"
    _, code = desk.add_person(TEST, name, DeskRole.VIEWER)
    with pytest.raises(BadCall, match="expected a password"):
        desk.redeem_link(code, password, "")
    desk.redeem_link(code, PASSWORD, "")


@pytest.mark.parametrize("name", ["", "Ann", "a b", "x" * 65, "<b>", "a\n", "'; --"])
def test_a_name_that_is_no_name_is_refused(desk, name):
    with pytest.raises(BadCall, match="expected a name"):
        desk.add_person(TEST, name, DeskRole.VIEWER)


def test_a_session_ends_when_it_is_idle_or_old_or_closed(desk, clock):
    secret = with_session(desk, DeskRole.VIEWER)
    caller = desk.caller_of_session(secret, "")
    for _ in range(LIVES_MS // (IDLE_MS // 2) - 1):
        clock.now_ms += IDLE_MS // 2
        assert desk.caller_of_session(secret, "") is not None
    clock.now_ms += IDLE_MS // 2
    assert desk.caller_of_session(secret, "") is None
    idle = desk.sessions.open(caller.person)
    clock.now_ms += IDLE_MS
    assert desk.caller_of_session(idle, "") is None
    closed = desk.sessions.open(caller.person)
    desk.sign_out(caller, closed)
    assert desk.caller_of_session(closed, "") is None


def test_a_person_has_only_so_many_sessions(desk, clock):
    person, _ = desk.add_person(TEST, "ann", DeskRole.VIEWER)
    secrets = []
    for _ in range(MOST + 1):
        clock.now_ms += 1
        secrets.append(desk.sessions.open(person))
    assert [desk.sessions.person_of(secret) is not None for secret in secrets] == [False, *[True] * MOST]


def test_a_token_opens_until_it_expires_or_is_revoked(desk, clock):
    secret = with_token(desk, DeskRole.SERVICE)
    assert desk.caller_of_token(secret, "").person.name == "one-service"
    clock.passes(days=29.9)
    assert desk.caller_of_token(secret, "") is not None
    clock.passes(days=0.1)
    assert desk.caller_of_token(secret, "") is None
    person = desk.people.named("one-service")
    token, second = desk.add_token(TEST, person, "again", READING, 1)
    desk.revoke_token(TEST, token)
    assert desk.caller_of_token(second, "") is None


@pytest.mark.parametrize("forged", ["", "rf_", "rf_" + "A" * 43, "' OR 1=1 --", "rf_\udcff"])
def test_a_forged_token_opens_nothing(desk, forged):
    with_token(desk, DeskRole.ADMIN)
    assert desk.caller_of_token(forged, "") is None
    assert desk.caller_of_session(forged, "") is None


def test_a_token_may_do_what_its_scope_says_within_the_role(desk):
    person, _ = desk.add_person(TEST, "lee", DeskRole.LEAD)
    _, secret = desk.add_token(TEST, person, "some", {Permission.RINGS_READ, Permission.ACTS_DECLARE}, 1)
    assert desk.caller_of_token(secret, "").permissions == {Permission.RINGS_READ, Permission.ACTS_DECLARE}
    with_token(desk, DeskRole.ADMIN)
    desk.change_person(TEST, "lee", DeskRole.VIEWER, None)
    assert desk.caller_of_token(secret, "").permissions == {Permission.RINGS_READ}
    with pytest.raises(BadCall, match="people_manage"):
        desk.add_token(TEST, desk.people.named("lee"), "more", {Permission.PEOPLE_MANAGE}, 1)
    for days in (0, -1, 367, float("nan")):
        with pytest.raises(BadCall, match="expected a life"):
            desk.add_token(TEST, person, "long", READING, days)


def test_the_use_of_a_token_is_noted_once_a_minute(desk, clock):
    secret = with_token(desk, DeskRole.VIEWER)
    desk.caller_of_token(secret, "")
    first = desk.tokens.all()[0].last_used_ms
    clock.passes(seconds=59)
    desk.caller_of_token(secret, "")
    assert desk.tokens.all()[0].last_used_ms == first == clock.now_ms - 59_000
    clock.passes(seconds=1)
    desk.caller_of_token(secret, "")
    assert desk.tokens.all()[0].last_used_ms == clock.now_ms


def test_who_is_put_out_is_out_at_once(desk):
    with_token(desk, DeskRole.ADMIN)
    token, session = with_token(desk, DeskRole.LEAD, "lee"), desk.sessions.open(desk.people.named("lee"))
    link = desk.new_link(TEST, "lee")
    desk.change_person(TEST, "lee", None, False)
    assert desk.caller_of_token(token, "") is None
    assert desk.caller_of_session(session, "") is None
    with pytest.raises(BadCall, match="void"):
        desk.redeem_link(link, PASSWORD, "")
    with pytest.raises(BadCall, match="expected somebody"):
        desk.new_link(TEST, "lee")


def test_the_last_admin_stays(desk):
    with_token(desk, DeskRole.ADMIN, "ada")
    for change in ((DeskRole.LEAD, None), (None, False)):
        with pytest.raises(BadCall, match="expected another admin"):
            desk.change_person(TEST, "ada", *change)
    assert desk.people.named("ada").role is DeskRole.ADMIN


def test_a_program_has_no_password(desk):
    assert desk.add_person(TEST, "scanner", DeskRole.SERVICE)[1] is None
    with pytest.raises(BadCall, match="expected somebody"):
        desk.new_link(TEST, "scanner")


def test_what_is_not_there_is_said_to_be_missing(desk):
    with pytest.raises(Missing):
        desk.people.named("nobody")
    with pytest.raises(Missing):
        desk.tokens.by_id(7)


def test_every_change_of_rights_leaves_a_line(desk):
    _, code = desk.add_person(TEST, "ann", DeskRole.ADMIN)
    person, session = desk.redeem_link(code, PASSWORD, "::1")
    desk.sign_in("ann", "wrong", "::1")
    desk.sign_in("a secret typed here", "wrong", "::1")
    desk.sign_in("ann", PASSWORD, "::1")
    desk.sign_out(desk.caller_of_session(session, ""), session)
    token, _ = desk.add_token(TEST, person, "mine", READING, 1)
    desk.revoke_token(TEST, token)
    desk.change_person(TEST, "ann", DeskRole.ADMIN, True)
    assert actions(desk) == [
        ("person.added", "ann"),
        ("link.made", "ann"),
        ("password.set", "ann"),
        ("session.refused", "ann"),
        ("session.refused", ""),
        ("session.opened", "ann"),
        ("session.closed", "ann"),
        ("token.added", "ann"),
        ("token.revoked", "ann"),
        ("person.changed", "ann"),
    ]


def test_what_fails_leaves_neither_change_nor_line(desk):
    def fails() -> None:
        with desk.transaction():
            desk.add_person(TEST, "ann", DeskRole.VIEWER)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert actions(desk) == []
    assert desk.people.all() == []


def test_the_files_hold_no_secret_in_the_open(desk, tmp_path):
    token = with_token(desk, DeskRole.ADMIN)
    session = desk.sessions.open(desk.people.named("one-admin"))
    code = desk.new_link(TEST, "one-admin")
    desk.redeem_link(code, PASSWORD, "")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (token, session, code, PASSWORD):
        assert secret.encode() not in content
    assert b"$argon2id$" in content


def test_the_files_are_the_owners_alone(tmp_path):
    open_desk(tmp_path / "d", tmp_path / "k").close()
    for name in ("d", "k"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_key_file_that_others_can_read_or_that_holds_no_key_is_refused(tmp_path):
    path = tmp_path / "k"
    open_desk(tmp_path / "d", path).close()
    path.chmod(0o644)
    with pytest.raises(BadCall, match="chmod 600"):
        open_desk(tmp_path / "d", path)
    path.chmod(0o600)
    for content in ("", "zz", "ab" * 31):
        path.write_text(content)
        with pytest.raises(BadCall, match="expected"):
            open_desk(tmp_path / "d", path)


def test_a_desk_is_found_again_and_a_newer_one_refused(tmp_path):
    place = (tmp_path / "d", tmp_path / "k")
    first = open_desk(*place)
    handle = first.masks.masked("account", "ann")
    secret = with_token(first, DeskRole.LEAD)
    first.close()
    again = open_desk(*place)
    assert again.caller_of_token(secret, "") is not None
    assert again.masks.plain("account", handle) == "ann"
    again.close()
    with closing(sqlite3.connect(place[0])) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(BadCall, match="newer program"):
        open_desk(*place)


def test_something_that_is_no_desk_is_refused(tmp_path):
    (tmp_path / "d").write_bytes(b"something else" * 100)
    with pytest.raises(BadCall, match="expected a desk"):
        open_desk(tmp_path / "d", tmp_path / "k")


def test_two_programs_at_one_desk_write_one_chain(tmp_path):
    one, two = new_desk(tmp_path), new_desk(tmp_path)
    for n in range(10):
        (one, two)[n % 2].log.append(TEST, f"act {n}")
    lines = list(one.log)
    assert [line.number for line in lines] == list(range(1, 11))
    assert all(line.previous == before.digest for before, line in pairwise(lines))
    one.close()
    two.close()


@pytest.mark.parametrize("other", [False, True], ids=["by this program", "by another"])
@pytest.mark.parametrize("act", ["revoked", "put out", "another role", "expired"])
def test_what_is_remembered_of_a_token_ends_with_its_rights(desk, tmp_path, clock, act, other):
    secret = with_token(desk, DeskRole.ADMIN, "ann")
    for _ in range(3):
        assert Permission.PEOPLE_MANAGE in desk.caller_of_token(secret, "").permissions
    with_token(desk, DeskRole.ADMIN, "bob")
    for _ in range(3):
        assert desk.caller_of_token(secret, "") is not None
    with closing(new_desk(tmp_path, clock)) as second:
        at = second if other else desk
        if act == "revoked":
            at.revoke_token(TEST, at.tokens.all(at.people.named("ann"))[0])
        elif act == "expired":
            clock.passes(days=31)
        else:
            role = DeskRole.VIEWER if act == "another role" else None
            at.change_person(TEST, "ann", role, is_active=act != "put out")
        caller = desk.caller_of_token(secret, "")
    if act == "another role":
        assert caller is not None
        assert Permission.PEOPLE_MANAGE not in caller.permissions
    else:
        assert caller is None
