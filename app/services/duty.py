"""Who is at the desk, and with which rights: read from the center's list of people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.center import User
from app.services.rights import EVERYTHING, TABLE, USERS, Duty


def duty_of(session: Session, scope: str, actor: str, user: str = "") -> Duty:
    """The duty of ``actor``, who signed in as the user with the id ``user`` or, on the command line, is only named.

    Of several who bear the name only the rights are held that all of them have. Where nobody in use may manage users (two
    PCs each demoted the other's), everybody in use may, and where nobody is in use, whoever :func:`stranded` names, so
    that the center is not locked out.
    """
    if not actor and not user:
        return Duty(actor, "", EVERYTHING)
    u = User
    here = u.id == user if user else u.name == actor
    columns = (u.role, u.active, u.deleted, u.merged_into, u.id)
    found = session.execute(select(*columns).where(u.owner == scope, here)).all()
    if not found:
        return Duty(actor, "", EVERYTHING)
    roles = [row.role for row in found if in_use(row.active, row.deleted, row.merged_into)]
    if not roles:
        back = stranded(session, scope)
        roles = [row.role for row in found if row.id in back]
    if not roles:
        return Duty(actor, found[0].role or "", frozenset(), gone=True)
    role = min(roles, key=lambda one: len(TABLE.get(one, ())))
    rights = frozenset.intersection(*(TABLE.get(one, frozenset()) for one in roles))
    if USERS not in rights and not _managed(session, scope):
        rights |= {USERS}
    return Duty(actor, role, rights)


def in_use(active: bool | None, deleted: bool | None, merged_into: str | None) -> bool:
    """Whether a user may sign in: active, not deleted, not merged away."""
    return active is not False and not deleted and not merged_into


def stranded(session: Session, scope: str) -> frozenset[str]:
    """The ids of those who may sign in although they were deactivated or deleted: the administrators, else everybody, of a
    center where nobody is in use any more, since two PCs each took the other's. Nobody as long as one is in use."""
    u = User
    columns = (u.id, u.role, u.active, u.deleted, u.merged_into)
    found = session.execute(select(*columns).where(u.owner == scope, u.merged_into.is_(None))).all()
    if any(in_use(*row[2:]) for row in found):
        return frozenset()
    return frozenset(row.id for row in found if row.role == "administrator") or frozenset(row.id for row in found)


def _managed(session: Session, scope: str) -> bool:
    u = User
    found = session.execute(select(u.role, u.active, u.deleted, u.merged_into).where(u.owner == scope))
    return any(in_use(*row[1:]) and USERS in TABLE.get(row.role, ()) for row in found)
