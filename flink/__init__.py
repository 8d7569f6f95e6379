"""Apache Flink in front of owners: decodes, drops repeats and routes by region what a platform sends.

Runs in an environment of its own (`make flink`). Only `flink.job` knows Flink; the rest is plain Python that
also the tests of the main environment run.
"""

from __future__ import annotations

import sys

# Flink's workers put a function of theirs in the place of print; numba looks for it where it says it is from.
_of_print = sys.modules[print.__module__]
if not hasattr(_of_print, print.__name__):
    setattr(_of_print, print.__name__, print)
