"""待处理: findings grouped for people, with the titles of the records they name."""

from __future__ import annotations

from dataclasses import dataclass

from app.services import reading
from app.services.devices import Devices, devices
from app.services.findings import Finding, findings
from app.services.holding import HeldLog, held
from app.services.merging import unmerge
from app.services.office import Office
from app.services.reading import Row
from app.services.times import say_span
from app.services.writing import Saved, save
from app.text import _

SHOWN = 30
"""Findings of one group that are laid out at first."""
SERIOUS = frozenset({"clash", "closed", "conflict", "equipment", "oversubscribed", "yields", "merged", "held", "offer"})


@dataclass(frozen=True)
class Named:
    """A record a finding names, and how to call it."""

    id: str
    title: str


@dataclass(frozen=True)
class Todo:
    """One thing to do."""

    finding: Finding
    records: tuple[Named, ...]


@dataclass(frozen=True)
class Group:
    """Findings of one sort: the first of them, and how many there are."""

    code: str
    label: str
    count: int
    todos: tuple[Todo, ...]


def labels() -> dict[str, str]:
    """The sorts in the order in which they are shown."""
    return {
        "held": _("待采纳的修改"),
        "conflict": _("两台电脑改得不一样"),
        "clash": _("场地撞期"),
        "yields": _("让位没有着落"),
        "closed": _("停用时间里有预约"),
        "equipment": _("设备不够"),
        "oversubscribed": _("报名超过名额"),
        "offer": _("候补保留与别人冲突"),
        "key": _("钥匙没有归还"),
        "deposit": _("押金没有退"),
        "duplicate": _("可能重复"),
        "number": _("编号重复"),
        "merged": _("互相并入"),
        "differs": _("与区名录不同"),
        "dangling": _("指向找不到的记录"),
        "misfit": _("收到的值放不下"),
        "broken": _("不合规定的值"),
    }


def groups(office: Office, shown: int = SHOWN) -> list[Group]:
    """Everything that waits, most serious first."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings(office):
        by_code.setdefault(finding.code, []).append(finding)
    known = labels()
    waiting = [_held(office, one, devices(office)) for one in held(office)]
    order = [*known, *(code for code in by_code if code not in known)]
    first = [Group("held", known["held"], len(waiting), tuple(waiting))] if waiting else []
    return first + [
        Group(code, known.get(code, code), len(by_code[code]), _named(office, by_code[code][:shown]))
        for code in order
        if code in by_code
    ]


def _held(office: Office, one: HeldLog, names: Devices) -> Todo:
    """What a PC wrote that does not count by itself."""
    pc = names.name(one.device)
    text = _("“{pc}”有 {n} 条修改还没有生效，请决定是否采纳", pc=pc, n=len(one.writes))
    return Todo(Finding("held", "", (), text), (Named(one.device, pc),))


def _named(office: Office, found: list[Finding]) -> tuple[Todo, ...]:
    wanted: dict[str, set[str]] = {}
    for finding in found:
        wanted.setdefault(finding.kind, set()).update(finding.ids[:4])
    titles = {
        row.id: _title(row)
        for kind, ids in wanted.items()
        for row in reading.rows(office, kind, sorted(ids))
    }  # fmt: skip
    return tuple(
        Todo(finding, tuple(Named(one, titles[one]) for one in finding.ids[:4] if one in titles)) for finding in found
    )


def _title(row: Row) -> str:
    if row.kind.name == "booking" and row.values.get("start") and row.values.get("end"):
        return _("{who} {span}", who=row.display("client_name", masked=True) or row.values.get("purpose") or _("未写明"),
                 span=say_span(row.values["start"], row.values["end"]))  # fmt: skip
    return " ".join(row.title.split())[:40]


def give_way(office: Office, loser: str, winner: str) -> Saved:
    """Settle a clash: the booking ``loser`` yields to ``winner``."""
    row = reading.get(office, "booking", loser)
    return save(office, "booking", {"yields_to": winner}, loser, seen=row.seen)


def take_back(office: Office, booking: str) -> Saved:
    """A booking yields no more; raises :class:`~app.errors.Refusal` where its room was given away meanwhile."""
    row = reading.get(office, "booking", booking)
    return save(office, "booking", {"yields_to": None}, booking, seen=row.seen)


def keep_one(office: Office, kind: str, record_id: str) -> Saved:
    """Of records merged into each other this one stays; the others stay merged into it."""
    return unmerge(office, kind, record_id)
