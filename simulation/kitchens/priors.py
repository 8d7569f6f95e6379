"""What differs between the family's cities: drawn once from the seed, in wide ranges."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.streams import Dice


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """The constants of one city; shares and chances are between 0 and 1."""

    latitude: float
    longitude: float
    utc_offset_h: int
    price: float
    """What one unit of account (about a short ride's half) is in the city's money."""
    whole_money: bool
    residential_districts: int
    sprawl_km: float
    reach_km: float
    """How far a driver comes for an order."""
    spread: float
    """Standard deviation of the logarithm of how often people order."""
    older: float
    older_told: float
    """Share of the accounts older than the file whose sign-up is in it."""
    card_payers: float
    wifi: float
    office_wifi: float
    vpn: float
    accounts_per_carrier_ip: float
    double_role: float
    """Share of drivers with a rider account of their own on the same phone."""
    referrals: float
    new_phones: float
    welcome_uptake: float
    logins_per_day: float
    login_before_order: float
    cancellations: float
    declines: float
    chargebacks: float
    sending: float
    """Factor on how often ordinary people send each other money."""
    lookalikes: float
    lost_device: float
    lost_ip: float
    lost_place: float
    lost_email: float
    lost_promo: float

    @classmethod
    def draw(cls, dice: Dice) -> Priors:
        """Draw a city."""
        whole = dice.chance(0.5)
        return cls(
            latitude=dice.uniform(-9.0, 22.0),
            longitude=dice.uniform(95.0, 126.0),
            utc_offset_h=dice.choice((7, 8, 8, 9)),
            price=dice.log_uniform(20.0, 20_000.0) if whole else dice.log_uniform(0.5, 6.0),
            whole_money=whole,
            residential_districts=dice.randint(5, 13),
            sprawl_km=dice.uniform(3.5, 8.0),
            reach_km=dice.uniform(7.0, 14.0),
            spread=dice.uniform(0.7, 1.15),
            older=dice.uniform(0.6, 0.85),
            older_told=1.0 if dice.chance(0.5) else dice.uniform(0.3, 1.0),
            card_payers=dice.uniform(0.12, 0.45),
            wifi=dice.uniform(0.4, 0.8),
            office_wifi=dice.uniform(0.1, 0.35),
            vpn=dice.log_uniform(0.01, 0.12),
            accounts_per_carrier_ip=dice.log_uniform(25.0, 400.0),
            double_role=dice.uniform(0.1, 0.35),
            referrals=dice.log_uniform(0.05, 0.3),
            new_phones=dice.uniform(0.04, 0.2),
            welcome_uptake=dice.uniform(0.2, 0.5),
            logins_per_day=dice.log_uniform(0.015, 0.1),
            login_before_order=dice.uniform(0.12, 0.45),
            cancellations=dice.log_uniform(0.02, 0.15),
            declines=dice.log_uniform(0.005, 0.06),
            chargebacks=dice.log_uniform(0.0005, 0.008),
            sending=dice.log_uniform(0.4, 2.0),
            lookalikes=dice.log_uniform(0.6, 1.7),
            lost_device=dice.log_uniform(0.01, 0.15),
            lost_ip=dice.log_uniform(0.02, 0.2),
            lost_place=dice.log_uniform(0.01, 0.2),
            lost_email=dice.uniform(0.1, 0.5),
            lost_promo=dice.uniform(0.0, 0.3),
        )
