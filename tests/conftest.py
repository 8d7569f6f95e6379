"""What all tests share: how hypothesis draws, and the real servers.

The examples are the same in every run, so that a red test is red for everybody and a green one is not luck.
`pytest --hypothesis-profile=explore` draws anew, and prints what reproduces a failure.
"""

import os

# Before anything that counts threads is loaded. The tensors of tests are small: several threads mostly wait
# for each other, twenty times as long as the work takes where the machine has something else to do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import kafka_address, neo4j_address, own_kafka, own_neo4j

__all__ = ["kafka_address", "neo4j_address", "own_kafka", "own_neo4j"]

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("steady")

_TESTS = Path(__file__).parent
_ON_SERVERS = ("contract", "integration")
_ALONE = {"test_detect_promises.py", "test_notebooks.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the contract and integration rooms start real servers; some files of them need none."""
    for item in items:
        room = item.path.relative_to(_TESTS).parts[0]
        if room in _ON_SERVERS and item.path.name not in _ALONE:
            item.add_marker("servers")
