"""How takings come together: wallet transfers of the members to one hand, straight or by way of another."""

from __future__ import annotations

from simulation.boroughs.city import City
from simulation.boroughs.crews.acts import since
from simulation.boroughs.people import Crew
from simulation.boroughs.voices import Voices
from simulation.config import DAY_MS
from simulation.streams import Dice


def carry_home(city: City, crew: Crew, dice: Dice) -> None:
    """Let the members pay what they took to the crew's purse; written only where transfers are asked for."""
    if not dice.chance(0.65):
        return
    voices = Voices(city)
    crew.purse = crew.fence or dice.choice(crew.members)
    mules = [m for m in dice.some(crew.members, dice.randint(1, 4)) if m is not crew.purse]
    layered, share = dice.chance(0.3), dice.uniform(0.4, 1.0)
    amount = city.priors.price * dice.log_uniform(0.5, 6.0)
    for account in crew.members:
        if not dice.chance(share):
            continue
        for _ in range(dice.randint(1, 3)):
            ts = since(account, crew) + int(dice.log_uniform(0.05, 8.0) * DAY_MS)
            payee = crew.purse
            if layered and mules and account not in mules:
                payee = dice.choice(mules)
            ts = city.inside(max(ts, payee.from_ms, account.from_ms))
            voices.transfer(ts, account, payee, amount * dice.uniform(0.7, 1.1), dice)
