"""Who may do what: one table of rights by role (domain.md §0 and B12). Pure: who is at the desk is told by
:mod:`app.services.duty`.

Decided so:

- **Director** and **administrator** may do everything, but that looking after the PCs (joining, going back to a backup, the
  line to the district) is the administrator's alone.
- **Staff** do the whole work of the center. What is ordained (rooms, quotas, the calendar, the center's own record), the list
  of people, backups and one person's data on request are not theirs.
- **Front desk** do what happens at the counter: bookings, keys, waiting lists, enrolments, cases, and the organizations and
  teams that come; they print, and see the telephone numbers these records need, never what is sensitive (identity numbers).
  They delete what they keep themselves, but no organization or team; they override nothing and export nothing.
- **Viewer** reads, with everything personal masked.

The window, the command line and imports pass through the same services and are bound alike. Sync is not: what another PC wrote
was allowed there. A name that no user of the center bears is bound by nothing: the command line (whoever may open the data
folder), the program itself, and a PC that has not received the list of people yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.errors import Fault, Refusal
from app.models.center import ROLES
from app.models.fields import Field, Privacy
from app.models.record import Kind
from app.text import _, listed

DESK, REGISTERS, SETTINGS, DELETE, OVERRIDE = "desk", "registers", "settings", "delete", "override"
REVEAL_DESK, REVEAL, PRINT, EXPORT, SETTLE = "reveal_desk", "reveal", "print", "export", "settle"
USERS, PERSON, AUDIT, BACKUP, MACHINE = "users", "person", "audit", "backup", "machine"

RIGHTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        DESK: "办理窗口业务",
        REGISTERS: "登记培训、活动、通知和停用",
        SETTINGS: "修改场地、规定和中心设置",
        DELETE: "删除登记",
        OVERRIDE: "越过规定办理",
        REVEAL_DESK: "查看窗口业务的联系方式",
        REVEAL: "查看全部个人信息",
        PRINT: "打印",
        EXPORT: "导出",
        SETTLE: "处理冲突、合并重复",
        USERS: "管理使用人员",
        PERSON: "交付或删除一个人的信息",
        AUDIT: "查看操作记录",
        BACKUP: "备份和开具恢复单",
        MACHINE: "入网、恢复备份和连接设置",
    }
)
"""Every right, with what it allows in words (message ids)."""

_STAFF = frozenset({DESK, REGISTERS, DELETE, OVERRIDE, REVEAL_DESK, REVEAL, PRINT, EXPORT, SETTLE})
TABLE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "director": frozenset(RIGHTS) - {MACHINE},
        "staff": _STAFF,
        "front_desk": frozenset({DESK, REVEAL_DESK, PRINT}),
        "viewer": frozenset(),
        "administrator": frozenset(RIGHTS),
    }
)
"""The rights of each role."""

COUNTER: Final = frozenset(
    {
        "booking",
        "booking_series",
        "slot_waiting",
        "key_handover",
        "booking_equipment",
        "fee_line",
        "service_case",
        "enrolment",
        "participant",
    }
)
"""Kinds that the front desk keeps itself."""
_ORDAINED: Final = frozenset({"venue", "quota", "quota_venue", "calendar_day", "center"})


def to_write(kind: str) -> str:
    """The right that writing a record of ``kind`` needs."""
    if kind == "user":
        return USERS
    if kind in _ORDAINED:
        return SETTINGS
    return DESK if kind in COUNTER or kind in ("organization", "team") else REGISTERS


def to_delete(kind: str) -> tuple[str, ...]:
    """The rights that deleting a record of ``kind``, or taking it back, needs."""
    return (DESK,) if kind in COUNTER else (to_write(kind), DELETE)


@dataclass(frozen=True)
class Duty:
    """Who is at the desk: the role (a code; empty for somebody who is no user) and the rights."""

    actor: str
    role: str
    rights: frozenset[str]
    gone: bool = False
    """Whether the account was deactivated or deleted."""

    def may(self, *rights: str) -> bool:
        """Whether all of ``rights`` are held."""
        return self.rights.issuperset(rights)

    def fault(self, *rights: str) -> Fault | None:
        """What to say where one of ``rights`` is lacking."""
        lacking = next((right for right in rights if right not in self.rights), None)
        if lacking is None:
            return None
        if self.gone:
            return Fault("right", _("{name}的账号已停用", name=self.actor), _("请换一位在用的人员登录"))
        allowed = listed(_(label) for code, label in ROLES if lacking in TABLE[code])
        role = _(dict(ROLES).get(self.role, self.role))
        error = _("{role}不能{right}", role=role, right=_(RIGHTS[lacking]))
        return Fault("right", error, _("请由{roles}办理", roles=allowed))

    def why(self, *rights: str) -> str:
        """The same as one line; empty where all are held."""
        fault = self.fault(*rights)
        return f"{fault.error}，{fault.mend}" if fault is not None else ""

    def need(self, *rights: str) -> None:
        """Raises :class:`Refusal` naming the right that is lacking, and who may."""
        fault = self.fault(*rights)
        if fault is not None:
            raise Refusal(fault)

    def shows(self, kind: Kind, field: Field) -> bool:
        """Whether a guarded field of ``kind`` may be shown in full."""
        if REVEAL in self.rights:
            return True
        at_counter = kind.name in COUNTER or kind.name in ("organization", "team")
        return REVEAL_DESK in self.rights and at_counter and field.privacy < Privacy.SENSITIVE

    def need_to_see(self, kind: Kind) -> None:
        """Raises :class:`Refusal` where something of ``kind`` stays hidden from this person."""
        if not all(self.shows(kind, field) for field in kind.fields.values() if field.guarded):
            self.need(REVEAL)


EVERYTHING: Final = frozenset(RIGHTS)
