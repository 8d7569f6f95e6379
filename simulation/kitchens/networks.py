"""Which address an account comes from: home, office, a VPN, a café, the carrier, or one it has in common."""

from __future__ import annotations

from simulation.kitchens.city import City
from simulation.kitchens.people import Account
from simulation.streams import Dice


def address(city: City, account: Account, ts: int, dice: Dice) -> str:
    """Return the address that the account has at the time."""
    crew, in_hand = account.crew, account.crew is not None and ts >= account.turned_ms
    if account.common_ips and (crew is None or in_hand) and dice.chance(account.common_ip_share):
        return dice.choice(account.common_ips)
    if crew is not None and in_hand and crew.kit.network == "proxy":
        return city.mint.ip()
    if account.vpn and dice.chance(0.3):
        return dice.choice(city.vpn_ips)
    where = dice.random()
    if account.wifi is not None and not in_hand and where < 0.38:
        return account.wifi
    if account.office_ip is not None and where > 0.82:
        return account.office_ip
    if 0.78 < where <= 0.82:
        return dice.choice(city.public_ips)
    return dice.choice(city.carriers[account.carrier])
