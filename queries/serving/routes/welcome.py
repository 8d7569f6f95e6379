"""The page behind a one-time link: choose a password. Plain HTML, no script, for any browser."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from graph.model.errors import BadCall
from queries.desk.passwords import LONGEST, SHORTEST
from queries.serving.routes.sessions import redeemed, set_cookie

_PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Ringfence</title><meta name="viewport" content="width=device-width"></head>
<body><h1>Ringfence</h1>
{body}
</body></html>
"""
_FORM: Final = """<p role="status">{told}</p>
<form method="post" action="/welcome">
<input type="hidden" name="code" value="{code}">
<p><label>Choose a password ({shortest} to {longest} characters)<br>
<input type="password" name="password" minlength="{shortest}" maxlength="{longest}" required
 autocomplete="new-password" autofocus></label></p>
<p><button>Set it and sign in</button></p>
</form>"""
_DONE: Final = """<p>The password of {name} is set, and you are signed in as {role}.</p>"""
router = APIRouter(include_in_schema=False)


@router.get("/welcome")
async def welcome(code: Annotated[str, Query(max_length=1_024)] = "") -> HTMLResponse:
    """The form."""
    return HTMLResponse(_form("This link sets a password, once.", code))


@router.post("/welcome")
async def welcomed(request: Request) -> HTMLResponse:
    """Sets the password and signs in, or shows the form again with what was wrong."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    code, password = (fields.get(name, [""])[0] for name in ("code", "password"))
    try:
        person, secret = await run_in_threadpool(redeemed, request, code, password)
    except BadCall as error:
        return HTMLResponse(_form(str(error), code), status_code=400)
    done = _DONE.format(name=escape(person.name), role=escape(person.role.value))
    response = HTMLResponse(page_with(done))
    set_cookie(response, secret)
    return response


def _form(told: str, code: str) -> str:
    form = _FORM.format(told=escape(told), code=escape(code), shortest=SHORTEST, longest=LONGEST)
    return page_with(form)


def page_with(body: str) -> str:
    """A page of ours."""
    return _PAGE.format(body=body)
