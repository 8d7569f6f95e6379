"""The report: words and plots, the same for the same figures."""

import numpy as np

from gnn.evaluation.truth import TrueRing, Truth
from gnn.models.drift import Drift
from gnn.models.figures import Judged
from gnn.models.making import Parts, Provenance, make_model
from gnn.models.report import write_report
from gnn.training.training import TrainingConfig
from tests.unit.gnn.worlds import lessons


def test_a_report_says_and_shows_how_a_model_did(tmp_path):
    config = TrainingConfig(seed=1, epochs=2, lessons=4, width=8, layers=1)
    model = make_model(
        Parts(lessons(range(4)), lessons(range(8, 10))), config, Provenance("1", "a test", [1])
    )
    unseen = lessons([20])
    examples = [each for lesson in unseen for each in lesson.examples]
    rings = [
        TrueRing(ring=each.group, kind="collusion", accounts=list(each.accounts))
        for each in examples
        if each.is_ring
    ]
    scores = model.probabilities(unseen)
    judged = {
        name: [Judged(examples, each, Truth(rings=rings), 1_000)]
        for name, each in (("network", scores), ("logistic", np.full(len(examples), 0.4)))
    }
    drift = [Drift("score", 0.4, True), Drift("rule.takeover", 0.01, False)]
    for folder in (tmp_path / "one", tmp_path / "two"):
        figures = write_report(folder, model.manifest, judged, drift, model.fitted.epochs)
    assert set(figures) == {"network", "logistic"}
    text = (tmp_path / "one" / "report.md").read_text()
    assert "Judged on 6 candidates in 6 groups, 3 of them rings" in text
    assert "| `score` | 0.40 | drifted |" in text
    assert "| collusion | " in text
    assert "decide: " in text
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == [
        "calibration.png",
        "learning_curve.png",
        "precision_recall.png",
        "recall_by_kind.png",
        "report.md",
    ]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        assert f"]({name})" in text or name == "report.md"


def test_with_few_candidates_no_drift_is_told(tmp_path):
    config = TrainingConfig(seed=1, epochs=1, lessons=4, width=8, layers=1)
    model = make_model(
        Parts(lessons(range(4)), lessons(range(8, 10))), config, Provenance("1", "a test", [1])
    )
    examples = [each for lesson in lessons([20]) for each in lesson.examples]
    judged = {"network": [Judged(examples, np.full(len(examples), 0.4), Truth(rings=[]), 1_000)]}
    write_report(tmp_path, model.manifest, judged, None)
    assert "Not told: fewer than 100 groups" in (tmp_path / "report.md").read_text()
