"""The history of a record told to people: by labels, values in words, personal ones masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.models.record import Kind
from app.models.registry import KINDS, kind_of
from app.services import reading
from app.services.devices import devices
from app.services.history import Entry, history
from app.services.office import Office
from app.sync.merge import DELETED
from app.text import _, listed


@dataclass(frozen=True)
class Line:
    """One field of a change: what stood there before, and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One change as a person reads it; ``undoable`` where this PC made it and something of it still stands."""

    at: int
    actor: str
    pc: str
    title: str
    lines: tuple[Line, ...]
    op: int
    undoable: bool
    audit: bool = False


def told(office: Office, kind: str, record_id: str, *, masked: bool = True) -> list[Told]:
    """Every change of a record and who looked at or printed it, newest first."""
    if not masked:
        office.duty.need_to_see(kind_of(kind))
    entries = history(office, kind, record_id)
    speaker = Speaker(office, kind_of(kind), masked=masked)
    speaker.learn([value for entry in entries if not entry.audit for value in (entry.values or {}).items()])
    known: dict[str, Any] = {}
    lines: list[Told] = []
    for entry in entries:
        lines.append(speaker.audit(entry) if entry.audit else speaker.change(entry, known))
        if not entry.audit:
            known.update(entry.values or {})
    return lines[::-1]


class Speaker:
    """Says values of one kind in words; links by their titles."""

    def __init__(self, office: Office, kind: Kind, *, masked: bool) -> None:
        self.office, self.kind, self.masked = office, kind, masked
        self.devices = devices(office)
        self._titles: dict[str, str] = {}

    def learn(self, values: list[tuple[str, Any]]) -> None:
        """Look up the titles of every link among ``values``, pairs of a log field and its value."""
        wanted: dict[str, set[str]] = {}
        for name, value in values:
            for member, one in self._members(name, value):
                field = self.kind.fields.get(member)
                if field is not None and field.type == "link" and isinstance(one, str):
                    for target in field.targets or (self.kind.name,):
                        wanted.setdefault(target, set()).add(one)
        for target, ids in wanted.items():
            if target in KINDS:
                self._titles |= {row.id: row.title for row in reading.rows(self.office, target, sorted(ids))}

    def _members(self, name: str, value: Any) -> list[tuple[str, Any]]:
        members = self.kind.groups.get(name)
        if members is None:
            return [(name, value)]
        held = value if isinstance(value, Mapping) else {}
        return [(member, held.get(member)) for member in members]

    def say(self, name: str, value: Any, beside: Mapping[str, Any] | None = None) -> str:
        """One field's value in words; ``beside`` are the values that were written with it."""
        field = self.kind.fields.get(name)
        if value is None or value == "":
            return _("（空）")
        if field is None:
            return str(value)
        if field.type == "link":
            return self._titles.get(str(value)) or _("（找不到的记录）")
        shown = " ".join(field.display(value).split())
        return str(field.mask(shown, beside)) if self.masked else shown

    def label(self, name: str) -> str:
        """The label of a field; a field of a newer program by its name."""
        field = self.kind.fields.get(name)
        return _(field.label) if field is not None else name

    def change(self, entry: Entry, known: Mapping[str, Any]) -> Told:
        """One change; ``known`` is what stood in the record before it."""
        own = entry.device == self.office.device
        values = entry.values
        lines: list[Line] = []
        if values is None:
            title = _("内容已依申请删除")
        elif "merged_into" in values:
            into = values["merged_into"]
            title = _("并入“{title}”", title=self.say("merged_into", into)) if into else _("取消合并")
        elif DELETED in values:
            title = _("放进回收站") if values[DELETED] else _("从回收站恢复")
        else:
            title = _("修改") if known else _("新建")
            for name, value in sorted(values.items(), key=self._place):
                before = dict(self._members(name, known.get(name)))
                after = dict(self._members(name, value))
                for member, one in after.items():
                    if one != before.get(member):
                        was = self.say(member, before.get(member), before)
                        lines.append(Line(self.label(member), was, self.say(member, one, after)))
        undoable = own and bool(entry.current) and values is not None
        return Told(entry.at, entry.actor, self.devices.name(entry.device), title, tuple(lines), entry.op, undoable)

    def _place(self, item: tuple[str, Any]) -> int:
        """Where a log field stands on the form."""
        names = self.kind.groups.get(item[0], (item[0],))
        order = list(self.kind.fields)
        return order.index(names[0]) if names[0] in order else len(order)

    def audit(self, entry: Entry) -> Told:
        """A line of who looked, printed or overrode."""
        said = (entry.values or {}).get("audit", {})
        what, lines = said.get("what", ""), []
        if what == "reveal":
            labels = listed(self.label(name) for name in said.get("fields", ()))
            title = _("查看了个人信息：{labels}", labels=labels) if labels else _("查看了个人信息")
        elif what == "print":
            title = _("打印了单据")
        elif what in ("erase", "handout"):
            title = _("删除了个人信息") if what == "erase" else _("交付了个人信息")
        elif what == "override":
            title = _("按例外办理")
            lines.append(Line(_("理由"), "", str(said.get("reason", ""))))
            lines.extend(Line(_("放宽的规定"), "", str(fault)) for fault in said.get("faults", ()))
        else:
            title = _("记录：{what}", what=what)
        return Told(entry.at, entry.actor, self.devices.name(entry.device), title, tuple(lines), entry.op, False, True)
