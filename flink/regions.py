"""Which region an event belongs to: by what it says itself, else by its account."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.errors import BadCall
from graph.model.event_batch import ANALYST_ACT, SLOTS, TEXTS, VALUES, VERDICT, EventBatch

UNSAID: Final = -1
EVERYWHERE: Final = -2
"""Verdicts and acts: a ring's id does not say where it is, and an owner without the ring passes over it."""

Codes = npt.NDArray[np.int8]
Hashes = npt.NDArray[np.uint64]
_MOST_REGIONS: Final = 100
_SETTINGS: Final = frozenset({"elsewhere", "field", "regions"})
_OF_A_REGION: Final = frozenset({"words", "boxes"})


def _slots(among: str, *names: str) -> npt.NDArray[np.int64]:
    """By event code, in which slot of texts or values the first of the names stands; -1 where none does."""
    found = []
    for slots in SLOTS:
        fields: tuple[str, ...] = getattr(slots, among)
        found.append(next((fields.index(name) for name in names if name in fields), -1))
    return np.array(found)


_LATITUDE: Final = _slots("values", "lat", "pickup_lat")
_LONGITUDE: Final = _slots("values", "lon", "pickup_lon")
_ACCOUNT: Final = _slots("texts", "account_id")
assert max(_LATITUDE.max(), _LONGITUDE.max()) < VALUES
assert _ACCOUNT.max() < TEXTS


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions in their order, and how an event says its own.

    ``field`` names a field of the platform's own whose ``words`` stand for regions; ``boxes`` are (region,
    south, west, north, east) in degrees, the first that holds a place counts. What says neither belongs where
    its account is, and ``elsewhere`` where that is not known.
    """

    names: tuple[str, ...]
    elsewhere: int
    field: str | None
    words: Mapping[str, int]
    boxes: tuple[tuple[int, float, float, float, float], ...]


def read_regions(path: Path) -> Regions:
    """The regions of a TOML file. Raises ``BadCall`` when it does not describe any."""
    try:
        return regions_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadCall(f"expected a file of regions, found {path}: {error}") from error


def regions_of(settings: Mapping[str, Any]) -> Regions:
    """The regions that settings describe. Raises ``BadCall``."""
    _only(settings, _SETTINGS, "a file of regions")
    tables = settings.get("regions")
    if not isinstance(tables, dict) or not 1 <= len(tables) <= _MOST_REGIONS:
        raise BadCall(f"expected 1 to {_MOST_REGIONS} tables [regions.NAME], found {_count(tables)}: add one")
    names = tuple(tables)
    elsewhere = settings.get("elsewhere")
    if elsewhere not in names:
        raise BadCall(f"expected elsewhere to be one of {', '.join(names)}, found {elsewhere!r}: mend it")
    words: dict[str, int] = {}
    boxes: list[tuple[int, float, float, float, float]] = []
    for code, (name, table) in enumerate(tables.items()):
        if not name or not all(sign.isalnum() or sign in "-_" for sign in name) or not name.isascii():
            raise BadCall(f"expected names of letters, digits, - and _, found the region {name!r}: rename it")
        if not isinstance(table, dict):
            raise BadCall(f"expected a table [regions.{name}], found {table!r}: make it one")
        _only(table, _OF_A_REGION, f"regions.{name}")
        for word in table.get("words", []):
            if str(word) in words:
                raise BadCall(f"expected a word for one region only, found {word!r} twice: leave one out")
            words[str(word)] = code
        boxes += [(code, *_box(name, box)) for box in table.get("boxes", [])]
    field = settings.get("field")
    if (field is not None) != bool(words) or not isinstance(field, str | None):
        raise BadCall("expected a field and words together, found one without the other: give both")
    return Regions(names, names.index(str(elsewhere)), field, words, tuple(boxes))


def _only(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for name in table:
        if name not in known:
            raise BadCall(f"expected {', '.join(sorted(known))} in {where}, found {name}: leave it out")


def _count(tables: object) -> int:
    return len(tables) if isinstance(tables, dict) else 0


def _box(name: str, box: Any) -> tuple[float, float, float, float]:
    numbers = isinstance(box, list) and len(box) == 4 and all(isinstance(side, int | float) for side in box)
    if not numbers or not (-90 <= box[0] < box[2] <= 90 and -180 <= box[1] < box[3] <= 180):
        raise BadCall(f"expected boxes [south, west, north, east] in regions.{name}, found {box!r}: mend it")
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


class Saying:
    """What events say about where they happened."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._decoder: msgspec.json.Decoder[Any] | None = None
        if regions.field is not None:
            field = (regions.field, str | int | None, None)
            said = msgspec.defstruct("Said", [("said", field[1], None)], rename={"said": regions.field})
            self._decoder = msgspec.json.Decoder(said)

    def codes(self, batch: EventBatch, values: Sequence[bytes]) -> Codes:
        """By event its region, ``UNSAID`` or ``EVERYWHERE``; ``values`` are the records as they came."""
        codes = np.full(len(batch), UNSAID, np.int8)
        if self._decoder is not None:
            for row, value in enumerate(values):
                codes[row] = self._by_word(value)
        if self._regions.boxes:
            self._by_place(batch, codes)
        kinds = batch.records["kind"]
        codes[(kinds == VERDICT) | (kinds == ANALYST_ACT)] = EVERYWHERE
        return codes

    def _by_word(self, value: bytes) -> int:
        assert self._decoder is not None
        try:
            word = self._decoder.decode(value).said
        except msgspec.MsgspecError:
            return UNSAID
        return UNSAID if word is None else self._regions.words.get(str(word), UNSAID)

    def _by_place(self, batch: EventBatch, codes: Codes) -> None:
        kinds, values, rows = batch.records["kind"], batch.records["values"], np.arange(len(batch))
        has_place = _LATITUDE[kinds] >= 0
        latitude = np.where(has_place, values[rows, _LATITUDE[kinds]], np.nan)
        longitude = np.where(has_place, values[rows, _LONGITUDE[kinds]], np.nan)
        for code, south, west, north, east in self._regions.boxes:
            inside = (south <= latitude) & (latitude < north) & (west <= longitude) & (longitude < east)
            codes[inside & (codes == UNSAID)] = code


