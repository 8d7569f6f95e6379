"""Compiles the kernels that workers use, so that none of them waits for it: `python -m flink.warming`."""

from __future__ import annotations

from flink.front import Front
from flink.regions import Regions
from flink.shards import Places, Shard

_LINES = (
    b'{"event_id":"a","type":"account_login","ts":1767268800000,"account_id":"x","device_id":"d","lat":1,"lon":2}',
    b'{"event_id":"b\\u0020","type":"gps_ping","ts":1767268800000,"trip_id":"t","driver_id":"d","lat":1.5,"lon":2}',
    b"{",
)


def main() -> None:
    """Takes a few messages all the way."""
    regions = Regions(("all",), 0, None, {}, ())
    places = Places(form="{region}", prefix="", inputs={"gps": 1}, outputs={"all": 1, "dead-letters": 1})
    shard = Shard(regions, places, 1_767_268_800_000, 48.0, {}, {})
    count = len(_LINES)
    for _, frame in Front(regions).frames(["gps"] * count, [0] * count, range(count), [0] * count, _LINES):
        shard.take(frame)


if __name__ == "__main__":
    main()
