"""Events told in words: who signs up, logs in, pays, rides. Times are days since the city opened."""

from __future__ import annotations

from typing import Any, Final

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    Chargeback,
    EventBase,
    PayoutAdded,
    PromoRedeemed,
    TripCompleted,
)
from graph.model.vocabulary import Role

START_MS: Final = 1_700_000_000_000
DAY_MS: Final = 86_400_000
HOUR: Final = 1 / 24
"""An hour in days."""
MINUTE: Final = HOUR / 60


class Stream:
    """Collects events in the order in which they are told; ids of events and trips begin with ``prefix``."""

    def __init__(self, prefix: str) -> None:
        self.events: list[EventBase] = []
        self._prefix = prefix

    def _when(self, day: float) -> dict[str, Any]:
        return {"event_id": f"{self._prefix}{len(self.events)}", "ts": START_MS + round(day * DAY_MS)}

    def signs_up(
        self,
        account: str,
        day: float,
        device: str,
        ip: str | None = None,
        role: Role = Role.RIDER,
        referrer: str | None = None,
    ) -> None:
        """An account is created on a device."""
        self.events.append(
            AccountCreated(
                account_id=account,
                role=role,
                device_id=device,
                ip=ip,
                referrer_id=referrer,
                **self._when(day),
            )
        )

    def logs_in(self, account: str, day: float, device: str, ip: str | None = None) -> None:
        """An account is used on a device."""
        self.events.append(AccountLogin(account_id=account, device_id=device, ip=ip, **self._when(day)))

    def adds_card(self, account: str, day: float, card: str, device: str) -> None:
        """A card is stored with an account."""
        self.events.append(CardAdded(account_id=account, card_id=card, device_id=device, **self._when(day)))

    def is_paid_to(self, account: str, day: float, bank: str) -> None:
        """An account's takings go to a bank account."""
        self.events.append(PayoutAdded(account_id=account, bank_account_id=bank, **self._when(day)))

    def disowns(self, account: str, day: float, card: str | None, amount: float) -> None:
        """A card holder disowns a payment."""
        self.events.append(Chargeback(account_id=account, card_id=card, amount=amount, **self._when(day)))

    def takes(self, account: str, day: float, promo: str, amount: float, device: str) -> None:
        """A promotion is granted."""
        self.events.append(
            PromoRedeemed(
                account_id=account, promo_id=promo, amount=amount, device_id=device, **self._when(day)
            )
        )

    def rides(self, rider: str, driver: str, day: float, fare: float, **more: Any) -> None:
        """A trip ends; ``more`` are fields of ``TripCompleted``."""
        when = self._when(day)
        self.events.append(
            TripCompleted(
                trip_id=f"trip {when['event_id']}",
                rider_id=rider,
                driver_id=driver,
                fare=fare,
                **more,
                **when,
            )
        )


def in_order(*streams: Stream) -> list[EventBase]:
    """The events of all streams in the order of time, within a moment as given. O(n log n)."""
    return sorted((event for stream in streams for event in stream.events), key=lambda event: event.ts)
