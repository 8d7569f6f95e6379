"""The city while it is planned and lived: its people, its networks, and what is filed for later days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from simulation.boroughs.borough_map import BoroughMap
from simulation.boroughs.calendar import HOUR_MS, Calendar
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.priors import Priors
from simulation.boroughs.wishes import Ride
from simulation.config import DAY_MS, CityConfig
from simulation.mint import Mint
from simulation.streams import Dice, Streams
from simulation.truth import DecoyRecord


class City:
    """Everything that life, look-alikes and crews share. Memory: the accounts and what is filed."""

    def __init__(self, config: CityConfig) -> None:
        self.config = config
        self.streams = Streams(config.seed)
        self.priors = Priors.draw(self.dice("priors"))
        self.ground = BoroughMap(self.priors, self.dice("ground"))
        self.calendar = Calendar(config, self.priors, self.ground, self.dice("calendar"))
        self.mint = Mint(self.streams)
        people = config.riders + config.drivers
        carriers = max(2, round(people / self.priors.accounts_per_carrier_ip))
        self.carrier = Net([self.mint.ip() for _ in range(carriers)])
        self.public_nets = [Net([self.mint.ip()]) for _ in range(max(2, people // 250))]
        self._home_pool = [self.mint.ip() for _ in range(people + 50)]
        self._homes = 0
        self.welcome = (self.mint.promo(), self.priors.welcome)
        self.sign_on = (self.mint.promo(), self.priors.sign_on)
        self.bounty = (self.mint.promo(), self.priors.bounty)
        self.friend_bounty = (self.mint.promo(), self.priors.friend_bounty)
        self.campaigns = self._campaigns(self.dice("campaigns"))
        self.accounts: list[Account] = []
        self._spare: dict[bool, list[Account] | None] = {False: None, True: None}
        self.crews: list[Crew] = []
        self.fences: list[Account] = []
        self.decoys: list[DecoyRecord] = []
        self._lines: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
        self._rides: defaultdict[int, list[Ride]] = defaultdict(list)
        self.after_trips: list[Callable[[Account, Account, int, float, Dice], None]] = []

    def dice(self, *names: object) -> Dice:
        """Return the family's own stream of that name."""
        return self.streams.dice("boroughs", *names)

    def _campaigns(self, dice: Dice) -> list[tuple[str, float, int, int]]:
        found = []
        for _ in range(self.priors.campaigns):
            begin = self.moment(dice)
            length = int(dice.log_uniform(0.15, 15.0) * DAY_MS)
            amount = round(self.priors.price * dice.log_uniform(0.3, 4.0), 2)
            found.append((self.mint.promo(), amount, begin, begin + length))
        return found

    def home_net(self, dice: Dice) -> Net:
        """Return a home's network; its address changes as often as the city's lines do."""
        self._homes += 1
        lease = int(self.priors.lease_days * dice.uniform(0.7, 1.4) * DAY_MS)
        return Net(self._home_pool, self._homes, 7, lease)

    def riders(self) -> list[Account]:
        """Return the accounts that ride."""
        return [a for a in self.accounts if not a.drives]

    def has_spare(self, *, drives: bool) -> bool:
        """Whether a rider or driver has no story yet. Cost: O(accounts)."""
        return any(account.drives == drives and account.spare for account in self.accounts)

    def take(
        self, count: int, dice: Dice, *, drives: bool = False, fit: Callable[[Account], bool] | None = None
    ) -> list[Account]:
        """Return up to ``count`` accounts that have no story yet; from now on they have one.

        Those that ``fit`` refuses are passed over; the search ends after 30 looks for each one wanted.
        Call it only once everybody is settled. Cost: the number of looks.
        """
        pool = self._spare[drives]
        if pool is None:
            pool = self._spare[drives] = [a for a in self.accounts if a.drives == drives and a.spare]
        taken: list[Account] = []
        for _ in range(min(len(pool), 30 * count)):
            if len(taken) == count or not pool:
                break
            place = dice.randrange(len(pool))
            account = pool[place]
            if account.spare and fit is not None and not fit(account):
                continue
            pool[place] = pool[-1]
            pool.pop()
            if account.spare:
                account.spare = False
                taken.append(account)
        return taken

    def note(self, kind: str, members: list[Account]) -> None:
        """Write an honest group that looks like a ring into the truth."""
        if members:
            self.decoys.append(DecoyRecord(kind, [a.id for a in members]))

    def join(self, account: Account, ts: int) -> None:
        """Let the account sign up at that instant instead of when it was going to."""
        account.joined_ms = ts
        account.from_ms = max(ts, self.config.start_ms)
        account.phones = [(ts, account.phones[0][1])]

    def moment(self, dice: Dice, low: float = 0.0, high: float = 1.0) -> int:
        """Return an instant between two shares of the file's days."""
        return self.config.start_ms + int(dice.uniform(low, high) * self.config.days * DAY_MS)

    def inside(self, ts: int) -> int:
        """Return ``ts``, moved into the file with three hours to spare before its end."""
        return max(self.config.start_ms, min(ts, self.config.end_ms - 3 * HOUR_MS))

    def file(self, ts: int, line: bytes) -> bool:
        """Keep a finished line for its day; False when it lies after the end."""
        if ts >= self.config.end_ms:
            return False
        self._lines[(ts - self.config.start_ms) // DAY_MS].append((ts, line))
        return True

    def wish(self, ride: Ride) -> None:
        """Keep a ride for its day; one that would begin outside the file is forgotten."""
        if self.config.start_ms <= ride.ts < self.config.end_ms:
            self._rides[(ride.ts - self.config.start_ms) // DAY_MS].append(ride)

    def lines_until(self, day: int) -> list[tuple[int, bytes]]:
        """Return and forget the lines filed for that day of the file and all before it."""
        return [each for past in sorted(d for d in self._lines if d <= day) for each in self._lines.pop(past)]

    def rides_until(self, day: int) -> list[Ride]:
        """Return and forget the rides decided beforehand for that day and all before it."""
        return [each for past in sorted(d for d in self._rides if d <= day) for each in self._rides.pop(past)]

    def filed(self) -> int:
        """Return how many lines are filed. Cost: the number of days."""
        return sum(map(len, self._lines.values()))
