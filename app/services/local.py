"""Small facts of this PC that never travel: password hashes, list columns, drafts (design.md §3)."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import delete, insert, select

from app.errors import Refusal
from app.services.office import Office
from app.store.database import told_apart
from app.store.tables import local
from app.text import _

MIN_PASSWORD = 6


def read(office: Office, name: str, default: Any = None) -> Any:
    """The fact called ``name``."""
    with office.reading() as session:
        data = session.scalar(select(local.c.value).where(local.c.name == name))
    return default if data is None else msgspec.json.decode(data)


def write(office: Office, name: str, value: Any) -> None:
    """Keep the fact ``value``; None forgets it."""
    with told_apart(), office.engine.execution_options(write=True).begin() as connection:
        connection.execute(delete(local).where(local.c.name == name))
        if value is not None:
            connection.execute(insert(local).values(name=name, value=msgspec.json.encode(value)))


def set_password(office: Office, user_id: str, password: str) -> None:
    """Keep an argon2id hash of ``password``; raises :class:`Refusal` where it is too short."""
    from nacl.pwhash import argon2id

    if len(password) < MIN_PASSWORD:
        raise Refusal.of("password", _("密码太短"), _("请至少用 {n} 个字符", n=MIN_PASSWORD))
    write(office, f"password:{user_id}", argon2id.str(password.encode()).decode())


def has_password(office: Office, user_id: str) -> bool:
    """Whether this PC asks the user for a password."""
    return read(office, f"password:{user_id}") is not None


def password_fits(office: Office, user_id: str, password: str) -> bool:
    """Whether ``password`` is the user's; a user without one on this PC signs in with an empty text."""
    from nacl.exceptions import InvalidkeyError
    from nacl.pwhash import verify

    kept = read(office, f"password:{user_id}")
    if kept is None:
        return password == ""
    try:
        return verify(kept.encode(), password.encode())
    except InvalidkeyError:
        return False
