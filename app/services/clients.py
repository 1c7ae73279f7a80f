"""Who a room is lent to: an organization or team with all its contacts, or whoever bears a name (rules.md 21, 24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_

from app.services.survivors import Merged


class Named(Protocol):
    """What says for whom something is: a booking, a wish, an entry of a waiting list."""

    @property
    def client(self) -> str | None: ...
    @property
    def client_name(self) -> str | None: ...


@dataclass(frozen=True)
class Client:
    """One client: the ids of a linked organization or team with those merged into it, else a name."""

    ids: tuple[str, ...] = ()
    name: str = ""

    def among(self, columns: Any) -> ColumnElement[bool]:
        """The condition that a row of a table with ``columns`` is for this client."""
        if self.ids:
            return columns.client.in_(self.ids)
        return and_(columns.client_name == self.name, columns.client.is_(None))


def client_of(merged: Merged, one: Named) -> Client | None:
    """The client of ``one``; None where nobody is named."""
    if one.client:
        return Client(tuple(merged.linked(("organization", "team"), (one.client,))))
    name = (one.client_name or "").strip()
    return Client(name=name) if name else None
