"""Who signed in, looked at personal values, printed, exported: the audit lines of the log, for whoever may read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.registry import KINDS
from app.services import reading, slips
from app.services.devices import devices
from app.services.office import Office
from app.services.rights import AUDIT
from app.services.sheets import SHEETS
from app.store.tables import change
from app.sync import log
from app.sync.change import decode_values
from app.text import _, listed

ACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sign_in": "登录",
        "sign_in_failed": "多次输错密码",
        "password_reset": "用恢复单重设密码",
        "password_given": "为他人设新密码",
        "reveal": "查看个人信息",
        "print": "打印",
        "export": "导出",
        "import": "导入",
        "handout": "交付一个人的信息",
        "erase": "删除个人信息",
        "override": "按例外办理",
        "undo": "撤销",
        "recovery_sheet": "开具恢复单",
    }
)
"""What is written down, in words (message ids)."""
SORTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "sign": ("登录", ("sign_in", "sign_in_failed", "password_reset", "password_given")),
        "seen": ("查看", ("reveal",)),
        "out": ("打印和导出", ("print", "export", "handout")),
        "other": ("其他", ("import", "erase", "override", "undo", "recovery_sheet")),
    }
)
"""What an audit can be narrowed to: (label, acts)."""
MOST = 500
"""Lines shown unless told otherwise."""


@dataclass(frozen=True)
class AuditLine:
    """One act of one person. ``at`` in seconds; ``kind`` and ``title`` say of what, the title masked; ``count`` how many
    records; ``detail`` which fields, which paper, the reason."""

    at: int
    actor: str
    pc: str
    what: str
    act: str
    kind: str
    id: str
    title: str
    count: int
    detail: str

    @property
    def subject(self) -> str:
        """Of what, in words: ``场地预约“例会”``, ``场地预约 12 条``."""
        label = _(KINDS[self.kind].label) if self.kind in KINDS else ""
        if self.title:
            return _("{kind}“{title}”", kind=label, title=self.title)
        return _("{kind} {n} 条", kind=label, n=self.count) if label and self.count else label


def audit(
    office: Office, *, first: int = 0, last: int | None = None, acts: tuple[str, ...] = (), who: str = "",
    limit: int = MOST,
) -> list[AuditLine]:  # fmt: skip
    """The newest ``limit`` acts, newest first: from the moment ``first`` until before ``last`` (seconds), of some ``acts``
    only, of people whose name holds ``who``. What one operation did to several records of a kind is one line.

    Raises :class:`Refusal` for somebody who may not read it.
    """
    office.duty.need(AUDIT)
    with office.reading() as session:
        found = list(_grouped(session, office.scope, first, last, acts, who, limit))
        titles = _titles(session, found)
    pcs = devices(office)
    return [_line(group, titles, pcs.name(group.device)) for group in found]


@dataclass
class _Group:
    """The lines of one operation that say the same of records of one kind."""

    at: int
    actor: str
    device: str
    op: int
    said: Mapping[str, Any]
    ids: list[str]

    @property
    def kind(self) -> str:
        return str(self.said.get("records", ""))

    @property
    def same(self) -> tuple[Any, ...]:
        return self.device, self.op, self.said["what"], self.kind


def _grouped(
    session: Session, scope: str, first: int, last: int | None, acts: tuple[str, ...], who: str, limit: int
) -> Iterator[_Group]:
    c: Any = change.c
    query = select(c.at, c.actor, c.device, c.op, c.record_id, c["values"]).where(
        c.scope == scope, c.kind == log.AUDIT, c.at >= first, c["values"].is_not(None)
    )
    if last is not None:
        query = query.where(c.at < last)
    if who:
        query = query.where(c.actor.contains(who, autoescape=True))
    group: _Group | None = None
    given = 0
    rows = session.execute(query.order_by(c.at.desc(), c.lamport.desc(), c.device, c.seq.desc()))
    for row in rows:
        said = decode_values(row[5]).get("audit", {})
        if "what" not in said or (acts and said["what"] not in acts):
            continue
        one = _Group(row.at, row.actor, row.device, row.op, said, [row.record_id] if row.record_id else [])
        if group is not None and group.same == one.same and one.ids and group.ids:
            group.ids += one.ids
            continue
        if group is not None:
            yield group
            given += 1
            if given >= limit:
                return
        group = one
    if group is not None:
        yield group


def _titles(session: Session, groups: list[_Group]) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[str]] = {}
    for group in groups:
        if len(group.ids) == 1 and group.kind in KINDS:
            wanted.setdefault(group.kind, set()).add(group.ids[0])
    return {
        (kind, record_id): title
        for kind, ids in wanted.items()
        for record_id, title in reading.titles_of(session, KINDS[kind], sorted(ids)).items()
    }


def _line(group: _Group, titles: Mapping[tuple[str, str], str], pc: str) -> AuditLine:
    what, alone = str(group.said["what"]), len(group.ids) == 1
    title = titles.get((group.kind, group.ids[0]), "") if alone else ""
    return AuditLine(
        group.at, group.actor, pc, what, _(ACTS.get(what, what)), group.kind, group.ids[0] if alone else "", title,
        int(group.said.get("rows", len(group.ids))), _detail(group.kind, group.said),
    )  # fmt: skip


def _detail(kind: str, said: Mapping[str, Any]) -> str:
    """Which fields, which paper, the reason."""
    parts = []
    if (fields := said.get("fields")) and kind in KINDS:
        known = KINDS[kind].fields
        parts.append(listed(_(known[name].label) if name in known else name for name in fields))
    if form := said.get("form") or ("xlsx" if said.get("what") == "export" else ""):
        parts.append(_form(kind, str(form)))
    parts += [str(said[name]) for name in ("title", "on") if said.get(name)]
    if said.get("full"):
        parts.append(_("含完整个人信息"))
    if reason := said.get("reason"):
        parts.append(_("理由：{reason}", reason=reason))
    if said.get("what") == "import":
        parts.append(_("新建 {n} 条，修改 {m} 条", n=said.get("created", 0), m=said.get("changed", 0)))
    return _("，").join(parts)


def _form(kind: str, form: str) -> str:
    """A paper or a file by its name."""
    if form in SHEETS:
        return _(SHEETS[form])
    words = {"list": _("列表"), "ics": _("日历文件"), "xlsx": "Excel", "pdf": "PDF", "json": "JSON"}
    offered = dict(slips.forms_of(kind)) if kind in KINDS else {}
    return words.get(form) or offered.get(form, form)
