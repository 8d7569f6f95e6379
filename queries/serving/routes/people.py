"""People and programs: who there is, new ones, other roles, one-time links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from graph.model.vocabulary import DeskRole, Permission
from queries.desk.people import NAME, Person
from queries.serving.records import Record
from queries.serving.visits import Allowed, Visit

Managing = Annotated[Visit, Depends(Allowed(Permission.PEOPLE_MANAGE))]
Name = Annotated[str, Path(max_length=64, description="The name of a person or program.")]
router = APIRouter(tags=["people"])


class PersonSeen(Record):
    """One who may come to the desk."""

    name: str
    role: DeskRole
    is_active: bool
    has_password: bool
    created_ms: int


class PersonAdded(Record):
    """A new person, and the link by which they set their password."""

    person: PersonSeen
    link: str | None = Field(description="One-time link, good for a day; null for a program.")


class NewPerson(Record):
    """Who is to be added."""

    name: str = Field(pattern=f"^{NAME.pattern}$", examples=["ann"])
    role: DeskRole = Field(examples=["investigator"])


class PersonChange(Record):
    """What is to be changed; what is not given stays."""

    role: DeskRole | None = None
    is_active: bool | None = None


class NewLink(Record):
    """A one-time link."""

    link: str = Field(description="Good for a day, and once.")


@router.get("/v1/people", summary="Who may come?")
def people(visit: Managing) -> list[PersonSeen]:
    """Everybody, by name."""
    return [_seen(person) for person in visit.desk.people.all()]


@router.post("/v1/people", summary="Add a person or a program.", status_code=201)
def add(request: Request, visit: Managing, given: NewPerson) -> PersonAdded:
    """A person gets a one-time link to set a password with; a program gets tokens."""
    person, code = visit.desk.add_person(visit.caller.actor, given.name, given.role)
    return PersonAdded(person=_seen(person), link=None if code is None else link_to(request, code))


@router.patch("/v1/people/{name}", summary="Give another role, put out, let in again.")
def change(visit: Managing, name: Name, given: PersonChange) -> PersonSeen:
    """Sessions end, and tokens are narrowed to the new role, at once. The last admin stays."""
    return _seen(visit.desk.change_person(visit.caller.actor, name, given.role, given.is_active))


@router.post("/v1/people/{name}/link", summary="Make a one-time link.", status_code=201)
def link(request: Request, visit: Managing, name: Name) -> NewLink:
    """For a forgotten password; a former link is void."""
    return NewLink(link=link_to(request, visit.desk.new_link(visit.caller.actor, name)))


def link_to(request: Request, code: str) -> str:
    """The address under which a one-time link is opened."""
    origin: str = request.app.state.parts.origins[0]
    return f"{origin}/welcome?code={code}"


def _seen(person: Person) -> PersonSeen:
    return PersonSeen(
        name=person.name,
        role=person.role,
        is_active=person.is_active,
        has_password=person.has_password,
        created_ms=person.created_ms,
    )
