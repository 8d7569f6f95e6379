"""``query account``: what an account and its devices did in sliding windows, against plain Python."""

from __future__ import annotations

import json
from random import Random

import msgspec
import pytest
from typer.testing import CliRunner

from queries import open_store
from ringfence.main import app

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_740_960_000_000
runner = CliRunner()
WINDOWS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "28d": 28 * DAY}


def run(*words: str) -> None:
    result = runner.invoke(app, list(words))
    assert result.exit_code == 0, result.stderr


def made_up(seed: int) -> list[dict]:
    """Forty days of few accounts, devices and cards, busiest at the end."""
    dice = Random(seed)
    people = [f"a{n}" for n in range(12)]
    events = [
        {
            "type": "account_created",
            "account_id": who,
            "role": "driver" if n < 3 else "rider",
            "device_id": f"d{n % 6}",
            "ts": START + n * HOUR,
            **({"referrer_id": "a3"} if n > 8 else {}),
        }
        for n, who in enumerate(people)
    ]
    for _ in range(500):
        who, device, card = dice.choice(people[3:]), f"d{dice.randrange(9)}", f"c{dice.randrange(40)}"
        ts = START + 2 * DAY + int(38 * DAY * dice.random() ** 0.3)
        kind = dice.choice(
            ("account_login", "card_added", "payment_declined", "promo_redeemed", "trip_completed")
        )
        event = {"type": kind, "account_id": who, "device_id": device, "ts": ts}
        if kind in ("card_added", "payment_declined"):
            event["card_id"] = card
        if kind == "payment_declined":
            event["amount"] = dice.choice((2.0, 9.0))
        if kind == "promo_redeemed":
            event |= {"promo_id": "p", "amount": 5.0}
        if kind == "trip_completed":
            event = {
                "type": kind,
                "ts": ts,
                "trip_id": f"t{len(events)}",
                "rider_id": who,
                "driver_id": dice.choice(people[:3]),
                "fare": 10.0,
                "card_id": card,
                "rider_device_id": device,
            }
            if dice.random() < 0.3:
                event["incentive"] = 2.5
        events.append(event)
    return [{"event_id": f"e{n}", **event} for n, event in enumerate(events)]


def late_and_repeated(events: list[dict], seed: int) -> list[dict]:
    """The same events up to an hour out of order, and every fifth twice."""
    dice = Random(seed)
    told = [*events, *(event for event in events if dice.random() < 0.2)]
    return sorted(told, key=lambda event: event["ts"] + dice.random() * HOUR)


