"""The track of a trip as a picture: in letters for a terminal, or as lines in a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, cast

from queries.answer import Answer, Cell

COLUMNS: Final = 60
ROWS: Final = 18
"""Of a terminal; a letter is twice as high as it is wide."""
KM_A_DEGREE: Final = 111.195
BETWEEN: Final = "\u00b7"
FIX: Final = "o"
BEGINS: Final = "A"
ENDS: Final = "B"
PICKED_UP: Final = "P"
DROPPED: Final = "D"

Spot = tuple[float, float]
"""Latitude and longitude."""


def in_letters(answer: Answer) -> list[str]:
    """The lines of a picture of the trip of an answer to ``trip``; none when nothing of it is known."""
    fixes, marks = fixes_of(answer), marks_of(answer)
    spots = [spot for _, spot in fixes] + list(marks.values())
    if not spots:
        return []
    places, km = _to_letters(spots)
    canvas = [[" "] * COLUMNS for _ in range(ROWS)]
    ours = places[: len(fixes)]
    for (x, y), (to_x, to_y) in pairwise(ours):
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps):
            canvas[round(y + (to_y - y) * step / steps)][round(x + (to_x - x) * step / steps)] = BETWEEN
    for x, y in ours:
        canvas[y][x] = FIX
    for letter, (x, y) in zip(marks, places[len(fixes) :], strict=True):
        canvas[y][x] = letter
    for letter, (x, y) in zip((BEGINS, ENDS), (ours[0], ours[-1]) if ours else (), strict=False):
        canvas[y][x] = letter
    lines = ["".join(row).rstrip() for row in canvas]
    while not lines[-1]:
        lines.pop()
    seconds = fixes[-1][0] - fixes[0][0] if fixes else 0.0
    told = (
        f"{BEGINS} first, {ENDS} last of {len(fixes)} fixes kept, {seconds:.0f} s; "
        if fixes
        else "no track; "
    )
    return [*lines, f"{told}{PICKED_UP} pick-up, {DROPPED} drop-off; {km:.2f} km across"]


def fixes_of(answer: Answer) -> list[tuple[float, Spot]]:
    """Seconds and places of the fixes that were kept."""
    track = _cells(answer).get("track")
    if not isinstance(track, list):
        return []
    rows = cast("list[tuple[float, float, float]]", track)
    return [(float(seconds), (float(lat), float(lon))) for seconds, lat, lon in rows]


def marks_of(answer: Answer) -> dict[str, Spot]:
    """Where it was to begin and end, by letter, as far as it says so; zeros stand for no place."""
    cells = _cells(answer)
    found: dict[str, Spot] = {}
    for letter, end in ((PICKED_UP, "pickup"), (DROPPED, "dropoff")):
        lat, lon = cells.get(f"{end}_lat"), cells.get(f"{end}_lon")
        if isinstance(lat, float) and isinstance(lon, float) and (lat, lon) != (0.0, 0.0):
            found[letter] = lat, lon
    return found


def _cells(answer: Answer) -> dict[str, Cell]:
    return (
        {c.name: cell for c, cell in zip(answer.columns, answer.rows[0], strict=True)} if answer.rows else {}
    )


def _to_letters(spots: Sequence[Spot]) -> tuple[list[tuple[int, int]], float]:
    """Columns and rows of places, north above, and how many kilometres the picture is across."""
    lat, lon = spots[0]
    east = [(each[1] - lon) * KM_A_DEGREE * math.cos(math.radians(lat)) for each in spots]
    north = [(each[0] - lat) * KM_A_DEGREE for each in spots]
    wide, high = max(east) - min(east), max(north) - min(north)
    a_column = max(wide / (COLUMNS - 1), high / (2 * (ROWS - 1)), 1e-4)
    return [
        (round((x - min(east)) / a_column), round((max(north) - y) / (2 * a_column)))
        for x, y in zip(east, north, strict=True)
    ], max(wide, high)
