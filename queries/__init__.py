"""For investigators: what a run found, and a catalogue of questions to the store behind it."""

from queries.answer import Answer
from queries.catalogue import Question, catalogue
from queries.results import Results, open_results
from queries.store import Store, open_store

__all__ = ["Answer", "Question", "Results", "Store", "catalogue", "open_results", "open_store"]
