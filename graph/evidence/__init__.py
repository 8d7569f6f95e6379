"""Feature extraction: what a candidate's accounts share, do and take, as numbers.

Everything is measured over live links and facts so far, so nothing comes from the future. Shares lie in
[0, 1]; times are days; money is in the main unit.
"""
