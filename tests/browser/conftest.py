"""A console at work over a real store: a seeded city, detected, written and served; and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from graph.model.vocabulary import DeskRole
from graph.stores.opening import StoreAddress
from ringfence.settings import read_settings
from ringfence.wiring import DetectOptions, run_detection
from simulation import CityConfig, simulate
from tests.browsers import PATIENCE_MS, Watched, chromium, sign_in
from tests.console_places import console_at
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import Place, at_work

CITY = CityConfig(seed=5, riders=700, drivers=70, days=12, fraud_share=0.12, camouflage=0.1)


@dataclass
class Office:
    """A console at work, and where its events lie."""

    place: Place
    base: str
    events: Path
    folder: Path

    def add(self, name: str, role: DeskRole) -> str:
        """Somebody with a password."""
        person, _ = self.place.desk.add_person(TEST, name, role)
        self.place.desk.redeem_link(self.place.desk.new_link(TEST, person.name), PASSWORD, "")
        return name


def detected(events: list[Path], folder: Path, store: Path) -> None:
    """Detect rings in files into a store."""
    options = DetectOptions.from_settings(read_settings())
    run_detection([str(path) for path in events], folder, options, None, StoreAddress(str(store)))


@pytest.fixture(scope="session")
def city(tmp_path_factory) -> tuple[Path, Path]:
    """The events of a city, and the store of what was found in it."""
    folder = tmp_path_factory.mktemp("city")
    simulate(CITY, folder / "city")
    events = folder / "city" / "events.ndjson"
    detected([events], folder / "out", folder / "store.db")
    return events, folder / "store.db"


@pytest.fixture
def office(city, tmp_path) -> Iterator[Office]:
    """A console on a copy of the store, with a desk of its own."""
    store = tmp_path / "store.db"
    shutil.copy(city[1], store)
    with console_at(tmp_path, store) as place, at_work(place) as base:
        yield Office(place, base, city[0], tmp_path)


# Of a module, not of the session: the loop that it runs in would be in the way of tests that run one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def watched(office) -> Iterator[Watched]:
    """Fails the test when a page did wrong."""
    made = Watched(office.base)
    yield made
    assert made.wrongs == []


@pytest.fixture
def opened(browser, office, watched) -> Iterator[object]:
    """Opens a page as somebody: ``opened("ann", to="/queue")``; every one in a context of its own."""
    contexts = []

    def open_as(name: str, to: str = "/queue", theme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": 1500, "height": 1000}, color_scheme=theme)
        context.set_default_timeout(PATIENCE_MS)
        watched.over(context)
        contexts.append(context)
        page = context.new_page()
        sign_in(page, office.base, name, to)
        return page

    yield open_as
    for context in contexts:
        context.close()
