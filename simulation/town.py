"""The town while it is being planned: its accounts, its addresses, and the verbs that plans are made with."""

from __future__ import annotations

from collections.abc import Callable

from simulation import lines
from simulation.accounts import Account
from simulation.agenda import Agenda
from simulation.clock import HOUR_MS, Clock
from simulation.config import DAY_MS, CityConfig
from simulation.geography import Land
from simulation.habits import CityHabits
from simulation.mint import Mint
from simulation.streams import Dice, Streams
from simulation.truth import DecoyRecord, RingRecord


class Town:
    """Everything that the planners of ordinary life, look-alikes and rings share."""

    def __init__(self, config: CityConfig) -> None:
        self.config = config
        self.streams = Streams(config.seed)
        self.habits = CityHabits.draw(self.streams.dice("habits"))
        self.land = Land(self.habits, self.streams.dice("land"))
        self.clock = Clock(self.habits, self.streams.numbers("clock"))
        self.mint = Mint(self.streams)
        self.agenda = Agenda(config.start_ms, config.end_ms)
        dice = self.streams.dice("town")
        people = config.riders + config.drivers
        carriers = max(1, round(people / self.habits.riders_per_carrier_ip))
        self.carrier_ips = [self.mint.ip() for _ in range(carriers)]
        self.cafe_ips = [self.mint.ip() for _ in range(max(2, people // 300))]
        self.welcome = (self.mint.promo(), self.habits.welcome_amount)
        self.sign_on = (self.mint.promo(), self.habits.sign_on_amount)
        self.referral = (self.mint.promo(), self.habits.referral_amount)
        self.campaigns: list[tuple[str, float, int, int]] = []
        for _ in range(self.habits.campaigns):
            begin = config.start_ms + int(dice.random() * config.days * DAY_MS)
            amount = round(self.habits.price_level * dice.uniform(0.8, 8.0), 1)
            last = begin + int(dice.uniform(1, 9) * DAY_MS)
            self.campaigns.append((self.mint.promo(), amount, begin, last))
        self.accounts: list[Account] = []
        self.rings: list[RingRecord] = []
        self.decoys: list[DecoyRecord] = []
        self._spare_riders: list[int] = []
        self._spare_drivers: list[int] = []

    def open_casting(self) -> None:
        """Shuffle the ordinary accounts; from now on planners may take them for their stories."""
        dice = self.streams.dice("casting")
        self._spare_riders = [a.number for a in self.accounts if not a.is_driver]
        self._spare_drivers = [a.number for a in self.accounts if a.is_driver]
        dice.shuffle(self._spare_riders)
        dice.shuffle(self._spare_drivers)

    def take(
        self, count: int, *, drivers: bool = False, fit: Callable[[Account], bool] | None = None
    ) -> list[Account]:
        """Take up to ``count`` accounts that no other story has and that ``fit`` accepts."""
        spare = self._spare_drivers if drivers else self._spare_riders
        taken: list[Account] = []
        refused: list[int] = []
        while spare and len(taken) < count:
            account = self.accounts[spare.pop()]
            if fit is None or fit(account):
                account.ordinary = False
                taken.append(account)
            else:
                refused.append(account.number)
        spare.extend(reversed(refused))
        return taken

    def spare(self) -> int:
        """Return how many rider accounts no story has taken yet."""
        return len(self._spare_riders)

    def anyone(self, count: int, dice: Dice, *, drivers: bool = False) -> list[Account]:
        """Return up to ``count`` accounts that no story has taken, without taking them."""
        numbers = dice.some(self._spare_drivers if drivers else self._spare_riders, count)
        return [self.accounts[number] for number in numbers]

    def ip_of(self, account: Account, dice: Dice) -> str | None:
        """Return the address the account would log in from now; None when the field is lost."""
        if dice.random() < self.habits.missing_ip:
            return None
        if account.ips:
            return dice.choice(account.ips)
        draw = dice.random()
        if draw < 0.45:
            return account.home_ip
        if account.work_ip is not None and draw < 0.6:
            return account.work_ip
        if draw > 0.97:
            return dice.choice(self.cafe_ips)
        return account.mobile_ip

    def say_login(
        self, ts: int, account: Account, dice: Dice, *, device: str | None = None, ip: str | None = None
    ) -> bool:
        """Plan a login; device and address default to the account's own."""
        place = None
        if dice.chance(0.3):
            place = self.land.degrees(self.land.near(account.home, 0.3, dice))
        line = lines.account_login(
            self.mint.event(),
            ts,
            account.id,
            device or account.device,
            ip=ip or self.ip_of(account, dice),
            place=place,
        )
        return self.agenda.say(ts, line)

    def say_card(
        self, ts: int, account: Account, card: str, dice: Dice, *, device: str | None = None
    ) -> None:
        """Plan that a card is stored with the account."""
        shown = None if dice.chance(self.habits.missing_trip_device) else device or account.device
        line = lines.card_added(self.mint.event(), ts, account.id, card, device_id=shown)
        self.agenda.say(ts, line)

    def say_promo(
        self,
        ts: int,
        account: Account,
        promo: tuple[str, float],
        dice: Dice,
        *,
        ring: RingRecord | None = None,
        device: str | None = None,
    ) -> None:
        """Plan that the account redeems a promo without a trip; what a ring takes is noted in the truth."""
        shown = None if dice.chance(self.habits.missing_promo_device) else device or account.device
        event_id = self.mint.event()
        line = lines.promo_redeemed(
            event_id, ts, account.id, promo[0], promo[1], device_id=shown, trip_id=None
        )
        if self.agenda.say(ts, line) and ring is not None:
            ring.took(ts, event_id, promo[1])

    def open_ring(self, kind: str, members: list[Account], first_ts: int, camouflage: float) -> RingRecord:
        """Write a new ring into the truth and return it."""
        ring = RingRecord(
            ring=self.mint.ring(),
            kind=kind,
            accounts=[a.id for a in members],
            drivers=[a.id for a in members if a.is_driver],
            victims=[],
            first_ts=first_ts,
            camouflage=camouflage,
        )
        self.rings.append(ring)
        return ring

    def note_decoy(self, kind: str, members: list[Account]) -> None:
        """Write a group of honest look-alikes into the truth."""
        self.decoys.append(DecoyRecord(kind, [a.id for a in members]))

    def moment(self, dice: Dice, low: float = 0.0, high: float = 1.0) -> int:
        """Return an instant between two shares of the file's days."""
        return self.config.start_ms + int(dice.uniform(low, high) * self.config.days * DAY_MS)

    def waking(self, ts: int, dice: Dice) -> int:
        """Return ``ts``, moved out of the small hours most of the time."""
        if self.clock.hour(ts) < 6 and dice.chance(0.85):
            ts += int(dice.uniform(6, 14) * HOUR_MS)
        return min(ts, self.config.end_ms - HOUR_MS)
