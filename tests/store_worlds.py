"""Small worlds for stores: what happens in them, batch by batch, and every changes they give."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.engine import Engine
from graph.engine.kept_trips import TripKeeper
from graph.model.changes import Changes, Happenings, JudgedTrip, Look, changes_between, nothing
from graph.model.events import Chargeback, EventBase, PromoRedeemed, TripCompleted, Verdict
from graph.model.results import AccountsChanged, Flag, LedgerEntry, Outcome, Reason, Ring
from graph.model.vocabulary import Decision, EntityKind, LedgerChange, RingKind, Role, VerdictOutcome
from graph.updates.sharing import DAY_MS
from tests.unit.graph.fakes import new_engine
from tests.unit.graph.scenes import Scene, moment

WINDOW_DAYS = 90
WINDOW_MS = WINDOW_DAYS * DAY_MS
KIOSK_USERS = 150
"""More than the questions follow, so that the kiosk is folded."""
AWKWARD = (
    "zoë",
    "Ωμέγα",
    "漢字",
    "🚕",
    "o'brien",
    'say "hi"',
    "back\\slash",
    "a:b:c",
    "x'; DROP TABLE link; --",
    "'}) DETACH DELETE n //",
    "%_like*",
    "$limit",
    " spaced  out ",
    "line\nbreak",
)


@dataclass
class World:
    """An engine, what it was told, and what of it a store has to be told."""

    engine: Engine = field(default_factory=lambda: new_engine(window_days=WINDOW_DAYS))
    look: Look = field(default_factory=nothing)
    happened: Happenings = field(default_factory=Happenings)
    keeper: TripKeeper = field(default_factory=TripKeeper)
    changes: list[Changes] = field(default_factory=list)
    trips: list[JudgedTrip] = field(default_factory=list)

    def hear(self, events: list[EventBase]) -> None:
        self.engine.tell_trips()
        outcome = self.engine.apply(events)
        self.say(outcome)
        rides = [e for e in events if isinstance(e, TripCompleted)]
        self.trips += [JudgedTrip(e, told) for e, told in zip(rides, outcome.trips, strict=True)]
        self.happened.takings += [e for e in events if isinstance(e, PromoRedeemed | Chargeback)]
        self.happened.verdicts += [e for e in events if isinstance(e, Verdict)]

    def say(self, outcome: Outcome) -> None:
        self.happened.flags += outcome.flags
        self.happened.ledger += outcome.ledger

    @property
    def kept_ids(self) -> list[str]:
        """Every trip that a store was told."""
        return [judged.trip.trip_id for changes in self.changes for judged in changes.trips]

    def settle(self) -> None:
        """One more batch of changes."""
        rings = self.engine.rings()
        look = Look.at(self.engine.view(), rings)
        self.happened.trips = self.keeper.keep(self.trips, [a for ring in rings for a in ring.accounts])
        self.changes.append(changes_between(self.look, look, WINDOW_MS, self.happened))
        self.look, self.happened, self.trips = look, self.happened.next(), []

    def live(self, scene: Scene, batch: int) -> None:
        events = scene.events
        for start in range(0, len(events), batch):
            self.hear(events[start : start + batch])
            self.settle()


def farm(scene: Scene, names: list[str], device: str, day: float, promo: str = "WELCOME") -> None:
    """Accounts of one phone that take the same promotion and ride with one driver."""
    for n, name in enumerate(names):
        scene.signs_up(name, day + n / 10, device=device, ip=f"ip of {device}")
        scene.takes(name, day + n / 10 + 0.02, promo, 10, device=device)
        scene.rides(name, "driver", day + 1 + n / 10, promo_id=promo, incentive=2.5)


def awkward_world() -> World:
    """Names that hurt, a kiosk of many, two farms that merge and part again, an answer, a gone link."""
    scene = Scene()
    scene.signs_up("driver", 0, device="driver's own", role=Role.DRIVER)
    farm(scene, list(AWKWARD), "d'1", 1, "PROMO'1")
    farm(scene, [f"f{n}" for n in range(6)], "d2", 3)
    for n in range(KIOSK_USERS):
        scene.signs_up(f"k{n:03}", 4 + n / 1000, device=f"dk{n}", ip="kiosk")
    scene.logs_in("f0", 4.5, "dk1", ip="kiosk")
    scene.adds_card("f1", 5, "card 1")
    scene.adds_card("f2", 5.1, "card 1")
    scene.disowns("f1", 6, 33.3, card="card 1")
    scene.pays("f1", 6.5, "f0", 12.5, device="d2")
    scene.pays("f2", 6.6, "f0", 7.25)
    scene.pays("f0", 7, "purse", 19.0)
    scene.is_declined("f3", 7.1, "card 1", 1.5, device="d2")
    scene.is_declined("f3", 7.2, "card 9", 2.5, device="d2")
    scene.cancels("f3", "driver", 7.3, Role.DRIVER, 4.0, rider_device_id="d2")
    scene.cancels("f2", "driver", 7.4)
    scene.signs_up("old", 0.1, device="forgotten phone")
    scene.signs_up("late", 0.2, device="forgotten phone")
    scene.logs_in("f3", 8, "d'1")
    scene.logs_in("f4", 8.1, "d'1")
    scene.logs_in("f5", 8.2, "d'1")
    world = World()
    world.live(scene, 40)
    first = world.engine.rings()[0]
    verdicts = Scene()
    verdicts.is_answered("f0", 20, VerdictOutcome.LEGIT)
    verdicts.is_answered(first.ring_id, 21, VerdictOutcome.FRAUD)
    world.live(verdicts, 1)
    world.say(world.engine.cut("f3", EntityKind.DEVICE, "d'1", moment(22, "cut 1")))
    world.settle()
    world.say(world.engine.declare_public(EntityKind.DEVICE, "d'1", moment(23, "public 1")))
    world.settle()
    again = Scene()
    again.logs_in("f0", 60, "d2")
    again.logs_in("f1", 60.1, "d2")
    again.logs_in("late", 95, "forgotten phone")
    again.logs_in("old", 97, "a new phone")
    farm(again, [f"g{n} 'x'" for n in range(6)], "d3", 97)
    again.adds_card("outsider", 97.5, "card 3")
    again.logs_in("outsider", 99, "d3")
    again.disowns("g1 'x'", 99, 12.5)
    world.live(again, 12)
    merge_and_split(world)
    return world


def merge_and_split(world: World) -> None:
    """Two rings that merge, part again, and of which one closes, as a ledger tells it."""
    ts = world.engine.watermark_ms
    told = [
        ("ring_a", LedgerChange.BORN, [], ["k001", "k002", "k003"], []),
        ("ring_b", LedgerChange.BORN, [], ["k004", "k005", "k006", "k007"], []),
        ("ring_b", LedgerChange.MERGED, ["ring_a"], ["k001", "k002", "k003", "k008"], []),
        ("ring_b", LedgerChange.SPLIT, [], [], ["k004", "k005", "k006"]),
        ("ring_c", LedgerChange.SPLIT, ["ring_b"], ["k004", "k005", "k006"], []),
        ("ring_d", LedgerChange.BORN, [], ["k009", "k010", "k011"], []),
        ("ring_d", LedgerChange.CLOSED, [], [], ["k009", "k010", "k011"]),
        ("ring_c", LedgerChange.SPLIT, [], [], ["k004"]),
        ("ring_c", LedgerChange.GREW, [], ["k004", "k012"], []),
    ]
    open_rings = {
        "ring_b": ["k001", "k002", "k003", "k007", "k008"],
        "ring_c": ["k004", "k005", "k006", "k012"],
    }
    for n, (ring_id, change, sources, added, removed) in enumerate(told):
        changed = AccountsChanged(added=added, removed=removed)
        world.happened.ledger.append(
            LedgerEntry(ts=ts + n, ring_id=ring_id, change=change, from_=sources, accounts=changed)
        )
        if added and change is not LedgerChange.GREW:
            world.happened.flags.append(flag(ring_id, ts + n, added, n))
        if n % 4 == 3:
            world.settle()
    world.settle()
    ours = [ring(ring_id, accounts, ts) for ring_id, accounts in open_rings.items()]
    look = Look.at(world.engine.view(), [*world.engine.rings(), *ours])
    world.changes.append(changes_between(world.look, look, WINDOW_MS, world.happened))
    world.look = look


def flag(ring_id: str, ts: int, accounts: list[str], number: int) -> Flag:
    return Flag(
        flag_id=f"flag {ring_id} {number}",
        ts=ts,
        event_id=f"event {number}",
        accounts=accounts,
        ring_id=ring_id,
        score=0.75,
        decision=Decision.REVIEW,
        reasons=[Reason(rule="hand", detail="said by hand", strength=0.5)],
        kind=RingKind.COLLUSION,
    )


def ring(ring_id: str, accounts: list[str], ts: int) -> Ring:
    return Ring(
        ring_id=ring_id,
        kind=RingKind.COLLUSION,
        score=0.75,
        accounts=accounts,
        drivers=[],
        riders=accounts,
        entities=["ip:kiosk", "device:a new phone"],
        first_ts=ts - 1000,
        flagged_ts=ts,
        exposure=12.5,
        reasons=[Reason(rule="hand", detail='said by hand, "quoted"', strength=0.5)],
        innocent_reasons=[],
    )
