"""The wave itself: phones with accounts, cards that are tried, added and ridden on, disputed weeks later."""

from __future__ import annotations

from math import exp

from simulation.config import DAY_MS
from simulation.waves.habits import WaveHabits
from simulation.waves.life import HOUR_MS, Life, Newcomer


class Attack:
    """Plays a wave hour by hour and keeps who took part and what was taken."""

    def __init__(self, life: Life, habits: WaveHabits) -> None:
        self._life = life
        self._habits = habits
        dice = life.dice
        self._issuers = dice.some(life.classes.issuers[3:], habits.issuers)
        self._version = dice.choice(life.classes.versions[:4])
        self._device = life.mint.device()
        self.accounts: list[str] = []
        self.first_ms = 0
        self.takings: list[tuple[int, str, float]] = []

    def live(self, hour_ms: int) -> None:
        """One hour of the wave; nothing outside its days."""
        habits, dice = self._habits, self._life.dice
        since_h = (hour_ms - habits.begins_ms) / HOUR_MS
        if not 0 <= since_h < habits.days * 24:
            return
        strength = 1.0 if habits.ramp_h <= 0 else min(1.0, (since_h + 1) / habits.ramp_h)
        for _ in range(dice.poisson(habits.accounts_a_day / 24 * strength)):
            self._work(hour_ms + dice.randrange(HOUR_MS))

    def _work(self, ts: int) -> None:
        """One account from its making to its last ride."""
        life, habits, dice = self._life, self._habits, self._life.dice
        if dice.chance(1 / habits.accounts_a_phone):
            self._device = life.mint.device()
        version = self._version if dice.chance(habits.version_share) else None
        account = life.new_account(ts, self._device, version)
        self.accounts.append(account.account_id)
        self.first_ms = min(self.first_ms or ts, ts)
        ts += dice.randrange(1, HOUR_MS)
        for _ in range(dice.poisson(habits.declines_an_account)):
            life.decline(ts, account, life.mint.card(), self._issuer(), dice.uniform(0, 5))
            ts += dice.randrange(30_000, 600_000)
        cards = []
        for _ in range(1 + dice.poisson(habits.cards_an_account - 1)):
            cards.append(life.mint.card())
            life.add_card(ts, account, cards[-1], self._issuer())
            ts += dice.randrange(30_000, 1_200_000)
        self._ride(ts, account, cards)

    def _ride(self, ts: int, account: Newcomer, cards: list[str]) -> None:
        life, habits, dice = self._life, self._habits, self._life.dice
        for _ in range(max(1, dice.poisson(habits.trips_an_account))):
            ts += int(dice.uniform(0.3, 9) * HOUR_MS)
            card = dice.choice(cards)
            factor = habits.fare_factor * dice.uniform(0.7, 1.3)
            ride = life.ride(ts, account, card, factor, at_base=dice.chance(habits.area_share))
            if ride is None:
                continue
            self.takings.append((ts, ride.event_id, ride.fare))
            if dice.chance(habits.disputed_share):
                lag = max(3.0, habits.disputed_days * exp(dice.gauss(0, 0.5)))
                life.dispute(ts + int(lag * DAY_MS), account, card, ride)

    def _issuer(self) -> str:
        if self._life.dice.chance(self._habits.issuer_share):
            return self._life.dice.choice(self._issuers)
        return self._life.classes.issuer_of(self._life.mint.card())
