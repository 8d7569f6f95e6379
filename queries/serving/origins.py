"""Whether a request that changes something comes from our own pages (against cross-site request forgery).

By ``Sec-Fetch-Site`` (Fetch Metadata), which every current browser sends and no page can forge, and by
``Origin`` where it is missing. Whoever comes with a cookie has to send one of the two; programs come with
tokens, which no other site can make a browser send.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from fastapi import Request

from queries.serving.problems import Refusal

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_other_sites(request: Request, origins: Collection[str], needs_proof: bool) -> None:
    """Raises Refusal for a changing request by another site; with ``needs_proof`` also where nothing says."""
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_ours = site == "same-origin"
    elif origin is not None:
        is_ours = origin in origins
    else:
        is_ours = not needs_proof
    if not is_ours:
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            "other_site",
            "expected a request from our own pages, found none that says so; "
            "use our pages, or a token instead of the cookie",
        )