def accounts_of(batch: EventBatch) -> Hashes:
    """By event the hash of the account that it is keyed by, 0 where it is keyed by something else."""
    kinds, hashes = batch.records["kind"], batch.records["text_hash"]
    slots = _ACCOUNT[kinds]
    found: Hashes = np.where(slots >= 0, hashes[np.arange(len(batch)), slots], 0).astype(np.uint64)
    return found


class Homes:
    """Where accounts were last seen; ``kept`` (hash of the account to the name of a region) outlives a crash.

    Memory: about 100 bytes an account. An account whose region is no longer one counts as not known.
    """

    def __init__(self, regions: Regions, kept: MutableMapping[int, str]) -> None:
        self._regions, self._kept = regions, kept
        codes = {name: code for code, name in enumerate(regions.names)}
        self._home = {account: codes[name] for account, name in kept.items() if name in codes}

    def place(self, said: Codes, accounts: Hashes) -> Codes:
        """By event its region or ``EVERYWHERE``, in the order of the events; what they say is remembered."""
        codes = said.copy()
        home, names = self._home, self._regions.names
        rows = np.flatnonzero(accounts != 0)
        signed = accounts[rows].view(np.int64).tolist()
        for row, account, code in zip(rows.tolist(), signed, said[rows].tolist(), strict=True):
            if code == UNSAID:
                codes[row] = home.get(account, UNSAID)
            elif code >= 0 and home.get(account) != code:
                home[account] = code
                self._kept[account] = names[code]
        codes[codes == UNSAID] = self._regions.elsewhere
        return codes
