"""Where the desk lies: its file, its secret and the checkpoints of its audit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall
from graph.stores.opening import StoreAddress
from ringfence.settings import Settings

if TYPE_CHECKING:
    from queries.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class DeskPlaces:
    """The files of one desk."""

    desk: Path
    key: Path
    checkpoints: Path


def desk_places(settings: Settings) -> DeskPlaces:
    """The files named in the settings, or beside the embedded store. Raises BadCall when there is neither."""
    desk = settings.desk
    if desk is None:
        store = None if settings.store is None else StoreAddress(settings.store).path
        if store is None:
            raise BadCall(
                "expected the file of the desk, found none named: give --desk PATH or set RINGFENCE_DESK "
                "(it lies beside an embedded store, if one is named)"
            )
        desk = beside(store, "desk")
    return DeskPlaces(
        desk,
        settings.desk_key or beside(desk, "key"),
        settings.audit_checkpoints or beside(desk, "checkpoints"),
    )


def beside(place: Path, what: str) -> Path:
    """A file beside another, with its name and one more word."""
    return place.with_name(f"{place.name}.{what}")


def existing_desk(places: DeskPlaces) -> Desk:
    """The desk, which has to be there. Raises BadCall when its file or its secret is missing."""
    from queries.desk.desk import open_desk

    for path in (places.desk, places.key):
        if not path.is_file():
            raise BadCall(
                f"expected a desk with its secret, found no {path}; start ringfence serve, or correct --desk"
            )
    return open_desk(places.desk, places.key)
