"""The tables of docs/detection.md that are made from the code and from the stored model cannot drift.

``python tests/architecture/test_detection_tables.py`` writes them anew, after a fit for example.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from graph.completion.features import OWN
from graph.model.entities import KIND_CODE
from graph.model.vocabulary import EntityKind, TripReason
from graph.scoring.features import FEATURES
from graph.scoring.measures import MEASURES
from graph.updates.sharing import CONNECTING, WEIGHTS, strength
from graph.updates.signs import PRIOR, WORTH

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "detection.md"
SIGNS = {1: "towards", -1: "away", 0: "either"}


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def public_from(kind: EntityKind, *, visiting: bool) -> str:
    """The least number of sharers of one sort that is a crowd."""
    least = next(
        n for n in count(1) if strength(KIND_CODE[kind], n * visiting, n * (not visiting)) < CONNECTING
    )
    return "always" if least == 1 else str(least)


def sharing_table() -> str:
    head = ["identifier", "base", "per visitor", "per resident", "a crowd from, visitors", "residents"]
    return table(
        head,
        [
            [
                f"`{kind.value}`",
                f"{w.base:g}",
                f"{w.per_visitor:g}",
                f"{w.per_resident:g}",
                public_from(kind, visiting=True),
                public_from(kind, visiting=False),
            ]
            for kind, w in WEIGHTS.items()
        ],
    )


def worth_table() -> str:
    head = ["sign", "worth", "alone, at full strength"]
    return table(
        head,
        [
            [f"`{reason.value}`", f"{worth:g}", f"{1 / (1 + math.exp(-PRIOR - worth)):.2f}"]
            for reason, worth in zip(TripReason, WORTH, strict=True)
        ],
    )


@cache
def model() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((ROOT / "gnn" / "weights" / "boosted.json").read_text())
    return stored


def features_table() -> str:
    head = ["feature", "sign", "share of the gain", "mean in rings", "in honest", "alone"]
    return table(
        head,
        [
            [
                f"`{f['name']}`",
                SIGNS[FEATURES[f["name"]]],
                f"{f['gain']:.3f}",
                f"{f['mean_in_rings']:.2f}",
                f"{f['mean_in_honest']:.2f}",
                f"{f['alone_auroc']:.2f}",
            ]
            for f in model()["features"]
        ],
    )


def fit_table() -> str:
    held_out, training = model()["held_out"], model()["training"]
    first, last = training["seeds"]
    rows = [
        ["fitted with", f"`{training['command']}`"],
        ["cities", f"{last - first + 1}, seeds {first} to {last}"],
        ["judgements, in groups", f"{training['judgements']:,} in {training['groups']:,}"],
        ["honest accounts in these cities", f"{training['honest_accounts']:,}"],
        ["intercept; doubt", f"{model()['intercept']:.2f}; {model()['doubt']:.4f}"],
        ["prior, of an account in no candidate", f"{model()['prior']:.4f}"],
        ["trees, of depth", f"{len(model()['trees'])}, {len(model()['trees'][0]['features']).bit_length()}"],
        ["held out in turn", f"{held_out['folds']} folds of cities"],
        ["held-out area under precision and recall", f"{held_out['auprc']:.3f}"],
        ["held-out area under the ROC curve", f"{held_out['auroc']:.3f}"],
        [
            "held-out log loss; calibrated; of the base rate",
            f"{held_out['log_loss']:.3f}; {held_out['log_loss_calibrated']:.3f}; "
            f"{held_out['log_loss_of_base_rate']:.3f}",
        ],
    ]
    return table(["the fit", "figure"], rows)


def calibration_table() -> str:
    return table(
        ["from", "groups", "predicted", "found"],
        [
            [f"{b['from']:.1f}", f"{b['weight']:,.1f}", f"{b['predicted']:.3f}", f"{b['found']:.3f}"]
            for b in model()["held_out"]["calibration"]
        ],
    )


def measures_table() -> str:
    rows = [[f"`{m.name}`", SIGNS[m.sign], f"`{m.expression.replace('e.', '')}`"] for m in MEASURES]
    return table(["measure", "sign", "formula"], rows)


def membership_table() -> str:
    """What is read of one account, and the share of it in what the trees gained."""
    gains = {each["name"]: each["gain"] for each in model()["belonging"]["gains"]}
    rows = [
        [
            f"`{name}`",
            SIGNS[sign],
            *(
                f"{gains[each]:.3f}" if each in gains else "not read"
                for each in (name, f"{name}_beside_mean", f"mean_{name}")
            ),
        ]
        for name, sign in OWN.items()
    ]
    return table(["of an account", "sign", "share of the gain", "beside the mean", "the mean"], rows)


MADE: dict[str, Callable[[], str]] = {
    "sharing": sharing_table,
    "measures": measures_table,
    "membership": membership_table,
    "worth": worth_table,
    "features": features_table,
    "fit": fit_table,
    "calibration": calibration_table,
}


def with_made_tables(text: str) -> str:
    for name, make in MADE.items():
        found = rf"<!-- made: {name} -->\n.*?<!-- end -->"
        made = f"<!-- made: {name} -->\n{make()}\n<!-- end -->"
        assert len(re.findall(found, text, flags=re.DOTALL)) == 1, name
        text = re.sub(found, made.replace("\\", r"\\"), text, flags=re.DOTALL)
    return text


def test_the_made_tables_are_those_of_the_code_and_of_the_stored_model() -> None:
    text = DOCUMENT.read_text()
    assert with_made_tables(text) == text, f"write them anew: python {Path(__file__).relative_to(ROOT)}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_made_tables(DOCUMENT.read_text()))
