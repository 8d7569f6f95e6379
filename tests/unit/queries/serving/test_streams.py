"""Flags as they come: in their order, taken up again, masked, ended with the token, refused politely."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from graph.model.errors import Unavailable
from graph.model.vocabulary import DeskRole
from queries.desk.flag_feed import FeedFlag
from queries.serving.records import FlagRaised
from queries.serving.store_pool import StorePool
from tests.desk_places import TEST, with_token
from tests.serving_places import MEMBERS, REASON, Place, at_work

PATH = "/v1/flags/stream"


def one_more(place: Place, number: int) -> None:
    """A flag that the store will have."""
    flag = FlagRaised(
        flag_id=f"late {number}",
        ts=1_700_000_000_000 + number,
        event_id="e",
        ring_id="ring_x",
        kind="collusion",
        score=0.5,
        decision="review",
        accounts=["ann"],
        reasons=[],
    )
    place.desk.feed.add([FeedFlag(flag.flag_id, flag.ts, flag.model_dump_json().encode())])
    place.parts.streams.watch.last = place.desk.feed.last()


def begun(answer: httpx.Response) -> Iterator[str]:
    """The pieces of a stream that has begun: what happens from now on comes. Let go of, it is closed."""
    pieces = answer.iter_text()
    assert next(pieces) == "retry: 3000\n\n"
    return pieces


def events(answer: httpx.Response) -> Iterator[tuple[str, int, dict]]:
    """Kind, id and data of each event of a stream that has begun."""
    return events_in(begun(answer))


def events_in(pieces: Iterator[str]) -> Iterator[tuple[str, int, dict]]:
    text = ""
    for piece in pieces:
        text += piece
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            found = re.fullmatch(r"id: (\d+)\nevent: (\w+)\ndata: (.*)", block)
            if found:
                yield found[2], int(found[1]), json.loads(found[3])


def bearer(place: Place, role: DeskRole = DeskRole.VIEWER, name: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {with_token(place.desk, role, name)}"}


def test_a_look_takes_every_flag_of_the_store_once(place):
    watch = place.parts.streams.watch
    watch.look()
    total = place.store.ask("flags").total
    assert watch.last == total > 1
    watch.look()
    watch._clock = None
    watch.look()
    assert watch.last == total
    times = [json.loads(flag)["ts"] for _, flag in place.desk.feed.after(0, 1_000)]
    assert times == sorted(times)


def test_a_look_goes_through_every_page(place, monkeypatch):
    monkeypatch.setattr("queries.serving.flag_watch.PAGE", 2)
    place.parts.streams.watch.look()
    assert place.parts.streams.watch.last == place.store.ask("flags").total


def test_a_store_that_is_away_is_looked_at_again(place, monkeypatch, caplog):
    def away(*_asked, **_given):
        raise Unavailable("expected the store, found it away", 1.0)

    with monkeypatch.context() as patched:
        patched.setattr(StorePool, "ask", away)
        place.parts.streams.watch.look()
    assert "found it away" in caplog.text
    place.parts.streams.watch.look()
    assert place.parts.streams.watch.last > 0


def test_flags_come_in_their_order_and_a_stream_is_taken_up_where_it_broke(place):
    place.parts.streams.watch.look()
    kept = place.parts.streams.watch.last
    with at_work(place) as address:
        who = bearer(place)
        with httpx.stream("GET", f"{address}{PATH}?after=0", headers=who, timeout=60) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            stream = events(answer)
            seen = [next(stream) for _ in range(kept)]
            assert [number for _, number, _ in seen] == list(range(1, kept + 1))
            one_more(place, 1)
            kind, number, flag = next(stream)
            assert (kind, number, flag["flag_id"]) == ("flag", kept + 1, "late 1")
            assert flag["accounts"] == [place.desk.masks.masked("account", "ann")]
        one_more(place, 2)
        again = {**who, "Last-Event-ID": str(kept + 1)}
        with httpx.stream("GET", f"{address}{PATH}", headers=again, timeout=60) as answer:
            assert next(events(answer))[2]["flag_id"] == "late 2"
        with httpx.stream("GET", f"{address}{PATH}", headers=who, timeout=60) as answer:
            stream = events(answer)
            one_more(place, 3)
            assert next(stream)[2]["flag_id"] == "late 3", "without an id: from now on"


def test_who_gives_a_reason_sees_names_and_the_reason_is_noted(place):
    place.parts.streams.watch.look()
    with at_work(place) as address:
        who = bearer(place, DeskRole.LEAD) | REASON
        with httpx.stream("GET", f"{address}{PATH}?after=0", headers=who, timeout=60) as answer:
            assert set(next(events(answer))[2]["accounts"]) <= {*MEMBERS, "driver"}
    line = next(line for line in place.desk.log if line.action == "flags.stream.asked")
    assert line.said == REASON["Ringfence-Reason"]


@pytest.mark.parametrize("last", ["1", "999999"])
def test_a_gap_is_told(place, last):
    for number in range(5):
        one_more(place, number)
    place.desk.database.run("DELETE FROM flag_feed WHERE number < 4")
    with at_work(place) as address:
        who = {**bearer(place), "Last-Event-ID": last}
        with httpx.stream("GET", f"{address}{PATH}", headers=who, timeout=60) as answer:
            stream = events(answer)
            assert next(stream)[0] == "gap"
            one_more(place, 6)
            assert next(stream)[1] == (4 if last == "1" else 6)


def test_a_stream_ends_with_its_token(place, monkeypatch):
    monkeypatch.setattr("queries.serving.flag_stream.STILL_HERE_EVERY_S", 0.5)
    with at_work(place) as address:
        who = bearer(place, name="ann")
        with httpx.stream("GET", f"{address}{PATH}", headers=who, timeout=60) as answer:
            pieces = begun(answer)
            assert next(pieces) == ": still here\n\n"
            place.desk.revoke_token(TEST, place.desk.tokens.all()[0])
            assert not [piece for piece in pieces if "flag" in piece], "it ends"
        assert httpx.get(f"{address}{PATH}", headers=who).status_code == 401


def test_too_many_streams_are_refused_politely_and_a_place_comes_free_again(place):
    with at_work(place) as address, ExitStack() as stack:
        people = [bearer(place, name=f"p{n}") for n in range(4)]
        held = [
            begun(stack.enter_context(httpx.stream("GET", f"{address}{PATH}", headers=who, timeout=60)))
            for who in people[:3]
        ]
        crowd = stack.enter_context(httpx.Client(base_url=address, headers=people[3], timeout=60))
        for _ in range(300):
            refused = crowd.get(PATH)
            assert refused.status_code == 503
            assert refused.json()["code"] == "too_many_streams"
            assert refused.headers["retry-after"] == "30"
        assert crowd.get("/v1/rings").status_code == 200
        assert len(held) == 3
        stack.close()
        assert eventually_open(f"{address}{PATH}", people[3])


def test_one_caller_has_only_so_many_streams(place, monkeypatch):
    monkeypatch.setattr("queries.serving.streams.MOST_EACH", 1)
    with at_work(place) as address:
        who = bearer(place)
        with httpx.stream("GET", f"{address}{PATH}", headers=who, timeout=60) as first:
            held = begun(first)
            assert held is not None
            assert httpx.get(f"{address}{PATH}", headers=who).status_code == 429


def test_who_does_not_read_is_let_go(place, monkeypatch):
    """The buffers between fill up, and after a while the connection is closed and its place is free."""
    monkeypatch.setattr("queries.serving.edges.TAKEN_WITHIN_S", 0.5)
    for number in range(300):
        one_more(place, number)
    written = "replace(CAST(flag AS TEXT), '\"late ', ?)"
    place.desk.database.run(f"UPDATE flag_feed SET flag = {written}", '"' + "x" * 100_000)
    with at_work(place) as address:
        port = int(address.rpartition(":")[2])
        token = bearer(place)["Authorization"]
        with socket.create_connection(("127.0.0.1", port), timeout=60) as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            head = f"GET {PATH}?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n\r\n"
            lazy.sendall(head.encode())
            until = time.monotonic() + 60
            has_begun = False
            while time.monotonic() < until:
                is_open = place.parts.streams._open.total() > 0
                if has_begun and not is_open:
                    break
                has_begun = has_begun or is_open
                time.sleep(0.05)
            assert has_begun
            assert place.parts.streams._open.total() == 0


def eventually_open(url: str, who: dict[str, str]) -> bool:
    """Whether a stream opens within a while."""
    for _ in range(100):
        with httpx.stream("GET", url, headers=who, timeout=60) as answer:
            if answer.status_code == 200:
                return True
        time.sleep(0.1)
    return False
