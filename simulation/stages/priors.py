"""What differs between cities of the third family, drawn once from the seed in wide ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.streams import Dice


@dataclass(frozen=True, slots=True)
class Place:
    """Where a city lies and what it pays with: ``money`` is one unit of reckoning in its currency."""

    latitude: float
    longitude: float
    utc_offset_h: int
    money: int
    coin: int
    """The step to which amounts are rounded."""


PLACES: Final = (Place(6.52, 3.37, 1, 10, 50), Place(-1.285, 36.82, 3, 1, 5))
"""A lagoon city whose prices are ten times as high in numbers, and a highland city."""


@dataclass(frozen=True, slots=True)
class Priors:
    """The constants of one city. Money in units of reckoning (see ``amount``), shares in 0..1."""

    place: Place
    hubs: int
    quarters: int
    spread: float
    motorcycles: float
    late_shifts: float
    speed: float
    fare_level: float
    quests: tuple[tuple[int, int], ...]
    weekly_quests: tuple[tuple[int, int], ...]
    ramp: tuple[tuple[int, int], ...]
    peak_bonus: float
    welcome_rides: int
    welcome_value: int
    welcome_share: float
    referral_value: int
    friend_value: int
    driver_referral_value: int
    referral_chance: float
    campaign_chance: float
    promo_shyness: float
    cards: float
    accounts_per_carrier_ip: float
    home_networks: float
    proxies: float
    newcomers: float
    old_in_file: float
    logins: float
    new_phones: float
    relatives_phone: float
    drivers_who_ride: float
    transfers: float
    regulars: float
    cancellations: float
    declines: float
    chargebacks: float
    lost_device: float
    lost_email: float
    lost_place: float
    rate_sigma: float
    lookalikes: float

    @classmethod
    def draw(cls, dice: Dice) -> Priors:
        """Return the constants of the city that ``dice`` stands for."""
        u, log, whole = dice.uniform, dice.log_uniform, dice.randint
        level = log(0.7, 1.4)
        reward = log(0.7, 1.5)
        return cls(
            place=dice.choice(PLACES),
            hubs=whole(9, 20),
            quarters=whole(15, 32),
            spread=u(0.75, 1.3),
            motorcycles=u(0.45, 0.8),
            late_shifts=u(0.25, 0.45),
            speed=u(0.8, 1.25),
            fare_level=level,
            quests=(
                (whole(4, 7), round(80 * reward)),
                (whole(8, 12), round(150 * reward)),
                (whole(13, 18), round(260 * reward)),
            ),
            weekly_quests=((whole(28, 44), round(500 * reward)), (whole(50, 75), round(900 * reward))),
            ramp=((whole(8, 12), round(500 * reward)), (whole(20, 30), round(900 * reward))),
            peak_bonus=u(0.05, 0.35),
            welcome_rides=whole(1, 3),
            welcome_value=round(log(60, 160)),
            welcome_share=dice.choice((0.5, 0.7, 1.0)),
            referral_value=whole(80, 220),
            friend_value=whole(40, 140),
            driver_referral_value=whole(500, 1_300),
            referral_chance=u(0.12, 0.4),
            campaign_chance=u(0.4, 0.95),
            promo_shyness=u(0.1, 0.4),
            cards=log(0.1, 0.4),
            accounts_per_carrier_ip=log(15.0, 120.0),
            home_networks=u(0.06, 0.3),
            proxies=log(0.008, 0.05),
            newcomers=u(0.25, 0.55),
            old_in_file=1.0 if dice.chance(0.7) else u(0.2, 1.0),
            logins=log(0.05, 0.3),
            new_phones=log(0.002, 0.008),
            relatives_phone=log(0.02, 0.1),
            drivers_who_ride=log(0.04, 0.2),
            transfers=log(0.07, 0.3),
            regulars=log(0.05, 0.25),
            cancellations=log(0.04, 0.16),
            declines=log(0.01, 0.06),
            chargebacks=log(0.002, 0.01),
            lost_device=log(0.008, 0.06),
            lost_email=u(0.25, 0.7),
            lost_place=0.0 if dice.chance(0.6) else u(0.0, 0.15),
            rate_sigma=u(0.75, 1.1),
            lookalikes=log(0.5, 1.8),
        )

    def amount(self, units: float) -> int:
        """Return that many units of reckoning as an amount of the city's currency, of one coin at least."""
        coin = self.place.coin
        return max(1, round(units * self.place.money / coin)) * coin
