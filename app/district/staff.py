"""Who may sign in at the district's console: accounts, sessions that every worker process sees, limited attempts."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.errors import Refusal
from app.models import formats
from app.store.locks import lock_scopes
from app.store.tables import sign_in_failure, staff, staff_session
from app.sync.replica import Replica
from app.text import _

SHORTEST = 8
LONGEST = 200
IDLE = 30 * 60
"""Seconds after which a session that nobody uses ends."""
SEEN_STEP = 60
"""Seconds between two notes that a session is in use."""
PAUSE = 10 * 60
"""Seconds for which sign-in is closed after too many failures."""
BY_NAME, BY_ADDRESS = 5, 30
"""Failures in a row that close the sign-in: for one name, and from one address (an office may share one)."""


def set_password(replica: Replica, name: str, password: str) -> bool:
    """Create the account ``name``, or give it a new password, which ends its sessions; True where it is new.

    Raises :class:`Refusal` where the name or the password is not acceptable.
    """
    from nacl.pwhash import argon2id

    try:
        name = formats.person_name(name)
    except formats.FormatFault as fault:
        raise Refusal.of("name", fault.error, fault.mend) from None
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal.of(
            "password", _("密码应为 {least} 到 {most} 个字符", least=SHORTEST, most=LONGEST), _("请换一个密码")
        )
    hashed = argon2id.str(password.encode()).decode()
    with replica.writing() as connection:
        lock_scopes(connection, [f"name:{name}"])
        done = connection.execute(update(staff).where(staff.c.name == name).values(password=hashed))
        if not done.rowcount:
            connection.execute(insert(staff).values(name=name, password=hashed, made_at=replica.clock()))
        connection.execute(delete(staff_session).where(staff_session.c.name == name))
        _forget(connection, f"name:{name}")
        return not done.rowcount


def anyone(replica: Replica) -> bool:
    """Whether there is an account at all."""
    with replica.reading() as connection:
        return connection.execute(select(staff.c.name).limit(1)).first() is not None


def sign_in(replica: Replica, name: str, password: str, address: str) -> str:
    """Open a session and return its token; raises :class:`Refusal`, and notes the failure.

    An unknown name costs the same time as a wrong password and is told in the same words.
    """
    name, now = _spelled(name), replica.clock()
    limits = {f"name:{name}": BY_NAME, f"address:{address}": BY_ADDRESS}
    with replica.reading() as connection:
        _open(connection, limits, now)
        kept = connection.scalar(select(staff.c.password).where(staff.c.name == name))
    if not _fits(kept, password):
        with replica.writing() as connection:
            lock_scopes(connection, limits)
            for who in limits:
                _failed(connection, who, now)
        raise Refusal.of("password", _("姓名或密码不对"), _("请核对后再试；忘记密码请让管理员重设"))
    token = secrets.token_urlsafe(32)
    with replica.writing() as connection:
        _forget(connection, f"name:{name}")
        connection.execute(delete(staff_session).where(staff_session.c.seen_at < now - IDLE))
        connection.execute(insert(staff_session).values(token=_hash(token), name=name, seen_at=now))
    return token


def who(replica: Replica, token: str) -> str | None:
    """Who holds the session ``token``, None where there is none or it has ended; keeps it from idling."""
    now, here = replica.clock(), staff_session.c.token == _hash(token)
    with replica.reading() as connection:
        row = connection.execute(select(staff_session).where(here)).first()
    if row is None or row.seen_at < now - IDLE:
        return None
    if row.seen_at < now - SEEN_STEP:
        with replica.writing() as connection:
            connection.execute(update(staff_session).where(here).values(seen_at=now))
    return row.name


def sign_out(replica: Replica, token: str) -> None:
    """End the session."""
    with replica.writing() as connection:
        connection.execute(delete(staff_session).where(staff_session.c.token == _hash(token)))


def _spelled(name: str) -> str:
    """A typed name in the spelling of the accounts."""
    try:
        return formats.person_name(name)
    except formats.FormatFault:
        return name.strip()[:LONGEST]


def _hash(token: str) -> str:
    return blake2b(token.encode(), digest_size=32, person=b"shuniu session").hexdigest()


def _fits(kept: str | None, password: str) -> bool:
    from nacl.exceptions import InvalidkeyError
    from nacl.pwhash import argon2id, verify

    if kept is None:
        argon2id.str(password.encode()[:LONGEST])
        return False
    try:
        return verify(kept.encode(), password.encode())
    except InvalidkeyError:
        return False


def _open(connection: Connection, limits: dict[str, int], now: int) -> None:
    """Raise :class:`Refusal` where sign-in is closed for now."""
    for who, most in limits.items():
        row = _failures(connection, who)
        if row is not None and row.times >= most and now < row.last_at + PAUSE:
            minutes = -(-(row.last_at + PAUSE - now) // 60)
            raise Refusal.of("password", _("连续多次没有登录成功"), _("请 {n} 分钟后再试", n=minutes))


def _failed(connection: Connection, who: str, now: int) -> None:
    row = _failures(connection, who)
    times = row.times + 1 if row is not None and now < row.last_at + PAUSE else 1
    _forget(connection, who)
    connection.execute(insert(sign_in_failure).values(who=who, times=times, last_at=now))


def _forget(connection: Connection, who: str) -> None:
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.who == who))


def _failures(connection: Connection, who: str) -> Row[Any] | None:
    return connection.execute(select(sign_in_failure).where(sign_in_failure.c.who == who)).first()
