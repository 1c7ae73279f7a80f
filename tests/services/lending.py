"""An office with rooms, for the tests of lending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import Refusal
from app.services import writing
from app.services.availability import Verdict, Wish, verdicts
from app.services.office import Office
from app.store.database import migrate, sqlite_engine
from app.sync.machine import Machine, Mark

STREET = "310110013"
DAY = "2026-11-24"
"""A Tuesday."""
NOW = datetime(2026, 11, 20, 9, 0)


@contextmanager
def office_in(folder: Path) -> Iterator[Office]:
    """A center on 20 November 2026, 9:00."""
    machine = Machine.create(folder / "machine", STREET)
    engine = sqlite_engine(folder / "shuniu.db", machine.db_key)
    migrate(engine)
    yield Office(engine, "d" * 16, STREET, "A", lambda: NOW, lambda: Mark.load(machine.folder), "王芳")
    engine.dispose()


def at(office: Office, moment: str) -> Office:
    """The same office at another time."""
    return replace(office, clock=lambda: datetime.fromisoformat(moment))


def full(moment: str) -> str:
    """``9:00`` on the day, or a moment as it is."""
    return moment if "T" in moment else f"{DAY}T{moment}"


def make(office: Office, kind: str, **values: Any) -> str:
    """A saved record; returns its id."""
    return writing.save(office, kind, values).id


def book(office: Office, venue: str, start: str, end: str, *, reason: str = "", **values: Any) -> str:
    """A saved booking; returns its id."""
    values = {"venue": venue, "start": full(start), "end": full(end), "client_name": "乐龄服务社", **values}
    return writing.save(office, "booking", values, reason=reason).id


def refused(office: Office, venue: str, start: str, end: str, **values: Any) -> str:
    """What a booking is refused with."""
    with pytest.raises(Refusal) as refusal:
        book(office, venue, start, end, **values)
    return str(refusal.value)


def verdict(office: Office, venue: str, start: str, end: str, **values: Any) -> Verdict:
    """The verdict on one wish."""
    with office.reading() as session:
        (found,) = verdicts(session, office.now, [Wish(venue, full(start), full(end), **values)])
    return found
