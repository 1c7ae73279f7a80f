"""Conflicts told to people: each field in conflict with its versions in words (design.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.models.record import Kind
from app.services.devices import device_name
from app.services.office import Office
from app.services.settling import Conflict, Version, conflicts
from app.services.telling import Speaker
from app.sync.change import Stamp
from app.sync.merge import DELETED
from app.text import _


@dataclass(frozen=True)
class Choice:
    """One of the values in conflict, in words."""

    stamp: Stamp
    text: str
    value: Any
    who: str
    at: int
    pc: str
    shown: bool


@dataclass(frozen=True)
class Difference:
    """A field (or group of fields) of a record with several values."""

    kind: Kind
    id: str
    title: str
    field: str
    fields: tuple[str, ...]
    label: str
    choices: tuple[Choice, ...]
    hidden: tuple[str, ...] = ()
    """The fields whose values are masked in the words."""

    @property
    def typable(self) -> bool:
        """Whether a third value can be typed."""
        return all(name in self.kind.fields and not self.kind.fields[name].system for name in self.fields)


def differences(
    office: Office, kind: str | None = None, record_id: str | None = None, *, masked: bool = True
) -> list[Difference]:
    """Every conflict that waits, or those of one record; not ``masked``: an audit line each says who looked at what."""
    speakers: dict[str, Speaker] = {}
    answer = []
    waiting = conflicts(office, kind, record_id)
    if not masked:
        duty = office.duty
        for one in waiting:
            duty.need_to_see(one.kind)
    for conflict in waiting:
        speaker = speakers.setdefault(conflict.kind.name, Speaker(office, conflict.kind, masked=masked))
        speaker.learn([(conflict.field, version.value) for version in conflict.versions])
        answer.append(_difference(office, speaker, conflict))
    if not masked:
        _looked(office, answer)
    return answer


def _looked(office: Office, found: list[Difference]) -> None:
    seen = [
        (one, fields) for one in found if (fields := _personal(one.kind, one.fields, [c.value for c in one.choices]))
    ]
    if seen:
        with office.unit() as unit:
            for one, fields in seen:
                unit.audit("reveal", one.kind.name, one.id, fields=list(fields))


def _personal(kind: Kind, fields: tuple[str, ...], values: list[Any]) -> tuple[str, ...]:
    """The fields that hold something personal in one of ``values``."""
    held = [value if isinstance(value, dict) else {fields[0]: value} for value in values]
    known = [name for name in fields if name in kind.fields]
    return tuple(name for name in known if any(one.get(name) and kind.fields[name].hides(one) for one in held))


def _difference(office: Office, speaker: Speaker, conflict: Conflict) -> Difference:
    labels = [_("已删除") if name == DELETED else speaker.label(name) for name in conflict.fields]
    choices = tuple(
        Choice(version.stamp, _words(speaker, conflict, version), version.value, version.actor or _("（未登录）"),
               version.at, device_name(office, version.device), version.shown)
        for version in conflict.versions
    )  # fmt: skip
    values = [version.value for version in conflict.versions]
    hidden = _personal(conflict.kind, conflict.fields, values) if speaker.masked else ()
    return Difference(conflict.kind, conflict.id, conflict.title, conflict.field, conflict.fields,
                      "、".join(labels), choices, hidden)  # fmt: skip


def _words(speaker: Speaker, conflict: Conflict, version: Version) -> str:
    if version.erased:
        return _("（已依申请删除）")
    if conflict.field == DELETED:
        return _("放进回收站") if version.value else _("保留")
    if len(conflict.fields) == 1 and conflict.field in conflict.kind.fields:
        return speaker.say(conflict.field, version.value, {conflict.field: version.value})
    parts = []
    differing = [name for name in conflict.fields if _several(conflict, name)]
    for name in differing or conflict.fields:
        value = version.value.get(name) if isinstance(version.value, dict) else None
        parts.append(_("{label}：{value}", label=speaker.label(name), value=speaker.say(name, value, version.value)))
    return "\n".join(parts)


def _several(conflict: Conflict, name: str) -> bool:
    """Whether the versions differ in this member of a group."""
    values = [v.value.get(name) if isinstance(v.value, dict) else None for v in conflict.versions]
    return any(value != values[0] for value in values)
