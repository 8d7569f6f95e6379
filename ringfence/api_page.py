"""docs/api.md of the whole application: ``python -m ringfence.api_page`` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from queries.serving.api_page import api_page
from queries.serving.application import api_description
from ringfence.decision_wiring import mounted_without

PAGE: Final = Path(__file__).parents[1] / "docs" / "api.md"


def whole_page() -> str:
    """The page."""
    return api_page(api_description(mounted_without()))


if __name__ == "__main__":
    PAGE.write_text(whole_page(), encoding="utf-8")
