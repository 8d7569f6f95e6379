"""What differs between cities of the second family, drawn once from the seed in wide ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.streams import Dice

TARIFFS: Final = ("meter", "zones", "bids")
BONUSES: Final = ("none", "hours", "quests", "surprise")
GRAINS: Final = ("exact", "rounded", "borough")
LIVES: Final = ("commuter", "student", "nightlife", "rota", "errands", "parent", "traveller", "homebody")


@dataclass(frozen=True, slots=True)
class Priors:
    """The constants of one city. Money in the platform's unit, speeds in km/h, shares in 0..1."""

    latitude: float
    longitude: float
    utc_offset_h: int
    columns: int
    rows: int
    borough_km: float
    rivers: int
    detour: float
    free_speed: float
    congestion: float
    tariff: str
    price: float
    per_km: float
    per_minute: float
    surge: float
    fare_noise: float
    bonus: str
    bonus_amount: float
    bonus_chance: float
    quest_trips: int
    welcome: float
    welcome_uptake: float
    sign_on: float
    sign_on_uptake: float
    bounty: float
    friend_bounty: float
    referral_chance: float
    campaigns: int
    campaign_uptake: float
    promo_without_trip: float
    chargebacks: float
    declines: float
    cancellations: float
    cash: float
    rider_payouts: float
    logins: float
    lease_days: float
    accounts_per_carrier_ip: float
    old_accounts: float
    old_in_file: float
    growth: float
    new_phones_per_day: float
    second_phone: float
    loyalty: float
    spread: float
    lives: tuple[float, ...]
    event_nights: float
    lost_device: float
    lost_ip: float
    lost_phone: float
    lost_email: float
    lost_card: float
    lost_place: float
    lost_distance: float
    grain: str
    lookalikes: float
    outages: float

    @classmethod
    def draw(cls, dice: Dice) -> Priors:
        """Return the constants of the city that ``dice`` stands for."""
        u, log = dice.uniform, dice.log_uniform
        longitude, price = u(-122.0, 150.0), log(0.3, 900.0)
        return cls(
            latitude=u(-41.0, 61.0),
            longitude=longitude,
            utc_offset_h=round(longitude / 15.0),
            columns=dice.randint(2, 7),
            rows=dice.randint(2, 6),
            borough_km=u(1.1, 3.4),
            rivers=dice.choice((0, 0, 1, 1, 2)),
            detour=u(1.0, 1.25),
            free_speed=u(26.0, 55.0),
            congestion=u(0.1, 0.65),
            tariff=dice.choice(TARIFFS),
            price=price,
            per_km=price * log(0.15, 0.8),
            per_minute=price * log(0.02, 0.15),
            surge=u(0.0, 0.8),
            fare_noise=log(0.02, 0.25),
            bonus=dice.choice(BONUSES),
            bonus_amount=price * log(0.3, 3.0),
            bonus_chance=u(0.02, 0.4),
            quest_trips=dice.randint(8, 40),
            welcome=round(price * log(0.8, 6.0), 2),
            welcome_uptake=u(0.05, 0.95),
            sign_on=round(price * log(1.0, 8.0), 2),
            sign_on_uptake=u(0.0, 0.9),
            bounty=round(price * log(0.8, 6.0), 2),
            friend_bounty=round(price * log(0.5, 4.0), 2) if dice.chance(0.6) else 0.0,
            referral_chance=log(0.02, 0.4),
            campaigns=dice.randint(0, 8),
            campaign_uptake=log(0.01, 0.35),
            promo_without_trip=u(0.0, 1.0),
            chargebacks=log(0.0006, 0.015),
            declines=log(0.003, 0.06),
            cancellations=u(0.02, 0.2),
            cash=u(0.0, 0.8),
            rider_payouts=dice.choice((0.0, u(0.0, 0.3))),
            logins=log(0.03, 0.8),
            lease_days=log(0.7, 300.0),
            accounts_per_carrier_ip=log(25.0, 3_000.0),
            old_accounts=u(0.1, 0.85),
            old_in_file=0.0 if dice.chance(0.5) else u(0.2, 1.0),
            growth=u(0.3, 3.0),
            new_phones_per_day=log(0.0004, 0.004),
            second_phone=u(0.0, 0.12),
            loyalty=log(0.005, 0.2),
            spread=u(0.5, 1.5),
            lives=tuple(log(0.1, 3.0) for _ in LIVES),
            event_nights=u(0.0, 0.3),
            lost_device=u(0.0, 0.3) if dice.chance(0.8) else u(0.3, 0.8),
            lost_ip=u(0.0, 0.3),
            lost_phone=u(0.0, 0.7),
            lost_email=u(0.0, 0.9),
            lost_card=u(0.0, 0.25),
            lost_place=u(0.0, 0.2) if dice.chance(0.9) else 1.0,
            lost_distance=u(0.0, 0.2),
            grain=dice.choices(GRAINS, (0.6, 0.25, 0.15))[0],
            lookalikes=log(0.4, 2.5),
            outages=u(0.0, 0.05),
        )
