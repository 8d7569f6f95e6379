"""The table of role by permission as Markdown; ``python -m queries.desk.permission_table`` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from graph.model.vocabulary import DeskRole
from queries.desk.roles import GRANTS

PAGE: Final = Path(__file__).parents[2] / "docs" / "desk.md"
BEGIN: Final = "<!-- permissions -->\n"
END: Final = "<!-- /permissions -->"


def permission_table() -> str:
    """A row for every permission, a column for every role."""
    rows = [["permission", *DeskRole], ["---"] * (1 + len(DeskRole))]
    rows += [
        [f"`{permission.value}`", *("x" if role in roles else " " for role in DeskRole)]
        for permission, roles in GRANTS.items()
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + permission_table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
