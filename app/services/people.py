"""The people who sign in at this PC: who is in use, and that one administrator always is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.errors import Fault, Refusal
from app.models.center import User
from app.models.record import Record
from app.services import local, reading
from app.services.center import center_id
from app.services.duty import in_use, stranded
from app.services.office import Office, Unit
from app.services.reading import Query
from app.text import _


@dataclass(frozen=True)
class Person:
    """A person who may sign in, and whether this PC asks for a password."""

    id: str
    name: str
    post: str
    guarded: bool


def refuse_gone(office: Office, user_id: str) -> None:
    """Raises :class:`Refusal` for an account that may not sign in any more."""
    with office.reading() as session:
        found = session.get(User, (office.scope, user_id))
        back = stranded(session, office.scope)
    if found is not None and not in_use(found.active, found.deleted, found.merged_into) and user_id not in back:
        raise Refusal.of("active", _("{name}的账号已停用", name=found.name or ""), _("请换一位在用的人员登录"))


def people(office: Office) -> list[Person]:
    """Everyone who may sign in, by name; a name held by two people comes twice."""
    with office.reading() as session:
        back = stranded(session, office.scope)
    ids = sorted(back) if back else reading.ids(office, "user", Query(order="name"))
    return [
        Person(row.id, str(row.values["name"]), row.display("post") or row.display("role"),
               local.has_password(office, row.id))
        for row in reading.rows(office, "user", ids)
        if (row.id in back or row.values.get("active") is not False) and row.values.get("name")
    ]  # fmt: skip


ADMINISTRATOR = "administrator"


def check(unit: Unit, record: User, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """One administrator stays in use, and nobody deactivates or deletes the account that is signed in."""
    if before is None or not _usable(before):
        return
    now = {name: getattr(record, name) for name in User.kind.fields}
    office, stays = unit.office, _usable(now)
    mine = record.id == office.user if office.user else before["name"] == office.actor
    if mine and not stays:
        yield Fault("active", _("不能停用或删除自己正在使用的账号"), _("请由另一位系统管理员办理"))
    elif before["role"] == ADMINISTRATOR and not (stays and now["role"] == ADMINISTRATOR):
        u = User
        others = select(u.active, u.deleted, u.merged_into).where(
            u.owner == record.owner, u.id != record.id, u.role == ADMINISTRATOR
        )
        if not any(in_use(*row) for row in unit.session.execute(others)):
            field = "role" if stays else "active"
            yield Fault(field, _("这是最后一位在用的系统管理员"), _("请先让另一位人员担任系统管理员"))


def leaving(unit: Unit, record: Record, before: Mapping[str, Any]) -> list[Fault]:
    """What stands against deleting a record, or merging it away; ``before`` are its values until now."""
    if record.id == center_id(unit.office.scope):
        return [Fault("id", _("本中心自己的资料不能删除"), _("内容有变的，请打开它修改"))]
    return list(check(unit, record, before)) if isinstance(record, User) else []


def _usable(values: Mapping[str, Any]) -> bool:
    return in_use(values["active"], values["deleted"], values["merged_into"])
