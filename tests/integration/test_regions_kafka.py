"""Two owners, what joins them, and a second level on a real broker, each killed in turn.

A gang acts in both regions, and an honest account moves from one to the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from graph.model.errors import BadCall
from streaming.contract.topics import INPUT_TOPICS, TOLD
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions
from streaming.kafka.regions import RegionTopics
from streaming.regions.memory import RegionsMemory
from streaming.service.status import Status
from tests.integration.chaos import everything_in, reference
from tests.integration.journals import batches
from tests.integration.service_child import Given, run_here, start
from tests.integration.waiting import WAIT_S, until
from tests.region_worlds import city, gang, lines_of
from tests.unit.graph.scenes import Scene

REGIONS = {"north": (0, 1), "south": (2, 3)}
GANG = [[f"gang {n}" for n in range(4)]]


class Platform:
    """The topics of two regions and of the second level, and how each process on them is run."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder
        self.base = f"t{uuid.uuid4().hex[:8]}-"
        for name in (*REGIONS, "across"):
            create_topics(KafkaOptions(bootstrap=address, prefix=f"{self.base}{name}."), 2)

    def owner(self, name: str) -> Given:
        """An owner; the second level is one that has nothing but what it is told."""
        return Given(
            address=self.address,
            prefix=f"{self.base}{name}.",
            state=self.folder / name,
            group=f"{self.base}{name}",
            batch_most=64,
            topics=(TOLD,) if name == "across" else (*INPUT_TOPICS, TOLD),
        )

    def feed(self, region: str, lines: list[bytes]) -> None:
        feeder = Feeder(KafkaOptions(bootstrap=self.address, prefix=f"{self.base}{region}."))
        feeder.feed(lines)
        feeder.close()

    def join_regions(self, *more: str) -> subprocess.Popen[bytes]:
        """What joins them, as a process of its own."""
        words = [sys.executable, "-m", "ringfence", "across", "--kafka", self.address]
        for region in REGIONS:
            words += ["--region", f"{region}={self.base}{region}."]
        words += ["--second-level", f"{self.base}across.", "--state", str(self.folder / "joining"), *more]
        with (self.folder / "joining.log").open("ab") as log:
            return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log)

    def told(self, name: str) -> list[bytes]:
        return [message.value() for message in everything_in(self.address, f"{self.base}{name}.{TOLD}")]

    def rows(self) -> dict[bytes, bytes | None]:
        """The compacted topic as a reader sees it who reads all of it."""
        messages = everything_in(self.address, f"{self.base}across.identifiers")
        return {message.key(): message.value() for message in messages}

    def join_to_the_end(self) -> dict[str, int]:
        process = self.join_regions("--until-end")
        said, _ = process.communicate(timeout=WAIT_S)
        assert process.returncode == 0, (self.folder / "joining.log").read_text()[-2000:]
        return json.loads(said)


def end(process: subprocess.Popen[bytes]) -> None:
    """As a crash would."""
    process.kill()
    process.communicate()


def rings(engine) -> list[list[str]]:
    return [ring.accounts for ring in engine.rings()]


def settled(platform: Platform, lines: dict[str, list[bytes]], tag: str) -> dict[str, tuple[object, Status]]:
    """Everyone runs to the end; each owner's graph is that of one run over all it has, and holds it once."""
    platform.join_to_the_end()
    found = {}
    for name in (*REGIONS, "across"):
        running, status = run_here(platform.owner(name))
        told = platform.told(name)
        everything = sorted([*lines.get(name, []), *told], key=lambda line: json.loads(line)["ts"])
        digest, *_ = reference(everything, platform.folder / f"reference-{tag}-{name}")
        assert running.core.engine.state_digest() == digest
        assert (status.tally.events, status.tally.duplicates) == (len(everything), 0)
        found[name] = running.core.engine, status
    return found


