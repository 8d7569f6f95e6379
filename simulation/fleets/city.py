"""The city while it is planned and lived: its people, its addresses, and what is filed for later days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final

from simulation.config import DAY_MS, CityConfig
from simulation.fleets.calendar import HOUR_MS, MINUTE_MS, Calendar
from simulation.fleets.ground import Ground
from simulation.fleets.offers import Offers
from simulation.fleets.people import Account, Crew
from simulation.fleets.priors import Priors
from simulation.fleets.wishes import Wish
from simulation.mint import Mint
from simulation.streams import Dice, Streams
from simulation.truth import DecoyRecord

CARRIERS: Final = 4
ROAMING: Final = CARRIERS
"""The carrier of visitors from abroad."""
_LOOKS_PER_PERSON: Final = 30
_USUAL_TRIPS_A_DAY: Final = 0.56
"""What the riders' own rates come to on the mean."""


class NobodyLeft(Exception):
    """Everybody that would fit has a story already."""


class City:
    """Everything that life, look-alikes and crews share. Memory: the accounts and what is filed."""

    def __init__(self, config: CityConfig) -> None:
        self.config = config
        self.streams = Streams(config.seed)
        self.mint = Mint(self.streams)
        self.priors = Priors.draw(self.dice("priors"))
        self.calendar = Calendar(config, self.priors.utc_offset_h)
        self.ground = Ground(self.priors, config.riders, self.dice("ground"))
        self.offers = Offers(config, self.mint, self.dice("offers"))
        self.pace = config.trips_per_rider_day / _USUAL_TRIPS_A_DAY
        people = config.riders + config.drivers
        exits = max(3, round(people / self.priors.accounts_per_exit / CARRIERS))
        self.carriers = [[self.mint.ip() for _ in range(exits)] for _ in range(CARRIERS + 1)]
        self.public_ips = [self.mint.ip() for _ in range(max(5, people // 75))]
        self.vpn_ips = [self.mint.ip() for _ in range(max(12, people // 100))]
        self.hotel_ips = [self.mint.ip() for _ in self.ground.hotels]
        self.accounts: list[Account] = []
        self._spare: dict[bool, list[Account]] = {False: [], True: []}
        self.crews: list[Crew] = []
        self.decoys: list[DecoyRecord] = []
        self._lines: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
        self._wishes: defaultdict[int, list[Wish]] = defaultdict(list)

    def dice(self, *names: object) -> Dice:
        """Return the family's own stream of that name."""
        return self.streams.dice("fleets", *names)

    def money(self, units: float) -> float:
        """Return an amount in units of account in the city's money, never nothing."""
        return max(0.01, round(units * self.priors.price, 2))

    def riders(self) -> list[Account]:
        """Return the accounts that ride and eat."""
        return self.accounts[: self.config.riders]

    def drivers(self) -> list[Account]:
        """Return the accounts that drive and deliver."""
        return self.accounts[self.config.riders :]

    def open_pools(self) -> None:
        """Let those who have no story yet be found by stories."""
        for account in self.accounts:
            if account.spare:
                self._spare[account.drives].append(account)

    def spare(self, *, drives: bool = False) -> int:
        """Return how many have no story yet."""
        return len(self._spare[drives])

    def take(
        self, count: int, dice: Dice, *, drives: bool = False, fit: Callable[[Account], bool] | None = None
    ) -> list[Account]:
        """Return up to ``count`` accounts that have no story yet; from now on they have one.

        Those that ``fit`` refuses are passed over; the search ends after 30 looks for each one wanted.
        """
        pool = self._spare[drives]
        taken: list[Account] = []
        for _ in range(_LOOKS_PER_PERSON * count):
            if len(taken) == count or not pool:
                break
            place = dice.randrange(len(pool))
            account = pool[place]
            if fit is not None and not fit(account):
                continue
            pool[place] = pool[-1]
            pool.pop()
            account.spare = False
            taken.append(account)
        return taken

    def give_back(self, accounts: list[Account]) -> None:
        """Let these be found again; nothing has been done with them."""
        for account in accounts:
            account.spare = True
            self._spare[account.drives].append(account)

    def glimpse(self, dice: Dice, *, drives: bool, fit: Callable[[Account], bool]) -> Account:
        """Return somebody that has no story, and leave it so; raises ``NobodyLeft``."""
        pool = self._spare[drives]
        for _ in range(_LOOKS_PER_PERSON if pool else 0):
            account = dice.choice(pool)
            if fit(account):
                return account
        raise NobodyLeft

    def is_settled(self, account: Account) -> bool:
        """Whether the account is older than the file."""
        return account.joined_ms < self.config.start_ms

    def before(self, days: float) -> int:
        """Return the instant so many days before the file begins."""
        return self.config.start_ms - int(days * DAY_MS)

    def inside(self, ts: int, spare_days: float = 1.0) -> int:
        """Return ``ts``, moved so far ahead that a day or an eighth of the file is left after it."""
        left = min(spare_days, self.config.days / 8)
        return min(ts, self.config.end_ms - int(left * DAY_MS))

    def file(self, ts: int, line: bytes) -> bool:
        """Keep a finished line for its day; False when it lies after the end."""
        if ts >= self.config.end_ms:
            return False
        self._lines[(ts - self.config.start_ms) // DAY_MS].append((ts, line))
        return True

    def place(self, wish: Wish) -> None:
        """Keep a wish for its day; one outside the file, or of an account to come, is forgotten."""
        inside = self.config.start_ms <= wish.ts < self.config.end_ms - HOUR_MS // 4
        if inside and wish.ts >= wish.rider.joined_ms + MINUTE_MS:
            self._wishes[self.calendar.day(wish.ts)].append(wish)

    def lines_until(self, day: int) -> list[tuple[int, bytes]]:
        """Return and forget the lines filed for that day of the file (in UTC) and all before it."""
        return [each for past in sorted(d for d in self._lines if d <= day) for each in self._lines.pop(past)]

    def wishes_of(self, day: int) -> list[Wish]:
        """Return and forget the wishes placed for that local day."""
        return self._wishes.pop(day, [])

    def filed_lines(self) -> int:
        """Return how many lines are filed. Cost: the number of days."""
        return sum(map(len, self._lines.values()))

    def placed_wishes(self) -> int:
        """Return how many wishes are placed. Cost: the number of days."""
        return sum(map(len, self._wishes.values()))
