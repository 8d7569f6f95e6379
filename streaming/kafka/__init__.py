"""Kafka: the real source, the real sink, and what else speaks to a broker. The one place that imports it."""
