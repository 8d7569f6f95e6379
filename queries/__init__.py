"""For investigators: what a run found, as typed records."""

from queries.results import Results, open_results

__all__ = ["Results", "open_results"]
