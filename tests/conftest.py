"""What all tests share: how hypothesis draws, and the real servers.

The examples are the same in every run, so that a red test is red for everybody and a green one is not luck.
`pytest --hypothesis-profile=explore` draws anew, and prints what reproduces a failure.
"""

from hypothesis import settings

from tests.servers import kafka_address, neo4j_address, own_kafka, own_neo4j

__all__ = ["kafka_address", "neo4j_address", "own_kafka", "own_neo4j"]

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("steady")
