"""A stored network at work in an engine: it scores as on a snapshot, whatever the batches and restarts."""

import json

import numpy as np
import pytest

from gnn.models.drift import FEWEST_GROUPS, spread_of
from gnn.models.drift_watch import SCORE, DriftWatch
from gnn.models.registry import Registry
from gnn.models.stored_model import MANIFEST, SHIPPED, shipped_model
from gnn.serving.network_scorer import NetworkScorer
from gnn.tensors.lessons import lesson_of
from gnn.tensors.snapshot import snapshot_of
from graph.engine import Engine, EngineConfig
from graph.model.errors import BadCall, Fatal
from graph.scoring.features import FEATURES
from ringfence.model_choice import drift_of, scorer_at
from tests.unit.gnn.worlds import example
from tests.unit.graph.city import live_in
from tests.unit.graph.fakes import in_batches, joined
from tests.unit.graph.scenes import Scene
from tests.unit.graph.schemes import multi_account, promo_farm


@pytest.fixture(scope="module")
def model():
    return shipped_model()


@pytest.fixture(scope="module")
def events():
    scene = Scene()
    live_in(scene, riders=60, drivers=25)
    multi_account(scene)
    promo_farm(scene)
    return scene.events


def engine_of(model, observer=None, **options) -> Engine:
    return Engine(EngineConfig(**options), NetworkScorer(model), observer)


def test_a_score_is_that_of_the_model_on_a_snapshot_of_the_moment(model, events):
    judged = []
    engine = engine_of(model, lambda judgement, values, at: judged.append((judgement, values, at.ts)))
    compared = 0
    for start in range(0, len(events), 3):
        engine.apply(events[start : start + 3])
        if judged and judged[-1][2] == engine.watermark_ms:
            judgement, values, ts = judged[-1]
            made = example(judgement.accounts, moment_ms=ts, evidence=np.array(values, np.float32))
            lesson = lesson_of(snapshot_of(engine.view(), [made], frozenset()), 2, None, 0)
            assert judgement.score == pytest.approx(model.probabilities([lesson])[0], abs=1e-5)
            compared += 1
        judged.clear()
    assert compared >= 20


def test_batches_of_one_and_of_a_thousand_give_the_same_flags_and_scores(model, events):
    one, many = engine_of(model), engine_of(model)
    said = in_batches(one, events, 1)
    assert said == in_batches(many, events, 1000)
    assert said.flags
    assert one.rings() == many.rings()
    assert list(one.accounts()) == list(many.accounts())


def test_an_engine_that_was_saved_and_loaded_goes_on_as_if_it_had_not_been(model, events):
    whole = engine_of(model, window_days=15)
    expected = in_batches(whole, events, 50)
    half, middle = engine_of(model, window_days=15), len(events) * 2 // 3
    first = in_batches(half, events[:middle], 50)
    loaded = engine_of(model, window_days=15)
    loaded.load(half.save())
    assert joined([first, in_batches(loaded, events[middle:], 7)]) == expected
    assert loaded.rings() == whole.rings()


def test_a_network_does_not_say_what_the_logistic_score_says(model, events):
    network, logistic = engine_of(model), Engine(EngineConfig(), scorer_at(None))
    for engine in (network, logistic):
        engine.apply(events)
    assert network.model_id == model.manifest.model_id
    assert {a.account_id: a.score for a in network.accounts()} != {
        a.account_id: a.score for a in logistic.accounts()
    }
    assert network.state_digest() == logistic.state_digest()


def test_a_model_is_chosen_by_its_folder_its_registry_or_its_file(tmp_path, model):
    shipped = model.manifest.model_id
    registry = Registry(tmp_path / "models")
    registry.add(SHIPPED)
    registry.crown(shipped)
    assert scorer_at(SHIPPED).model_id == scorer_at(tmp_path / "models").model_id == shipped
    assert scorer_at(SHIPPED.parent / "boosted.json").model_id == scorer_at(None).model_id


def test_what_is_no_model_of_this_version_is_refused_in_one_line(tmp_path, model):
    with pytest.raises(BadCall, match="found nothing there; train one"):
        scorer_at(tmp_path / "nowhere")
    with pytest.raises(BadCall, match=r"found neither; give a folder that `ringfence train`"):
        scorer_at(tmp_path)
    old = tmp_path / "old"
    old.mkdir()
    for path in SHIPPED.iterdir():
        (old / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((old / MANIFEST).read_text()) | {"schema": "schema_of_old"}
    (old / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(Fatal, match="found one of schema_of_old") as refused:
        scorer_at(old)
    assert "\n" not in str(refused.value)


def test_drift_is_told_once_enough_candidates_were_seen_and_is_large_only_where_values_moved():
    draw = np.random.default_rng(4)
    then = {SCORE: draw.uniform(size=3_000), FEATURES_0: draw.normal(size=3_000)}
    watch = DriftWatch({name: spread_of(values) for name, values in then.items()})
    for n in range(FEWEST_GROUPS - 1):
        watch.see(0, n, draw.uniform(), draw.normal(size=len(FEATURES)))
    assert watch.psi() == {}
    for n in range(1_000):
        watch.see(0, n, draw.uniform(), draw.normal(size=len(FEATURES)) + 2)
    told = watch.psi()
    assert told[SCORE] < 0.1
    assert told[FEATURES_0] > 0.25


FEATURES_0 = next(iter(FEATURES))


def test_a_candidate_counts_once_a_day_as_last_seen_and_the_oldest_make_room():
    low, high, nothing = 0.05, 0.95, np.zeros(len(FEATURES))
    spread = {SCORE: spread_of(np.linspace(0, 1, 1_001))}
    watch, other = DriftWatch(spread), DriftWatch(spread)
    for n in range(200):
        watch.see(0, n, low, nothing)
        watch.see(0, n, n / 200, nothing)
        other.see(0, n, n / 200, nothing)
    assert watch.psi() == other.psi()
    small = DriftWatch(spread, most_watched=150)
    for score in (low, high):
        for n in range(150):
            small.see(0 if score == low else 86_400_000, n, score, nothing)
    only_high = DriftWatch(spread)
    for n in range(150):
        only_high.see(0, n, high, nothing)
    assert small.psi() == only_high.psi()


def test_the_logistic_score_tells_no_drift_and_a_network_does(model, events):
    assert drift_of(scorer_at(None))() == {}
    scorer = NetworkScorer(model)
    Engine(EngineConfig(), scorer).apply(events)
    assert drift_of(scorer)() == {}
    for n in range(FEWEST_GROUPS):
        scorer.watch.see(0, -n, 0.5, np.zeros(len(FEATURES)))
    assert set(drift_of(scorer)()) == set(shipped_model().manifest.spreads)
