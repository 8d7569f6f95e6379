"""Vectors kept over a running engine equal those of a full pass over its graph.

Streams of events with links that age, identifiers that turn public, analysts' cuts, ends that become crowds
and cease to be, saving and loading, questions in between and room that runs out.
"""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn.serving.live_vectors import LiveVectors
from gnn.serving.weights_of import network_weights
from gnn.tensors.features import NODE_FEATURES, node_features
from gnn.tensors.neighbours import RELATIONS, means_of
from gnn.tensors.propagate import relation_of
from gnn.training.network import NetworkConfig, RelationalNetwork
from graph.engine import Engine, EngineConfig
from graph.model.errors import BadCall
from graph.model.vocabulary import EntityKind
from tests.properties.test_engine import streams
from tests.properties.test_entity_graph import spelt
from tests.unit.graph.fakes import StrongestSign
from tests.unit.graph.scenes import Scene, moment

WIDTH, FANOUT = 5, 2
draw_seed = st.integers(0, 3)
depths = st.integers(0, 3)
acts = st.sampled_from(["ask", "ask", "cut", "public", "load", "drain", "nothing"])


class Silent(StrongestSign):
    """A scorer whose reader reads nothing: the vectors stand beside the engine, which keeps the ticks."""

    def reader(self):
        return self

    def score(self, state, members):
        return 0.0


def network(seed: int, layers: int) -> RelationalNetwork:
    """A network with random weights, LayerNorm's included."""
    torch.manual_seed(seed)
    made = RelationalNetwork(NetworkConfig(len(NODE_FEATURES), len(RELATIONS), WIDTH, layers))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return made.eval()


class World:
    """An engine with vectors beside it, and the full pass that they have to equal."""

    def __init__(self, seed: int, layers: int, *room: int) -> None:
        self.network = network(seed, layers)
        draw = np.random.default_rng(seed)
        self.mean = draw.normal(size=len(NODE_FEATURES)).astype(np.float32)
        self.scale = np.full(len(NODE_FEATURES), 1.5, np.float32)
        self.room = room
        self.engine = Engine(EngineConfig(window_days=20), Silent())
        self.live = self.fresh()

    def fresh(self) -> LiveVectors:
        return LiveVectors(network_weights(self.network, self.mean, self.scale), FANOUT, *self.room)

    @property
    def state(self):
        return self.engine.state

    def do(self, act: str, wanted: list[int]) -> None:
        if act == "ask":
            self.check(wanted)
        elif act == "load":
            self.engine.load(self.engine.save())
            self.live = self.fresh()
        elif act == "drain":
            self.engine.all_changes()
        elif act != "nothing":
            at = moment(10.0, "an act")
            try:
                if act == "cut":
                    self.engine.cut("a1", EntityKind.DEVICE, "d0", at)
                else:
                    self.engine.declare_public(EntityKind.DEVICE, "d1", at)
            except BadCall:
                pass

    def check(self, wanted: list[int]) -> None:
        view = self.engine.view()
        if len(view.kind) == 0:
            return
        asked = np.array(sorted({each % len(view.kind) for each in wanted}), np.int32)
        found = self.live.vectors(self.state, asked)
        np.testing.assert_allclose(found, self.full_pass(view)[asked], atol=1e-5, rtol=1e-5)
        # Not one bit depends on what was asked before.
        np.testing.assert_array_equal(self.fresh().vectors(self.state, asked), found)

    def full_pass(self, view):
        links = view.links
        means = means_of(links.kind, links.source, links.target, len(view.kind), FANOUT)
        with torch.no_grad():
            standard = torch.from_numpy((node_features(view) - self.mean) / self.scale)
            relations = [relation_of(matrix) for matrix in means]
            return self.network(standard, [relations] * self.network.config.layers).numpy()


@settings(max_examples=120, deadline=None)
@given(
    streams,
    st.lists(st.tuples(acts, st.lists(st.integers(0, 40), min_size=1, max_size=4)), min_size=1, max_size=30),
    draw_seed,
    depths,
    st.sampled_from([3, 1 << 19]),
    st.sampled_from([0, 20, 1 << 10]),
    st.sampled_from([0, 8, 1 << 10]),
)
def test_vectors_equal_a_full_pass_after_any_stream_of_events(
    drawn, doings, seed, layers, most_kept, lists, held
):
    events = spelt(drawn)
    world = World(seed, layers, most_kept, lists, held)
    step = 1 + len(events) // len(doings)
    for n, (act, wanted) in enumerate(doings):
        part = events[n * step : (n + 1) * step]
        if part:
            world.engine.apply(part)
            world.do(act, wanted)
    world.check(list(range(len(world.engine.entity_index))))


def test_what_nothing_touched_is_not_computed_again():
    scene = Scene()
    for n in range(4):
        scene.signs_up(f"a{n}", 0.0, device=f"d{n // 2}")
    world = World(1, 2)
    world.engine.apply(scene.events)
    everyone = np.arange(len(world.engine.entity_index), dtype=np.int32)
    world.live.vectors(world.state, everyone)
    before = world.live.computed
    world.live.vectors(world.state, everyone)
    assert world.live.computed == before
    scene.logs_in("a0", 1.0, device="d0")
    world.engine.apply(scene.events[-1:])
    world.live.vectors(world.state, everyone)
    # Two accounts and their phone, on three layers; the other pair stays.
    assert 0 < world.live.computed - before <= 9
