"""What look-alikes and crews both do: find people, have newcomers, wish, log in, and send money."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.city import City, NobodyLeft
from simulation.fleets.ground import Ground, Spot
from simulation.fleets.networks import Network
from simulation.fleets.people import Account
from simulation.fleets.settling import any_shift, birth, take_up
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import Wish
from simulation.streams import Dice


@dataclass(slots=True)
class Story:
    """The city as one group finds it, with the group's own stream of chance."""

    city: City
    voices: Voices
    dice: Dice

    @property
    def ground(self) -> Ground:
        """The city's ground."""
        return self.city.ground

    @property
    def days(self) -> int:
        """How many days the file has."""
        return self.city.config.days

    def at(self, day: float, hour: float = 0.0) -> int:
        """Return the instant so many days and hours into the file, in local time."""
        return self.city.calendar.at(day, hour)

    def moment(self, low_hour: float = 0.0, high_hour: float = 24.0) -> int:
        """Return an instant on any day, between two local hours."""
        return self.at(self.dice.randrange(self.days), self.dice.uniform(low_hour, high_hour))

    def day(self, first: int, before_last: int) -> int:
        """Return a day from ``first`` to ``before_last`` days before the end, as far as there are such."""
        latest = max(self.days // 2, self.days - before_last)
        return self.dice.randint(min(first, latest), latest)

    def workdays(self) -> list[int]:
        """Return the days of the file on which offices and schools are open."""
        return [day for day in range(self.days) if self.city.calendar.is_workday(day)]

    def later(self, ts: int, low_h: float, high_h: float) -> int:
        """Return an instant some hours after ``ts``."""
        return ts + int(self.dice.uniform(low_h, high_h) * HOUR_MS)

    def born(self, older: float) -> int:
        """Return when somebody signs up: before the file with that chance, or on any day of it."""
        return birth(self.city, self.dice, older)

    def since(self, low_days: float, high_days: float) -> int:
        """Return an instant so many days before the file begins; below 0 is after that."""
        return self.city.inside(self.city.before(self.dice.uniform(low_days, high_days)))

    def known(self, count: int) -> list[Account]:
        """Return up to so many riders older than the file, as they are."""
        return self.city.take(count, self.dice, fit=self.city.is_settled)

    def regular(self, *, delivers: bool = False) -> Account:
        """Return a driver whom others know as well, older than the file; raises ``NobodyLeft``."""
        city = self.city
        return city.glimpse(
            self.dice, drives=True, fit=lambda a: a.delivers == delivers and city.is_settled(a)
        )

    def rider(
        self,
        joined_ms: int,
        *,
        device: str | None = None,
        home: Spot | None = None,
        wifi: str | None = None,
        referrer: Account | None = None,
        cards: list[str] | None = None,
        profile: str | None = None,
        rate: float | None = None,
        network: Network | None = None,
        work: Spot | None = None,
        work_ip: str | None = None,
        welcome: bool | None = None,
    ) -> Account:
        """Return a rider made to measure; what is not given is as it would be. Raises ``NobodyLeft``."""
        account = self._newcomer(joined_ms, False, device, home, wifi, referrer, network)
        if cards is not None:
            account.cards, account.usual_card = list(cards), cards[0] if cards else None
        if profile is not None:
            take_up(account, profile, self.dice)
        account.rate = account.rate if rate is None else rate
        account.work, account.work_ip = work or account.work, work_ip
        account.welcome = welcome
        return account

    def driver(
        self,
        joined_ms: int,
        *,
        delivers: bool | None = None,
        device: str | None = None,
        home: Spot | None = None,
        wifi: str | None = None,
        bank: str | None = None,
        referrer: Account | None = None,
        network: Network | None = None,
        shift: str | None = None,
        works: float | None = None,
    ) -> Account:
        """Return a driver made to measure; what is not given is as it would be. Raises ``NobodyLeft``."""
        account = self._newcomer(joined_ms, True, device, home, wifi, referrer, network)
        if delivers is not None and delivers != account.delivers:
            account.delivers, account.shift = delivers, any_shift(delivers, self.dice)
        account.shift = shift or account.shift
        account.bank = bank or account.bank
        account.works = account.works if works is None else works
        account.bonus_at, account.spot = -1, account.home
        return account

    def _newcomer(
        self,
        joined_ms: int,
        drives: bool,
        device: str | None,
        home: Spot | None,
        wifi: str | None,
        referrer: Account | None,
        network: Network | None,
    ) -> Account:
        taken = self.city.take(1, self.dice, drives=drives)
        if not taken:
            raise NobodyLeft
        account = taken[0]
        account.plain = False
        account.joined_ms, account.until_ms = self.city.inside(joined_ms), self.city.config.end_ms
        account.phones = [(0, device or account.phones[0][1])]
        account.home, account.wifi = home or account.home, wifi or account.wifi
        account.referrer, account.network = referrer, network
        return account

    def earlier(self, people: list[Account], ts: int, chance: float) -> Account | None:
        """Return one of these who was there a day before, with that chance."""
        if people and self.dice.chance(chance):
            return next((each for each in people if each.joined_ms < ts - DAY_MS), None)
        return None

    def wish(self, ts: int, rider: Account, start: Spot, end: Spot, place: str = "out") -> Wish:
        """Place a wish; return it for the caller to shape further."""
        wish = Wish(ts, rider, start, end, place)
        self.city.place(wish)
        return wish

    def login(self, ts: int, account: Account, device: str, ip: str | None, spot: Spot | None = None) -> None:
        """Let the account be logged in to on that device."""
        self.voices.login(ts, account, self.dice, device=device, ip=ip, spot=spot)

    def send(self, ts: int, payer: Account, payee: Account, units: float) -> None:
        """Let one pay another by wallet."""
        self.voices.transfer(ts, payer, payee, units)
