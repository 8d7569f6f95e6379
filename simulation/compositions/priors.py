"""Every prior of the family: how often each value of each axis is drawn. All of them are assumptions.

Tables of what is shared go from the most to the least telling, so that care can lean towards their end.
"""

from __future__ import annotations

from typing import Final

CREW_MEDIAN: Final = 11.0
CREW_SPREAD: Final = 0.9
SMALLEST: Final = 3
LARGEST: Final = 120
HUGE: Final = (80, 320)
HUGE_CHANCE: Final = 0.6
"""In so many cities one crew is huge, where there is fraud enough."""
HUGE_IN_COMMON: Final = {"phones": 0.25, "cards": 0.25, "none": 0.5}
"""What every account of a huge crew uses, whatever else its design says; honest crowds share as much."""
LARGEST_PART: Final = 0.35
HUGE_PART: Final = 0.65
"""No crew has more of a city's fraud than that, unless it is small anyway."""
HONEST_DRIVERS: Final = 0.4
"""At least so large a share of the drivers belongs to no crew."""
CARE_SPREAD: Final = 0.2
TIED: Final = 0.75
"""At least so large a share of a crew hangs together by what it shares; draw again where less does."""

SOURCES: Final = ("fresh", "sleeping", "lived", "recruited")
"""Signed up for it; bought, old and unused; bought with an honest past; real people who act for a reward."""
SOURCE_ALPHA: Final = 0.35

KIND_OF: Final = {
    "drains": "takeover",
    "payouts": "takeover",
    "sprees": "takeover",
    "stolen_cards": "stolen_cards",
    "referrals": "referral_chain",
    "ghosts": "fake_rides",
    "pacts": "collusion",
    "late_cancels": "collusion",
    "driver_cancels": "collusion",
    "partnered": "collusion",
    "resold": "promo_farm",
    "meals": "promo_farm",
    "guarantees": "multi_account",
    "joinings": "multi_account",
    "credits": "multi_account",
    "disputes": "multi_account",
}
"""The kind of a crew by what it mainly takes; vouchers in one hand are ``multi_account`` as well."""
ONE_HAND: Final = 9
"""At most so many accounts on one to three phones are called one hand's, whatever vouchers they take."""
NEED_TRANSFERS: Final = frozenset(("drains", "late_cancels", "driver_cancels"))
ON_VICTIMS: Final = ("drains", "sprees", "payouts")
ON_PAPER: Final = ("guarantees", "joinings")
"""What crews take with accounts of drivers who are nobody."""
WITH_PARTNERS: Final = frozenset(
    ("ghosts", "pacts", "late_cancels", "driver_cancels", "partnered", *ON_PAPER)
)
SIDES: Final = {0: 0.5, 1: 0.32, 2: 0.18}
"""How many other things a crew takes beside the main one."""
SOMETIMES_PARTNERS: Final = 0.3
"""How often other takings have partner drivers in them."""

PHONES: Final = {"all": 0.16, "groups": 0.38, "own": 0.46}
CARDS: Final = {"all": 0.1, "groups": 0.15, "own": 0.2, "none": 0.55}
BANKS: Final = {"all": 0.2, "groups": 0.2, "own": 0.6}
PAPER_BANKS: Final = {"all": 0.45, "groups": 0.25, "own": 0.3}
"""Of drivers on paper: what they are paid has to come into one hand."""
JOINING_WORTH: Final = (2.0, 14.0)
"""What a driver is promised for joining, in units of account; classes of honest drivers take it as well."""
JOINING_TAKEN: Final = 0.5
"""So many honest classes do."""
NUMBERS: Final = {"all": 0.04, "groups": 0.14, "own": 0.82}
MAILS: Final = {"all": 0.03, "groups": 0.1, "own": 0.87}
NETWORKS: Final = {"wifi": 0.2, "vpn": 0.2, "mix": 0.15, "proxy": 0.2, "mobile": 0.25}
NETWORK_SHARES: Final = (0.1, 0.2, 0.4, 0.8, 1.0)
ROTATION_DAYS: Final = (None, None, None, 2.0, 5.0, 9.0)
LEAKS: Final = (0.0, 0.0, 0.05, 0.15, 0.4)
"""Share of the accounts that are once used on another phone of the crew."""
REFERRALS: Final = {"star": 0.14, "hubs": 0.1, "tree": 0.08, "chain": 0.05, "none": 0.63}
SETTLED_HUB: Final = 0.4
WALLETS: Final = {"one": 0.2, "hands": 0.14, "pay_out": 0.14, "chain": 0.07, "circular": 0.07, "none": 0.38}
PLACES: Final = {"one": 0.15, "few": 0.3, "town": 0.55}
THIEVES: Final = {"few": 0.3, "each": 0.35, "own": 0.35}
"""On which phone a victim's account is used: few of the thieves', a new one each, or the victim's."""
OWNER_BACK: Final = (0.0, 0.3, 0.7, 1.0)
DRAINS: Final = ("one", "several", "layered")

