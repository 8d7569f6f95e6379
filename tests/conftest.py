"""What all tests share: how hypothesis draws, the real servers, two workers, and an end for what is stuck.

The examples are the same in every run, so that a red test is red for everybody and a green one is not luck.
`make explore` draws anew (the profile `explore`), and prints what reproduces a failure.
"""

import os

# Before anything that counts threads is loaded. The tensors of tests are small: several threads mostly wait
# for each other, twenty times as long as the work takes where the machine has something else to do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator

import pytest
from hypothesis import settings
from xdist.remote import Producer

from tests.servers import flink_cluster, kafka_address, neo4j_address, own_kafka, own_neo4j
from tests.shares import SERVERS, Sharing, order, share_of
from tests.watchdog import KILLED_AFTER_S, Watchdog

__all__ = ["flink_cluster", "kafka_address", "neo4j_address", "own_kafka", "own_neo4j"]

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what starts real servers, and puts what takes long first (`tests.shares`)."""
    for item in items:
        if share_of(item.nodeid) == SERVERS:
            item.add_marker("servers")
    with_slow = {share_of(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: order(item.nodeid, with_slow))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """How the tests are given to workers; the order is ours and not that of the number of tests."""
    config.option.loadscopereorder = False
    return Sharing(config, log)


_WATCHDOG = pytest.StashKey[Watchdog]()
_GRACE_S = 60.0
"""Past the timeout of a test, before the run is killed with it."""


def pytest_configure(config: pytest.Config) -> None:
    """Starts the watchdog of this process; with xdist every worker has its own."""
    config.stash[_WATCHDOG] = Watchdog()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Tells the watchdog which test begins, and for how long it is to be patient."""
    watchdog, marker = item.config.stash[_WATCHDOG], item.get_closest_marker("timeout")
    own = marker.args[0] + _GRACE_S if marker is not None and marker.args else 0.0
    watchdog.begin(item.nodeid, max(own, _killed_after_s()))
    answer = yield
    # A worker of xdist may wait long for the others.
    watchdog.begin(f"what follows {item.nodeid}")
    return answer


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[_WATCHDOG].begin("the end of the run", _killed_after_s())


def _killed_after_s() -> float:
    return float(os.environ.get("RINGFENCE_TEST_KILLED_AFTER_S", KILLED_AFTER_S))
