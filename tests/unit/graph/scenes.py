"""Small scenes in words: who signs up, logs in, pays, rides. Times are days since the scene opened."""

from __future__ import annotations

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    AnalystAct,
    CardAdded,
    Chargeback,
    EventBase,
    GpsPing,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    Verdict,
    WalletTransfer,
)
from graph.model.vocabulary import ActKind, Role, VerdictOutcome
from graph.rings.lifecycle import Moment
from graph.updates.sharing import DAY_MS

START = 1_700_000_000_000
HOUR = 1 / 24
MINUTE = HOUR / 60
WINDOW_MS = 90 * DAY_MS
LATENESS_MS = 2 * DAY_MS
KM_LAT = 1 / 111.195
"""Degrees of latitude in a kilometre."""


def at(day: float) -> int:
    """The moment as events spell it."""
    return START + round(day * DAY_MS)


def moment(day: float, name: str) -> Moment:
    """The moment at which an analyst acts."""
    return Moment(at(day), name)


class Scene:
    """Collects events; :attr:`events` gives them in the order of time (and of writing within a moment)."""

    def __init__(self) -> None:
        self._events: list[EventBase] = []

    @property
    def events(self) -> list[EventBase]:
        return sorted(self._events, key=lambda event: event.ts)

    @property
    def as_told(self) -> list[EventBase]:
        """The events in the order in which the scene was written: some may come late."""
        return list(self._events)

    def _when(self, day: float) -> dict:
        return {"event_id": f"e{len(self._events)}", "ts": at(day)}

    def signs_up(self, account, day, device=None, role=Role.RIDER, ip=None, referrer=None, **more) -> None:
        self._events.append(
            AccountCreated(
                account_id=account,
                role=role,
                device_id=device,
                ip=ip,
                referrer_id=referrer,
                **more,
                **self._when(day),
            )
        )

    def logs_in(self, account, day, device, ip=None) -> None:
        self._events.append(AccountLogin(account_id=account, device_id=device, ip=ip, **self._when(day)))

    def adds_card(self, account, day, card, device=None) -> None:
        self._events.append(CardAdded(account_id=account, card_id=card, device_id=device, **self._when(day)))

    def is_paid_to(self, account, day, bank) -> None:
        self._events.append(PayoutAdded(account_id=account, bank_account_id=bank, **self._when(day)))

    def disowns(self, account, day, amount=30.0, card=None) -> None:
        self._events.append(Chargeback(account_id=account, amount=amount, card_id=card, **self._when(day)))

    def takes(self, account, day, promo, amount=10.0, device=None) -> None:
        self._events.append(
            PromoRedeemed(
                account_id=account, promo_id=promo, amount=amount, device_id=device, **self._when(day)
            )
        )

    def pays(self, account, day, to, amount=20.0, device=None) -> None:
        self._events.append(
            WalletTransfer(
                account_id=account, to_account_id=to, amount=amount, device_id=device, **self._when(day)
            )
        )

    def is_declined(self, account, day, card, amount=1.0, device=None) -> None:
        self._events.append(
            PaymentDeclined(
                account_id=account, card_id=card, amount=amount, device_id=device, **self._when(day)
            )
        )

    def rides(self, rider, driver, day, km=5.0, minutes=15.0, fare=None, trip=None, **more) -> None:
        when = self._when(day)
        self._events.append(
            TripCompleted(
                trip_id=trip or f"trip-{when['event_id']}",
                rider_id=rider,
                driver_id=driver,
                fare=fare_of(km, minutes) if fare is None else fare,
                distance_km=km,
                duration_s=minutes * 60,
                **more,
                **when,
            )
        )

    def cancels(self, rider, driver, day, by=Role.RIDER, fee=None, **more) -> None:
        when = self._when(day)
        self._events.append(
            TripCancelled(
                trip_id=f"trip-{when['event_id']}",
                rider_id=rider,
                driver_id=driver,
                by=by,
                fee=fee,
                **more,
                **when,
            )
        )

    def pings(self, trip, driver, day, lat, lon) -> None:
        self._events.append(GpsPing(trip_id=trip, driver_id=driver, lat=lat, lon=lon, **self._when(day)))

    def is_acted_on(self, subject, day, act: ActKind, other=None, until=None, act_id=None) -> None:
        when = self._when(day)
        self._events.append(
            AnalystAct(
                act=act,
                subject=subject,
                other=other,
                analyst="ana",
                until_ts=None if until is None else at(until),
                event_id=act_id or when["event_id"],
                ts=when["ts"],
            )
        )

    def is_answered(self, subject, day, outcome: VerdictOutcome) -> None:
        self._events.append(Verdict(subject=subject, outcome=outcome, analyst="ana", **self._when(day)))


def fare_of(km: float, minutes: float) -> float:
    """The price list of every scene: 2.5 to get in, 1.1 a kilometre, 0.3 a minute."""
    return 2.5 + 1.1 * km + 0.3 * minutes
