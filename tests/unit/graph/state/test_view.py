from graph.model.entities import KINDS
from graph.model.link_keys import LINK_KINDS
from graph.model.view import ROLES
from graph.model.vocabulary import EntityKind, LinkKind, Role
from tests.unit.graph.scenes import Scene, at, moment


def test_an_empty_graph_has_empty_columns(side):
    view = side().view()
    assert (len(view.names), len(view.accounts.entity), len(view.links.kind)) == (0, 0, 0)


def test_the_columns_say_what_the_events_said(side):
    scene = Scene()
    scene.signs_up("ann", 0, device="phone")
    scene.signs_up("bea", 1, device="phone")
    scene.rides("ann", "dan", 2, fare=12.5, incentive=3.0)
    engine = side()
    engine.apply(scene.events)
    view = engine.view()

    names = [view.names[entity] for entity in view.accounts.entity]
    assert names == ["ann", "bea", "dan"]
    assert [ROLES[role] for role in view.accounts.role] == [Role.RIDER, Role.RIDER, Role.DRIVER]
    assert view.accounts.created_ms.tolist() == [at(0), at(1), -1]
    assert view.accounts.trips.tolist() == [1, 0, 1]

    spelt = [
        (LINK_KINDS[kind], view.names[source], view.names[target], bool(joins))
        for kind, source, target, joins in zip(
            view.links.kind, view.links.source, view.links.target, view.links.joins, strict=True
        )
    ]
    assert spelt == [
        (LinkKind.USES_DEVICE, "ann", "phone", True),
        (LinkKind.USES_DEVICE, "bea", "phone", True),
        (LinkKind.RODE_WITH, "ann", "dan", False),
    ]
    assert view.links.money.tolist() == [0, 0, 125_000]
    assert view.links.incentive_units.tolist() == [0, 0, 30_000]
    assert KINDS[view.kind[view.names.index("phone")]] is EntityKind.DEVICE
    assert view.watermark_ms == at(2)


def test_cuts_and_declarations_stand_in_the_view(side):
    scene = Scene()
    scene.signs_up("ann", 0, device="phone")
    scene.signs_up("bea", 1, device="phone")
    engine = side()
    engine.apply(scene.events)
    ann, phone = engine.view().names.index("ann"), engine.view().names.index("phone")
    engine.cut("ann", EntityKind.DEVICE, "phone", moment(2, "cut"))
    engine.declare_public(EntityKind.DEVICE, "phone", moment(3, "word"))
    assert engine.view().cuts == ((ann, phone),)
    assert engine.view().declared_public == (phone,)
    assert not engine.view().links.joins.any()
