"""The numbers behind a judgement: what a candidate's accounts share, do and take.

Everything is measured over live links and facts so far, so nothing comes from the future. Shares lie in
[0, 1]; times are days; money is in the main unit.
"""

from __future__ import annotations

from graph.evidence.record import EVIDENCE, Evidence, evidence_of

__all__ = ["EVIDENCE", "Evidence", "evidence_of"]
