"""The city while it is planned and lived: its people, its addresses, and what is filed for later days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from simulation.config import DAY_MS, CityConfig
from simulation.kitchens.calendar import HOUR_MS, Calendar
from simulation.kitchens.ground import Ground, Spot
from simulation.kitchens.offers import LAST_ORDER_MS, Offers
from simulation.kitchens.orders import Order
from simulation.kitchens.people import Account, Crew
from simulation.kitchens.priors import Priors
from simulation.mint import Mint
from simulation.streams import Dice, Streams
from simulation.truth import DecoyRecord

CARRIERS = 3
_LOOKS_PER_PERSON = 30


class NobodyLeft(Exception):
    """Everybody that would fit has a story already."""


class City:
    """Everything that life, look-alikes and crews share. Memory: the accounts and what is filed."""

    def __init__(self, config: CityConfig, stream: str = "kitchens") -> None:
        self.config, self.stream = config, stream
        self.streams = Streams(config.seed)
        self.mint = Mint(self.streams)
        self.priors = Priors.draw(self.dice("priors"))
        self.calendar = Calendar(config, self.priors.utc_offset_h)
        self.ground = Ground(self.priors, self.dice("ground"))
        self.offers = Offers(config, self.calendar, self.mint, self.dice("offers"))
        people = config.riders + config.drivers
        exits = max(2, round(people / self.priors.accounts_per_carrier_ip / CARRIERS))
        self.carriers = [[self.mint.ip() for _ in range(exits)] for _ in range(CARRIERS)]
        self.public_ips = [self.mint.ip() for _ in range(max(3, people // 90))]
        self.vpn_ips = [self.mint.ip() for _ in range(max(8, people // 60))]
        self.accounts: list[Account] = []
        self._spare: dict[bool, list[Account]] = {False: [], True: []}
        self.crews: list[Crew] = []
        self.decoys: list[DecoyRecord] = []
        self._lines: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
        self._orders: defaultdict[int, list[Order]] = defaultdict(list)

    def dice(self, *names: object) -> Dice:
        """Return the family's own stream of that name."""
        return self.streams.dice(self.stream, *names)

    def money(self, units: float) -> float:
        """Return an amount in units of account in the city's money, never nothing."""
        amount = units * self.priors.price
        return max(1.0, float(round(amount))) if self.priors.whole_money else max(0.01, round(amount, 2))

    def riders(self) -> list[Account]:
        """Return the accounts that ride and eat."""
        return [account for account in self.accounts if not account.drives]

    def open_pools(self) -> None:
        """Let those who are settled and have no story yet be found by stories."""
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

    def take_one(
        self, dice: Dice, *, drives: bool = False, fit: Callable[[Account], bool] | None = None
    ) -> Account:
        """Return one account that had no story; raises ``NobodyLeft`` when there is none."""
        taken = self.take(1, dice, drives=drives, fit=fit)
        if not taken:
            raise NobodyLeft
        return taken[0]

    def give_back(self, accounts: list[Account]) -> None:
        """Let these be found again; nothing has been done with them."""
        for account in accounts:
            account.spare = True
            self._spare[account.drives].append(account)

    def is_settled(self, account: Account) -> bool:
        """Whether the account is older than the file."""
        return account.joined_ms < self.config.start_ms

    def moment(self, dice: Dice, low: float = 0.0, high: float = 1.0) -> int:
        """Return an instant between two shares of the file."""
        return self.inside(self.config.start_ms + int(dice.uniform(low, high) * self.config.days * DAY_MS))

    def hours(self, low: float, high: float, dice: Dice) -> int:
        """Return an instant on any day of the file, between two local hours."""
        return self.calendar.at(dice.randrange(self.config.days), dice.uniform(low, high))

    def inside(self, ts: int) -> int:
        """Return ``ts``, moved into the file with three hours to spare before its end."""
        return max(self.config.start_ms, min(ts, self.config.end_ms - 3 * HOUR_MS))

    def early(self, ts: int) -> int:
        """Return ``ts``, moved into the file with a tenth of it to spare before its end."""
        return max(self.config.start_ms, min(ts, self.config.end_ms - self.config.days * DAY_MS // 10))

    def file(self, ts: int, line: bytes) -> bool:
        """Keep a finished line for its day; False when it lies after the end."""
        if ts >= self.config.end_ms:
            return False
        self._lines[(ts - self.config.start_ms) // DAY_MS].append((ts, line))
        return True

    def place(self, order: Order) -> None:
        """Keep an order for its day; one outside the file is forgotten."""
        if self.config.start_ms <= order.ts < self.config.end_ms - LAST_ORDER_MS:
            self._orders[self.calendar.day(order.ts)].append(order)

    def crew_orders(
        self,
        crew: Crew,
        rider: Account,
        ts: int,
        service: str,
        ends: tuple[Spot, Spot],
        gains: tuple[str, ...],
    ) -> Order:
        """Place an order of a crew, paid in cash; return it for the caller to shape further."""
        order = Order(
            ts=ts,
            rider=rider,
            service=service,
            start=ends[0],
            end=ends[1],
            crew=crew,
            gains=gains,
            cash=True,
        )
        self.place(order)
        return order

    def lines_until(self, day: int) -> list[tuple[int, bytes]]:
        """Return and forget the lines filed for that day of the file (in UTC) and all before it."""
        return [each for past in sorted(d for d in self._lines if d <= day) for each in self._lines.pop(past)]

    def orders_of(self, day: int) -> list[Order]:
        """Return and forget the orders decided beforehand for that local day."""
        return self._orders.pop(day, [])

    def filed_lines(self) -> int:
        """Return how many lines are filed. Cost: the number of days."""
        return sum(map(len, self._lines.values()))

    def planned_orders(self) -> int:
        """Return how many orders are decided beforehand. Cost: the number of days."""
        return sum(map(len, self._orders.values()))
