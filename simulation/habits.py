"""What is different from city to city, drawn once from the seed in wide ranges."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.streams import Dice


@dataclass(frozen=True, slots=True)
class CityHabits:
    """The constants of one city. Money is in the platform's main unit, speeds in km/h, shares in 0..1."""

    centre_lat: float
    centre_lon: float
    utc_offset_h: int
    radius_km: float
    zones: int
    street_factor: float
    night_speed: float
    day_speed: float
    rush_speed: float
    price_level: float
    base_fare: float
    per_km: float
    per_minute: float
    least_fare: float
    surge: float
    welcome_amount: float
    welcome_uptake: float
    redeem_without_trip: float
    referral_amount: float
    referral_share: float
    campaigns: int
    campaign_uptake: float
    incentive_rate: float
    incentive_amount: float
    riders_per_carrier_ip: float
    cash_share: float
    login_rate: float
    chargeback_rate: float
    new_phone_rate: float
    unseen_share: float
    history_share: float
    warmup_share: float
    growth_share: float
    activity_sigma: float
    missing_trip_device: float
    missing_card: float
    missing_place: float
    missing_distance: float
    missing_ip: float
    missing_phone: float
    missing_email: float
    missing_promo_device: float
    lookalikes: float
    family_card: float
    family_phone: float
    sign_on_amount: float
    sign_on_uptake: float

    @classmethod
    def draw(cls, dice: Dice) -> CityHabits:
        """Return the habits of the city that ``dice`` stands for."""
        u, log = dice.uniform, dice.log_uniform
        price = log(0.6, 12.0)
        base, per_km, per_minute = price * u(1.0, 3.5), price * u(0.5, 1.6), price * u(0.05, 0.35)
        lon = u(-120.0, 140.0)
        return cls(
            centre_lat=u(-38.0, 58.0),
            centre_lon=lon,
            utc_offset_h=round(lon / 15.0),
            radius_km=u(4.0, 12.0),
            zones=dice.randint(7, 24),
            street_factor=u(1.18, 1.45),
            night_speed=u(34.0, 50.0),
            day_speed=u(22.0, 33.0),
            rush_speed=u(13.0, 22.0),
            price_level=price,
            base_fare=base,
            per_km=per_km,
            per_minute=per_minute,
            least_fare=base * u(1.1, 1.8),
            surge=u(0.0, 0.5),
            welcome_amount=round(price * u(3.0, 14.0), 1),
            welcome_uptake=u(0.15, 0.8),
            redeem_without_trip=u(0.0, 0.6),
            referral_amount=round(price * u(2.0, 12.0), 1),
            referral_share=u(0.02, 0.18),
            campaigns=dice.randint(0, 5),
            campaign_uptake=u(0.03, 0.3),
            incentive_rate=u(0.02, 0.25),
            incentive_amount=price * u(1.0, 5.0),
            riders_per_carrier_ip=log(120.0, 2_500.0),
            cash_share=u(0.0, 0.45),
            login_rate=u(0.04, 0.3),
            chargeback_rate=log(0.0002, 0.003),
            new_phone_rate=u(0.0005, 0.002),
            unseen_share=u(0.0, 0.3),
            history_share=0.0 if dice.chance(0.6) else u(0.1, 0.7),
            warmup_share=u(0.04, 0.22),
            growth_share=u(0.12, 0.5),
            activity_sigma=u(0.7, 1.2),
            missing_trip_device=u(0.0, 0.15),
            missing_card=u(0.0, 0.1),
            missing_place=u(0.0, 0.12),
            missing_distance=u(0.0, 0.08),
            missing_ip=u(0.0, 0.2),
            missing_phone=u(0.0, 0.4),
            missing_email=u(0.0, 0.5),
            missing_promo_device=u(0.0, 0.4),
            lookalikes=log(0.5, 2.0),
            family_card=u(0.2, 0.95),
            family_phone=u(0.2, 0.8),
            sign_on_amount=round(price * u(3.0, 20.0), 1),
            sign_on_uptake=u(0.0, 0.9),
        )
