"""Backfill: histories by region, in parallel with Spark, to results and to states that services start from.

The one place that imports pyspark, which the extra ``spark`` brings.
"""