@pytest.mark.slow
def test_a_ring_of_two_regions_outlives_every_kill_and_ends_with_its_ties(
    kafka_address: str, tmp_path: Path
) -> None:
    platform = Platform(kafka_address, tmp_path)
    lines = {}
    for number, (region, members) in enumerate(REGIONS.items()):
        scene = city(1 + number)
        gang(scene, members)
        if region == "north":
            scene.signs_up("gang traveller", 3, "phone of a traveller")
        scene.logs_in("gang traveller", 12 + number, "phone of a traveller")
        lines[region] = lines_of(region, scene)
    parts = {
        region: [part[:900], part[900:1400], part[1400:1700], part[1700:]] for region, part in lines.items()
    }

    owners = {name: start(platform.owner(name), tmp_path / f"{name}.log") for name in (*REGIONS, "across")}
    joining = platform.join_regions()
    try:
        for number, name in enumerate(("north", "joining", "south", "across")):
            for region in REGIONS:
                platform.feed(region, parts[region][number])
            if name == "joining":
                until((tmp_path / "joining" / "regions.db").exists, "regions to be joined")
                end(joining)
                joining = platform.join_regions()
                continue
            if name != "across":
                until(lambda name=name: batches(tmp_path / name) > 3, f"{name} to be at work")
            owners[name].kill()
            owners[name].join(WAIT_S)
            owners[name] = start(platform.owner(name), tmp_path / f"{name}.log")
    finally:
        end(joining)
        for process in owners.values():
            process.kill()
            process.join(WAIT_S)

    found = settled(platform, lines, "found")
    assert {name: rings(engine) for name, (engine, _) in found.items()} == dict.fromkeys(found, GANG)
    elsewhere = {
        name: sorted(
            line for region in REGIONS if region != name for line in lines[region] if b"gang" in line
        )
        for name in found
    }
    assert {name: sorted(platform.told(name)) for name in found} == elsewhere
    assert {json.loads(row)["region"] for row in platform.rows().values() if row} == set(REGIONS)

    # Ninety days later the ties have aged: nobody is told any more, and the next act lets the ring go.
    for region, members in REGIONS.items():
        scene = Scene()
        for n in members:
            scene.logs_in(f"gang {n}", 130 + n, f"{region} phone of {n}")
        lines[region] += (after := [line.replace(b" e", b" after") for line in lines_of(region, scene)])
        platform.feed(region, after)
    let_go = settled(platform, lines, "let-go")
    assert {name: rings(let_go[name][0]) for name in let_go} == {name: [] for name in let_go}
    assert platform.rows()
    assert not any(platform.rows().values())


def test_what_went_out_before_a_crash_is_not_told_again(
    kafka_address: str, tmp_path: Path, monkeypatch
) -> None:
    base = f"t{uuid.uuid4().hex[:8]}-"
    regions = {name: f"{base}{name}." for name in REGIONS}
    memory = RegionsMemory(tmp_path)

    def topics() -> RegionTopics:
        return RegionTopics(KafkaOptions(bootstrap=kafka_address), regions, f"{base}across.", memory, print)

    first = topics()
    first.make_topics(1)
    told = f"{regions['north']}{TOLD}"
    for number in range(5):
        memory.send(told, b"key", b"record %d" % number)
    with monkeypatch.context() as patched:
        patched.setattr(memory, "went", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            first.send()
    first.close()
    memory.send(told, b"key", b"record 5")
    assert len(memory.outgoing(10)) == 6
    second = topics()
    second.make_topics(1)
    second.forget_sent()
    assert [record.value for record in memory.outgoing(10)] == [b"record 5"]
    second.send()
    second.close()
    memory.close()
    assert [message.value() for message in everything_in(kafka_address, told)] == [
        b"record %d" % number for number in range(6)
    ]


def test_a_topic_of_what_is_told_with_two_partitions_is_refused(kafka_address: str, tmp_path: Path) -> None:
    base = f"t{uuid.uuid4().hex[:8]}-"
    admin = AdminClient({"bootstrap.servers": kafka_address})
    for answer in admin.create_topics([NewTopic(f"{base}north.{TOLD}", 2, 1)]).values():
        answer.result(30)
    memory = RegionsMemory(tmp_path)
    regions = {name: f"{base}{name}." for name in REGIONS}
    topics = RegionTopics(KafkaOptions(bootstrap=kafka_address), regions, f"{base}across.", memory, print)
    with pytest.raises(BadCall, match=r"expected one partition of .*north\.told, found 2"):
        topics.make_topics(1)
    topics.close()
    memory.close()
