"""Draws that crews and honest groups have in common: of a table, of a mixture, of a size, of who shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulation.streams import Dice


def pick(table: Mapping[str, float], dice: Dice) -> str:
    """Return a name of the table, by its weights."""
    return dice.choices(list(table), list(table.values()))[0]


def guarded(table: Mapping[str, float], care: float, dice: Dice) -> str:
    """Return a name of a table that goes from the most to the least telling; care looks for the latter."""
    names, drawn = list(table), pick(table, dice)
    if dice.chance(0.7 * care):
        again = pick(table, dice)
        return names[max(names.index(drawn), names.index(again))]
    return drawn


def mixture(names: Sequence[str], alpha: float, dice: Dice) -> dict[str, float]:
    """Return shares that add up to one; a small ``alpha`` leaves most of it to one or two of the names."""
    parts = [dice.gammavariate(alpha, 1.0) + 1e-9 for _ in names]
    return {name: part / sum(parts) for name, part in zip(names, parts, strict=True)}


def size(median: float, spread: float, low: int, high: int, dice: Dice) -> int:
    """Return a log-normal size between the two."""
    return max(low, min(high, round(median * dice.lognormvariate(0.0, spread))))


def shared(sharing: str, count: int, dice: Dice) -> list[int]:
    """Return for each of so many which thing it uses: ``all`` one to three, ``groups`` one each, or own."""
    if sharing == "own":
        return list(range(count))
    if sharing == "all":
        things = min(dice.choice((1, 1, 2, 3)), max(1, count // 3))
        return [place % things for place in range(count)]
    each = round(dice.log_uniform(1.6, 15.4))
    order = list(range(count))
    if dice.chance(0.4):
        dice.shuffle(order)
    return [place // each for place in order]
