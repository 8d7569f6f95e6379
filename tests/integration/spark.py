"""What tests that run Spark are marked with."""

import importlib.util
import shutil

import pytest

NEEDS_SPARK = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
        reason="needs pyspark (the extra spark) and Java",
    ),
    pytest.mark.filterwarnings("ignore"),
]
