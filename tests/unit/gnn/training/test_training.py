"""Fitting: it learns what only neighbours tell, stops, repeats itself, and goes on where it was stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn.logistic.scorer import load_scorer
from gnn.training.device import Device, device_for, device_named
from gnn.training.training import TrainingConfig, fit
from graph.model.errors import BadCall, Fatal
from tests.unit.gnn.worlds import lessons

CONFIG = TrainingConfig(
    seed=1,
    epochs=15,
    patience=15,
    lessons=4,
    rate=0.02,
    width=8,
    layers=1,
    dropout=0.0,
    from_logistic=False,
)


def same(one, other):
    left, right = one.model.state_dict(), other.model.state_dict()
    return all(torch.equal(left[name], right[name]) for name in left)


@pytest.fixture(scope="module")
def fitted():
    return fit(lessons(range(16)), lessons(range(16, 19)), CONFIG)


def test_it_learns_what_only_the_shared_phone_tells(fitted):
    unseen = lessons(range(20, 23))
    labels = np.array([each.is_ring for lesson in unseen for each in lesson.examples])
    logits = fitted.logits(unseen)
    assert logits[labels].min() > logits[~labels].max()


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(fitted):
    again = fit(lessons(range(16)), lessons(range(16, 19)), CONFIG)
    assert same(fitted, again)
    assert fitted.epochs == again.epochs


def test_a_stopped_run_ends_as_an_undisturbed_one(tmp_path, fitted):
    class Stopped(Exception):
        pass

    def stop(epoch):
        if epoch.number == 6:
            raise Stopped

    checkpoint = tmp_path / "checkpoint.pt"
    with pytest.raises(Stopped):
        fit(lessons(range(16)), lessons(range(16, 19)), CONFIG, stop, checkpoint)
    resumed = fit(lessons(range(16)), lessons(range(16, 19)), CONFIG, None, checkpoint)
    assert same(fitted, resumed)
    assert resumed.epochs == fitted.epochs


def test_a_checkpoint_of_another_fit_is_refused(tmp_path):
    checkpoint = tmp_path / "checkpoint.pt"
    few = TrainingConfig(seed=1, epochs=1, lessons=4, width=8, layers=1)
    fit(lessons(range(4)), lessons(range(8, 10)), few, None, checkpoint)
    with pytest.raises(Fatal, match="to be a checkpoint of this fit"):
        fit(lessons(range(5)), lessons(range(8, 10)), few, None, checkpoint)


def test_it_stops_when_the_check_part_gains_no_more():
    patient = replace(CONFIG, epochs=50, patience=2)
    epochs = fit(lessons(range(4)), lessons(range(8, 10)), patient).epochs
    best = max(range(len(epochs)), key=lambda n: (epochs[n].check, -n))
    assert len(epochs) == best + 3 < 50


def test_a_part_without_rings_is_refused():
    part = lessons([1])
    honest = [lesson for lesson in part if not any(each.is_ring for each in lesson.examples)]
    with pytest.raises(Fatal, match="expected rings and honest candidates in the check part"):
        fit(part, honest, CONFIG)


def test_a_fit_starts_from_the_logistic_score_and_keeps_it_where_nothing_beats_it():
    scorer = load_scorer()
    started = fit(
        lessons(range(4)), lessons(range(8, 10)), replace(CONFIG, epochs=1, rate=1e-12, from_logistic=True)
    )
    assert [epoch.number for epoch in started.epochs] == [0, 1]
    (lesson,) = lessons([30])
    p = 1 / (1 + np.exp(-started.logits([lesson])))
    expected = [scorer.score(each.evidence.tolist()) for each in lesson.examples]
    assert p == pytest.approx(expected, abs=2 * scorer.doubt)


def test_the_products_of_other_devices_train_nearly_the_same_model(fitted, monkeypatch):
    monkeypatch.setattr("gnn.tensors.propagate._is_on_cpu", lambda _: False)
    other = fit(lessons(range(16)), lessons(range(16, 19)), CONFIG)
    for one, two in zip(fitted.epochs, other.epochs, strict=True):
        assert two.loss == pytest.approx(one.loss, abs=1e-3)


def test_cuda_where_there_is_none_is_refused_and_auto_takes_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(
        BadCall, match=r"expected a CUDA device for --device cuda, found .*; use --device cpu"
    ):
        device_for(Device.CUDA)
    assert device_for(Device.AUTO) == device_for(Device.CPU) == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_for(Device.AUTO) == device_for(Device.CUDA) == torch.device("cuda")
    assert device_for(Device.CPU) == torch.device("cpu")


def test_a_device_nobody_knows_is_refused():
    with pytest.raises(BadCall, match="expected one of cpu, cuda, auto for --device, found tpu"):
        device_named("tpu")
