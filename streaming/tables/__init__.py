"""Tables: Parquet, CSV and data frames in, by a mapping to the contract, and results out as Parquet.

The one place that imports pyarrow, which the extra ``tables`` brings. A row becomes the line of JSON that the
contract speaks of and takes the one way in from there, so that every rule holds for it.
"""
