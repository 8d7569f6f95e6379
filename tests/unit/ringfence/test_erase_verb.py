"""``ringfence erase`` and ``hold``: everywhere, provably, unless a hold forbids it, and to the end."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from graph.model.events import Verdict
from graph.model.renaming import ERASED, GHOST, places_of
from graph.model.vocabulary import DeskRole, VerdictOutcome
from graph.stores.sqlite import SqliteWriter
from graph.updates.sharing import DAY_MS
from queries import open_store
from queries.desk.answers import outgoing
from queries.desk.checkpoints import CheckpointFile, checkpoint_of, verify
from queries.desk.desk import open_desk
from queries.desk.event_file import EventFile
from queries.desk.flag_feed import FeedFlag
from ringfence import erasure
from ringfence.main import app
from rules.running.engine import RuledEngine
from streaming.admission.pseudonyms import Pseudonyms
from streaming.service.config import ServiceConfig
from tests.desk_places import TEST
from tests.store_worlds import World, farm
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene
from tests.unit.rules.test_running import approved
from tests.unit.streaming.regions.test_joining import Regions
from tests.unit.streaming.service.fakes import Broker
from tests.unit.streaming.service.fakes import World as ServiceWorld

CREW = [f"crew-member-{n}" for n in range(6)]
GONE = "crew-member-3"
OWN_PHONE = "the phone of number three"
REASON = f"{GONE} asked to be forgotten"


class Service(ServiceWorld):
    """A service with a rule beside its engine."""

    def new_engine(self) -> RuledEngine:
        return RuledEngine(new_engine(), [approved()])


@dataclass
class Place:
    folder: Path
    ring_id: str

    @property
    def store(self) -> Path:
        return self.folder / "s.db"

    def called(self, *words: str):
        given = ["--store", str(self.store), "--state", str(self.folder / "state")]
        given += ["--also", str(self.folder / "out"), "--models", str(self.folder / "models")]
        return CliRunner().invoke(app, ["erase", *words, *given])

    def desk(self):
        return open_desk(self.folder / "s.db.desk", self.folder / "s.db.desk.key")

    def stands(self, identifier: str) -> list[int]:
        """Where it stands in all the files, a longer name aside."""
        others = ["crew-member-31"] if identifier == GONE else []
        return list(places_of(identifier, self.bytes_of_everything(), others))

    def bytes_of_everything(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


def scene_of_a_crew() -> Scene:
    scene = Scene()
    farm(scene, CREW, "crew phone", 1)
    scene.logs_in(GONE, 5, OWN_PHONE)
    scene.logs_in("crew-member-31", 5.1, "another phone")
    return scene


@pytest.fixture
def place(tmp_path) -> Place:
    """A store, a state, exports, models and a desk at which everything was said of them."""
    scene = scene_of_a_crew()
    world = World()
    world.live(scene, 1_000)
    writer = SqliteWriter(tmp_path / "s.db")
    writer.write(world.changes[0], {"events": 1})
    writer.close()
    (ring,) = world.engine.rings()
    broker = Broker()
    broker.send("trips", *map(msgspec.json.encode, scene.events))
    Service(broker, tmp_path / "state", ServiceConfig(until_end=True, snapshot_every=30), portion=50).run()
    out = tmp_path / "out" / "deep"
    out.mkdir(parents=True)
    lines = [{"accounts": ring.accounts}, {"account_id": "someone else"}, {"raw": f"{{broken {GONE}"}]
    (out / "flags.ndjson").write_bytes(b"".join(msgspec.json.encode(each) + b"\n" for each in lines))
    (out / "broken.ndjson").write_bytes(b"not json about " + GONE.encode() + b"\nnor this\n")
    for name, begun in (("old", 0), ("new", scene.events[0].ts), ("later", scene.events[-1].ts + 1)):
        (tmp_path / "models" / name).mkdir(parents=True)
        trained = {"model_id": name, "training_from_ms": begun, "training_until_ms": begun + 5 * DAY_MS}
        (tmp_path / "models" / name / "manifest.json").write_text(json.dumps(trained))
    made = Place(tmp_path, ring.ring_id)
    desk = made.desk()
    verdict = Verdict(
        event_id="v", ts=1, subject=GONE, outcome=VerdictOutcome.FRAUD, analyst="ann", note=f"see {GONE}"
    )
    desk.outbox.put(outgoing(verdict))
    EventFile(tmp_path / "s.db.events.ndjson").carry([outgoing(verdict)])
    desk.feed.add([FeedFlag("f", 1, msgspec.json.encode({"accounts": ring.accounts}))])
    handle = desk.masks.masked("account", GONE)
    hook, _ = desk.add_webhook(TEST, "https://hooks.example/", "x", True)
    desk.deliveries.put(hook.id, [("m", msgspec.json.encode({"accounts": [handle, GONE]}))], (1, 2))
    desk.subjects.hold("someone else", f"with {GONE} in court", "ann")
    person, _ = desk.add_person(TEST, "ann", DeskRole.INVESTIGATOR)
    desk.views.keep(person, f"rings of {GONE}", "standing=open")
    desk.views.keep(person, "one", "about=crew%2Dmember%2D3")
    desk.views.keep(person, "another", "about=crew-member-1")
    desk.log.append(TEST, "account.read", desk.subjects.pseudonym("account", GONE), said=f"saw {GONE}")
    desk.log.append(TEST, "ring.read", ring.ring_id, said="nobody in particular")
    CheckpointFile(tmp_path / "s.db.desk.checkpoints").keep(checkpoint_of(desk.log, desk.keys, 1))
    desk.close()
    return made


def test_what_all_regions_remember_is_reached_too(place):
    folder = place.folder / "across"
    folder.mkdir()
    regions = Regions(folder)
    regions.take("north", list(map(msgspec.json.encode, scene_of_a_crew().events)))
    regions.memory.close()
    in_the_file = (folder / "regions.db").read_bytes()
    assert list(places_of(GONE, in_the_file, ["crew-member-31"]))
    assert b"crew-member-31" in in_the_file
    done = place.called(GONE, "--across", str(folder))
    assert done.exit_code == 0, done.output
    assert "0 rows of all regions" not in done.stdout
    assert not place.stands(GONE)
    assert not place.stands(OWN_PHONE)
    assert b"crew-member-31" in (folder / "regions.db").read_bytes()


def test_a_folder_that_remembers_no_region_is_refused_before_anything_is_done(place):
    before = place.bytes_of_everything()
    done = place.called(GONE, "--across", str(place.folder / "out"))
    assert done.exit_code == 2
    assert "correct --across" in done.output
    assert place.bytes_of_everything() == before


def test_they_are_found_nowhere_their_ring_holds_and_the_audit_too(place):
    desk = place.desk()
    pseudonym = desk.subjects.pseudonym("account", GONE)
    handle = desk.masks.masked("account", GONE)
    desk.close()
    done = place.called(GONE)
    assert done.exit_code == 0, done.output
    assert "2 identifiers are forgotten" in done.stdout
    assert "finds nothing of them" in done.stdout
    assert "Not reached, see to it yourself: what the topics of Kafka still hold" in done.stdout
    assert "The model new may have learnt" in done.stdout
    assert "The model old" not in done.stdout
    assert "The model later" not in done.stdout
    assert [place.stands(each) for each in (GONE, OWN_PHONE, handle)] == [[], [], []]
    assert place.stands("crew-member-31") != []
    with open_store(place.store) as store:
        members = {row[0] for row in store.ask("members", ring_id=place.ring_id).rows}
    assert len(members & set(CREW)) == len(CREW) - 1
    (ghost,) = (each for each in members if each.startswith(GHOST))
    assert ghost.encode() in (place.folder / "out" / "deep" / "flags.ndjson").read_bytes()
    assert (place.folder / "out" / "deep" / "broken.ndjson").read_bytes() == b"nor this\n"
    desk = place.desk()
    lines = list(desk.log)
    found = verify(lines, CheckpointFile(place.folder / "s.db.desk.checkpoints").read(), desk.keys.public)
    assert found.findings == ()
    assert [line.said for line in lines if line.action.endswith(".read")] == [None, "nobody in particular"]
    assert lines[-1].action == "person.erased"
    assert desk.subjects.held("someone else").reason == ERASED
    assert [view.name for view in desk.views.of(desk.people.all()[0])] == ["another"]
    assert pseudonym in {line.subject for line in lines}
    assert desk.subjects.pseudonym("account", GONE) != pseudonym, "nobody can say any more whose it was"
    desk.close()
    assert sorted(path.name for path in place.folder.glob("*.forgetting")) == []


def test_a_service_goes_on_from_a_state_that_forgot_them(place):
    assert place.called(GONE).exit_code == 0
    broker = Broker()
    broker.send("trips", *map(msgspec.json.encode, scene_of_a_crew().events))
    here = Service(broker, place.folder / "state", ServiceConfig(until_end=True), portion=50)
    here.broker.committed = {}
    service = here.run()
    (ring,) = service.core.engine.rings()
    assert sum(each.startswith(GHOST) for each in ring.accounts) == 1
    assert set(CREW) - set(ring.accounts) == {GONE}


def test_nobody_is_forgotten_while_a_hold_says_so(place):
    def hold(*words: str):
        return CliRunner().invoke(app, ["hold", GONE, "--store", str(place.store), *words])

    before = place.store.read_bytes()
    assert hold("--reason", "a case in court").exit_code == 0
    refused = place.called("crew-member-1", GONE)
    assert refused.exit_code == 2
    assert "a case in court" in refused.stderr
    assert GONE not in refused.stderr
    assert place.store.read_bytes() == before
    assert hold().exit_code == 2
    assert hold("--lift").exit_code == 0
    assert hold("--lift").exit_code == 2
    desk = place.desk()
    assert [line.action for line in desk.log][-2:] == ["hold.made", "hold.lifted"]
    desk.close()
    assert place.called(GONE).exit_code == 0


def test_a_file_in_which_a_search_would_find_nothing_is_refused_before_anything_is_done(place):
    packed = place.folder / "out" / "flags.ndjson.gz"
    packed.write_bytes(gzip.compress(GONE.encode()))
    before = place.store.read_bytes()
    refused = place.called(GONE)
    assert refused.exit_code == 2
    assert "expected files that can be searched, found" in refused.stderr
    assert "flags.ndjson.gz compressed; unpack or delete them" in refused.stderr
    assert place.store.read_bytes() == before
    packed.unlink()
    assert place.called(GONE).exit_code == 0


@pytest.mark.parametrize("breaks", ["rename_in_file", "_forget_at_desk"])
def test_a_call_that_broke_off_is_ended_by_the_next_under_the_same_name(place, monkeypatch, breaks):
    def broken(*_given: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, breaks, broken)
        assert place.called(GONE).exit_code == 1
    other = place.called("crew-member-1")
    assert (other.exit_code, "end first" in other.stderr) == (2, True)
    done = place.called(GONE)
    assert done.exit_code == 0, done.output
    assert place.stands(GONE) == []
    with open_store(place.store) as store:
        members = {row[0] for row in store.ask("members", ring_id=place.ring_id).rows}
    (ghost,) = (each for each in members if each.startswith(GHOST))
    assert ghost.encode() in (place.folder / "out" / "deep" / "flags.ndjson").read_bytes()


def test_what_cannot_be_renamed_is_told_and_is_an_error(place):
    (place.folder / "out" / "report.pdf").write_bytes(b"%PDF about " + GONE.encode())
    done = place.called(GONE)
    assert done.exit_code == 1
    assert "report.pdf, byte 11" in done.stdout
    assert GONE not in done.output


def test_where_identifiers_are_pseudonyms_the_platforms_own_are_given(tmp_path):
    key = b"a secret of some length"
    (tmp_path / "key").write_bytes(key)
    pseudonyms = Pseudonyms(key)
    world = World()
    renamed = Scene()
    farm(renamed, [pseudonyms.account(each) for each in CREW], "crew phone", 1)
    world.live(renamed, 1_000)
    writer = SqliteWriter(tmp_path / "s.db")
    writer.write(world.changes[0], {"events": 1})
    writer.close()
    open_desk(tmp_path / "s.db.desk", tmp_path / "s.db.desk.key").close()
    call = ["erase", GONE, "--store", str(tmp_path / "s.db")]
    assert CliRunner().invoke(app, call).exit_code == 2
    done = CliRunner().invoke(app, [*call, "--pseudonym-key-file", str(tmp_path / "key")])
    assert done.exit_code == 0, done.output
    assert pseudonyms.account(GONE).encode() not in (tmp_path / "s.db").read_bytes()
    assert pseudonyms.account(CREW[0]).encode() in (tmp_path / "s.db").read_bytes()


def test_an_account_that_nobody_knows_or_a_state_in_use_changes_nothing(place, monkeypatch):
    before = place.bytes_of_everything()
    unknown = place.called(GONE, "crew-member-99")
    assert (unknown.exit_code, "crew-member-99" in unknown.stderr) == (2, False)
    from streaming.service.state_folder import StateFolder

    with StateFolder(place.folder / "state", 3, print):
        in_use = place.called(GONE)
    assert (in_use.exit_code, "in use by another process" in in_use.stderr) == (2, True)
    assert sorted(path.name for path in place.folder.glob("*.forgetting")) == []
    assert len(place.bytes_of_everything()) == len(before)