class Oracle:
    """The same answers, worked out from a list of all that happened."""

    def __init__(self, events: list[dict]) -> None:
        self.events = events
        self.now = max(event["ts"] for event in events)
        self.devices, self.cards, self.declined = set(), set(), set()
        for event in events:
            who = event.get("account_id") or event["rider_id"]
            device = event.get("device_id") or event.get("rider_device_id")
            if device:
                self.devices.add((who, device, event["ts"]))
            if "card_id" in event:
                self.cards.add((who, event["card_id"], event["ts"]))
            if event["type"] == "payment_declined":
                self.declined.add((who, event["card_id"], event["ts"]))

    def expected(self, who: str) -> dict[str, object]:
        said: dict[str, object] = {}
        for name, width in WINDOWS.items():
            after = self.now - width
            said[f"devices_{name}"] = self._distinct(self.devices, who, after)
            said[f"cards_{name}"] = self._distinct(self.cards, who, after)
            said[f"declined_cards_{name}"] = self._distinct(self.declined, who, after)
            ours = {device for owner, device, _ in self.devices if owner == who}
            sharers = [
                len({owner for owner, other, ts in self.devices if other == device and ts > after})
                for device in ours
            ]
            said[f"device_accounts_{name}"] = max(sharers, default=0)
            cards = [
                {
                    card
                    for owner in {o for o, other, ts in self.devices if other == device and ts > after}
                    for holder, card, ts in self.cards
                    if holder == owner and ts > after
                }
                for device in ours
            ]
            said[f"device_cards_{name}"] = max(map(len, cards), default=0)
        return said | self._takings(who) | self._testing(who)

    def _testing(self, who: str) -> dict[str, object]:
        kept: dict[str, int] = {}
        tried: dict[str, list[dict]] = {}
        for event in self.events:
            if (event.get("account_id") or event["rider_id"]) == who and "card_id" in event:
                if event["type"] == "payment_declined":
                    tried.setdefault(event["card_id"], []).append(event)
                else:
                    kept[event["card_id"]] = max(kept.get(event["card_id"], 0), event["ts"])
        tested = [told for card, told in tried.items() if card not in kept]
        fares = [e["fare"] for e in self.events if e.get("rider_id") == who]
        fare = sum(fares) / len(fares) if fares else 0.0
        first = min((each["ts"] for told in tested for each in told), default=None)
        return {
            "small_declined_cards": sum(
                3 * sum(each["amount"] for each in told) / len(told) <= fare for told in tested
            ),
            "cards_after_declines": 0 if first is None else sum(ts >= first for ts in kept.values()),
        }

    def _distinct(self, seen: set, who: str, after: int) -> int:
        return len({thing for owner, thing, ts in seen if owner == who and ts > after})

    def _takings(self, who: str) -> dict[str, object]:
        driven = [e for e in self.events if e["type"] == "trip_completed" and e["driver_id"] == who]
        incentives = sum(event.get("incentive", 0) for event in driven)
        income = sum(event["fare"] for event in driven) + incentives
        promos = [e for e in self.events if e["type"] == "promo_redeemed"]
        (created,) = (
            e["ts"] for e in self.events if e["type"] == "account_created" and e["account_id"] == who
        )
        first = min((e["ts"] for e in promos if e["account_id"] == who), default=None)
        referred = {e["account_id"] for e in self.events if e.get("referrer_id") == who}
        return {
            "first_promo_h": None if first is None else (first - created) / HOUR,
            "incentive_trips": sum("incentive" in event for event in driven),
            "incentive_share": incentives / income if income else None,
            "referred": len(referred),
            "referred_promo_money": sum(e["amount"] for e in promos if e["account_id"] in referred),
        }


@pytest.mark.parametrize("seed", [1, 2])
def test_windows_are_exact_under_late_and_repeated_events(tmp_path, seed):
    events = made_up(seed)
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"".join(msgspec.json.encode(e) + b"\n" for e in late_and_repeated(events, seed)))
    run("detect", str(file), "--out", str(tmp_path / "out"), "--store", str(tmp_path / "s.db"), "--quiet")
    oracle, store = Oracle(events), open_store(str(tmp_path / "s.db"))
    try:
        for who in sorted({e["account_id"] for e in events if e["type"] == "account_created"}):
            answer = store.ask("account", account_id=who)
            told = dict(zip((each.name for each in answer.columns), answer.rows[0], strict=True))
            expected = oracle.expected(who)
            assert {name: told[name] for name in expected} == pytest.approx(expected), (seed, who)
    finally:
        store.close()


def test_trips_with_accounts_of_the_same_hand_are_close(tmp_path):
    events = [
        {"type": "account_created", "account_id": "d", "role": "driver", "device_id": "one", "ts": START},
        {"type": "account_created", "account_id": "r", "role": "rider", "device_id": "one", "ts": START + 1},
        {"type": "account_created", "account_id": "s", "role": "rider", "device_id": "two", "ts": START + 2},
        *(
            {
                "type": "trip_completed",
                "trip_id": f"t{n}",
                "rider_id": who,
                "driver_id": "d",
                "fare": 9,
                "ts": START + n * DAY,
            }
            for n, who in enumerate(("r", "r", "s"), 1)
        ),
    ]
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps({"event_id": f"e{n}", **e}) + "\n" for n, e in enumerate(events)))
    run("detect", str(file), "--out", str(tmp_path / "out"), "--store", str(tmp_path / "s.db"), "--quiet")
    store = open_store(str(tmp_path / "s.db"))
    try:
        close = {}
        for who in "drs":
            answer = store.ask("account", account_id=who)
            close[who] = answer.rows[0][[each.name for each in answer.columns].index("close_trips")]
    finally:
        store.close()
    assert close == {"d": 2, "r": 2, "s": 0}
