"""``ringfence webhooks``: what could not be delivered, and sending it again."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from queries.desk import deliveries
from queries.desk.desk import open_desk
from ringfence.main import app
from tests.desk_places import TEST


@pytest.fixture
def place(tmp_path):
    return tmp_path / "test.desk"


def said(place, *words: str) -> str:
    result = CliRunner().invoke(app, ["webhooks", *words, "--desk", str(place)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_dead_messages_are_told_and_sent_again(place, monkeypatch):
    monkeypatch.setattr(deliveries, "PAUSES_S", ())
    desk = open_desk(place, place.with_name("test.desk.key"))
    assert said(place, "list").startswith("There is no webhook")
    hook = desk.add_webhook(TEST, "https://hooks.example/x?key=s3cret", "case system", True)[0].id
    messages = [(f"msg_{n}", b"{}") for n in range(22)]
    desk.deliveries.put(hook, messages, (0, 22))
    for _ in range(2):
        for message in desk.deliveries.claim(hook):
            desk.deliveries.failed(hook, message, "status 500")
    lines = said(place, "list").splitlines()
    assert lines[0] == "1  on  https://hooks.example  case system: 0 waiting, 22 dead, 0 missed"
    assert lines[1].endswith("msg_21  1 tries: status 500")
    assert (len(lines), lines[-1]) == (22, "    and 2 older ones")
    assert said(place, "replay", "1", "--message", lines[1].split()[0]) == "1 messages are to be sent again\n"
    assert said(place, "replay", "1") == "21 messages are to be sent again\n"
    assert desk.deliveries.counts(hook) == (22, 0)
    assert [line.means for line in desk.log][-1] == "command"
    desk.close()


def test_a_webhook_or_a_desk_that_is_not_there_is_said_on_one_line(place):
    missing = CliRunner().invoke(app, ["webhooks", "list", "--desk", str(place)])
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)
    open_desk(place, place.with_name("test.desk.key")).close()
    none = CliRunner().invoke(app, ["webhooks", "replay", "7", "--desk", str(place)])
    assert (none.exit_code, "number of a webhook" in none.stderr) == (2, True)
