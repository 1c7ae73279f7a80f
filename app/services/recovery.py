"""The recovery sheet: made, renewed, and kept in force on this PC (design.md §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from app.models.center import Center
from app.models.registry import KINDS
from app.services.office import Office
from app.services.rights import BACKUP
from app.services.slips import slip_context
from app.sync import recovery
from app.text import _


@dataclass(frozen=True)
class Sheet:
    """A new sheet: the PDF to print, and the public key that the center's record now names (hex)."""

    pdf: bytes
    public: str


def public_key(office: Office) -> str | None:
    """The center's recovery key (hex), None where no sheet was made yet."""
    table = KINDS["center"].model.__table__
    with office.reading() as session:
        return session.scalar(select(table.c.recovery_key).where(table.c.owner == office.scope))


def make_sheet(office: Office, center_id: str) -> Sheet:
    """A new sheet for the center; the one before opens only older backups from now on. The code is in the PDF and
    nowhere else."""
    from app.slips.recovery_sheet import render

    office.duty.need(BACKUP)
    made = recovery.new_sheet()
    now = office.clock()
    on = _("{year}年{month}月{day}日", year=now.year, month=now.month, day=now.day)
    pdf = render(made.code, on, slip_context(office))
    with office.unit() as unit:
        cast(Center, unit.load("center", center_id)).recovery_key = made.public
        unit.audit("recovery_sheet", "center", center_id)
    return Sheet(pdf, made.public)
