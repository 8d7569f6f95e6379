"""Small streams with and without an attack, for the tests of onsets and rules."""

from __future__ import annotations

from random import Random

from graph.model.events import AccountCreated, CardAdded, EventBase, PaymentDeclined, TripCompleted
from graph.model.vocabulary import Role

START = 1_740_960_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


def account(name: str, ts: int, device: str, version: str | None = None) -> AccountCreated:
    return AccountCreated(
        event_id=f"made-{name}",
        ts=ts,
        account_id=name,
        role=Role.RIDER,
        device_id=device,
        app_version=version,
    )


def card(name: str, ts: int, number: str, device: str, issuer: str | None = None) -> CardAdded:
    return CardAdded(
        event_id=f"card-{name}-{number}",
        ts=ts,
        account_id=name,
        card_id=number,
        device_id=device,
        card_issuer=issuer,
    )


def declined(name: str, ts: int, number: str, device: str, issuer: str | None = None) -> PaymentDeclined:
    return PaymentDeclined(
        event_id=f"declined-{name}-{number}",
        ts=ts,
        account_id=name,
        card_id=number,
        amount=1.0,
        device_id=device,
        card_issuer=issuer,
    )


def trip(name: str, ts: int, fare: float = 10.0, number: str | None = None) -> TripCompleted:
    return TripCompleted(
        event_id=f"trip-{name}-{ts}",
        ts=ts,
        trip_id=f"t-{name}-{ts}",
        rider_id=name,
        driver_id="driver",
        fare=fare,
        card_id=number,
        pickup_lat=52.51,
        pickup_lon=13.41,
    )


def quiet_city(days: int, seed: int = 1, newcomers: float = 6.0) -> list[EventBase]:
    """Honest newcomers with a phone, a card and two trips each, at random hours, one in ten declined once."""
    dice = Random(seed)
    events: list[EventBase] = [trip("regular", START + hour * HOUR) for hour in range(0, 24 * days, 2)]
    for n in range(round(newcomers * days)):
        ts = START + int(dice.random() * days * DAY)
        name, issuer = f"honest{seed}-{n:04}", f"issuer{dice.randrange(6)}"
        events.append(account(name, ts, f"phone-{name}", "7.1"))
        if dice.random() < 0.1:
            events.append(declined(name, ts + HOUR, f"bad-{name}", f"phone-{name}", issuer))
        events.append(card(name, ts + 2 * HOUR, f"good-{name}", f"phone-{name}", issuer))
        events += [trip(name, ts + k * HOUR, 8.0 + dice.random(), f"good-{name}") for k in (3, 5)]
    return sorted(events, key=lambda event: (event.ts, event.event_id))


def attack(begins: int, days: float, a_day: int = 30, seed: int = 9) -> list[EventBase]:
    """Accounts of one crew: three to a phone, a declined card and two good ones each, then rides."""
    dice = Random(seed)
    events: list[EventBase] = []
    for n in range(round(a_day * days)):
        ts = begins + int(n / a_day * DAY)
        name, phone = f"thief{n:04}", f"burner{n // 3:04}"
        events.append(account(name, ts, phone, "3.0"))
        events.append(declined(name, ts + 60_000, f"x-{name}", phone, "stolen"))
        events += [card(name, ts + k * 120_000, f"s{k}-{name}", phone, "stolen") for k in (1, 2)]
        events += [trip(name, ts + k * HOUR, 20 + 10 * dice.random(), f"s1-{name}") for k in (1, 3, 6)]
    return sorted(events, key=lambda event: (event.ts, event.event_id))


def together(*streams: list[EventBase]) -> list[EventBase]:
    return sorted((each for stream in streams for each in stream), key=lambda each: (each.ts, each.event_id))
