"""How many honest groups a city has, and what each is composed of."""

from __future__ import annotations

from contextlib import suppress

from simulation.compositions import priors
from simulation.compositions.draws import pick, size
from simulation.compositions.groups.doings import DOINGS
from simulation.compositions.groups.people import gather, ride_now_and_then, take_nothing
from simulation.compositions.groups.ties import TIES
from simulation.kitchens.city import City, NobodyLeft
from simulation.kitchens.lookalikes.scene import Scene
from simulation.kitchens.voices import Voices
from simulation.truth import DecoyRecord

_OF_NEWCOMERS = frozenset(("referral", "cascade", "first_phone"))
_BRINGING = frozenset(("referral", "cascade"))
_IN_ONE_HAND = frozenset(("phone", "card", "bank", "collector"))
_BOOKED_BY = frozenset(("phone", "card"))
_FOR_A_CODE = frozenset(("code_at_once", "code_over_weeks", "credits"))


def cast_groups(city: City, voices: Voices) -> None:
    """Plan the honest groups; each has a stream of its own."""
    mean = priors.GROUPS_PER_1000_RIDERS * city.priors.lookalikes * city.config.riders / 1_000
    for number in range(city.dice("groups").poisson(mean)):
        if city.spare() < priors.ORDINARY * city.config.riders:
            return
        with suppress(NobodyLeft):
            _cast(Scene(city, voices, city.dice("groups", number)))


def _cast(scene: Scene) -> None:
    """Compose one group: who, how many, what ties them, what they do."""
    dice, config = scene.dice, scene.city.config
    drives = dice.chance(priors.DRIVER_GROUPS)
    ties = _ties(scene, priors.DRIVER_TIES if drives else priors.TIES)
    doing = pick(priors.DRIVER_DOINGS if drives else priors.DOINGS, dice)
    booked = bool(_BOOKED_BY & set(ties)) and not drives and dice.chance(priors.BOOKED)
    who, doing = _who_does(pick(priors.WHO, dice), doing, set(ties), drives=drives, booked=booked)
    most = max(3, config.drivers // 8 if drives else round(priors.CROWD_PART * config.riders))
    count = size(priors.GROUP_MEDIAN, priors.GROUP_SPREAD, 2, min(60, most), dice)
    if not drives and dice.chance(priors.CROWD_CHANCE):
        count = min(most, dice.randint(*priors.CROWD))
    group = gather(scene, who, count, drives=drives)
    if len(group.people) < 2:
        return
    if booked:
        take_nothing(group)
    try:
        for tie in ties:
            TIES[tie](group)
        if who == "seldom":
            ride_now_and_then(group)
        DOINGS[doing](group)
    finally:
        people = list(dict.fromkeys(group.people))
        for each in people:
            if not each.told:
                scene.voices.login(group.moment(each), each, dice)
        record = DecoyRecord("+".join((*ties, doing)), [each.id for each in people])
        scene.city.decoys.append(record)


def _who_does(who: str, doing: str, ties: set[str], *, drives: bool, booked: bool) -> tuple[str, str]:
    """Return who a group is made of and what it does, as its ties allow.

    Newcomers on one phone or card, or who pay one hand, and hardly ride or take one code, and new drivers who
    are paid to one account and chase what newcomers are promised, are farms by whatever name: nothing in a
    file tells them from one. Honest people with such a thing in common live besides, or are booked by a desk,
    a clinic or a carer who takes nothing that is offered, and brings nobody for a reward.
    """
    in_one_hand = bool(_IN_ONE_HAND & ties)
    if drives:
        doing = "life" if in_one_hand and doing == "class" else doing
        return ("newcomers" if doing == "class" else "settled"), doing
    if booked and not _BRINGING & ties:
        return who, "life" if doing in _FOR_A_CODE else doing
    if in_one_hand and (who == "seldom" or doing in _FOR_A_CODE):
        who = "settled"
    if who == "settled" and _OF_NEWCOMERS & ties:
        who, doing = "newcomers", "life" if in_one_hand and doing in _FOR_A_CODE else doing
    return who, doing


def _ties(scene: Scene, table: dict[str, float]) -> list[str]:
    """Return one tie or two different ones."""
    dice = scene.dice
    possible = {
        tie: weight
        for tie, weight in table.items()
        if scene.city.config.transfers or tie not in priors.WALLET_TIES
    }
    first = pick(possible, dice)
    second = pick(possible, dice) if dice.chance(priors.SECOND_TIE) else first
    return [first] if second == first else [first, second]
