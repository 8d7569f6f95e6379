"""Backfill: histories by region, in parallel with Spark, to results and states that services start from.

Also every judgement of a history, and components over all regions, as Parquet.

The one place that imports pyspark, which the extra ``spark`` brings.
"""
