import pytest

from flink.keys import key_for, murmur2, partition_of


@pytest.mark.parametrize(
    ("content", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_clients(content: bytes, signed: int) -> None:
    """The values stand in the tests of Apache Kafka (UtilsTest)."""
    assert murmur2(content) == signed % (1 << 32)


@pytest.mark.parametrize("partitions", [1, 2, 3, 14, 100])
def test_a_key_leads_where_it_is_meant_to(partitions: int) -> None:
    for number in range(2 * partitions):
        key = key_for("trips-3", number, partitions)
        assert key.startswith(b"trips-3/")
        assert partition_of(key, partitions) == number % partitions
