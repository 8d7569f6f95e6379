"""The ground of the map: how densely kept trips begin and end, so that a place can be told without any tile.

One look at the store serves every ring for ``KEPT_MS``. A cell that fewer than three riders reached is left
out by the question, so that the ground shows streets and nobody's door.
"""

from __future__ import annotations

from threading import Lock
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request

from graph.model.vocabulary import Permission
from queries.console.comings import Coming, Opens
from queries.serving.store_pool import StorePool

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
Latitude = Annotated[float, Query(ge=-90, le=90)]
Longitude = Annotated[float, Query(ge=-180, le=180)]
KEPT_MS: Final = 600_000
CELLS: Final = 200
"""To a degree: half a kilometre from south to north."""
MOST_SHOWN: Final = 4_000
Cell = tuple[float, float, int]


class Ground:
    """The cells of one store, read again once they are older than ``KEPT_MS``."""

    def __init__(self) -> None:
        self._reading = Lock()
        self._cells: list[Cell] = []
        self._read_ms: int | None = None

    def cells(self, store: StorePool, now_ms: int) -> list[Cell]:
        """South, west and trip ends of every cell, most first. Raises what the store raises."""
        with self._reading:
            if self._read_ms is None or now_ms - self._read_ms >= KEPT_MS:
                rows = store.ask("density", cells=CELLS).rows
                self._cells = [
                    (float(str(lat)), float(str(lon)), int(str(trips))) for lat, lon, trips in rows
                ]
                self._read_ms = now_ms
            return self._cells


@router.get("/ground")
def ground(
    coming: Reading, south: Latitude, west: Longitude, north: Latitude, east: Longitude
) -> dict[str, Any]:
    """The busiest cells within bounds: south, west, trip ends, and the side of a cell in degrees."""
    seen = [
        (round(lat, 6), round(lon, 6), trips)
        for lat, lon, trips in _ground_of(coming.request).cells(
            coming.parts.store, coming.parts.desk.database.now_ms()
        )
        if south <= lat <= north and west <= lon <= east
    ]
    return {"cells": seen[:MOST_SHOWN], "total": len(seen), "side": 1 / CELLS}


def _ground_of(request: Request) -> Ground:
    found = request.app.state.ground
    assert isinstance(found, Ground)
    return found
