"""Results against truth: rings, accounts, money, timing and calibration, beside plain components.

Pure functions over plain data: nothing here reads a file. Definitions and formulas stand in
``docs/evaluation.md``.
"""

from gnn.evaluation.ceiling import Judged, judged_against
from gnn.evaluation.components import components
from gnn.evaluation.detection import Detection, ReportedRing, detection_of
from gnn.evaluation.history import History
from gnn.evaluation.matching import Match, best_matches
from gnn.evaluation.report import MethodFigures, Report, evaluate
from gnn.evaluation.rings import KindFigures, is_right, true_sets
from gnn.evaluation.sizes import SizeFigures
from gnn.evaluation.stays import Course, course_of
from gnn.evaluation.truth import Decoy, TrueRing, Truth, decode_truth

__all__ = [
    "Course",
    "Decoy",
    "Detection",
    "History",
    "Judged",
    "KindFigures",
    "Match",
    "MethodFigures",
    "Report",
    "ReportedRing",
    "SizeFigures",
    "TrueRing",
    "Truth",
    "best_matches",
    "components",
    "course_of",
    "decode_truth",
    "detection_of",
    "evaluate",
    "is_right",
    "judged_against",
    "true_sets",
]
