"""Views of the queue that somebody keeps under a name of their own."""

from __future__ import annotations

from typing import Final, NamedTuple

from graph.model.errors import BadCall
from queries.desk.database import Database
from queries.desk.people import Person

MOST_VIEWS: Final = 30
LONGEST_NAME: Final = 60
LONGEST_QUERY: Final = 400


class SavedView(NamedTuple):
    """One kept view: the filters as they stand in the address."""

    name: str
    query: str


class SavedViews:
    """The table of views; each belongs to one person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person: Person) -> list[SavedView]:
        """Somebody's views, by name."""
        rows = self._database.rows(
            "SELECT name, query FROM saved_view WHERE person = ? ORDER BY name", person.id
        )
        return [SavedView(*row) for row in rows]

    def keep(self, person: Person, name: str, query: str) -> None:
        """Keep a view, in place of one of that name. Raises BadCall for a bad name, or for too many."""
        if not 1 <= len(name) <= LONGEST_NAME:
            raise BadCall(f"expected a name of 1 to {LONGEST_NAME} characters, found {len(name)}; choose one")
        if len(query) > LONGEST_QUERY:
            raise BadCall(f"expected filters of {LONGEST_QUERY} characters at most, found more; use fewer")
        kept = {each.name for each in self.of(person)}
        if name not in kept and len(kept) >= MOST_VIEWS:
            raise BadCall(f"expected {MOST_VIEWS} views at most, found {len(kept)}; forget one first")
        self._database.run(
            "INSERT INTO saved_view VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET query = ?3",
            *(person.id, name, query),
        )

    def forget(self, person: Person, name: str) -> None:
        """Let go of a view; one that is not there is none."""
        self._database.run("DELETE FROM saved_view WHERE person = ? AND name = ?", person.id, name)
