"""The city while it is planned and lived: its people, its networks, and what is filed for later days."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

from simulation.config import DAY_MS, CityConfig
from simulation.mint import Mint
from simulation.stages.calendar import Calendar
from simulation.stages.ground import Ground, Spot, around, distance_km
from simulation.stages.nets import Nets
from simulation.stages.offers import Offers
from simulation.stages.people import Account, Crew
from simulation.stages.priors import Priors
from simulation.stages.requests import Request
from simulation.streams import Dice, Streams
from simulation.truth import DecoyRecord


class City:
    """Everything that life, look-alikes and crews share. Memory: the accounts and what is filed."""

    def __init__(self, config: CityConfig) -> None:
        self.config = config
        self._streams = Streams(config.seed)
        self.priors = Priors.draw(self.dice("priors"))
        self.ground = Ground(self.priors, self.dice("ground"))
        self.calendar = Calendar(config, self.priors, self.dice("calendar"))
        self.mint = Mint(self._streams)
        self.nets = Nets(config.riders + config.drivers, self.priors, self.mint, self.dice("nets"))
        self.offers = Offers(self.priors, self.calendar, self.mint, self.dice("offers"))
        self.accounts: list[Account] = []
        self.crews: list[Crew] = []
        self.decoys: list[DecoyRecord] = []
        self._spare: dict[bool, deque[Account]] = {False: deque(), True: deque()}
        self._lines: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
        self._requests: defaultdict[int, list[Request]] = defaultdict(list)

    def dice(self, *names: object) -> Dice:
        """Return the family's own stream of that name."""
        return self._streams.dice("stages", *names)

    def open_pool(self) -> None:
        """Let stories take people from now on, in an order drawn for itself."""
        order = self.dice("pool").sample(self.accounts, len(self.accounts))
        for account in order:
            self._spare[account.drives].append(account)

    def take(
        self, count: int, *, drives: bool = False, fit: Callable[[Account], bool] | None = None
    ) -> list[Account]:
        """Return up to ``count`` accounts that have no story yet; from now on they have one.

        Those that ``fit`` refuses stay for others; the search ends after 30 looks for each one wanted.
        """
        pool = self._spare[drives]
        taken: list[Account] = []
        refused: list[Account] = []
        for _ in range(30 * count):
            if len(taken) == count or not pool:
                break
            account = pool.pop()
            if fit is None or fit(account):
                account.spare = False
                taken.append(account)
            else:
                refused.append(account)
        pool.extendleft(refused)
        return taken

    def left(self, *, drives: bool) -> int:
        """Return how many accounts have no story yet."""
        return len(self._spare[drives])

    def strangers(self, count: int, dice: Dice) -> list[Account]:
        """Return up to ``count`` honest riders of any story; their day of joining stays from now on."""
        found = [
            each for each in dice.some(self.accounts, 2 * count) if not each.drives and each.crew is None
        ]
        for each in found[:count]:
            each.settled = True
        return found[:count]

    def honest_driver(self, dice: Dice) -> Account | None:
        """Return some driver who is in no crew; None where ten looks find none."""
        for _ in range(10):
            driver = self.accounts[self.config.riders + dice.randrange(self.config.drivers)]
            if driver.crew is None:
                driver.settled = True
                return driver
        return None

    def join(self, account: Account, ts: int) -> None:
        """Let the account sign up at that instant, or an hour before the end of the file at the latest."""
        if not account.settled:
            account.joined_ms = min(ts, self.config.end_ms - 3_600_000)

    def move_in(self, account: Account, home: Spot, dice: Dice) -> None:
        """Give the account a home, and places in its reach that it goes to."""
        account.home = home
        reach = [[self.ground.anywhere(dice) for _ in range(3)] for _ in range(3)]
        account.haunts = [min(spots, key=lambda spot: distance_km(spot, home)) for spots in reach]
        if not account.drives:
            account.spot = home

    def post(self, account: Account, area: Spot, spread_km: float, dice: Dice) -> None:
        """Let the driver wait for work about there."""
        account.shift.area = account.spot = around(area, spread_km, dice)

    def note(self, kind: str, members: list[Account]) -> None:
        """Write an honest group that looks like a ring into the truth."""
        if len(members) >= 2:
            self.decoys.append(DecoyRecord(kind, [member.id for member in dict.fromkeys(members)]))

    def file(self, ts: int, line: bytes) -> bool:
        """Keep a finished line for its day; False when it lies after the end."""
        if ts >= self.config.end_ms:
            return False
        self._lines[(ts - self.config.start_ms) // DAY_MS].append((ts, line))
        return True

    def ask(self, request: Request) -> None:
        """Keep a request for its day; one that lies outside the file is forgotten."""
        if self.config.start_ms <= request.ts < self.config.end_ms:
            self._requests[self.calendar.day_of(request.ts)].append(request)

    def lines_until(self, day: int) -> list[tuple[int, bytes]]:
        """Return and forget the lines filed for that day of the file and all before it."""
        return [each for past in sorted(d for d in self._lines if d <= day) for each in self._lines.pop(past)]

    def requests_of(self, day: int) -> list[Request]:
        """Return and forget the requests of that local day."""
        return self._requests.pop(day, [])

    def filed(self) -> int:
        """Return how many lines are filed. Cost: the number of days."""
        return sum(map(len, self._lines.values()))
