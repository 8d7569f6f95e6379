"""What evaluation needs from the events themselves: times of fraud events, sharers of devices and cards."""

from __future__ import annotations

from collections.abc import Iterable

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    Chargeback,
    Event,
    PayoutAdded,
    PromoRedeemed,
    TripCompleted,
)


class History:
    """One pass over events, kept small: memory O(accounts, devices, cards and wanted events).

    ``event_ms`` holds the times of the wanted events that occurred; ``sharers`` maps each device and
    card, as (kind, id), to the accounts seen with it; ``accounts`` is everyone seen.
    """

    def __init__(self, wanted_event_ids: frozenset[str]) -> None:
        self._wanted = wanted_event_ids
        self.events = 0
        self.event_ms: dict[str, int] = {}
        self.accounts: set[str] = set()
        self.sharers: dict[tuple[str, str], set[str]] = {}

    def read(self, events: Iterable[Event]) -> History:
        """Take in ``events``, in any order; repeats change nothing but the count. Gives itself back."""
        for event in events:
            self.events += 1
            if event.event_id in self._wanted:
                self.event_ms[event.event_id] = event.ts
            match event:
                case AccountCreated() | AccountLogin() | PromoRedeemed():
                    self._saw(event.account_id, device=event.device_id)
                case CardAdded():
                    self._saw(event.account_id, device=event.device_id, card=event.card_id)
                case Chargeback():
                    self._saw(event.account_id, card=event.card_id)
                case PayoutAdded():
                    self._saw(event.account_id)
                case TripCompleted():
                    self._saw(event.rider_id, device=event.rider_device_id, card=event.card_id)
                    self._saw(event.driver_id, device=event.driver_device_id)
        return self

    def _saw(self, account: str, *, device: str | None = None, card: str | None = None) -> None:
        self.accounts.add(account)
        if device is not None:
            self.sharers.setdefault(("device", device), set()).add(account)
        if card is not None:
            self.sharers.setdefault(("card", card), set()).add(account)
