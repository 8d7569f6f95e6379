"""A ring is told anew when how it is spelt changes, even if none of its accounts did anything."""

from __future__ import annotations

from graph.model.vocabulary import EntityKind
from graph.updates.sharing import SEMI_PRIVATE_SHARERS
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, moment


def a_farm():
    """Accounts of one phone and one address, judged a ring."""
    scene = Scene()
    for n in range(8):
        scene.signs_up(f"farmer{n}", 1 + n / 100, device="phone", ip="house")
        scene.takes(f"farmer{n}", 1.2 + n / 100, "WELCOME", 10, device="phone")
    engine = new_engine()
    engine.apply(scene.events)
    return engine


def test_an_address_that_strangers_make_public_no_longer_ties_the_ring():
    engine = a_farm()
    (told,) = engine.changes().rings
    assert told.entities == ["device:phone", "ip:house"]
    strangers = Scene()
    for n in range(SEMI_PRIVATE_SHARERS):
        strangers.signs_up(f"stranger{n}", 2 + n / 1000, device=f"d{n}", ip="house")
    engine.apply(strangers.events)
    (told,) = engine.changes().rings
    assert told.entities == ["device:phone"]


def test_an_address_that_strangers_leave_ties_the_ring_again():
    engine = a_farm()
    strangers = Scene()
    for n in range(SEMI_PRIVATE_SHARERS):
        strangers.signs_up(f"stranger{n}", 2 + n / 1000, device=f"d{n}", ip="house")
    for n in range(8):
        strangers.logs_in(f"farmer{n}", 80, "phone", ip="house")
    engine.apply(strangers.events)
    (told,) = engine.changes().rings
    assert told.entities == ["device:phone"]
    later = Scene()
    later.signs_up("somebody else", 93, device="another phone")
    engine.apply(later.events)
    changes = engine.changes()
    assert [ring.entities for ring in changes.rings] == [["device:phone", "ip:house"]]
    assert len(changes.gone.kind) > SEMI_PRIVATE_SHARERS


def test_a_phone_declared_public_no_longer_ties_the_ring():
    engine = a_farm()
    engine.changes()
    engine.declare_public(EntityKind.DEVICE, "phone", moment(3, "by hand"))
    changes = engine.changes()
    assert [changes.names[each] for each in changes.declared_public] == ["phone"]
    assert [ring for ring in changes.rings if "device:phone" in ring.entities] == []


def test_an_engine_that_nobody_drains_notes_nothing():
    assert not [name for name in a_farm().save() if "change_log" in name or "told" in name]


def test_one_more_login_tells_one_account_and_one_link():
    engine = a_farm()
    assert len(engine.changes().accounts.entity) == 8
    login = Scene()
    login.logs_in("stranger", 2, "own phone")
    engine.apply(login.events)
    changes = engine.changes()
    assert list(changes.names) == ["stranger", "own phone"]
    assert changes.links.count.tolist() == [1]
