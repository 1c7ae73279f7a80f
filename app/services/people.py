"""The people who sign in at this PC."""

from __future__ import annotations

from dataclasses import dataclass

from app.services import local, reading
from app.services.office import Office
from app.services.reading import Query


@dataclass(frozen=True)
class Person:
    """A person who may sign in, and whether this PC asks for a password."""

    id: str
    name: str
    post: str
    guarded: bool


def people(office: Office) -> list[Person]:
    """Everyone in use, by name; a name held by two people comes twice."""
    rows = reading.rows(office, "user", reading.ids(office, "user", Query(order="name")))
    return [
        Person(row.id, str(row.values["name"]), row.display("post") or row.display("role"),
               local.has_password(office, row.id))
        for row in rows
        if row.values.get("active") is not False and row.values.get("name")
    ]  # fmt: skip
