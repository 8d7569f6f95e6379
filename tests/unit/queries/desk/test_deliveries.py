"""Messages to webhooks: kept, claimed once, tried again with growing pauses, dead in the end, bounded."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from graph.model.errors import BadCall, Missing
from queries.desk import deliveries
from queries.desk.deliveries import CLAIMED_MS, LONGEST_PAUSE_S, PAUSES_S, message_id_of
from queries.desk.flag_feed import FeedFlag
from queries.desk.webhooks import FORMER_SIGNS_MS, MOST
from tests.desk_places import TEST, Clock, new_desk

URL = "https://hooks.example/deep?key=s3cret"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    opened = new_desk(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def hook(desk) -> int:
    return desk.add_webhook(TEST, URL, "case system", True)[0].id


def put(desk, hook: int, *ids: str) -> None:
    at = desk.webhooks.by_id(hook).position
    assert desk.deliveries.put(hook, [(each, b"{}") for each in ids], (at, at + len(ids)))


def due_ms(desk) -> int | None:
    return desk.database.row("SELECT due_ms FROM delivery")[0]


def test_a_message_is_tried_nine_times_with_growing_pauses_and_then_kept_as_dead(desk, hook, clock):
    put(desk, hook, "m")
    pauses = []
    for tries in range(len(PAUSES_S) + 1):
        (message,) = desk.deliveries.claim(hook)
        assert message.tries == tries
        is_dead = desk.deliveries.failed(hook, message, "status 500")
        assert is_dead == (tries == len(PAUSES_S))
        if not is_dead:
            pauses.append(due_ms(desk) - clock())
            clock.now_ms = due_ms(desk) - 1
            assert desk.deliveries.claim(hook) == []
            clock.now_ms += 1
    assert all(a < b for a, b in pairwise(pauses))
    assert all(1_000 * s <= pause <= 1_250 * s for s, pause in zip(PAUSES_S, pauses, strict=True))
    assert desk.deliveries.claim(hook) == []
    (dead,) = desk.deliveries.dead(hook, 10)
    assert (dead.message_id, dead.tries, dead.told) == ("m", len(PAUSES_S) + 1, "status 500")
    assert desk.deliveries.counts(hook) == (0, 1)


def test_a_receiver_that_asks_for_a_longer_pause_gets_it_up_to_a_day(desk, hook, clock):
    put(desk, hook, "m")
    for asked, given in ((900, 900), (10**9, LONGEST_PAUSE_S)):
        (message,) = desk.deliveries.claim(hook)
        desk.deliveries.failed(hook, message, "status 429", asked)
        assert due_ms(desk) - clock() == given * 1_000
        clock.now_ms = due_ms(desk)


def test_what_one_process_has_claimed_another_leaves_alone_for_a_minute(desk, hook, clock):
    put(desk, hook, "a", "b")
    messages = desk.deliveries.claim(hook)
    assert len(messages) == 2
    assert desk.deliveries.claim(hook) == []
    desk.deliveries.give_back(messages[1:])
    assert [each.message_id for each in desk.deliveries.claim(hook)] == ["b"]
    clock.now_ms += CLAIMED_MS
    assert {each.message_id for each in desk.deliveries.claim(hook)} == {"a", "b"}, "it died meanwhile"


def test_flags_are_taken_once_and_a_known_message_stays_as_it_is(desk, hook):
    assert desk.deliveries.put(hook, [("m", b"1")], (0, 1))
    assert not desk.deliveries.put(hook, [("n", b"2")], (0, 1)), "another process has taken them"
    assert desk.deliveries.put(hook, [("m", b"3")], (1, 2), missed=4)
    assert [message.payload for message in desk.deliveries.claim(hook)] == [b"1"]
    assert (desk.webhooks.by_id(hook).position, desk.webhooks.by_id(hook).missed) == (2, 4)


def test_waiting_and_dead_messages_are_bounded(desk, hook, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_WAITING", 3)
    monkeypatch.setattr(deliveries, "MOST_DEAD", 2)
    monkeypatch.setattr(deliveries, "PAUSES_S", ())
    put(desk, hook, "a", "b", "c")
    assert desk.deliveries.room(hook) == 0
    for message in desk.deliveries.claim(hook):
        assert desk.deliveries.failed(hook, message, "status 500")
    assert [each.message_id for each in desk.deliveries.dead(hook, 10)] == ["c", "b"]
    assert desk.deliveries.room(hook) == 3


def test_dead_messages_are_sent_again_by_hand_one_or_all(desk, hook, monkeypatch):
    put(desk, hook, "a", "b", "c")
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "PAUSES_S", ())
        for message in desk.deliveries.claim(hook):
            desk.deliveries.failed(hook, message, "status 500")
    number = desk.deliveries.dead(hook, 1)[0].number
    assert desk.replay_webhook(TEST, hook, number) == 1
    assert [(each.message_id, each.tries) for each in desk.deliveries.claim(hook)] == [("c", 0)]
    assert desk.replay_webhook(TEST, hook, None) == 2
    for wrong in (number, 10**6):
        with pytest.raises(Missing, match="dead message"):
            desk.replay_webhook(TEST, hook, wrong)
    with pytest.raises(Missing, match="webhook"):
        desk.replay_webhook(TEST, hook + 1, None)


def test_a_webhook_that_is_removed_takes_its_messages_with_it(desk, hook):
    put(desk, hook, "m")
    desk.remove_webhook(TEST, hook)
    assert desk.database.row("SELECT count(*) FROM delivery") == (0,)
    for gone in (desk.remove_webhook, desk.renew_webhook):
        with pytest.raises(Missing):
            gone(TEST, hook)


def test_there_are_at_most_so_many(desk):
    for _ in range(MOST):
        desk.add_webhook(TEST, URL, "x", True)
    with pytest.raises(BadCall, match="at most 20"):
        desk.add_webhook(TEST, URL, "x", True)


def test_a_former_secret_signs_along_for_a_day(desk, clock, monkeypatch):
    hook, first = desk.add_webhook(TEST, URL, "x", True)
    second = desk.renew_webhook(TEST, hook.id)
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32
    # The library takes the time of the day.
    clock.now_ms = round(__import__("time").time() * 1_000)
    desk.database.run("UPDATE webhook SET former_until_ms = ?", clock() + FORMER_SIGNS_MS)
    both = desk.webhooks.signed(hook.id, "msg_1", b'{"a": 1}')
    for secret in (first, second):
        assert Webhook(secret).verify(b'{"a": 1}', both) == {"a": 1}
    desk.database.run("UPDATE webhook SET former_until_ms = ?", clock())
    one = desk.webhooks.signed(hook.id, "msg_1", b'{"a": 1}')
    assert Webhook(second).verify(b'{"a": 1}', one) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(b'{"a": 1}', one)


def test_neither_address_nor_secret_stands_in_the_file_or_in_the_audit(desk, hook):
    secret = desk.renew_webhook(TEST, hook)
    told = "".join(f"{line.subject}{line.detail}" for line in desk.log)
    assert "s3cret" not in told
    assert "https://hooks.example" in told
    assert secret not in told
    kept = b"".join(path.read_bytes() for path in desk.database.path.parent.iterdir())
    assert b"s3cret" not in kept
    assert secret.encode() not in kept


def test_a_flag_has_one_id_for_each_webhook():
    assert message_id_of(1, "flag_a") == message_id_of(1, "flag_a")
    assert len({message_id_of(1, "flag_a"), message_id_of(2, "flag_a"), message_id_of(1, "flag_b")}) == 3


def test_a_new_webhook_begins_with_the_next_flag(desk):
    desk.feed.add([FeedFlag("old", 1, b"{}")])
    assert desk.add_webhook(TEST, URL, "x", True)[0].position == desk.feed.last() == 1
