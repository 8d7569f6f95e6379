"""Which address an account comes from: home, work, a carrier, a VPN, a café, or a network of its own."""

from __future__ import annotations

from typing import Final

from simulation.fleets.city import City
from simulation.fleets.people import Account
from simulation.streams import Dice

_VPN_USE: Final = 0.6
_HOME_USE: Final = 0.72
_WORK_USE: Final = 0.6
_PUBLIC_USE: Final = 0.04


def address(city: City, account: Account, place: str, dice: Dice) -> str:
    """Return the address that the account has at ``place``: ``home``, ``work`` or ``out``."""
    if account.network is not None:
        return account.network.address(city.mint, dice)
    if account.vpn and dice.chance(_VPN_USE):
        return dice.choice(city.vpn_ips)
    where = dice.random()
    if place == "home" and where < _HOME_USE:
        return account.wifi
    if place == "work" and account.work_ip is not None and where < _WORK_USE:
        return account.work_ip
    if where > 1.0 - _PUBLIC_USE:
        return dice.choice(city.public_ips)
    return carrier_address(city, account.carrier, dice)


def carrier_address(city: City, carrier: int, dice: Dice) -> str:
    """Return an exit of the carrier; its first ones are used the most."""
    exits = city.carriers[carrier]
    return exits[min(int(dice.expovariate(1.0) * len(exits) / 4), len(exits) - 1)]
