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
    """What a unit of account (a euro in a dear city) is in the city's money."""
    reach_km: float
    """How far the neighbourhoods lie from the centre."""
    neighbourhoods: int
    older: float
    """Share of the riders that are older than the file."""
    older_drivers: float
    leavers: float
    """Share of the riders that go before the file ends."""
    visitors: float
    """Share of the riders that are tourists for a few days."""
    couriers: float
    """Share of the drivers that deliver food."""
    room_mates: float
    referred: float
    referred_drivers: float
    accounts_per_exit: float
    """Accounts for one address of a carrier."""
    vpn: float
    welcome_taken: float
    opens_app: float
    """How often a day an account logs in without ordering."""
    new_phones: float
    new_cards: float
    login_before_trip: float
    cancellations: float
    declines: float
    chargebacks: float
    stolen_elsewhere: float
    """Share of the riders whose card is stolen outside the platform and whose bank reverses rides."""
    sending: float
    """Factor on what ordinary people send each other."""
    lookalikes: float
    """Factor on the number of look-alikes."""
    boosted: float
    """Share of the drivers to whom the platform pays more at peak hours."""
    surge: float
    lost_device: float
    lost_ip: float
    lost_email: float
    lost_place: float

    @classmethod
    def draw(cls, dice: Dice) -> Priors:
        """Draw a city."""
        return cls(
            latitude=dice.uniform(37.0, 60.0),
            longitude=dice.uniform(-9.0, 27.0),
            utc_offset_h=dice.choice((0, 1, 1, 2, 2, 3)),
            price=dice.log_uniform(0.8, 5.0),
            reach_km=dice.uniform(7.0, 14.0),
            neighbourhoods=dice.randint(30, 90),
            older=dice.uniform(0.48, 0.78),
            older_drivers=dice.uniform(0.6, 0.85),
            leavers=dice.uniform(0.05, 0.2),
            visitors=dice.log_uniform(0.03, 0.11),
            couriers=dice.uniform(0.22, 0.5),
            room_mates=dice.uniform(0.06, 0.24),
            referred=dice.log_uniform(0.05, 0.22),
            referred_drivers=dice.uniform(0.3, 0.7),
            accounts_per_exit=dice.log_uniform(12.0, 120.0),
            vpn=dice.log_uniform(0.015, 0.1),
            welcome_taken=dice.uniform(0.5, 0.95),
            opens_app=dice.log_uniform(0.015, 0.08),
            new_phones=dice.uniform(0.03, 0.1),
            new_cards=dice.uniform(0.02, 0.07),
            login_before_trip=dice.uniform(0.2, 0.5),
            cancellations=dice.log_uniform(0.03, 0.12),
            declines=dice.log_uniform(0.006, 0.035),
            chargebacks=dice.log_uniform(0.0004, 0.003),
            stolen_elsewhere=dice.log_uniform(0.002, 0.008),
            sending=dice.log_uniform(0.4, 2.0),
            lookalikes=dice.log_uniform(0.6, 1.5),
            boosted=dice.uniform(0.15, 0.5),
            surge=dice.uniform(0.15, 0.4),
            lost_device=dice.log_uniform(0.01, 0.1),
            lost_ip=dice.log_uniform(0.01, 0.12),
            lost_email=dice.uniform(0.05, 0.3),
            lost_place=dice.log_uniform(0.05, 0.3),
        )