TEMPOS: Final = {"burst": 0.25, "waves": 0.25, "drip": 0.3, "ramp": 0.2}
SPANS_DAYS: Final = (2.0, 30.0)
IN_TURN: Final = 0.3
ODD_HOURS: Final = 0.25
DELAYS_H: Final = (0.1, 0.1, 2.0, 24.0, 96.0)
ACTS: Final = (1.0, 9.0)
"""Mean number of acts of an account by which it takes the main thing; log-uniform."""
LEAST_RIDES: Final = 3.0
"""Who rides for bonuses has more of them, for few of the rides are paid on top."""
COVERS: Final = (0.0, 0.0, 0.5, 1.0, 2.5)
"""Share of the accounts that live as ordinary people do besides, by care."""

SHARE_SUPPLIER: Final = 0.35
"""How often a crew has the supplier of another one, in those cities where that happens."""
SUPPLIERS_CITIES: Final = 0.5

GROUPS_PER_1000_RIDERS: Final = 20.0
GROUP_MEDIAN: Final = 6.0
GROUP_SPREAD: Final = 0.85
CROWD_CHANCE: Final = 0.04
CROWD: Final = (60, 200)
CROWD_PART: Final = 0.04
"""No crowd is more than that part of the riders, unless it is small anyway."""
ORDINARY: Final = 0.25
"""At least so large a share of the riders has no story."""
DRIVER_GROUPS: Final = 0.16
SECOND_TIE: Final = 0.35
BOOKED: Final = 0.35
"""So many of those who share a phone or a card are booked by somebody who takes nothing that is offered."""
WHO: Final = {"settled": 0.34, "newcomers": 0.32, "seldom": 0.34}
SELDOM_TRIPS: Final = (1, 4)

TIES: Final = {
    "phone": 0.15,
    "first_phone": 0.09,
    "handed_phone": 0.05,
    "card": 0.12,
    "network": 0.1,
    "number": 0.04,
    "mail": 0.03,
    "referral": 0.12,
    "cascade": 0.05,
    "driver": 0.09,
    "place": 0.05,
    "collector": 0.1,
    "payer": 0.07,
    "rotating": 0.03,
    "friends": 0.05,
    "large_sums": 0.03,
    "first_sums": 0.03,
}
"""What ties an honest group of riders."""
WALLET_TIES: Final = frozenset(("collector", "payer", "rotating", "friends", "large_sums", "first_sums"))
DRIVER_TIES: Final = {"bank": 0.4, "car_phone": 0.15, "first_phone": 0.15, "referral": 0.15, "network": 0.15}
DOINGS: Final = {
    "life": 0.26,
    "code_at_once": 0.12,
    "code_over_weeks": 0.1,
    "gathering": 0.09,
    "regular_driver": 0.1,
    "one_orders": 0.06,
    "new_phones": 0.08,
    "lost_phone": 0.03,
    "declines": 0.05,
    "bank_glitch": 0.04,
    "cancelling": 0.04,
    "credits": 0.06,
}
"""What an honest group of riders does."""
DRIVER_DOINGS: Final = {"life": 0.25, "new_bank": 0.3, "shifts": 0.15, "class": 0.3}
