"""Everything held about one person: found over all kinds and all that was ever written, handed out, or erased on request
(PIPL Art. 45 and 47; domain.md B12)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from app.errors import Refusal
from app.models.fields import Field
from app.models.record import Kind
from app.models.registry import KINDS, kind_of
from app.services import drafts, erasing, reading, slips
from app.services.office import Office
from app.services.reading import Row
from app.services.rights import COUNTER, PERSON
from app.store.tables import change, stray_change
from app.sync.change import decode_values
from app.sync.log import ALL, DEMO
from app.text import _, listed

SHORTEST = 2
"""Signs of a name; of a number twice as many, lest half the center be found."""
Key = tuple[str, str]
"""Kind and id of a record."""
NAMING = frozenset({"person_name", "phone", "email", "address", "resident_id"})


@dataclass(frozen=True)
class Trace:
    """A record in which the person stands: the fields that say so now, and those that only said so once."""

    row: Row
    now: tuple[str, ...]
    before: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Kind and id."""
        return self.row.kind.name, self.row.id

    @property
    def where(self) -> str:
        """The fields in words."""
        fields = self.row.kind.fields
        parts = [_(fields[name].label) for name in self.now]
        parts += [_("{label}（以前）", label=_(fields[name].label)) for name in self.before]
        return listed(parts)

    @property
    def erasable(self) -> bool:
        """Whether erasing takes away what was found: a mention in other text is mended by hand."""
        return not self.row.published and all(self.row.kind.fields[name].guarded for name in (*self.now, *self.before))


@dataclass(frozen=True)
class Handout:
    """What is handed out: as a sheet to print, and as JSON for another program."""

    pdf: bytes
    json: bytes
    records: int


@dataclass(frozen=True)
class Erased:
    """What an erasure did: records and changes without their personal values, and what is left to be mended by hand."""

    records: int = 0
    changes: int = 0
    left: tuple[Trace, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)


def find(office: Office, words: Sequence[str]) -> list[Trace]:
    """Every record, also in the bin, in which one of ``words`` (a name, a telephone number, an identity number) stands or
    ever stood; by kind. Raises :class:`Refusal` for words that are too short, and for somebody who may not look."""
    office.duty.need(PERSON)
    wanted = _wanted(words)
    with office.reading() as session:
        said = _said(session.connection(), (office.scope, DEMO, ALL), wanted)
    return _traces(office, said, wanted)


def words_of(office: Office, kind: str, record_id: str) -> list[str]:
    """By what the person of a record is looked for: the first name and the numbers that stand in it."""
    office.duty.need(PERSON)
    row = reading.get(office, kind, record_id)
    found: dict[str, str] = {}
    for name in row.kind.fields:
        one, value = row.kind.fields[name], row.values.get(name)
        sort = "person_name" if one.personal_if and row.hides(name) else one.format
        if value and sort in ("person_name", "phone", "resident_id") and (one.guarded or kind == "user"):
            found.setdefault(sort, str(value))
    return list(found.values())


def handout(office: Office, picked: Sequence[Key], words: Sequence[str]) -> Handout:
    """What the records ``picked`` say of the person, with what they said before; audited for each."""
    office.duty.need(PERSON)
    traces = [trace for trace in find(office, words) if trace.key in set(picked)]
    if not traces:
        raise Refusal.of("record", _("没有选中要交付的记录"), _("请先查找，再勾选是这个人的记录"))
    facts = [_facts(office, trace) for trace in traces]
    told = {"made_at": office.now, "center": slips.center_name(office), "words": list(words), "records": facts}
    data = json.dumps(told, ensure_ascii=False, indent=1).encode()
    made = Handout(_paper(office, facts, words), data, len(facts))
    with office.unit() as unit:
        for kind in dict.fromkeys(trace.key[0] for trace in traces):
            unit.audit_each("handout", kind, {trace.row.id: {} for trace in traces if trace.key[0] == kind})
    return made


def erase(office: Office, picked: Sequence[Key], words: Sequence[str]) -> Erased:
    """Erase what is personal in the records ``picked``, each audited; drafts of them on this PC go too. What is left of
    ``words`` in them, and what could not be erased, is told."""
    office.duty.need(PERSON)
    records = changes = 0
    refused = []
    for kind, record_id in picked:
        try:
            number = erasing.erase(office, kind, record_id)
        except Refusal as error:
            refused += [f"{reading.get(office, kind, record_id).title}：{fault.error}" for fault in error.faults]
            continue
        drafts.forget(office, kind, record_id)
        records, changes = records + bool(number), changes + number
    left = tuple(trace for trace in find(office, words) if trace.key in set(picked))
    return Erased(records, changes, left, tuple(refused), afterwards())


def afterwards() -> tuple[str, ...]:
    """What is to be known beside an erasure, in sentences."""
    return (
        _("区里和本中心其他电脑在下一次同步时删除。"),
        _("已经做好的备份里还有，要等备份轮换掉：每日备份留7天，每周的留4周，每月的留12个月，最长约一年。"),
        _("已经打印的纸和导出的文件，请自行收回或销毁。"),
    )


# -- finding ---------------------------------------------------------------------------------------------------


def _wanted(words: Sequence[str]) -> list[str]:
    wanted = [_plain(word) for word in words if word.strip()]
    if not wanted:
        raise Refusal.of("words", _("没有写要找谁"), _("请写姓名、电话或证件号"))
    for word in wanted:
        if len(word) < (2 * SHORTEST if word.isascii() else SHORTEST):
            raise Refusal.of("words", _("“{word}”太短，会找到许多不相干的人", word=word), _("请写全姓名、电话或证件号"))
    return wanted


def _plain(text: Any) -> str:
    """Text without what people write in different ways: blanks, hyphens, capitals."""
    return "".join(char for char in str(text).lower() if not char.isspace() and char not in "-－—·•")


def _fits(one: Field | None, value: Any, wanted: Sequence[str]) -> bool:
    if one is None or one.type not in ("text", "note") or not isinstance(value, str):
        return False
    text = _plain(value)
    return any(word in text for word in wanted)


def _flat(kind: Kind, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a change, those of a group one by one."""
    for name, value in values.items():
        if name in kind.groups and isinstance(value, Mapping):
            yield from value.items()
        else:
            yield name, value


def _said(connection: Connection, scopes: Sequence[str], wanted: Sequence[str]) -> dict[Key, set[str]]:
    """By record the fields in which one of the words was ever written."""
    said: dict[Key, set[str]] = {}
    for table in (change, stray_change):
        c: Any = table.c
        query = select(c.kind, c.record_id, c["values"]).where(
            c.scope.in_(scopes), c.kind.in_(list(KINDS)), c["values"].is_not(None)
        )
        for row in connection.execute(query):
            kind = KINDS[row.kind]
            for name, value in _flat(kind, decode_values(row[2])):
                if _fits(kind.fields.get(name), value, wanted):
                    said.setdefault((row.kind, row.record_id), set()).add(name)
    return said


def _traces(office: Office, said: Mapping[Key, set[str]], wanted: Sequence[str]) -> list[Trace]:
    traces = []
    for kind in KINDS.values():
        ids = sorted(record_id for name, record_id in said if name == kind.name)
        for row in reading.rows(office, kind.name, ids):
            fields = [name for name in kind.fields if name in said[kind.name, row.id]]
            now = tuple(name for name in fields if _fits(kind.fields[name], row.values.get(name), wanted))
            traces.append(Trace(row, now, tuple(name for name in fields if name not in now)))
    return traces


# -- handing out -----------------------------------------------------------------------------------------------


def _prefix(name: str) -> str:
    """Fields of one person in a record begin alike: ``contact_name``, ``contact_phone``."""
    return name.rpartition("_")[0]


def about(trace: Trace) -> tuple[str, ...]:
    """The fields of a record that are about the person found in it: where they stand, and what is written of them there.
    What a record of the counter or a user says besides is about them as well, but for the personal fields of others."""
    kind = trace.row.kind
    found = {*trace.now, *trace.before}
    stems = {_prefix(name) for name in found if kind.fields[name].guarded or kind.fields[name].format in NAMING}
    whole = kind.name in COUNTER or kind.name == "user"
    return tuple(
        one.name
        for one in kind.typed
        if one.name in found or (_prefix(one.name) in stems if one.guarded else whole)
    )  # fmt: skip


def _facts(office: Office, trace: Trace) -> dict[str, Any]:
    """One record as plain facts: labels and values in words, in full."""
    row, kind = trace.row, trace.row.kind
    names = about(trace)
    fields = {_(kind.fields[name].label): row.display(name) for name in names if row.values.get(name) not in (None, "")}
    return {
        "kind": kind.name, "label": _(kind.label), "id": row.id, "number": row.number, "deleted": row.deleted,
        "title": row.title, "fields": fields, "before": _before(office, row, names),
    }  # fmt: skip


def _before(office: Office, row: Row, names: Sequence[str]) -> dict[str, list[str]]:
    """What the personal ones of these fields said before, oldest first."""
    from app.services.history import history

    kind = row.kind
    earlier: dict[str, list[str]] = {}
    for entry in history(office, kind.name, row.id):
        if entry.audit or entry.values is None:
            continue
        for name, value in _flat(kind, entry.values):
            if name not in names or value in (None, "", row.values.get(name)):
                continue
            if kind.fields[name].guarded or kind.fields[name].format in NAMING:
                known = earlier.setdefault(_(kind.fields[name].label), [])
                words = kind.fields[name].display(value)
                known += [words] if words not in known else []
    return earlier


def _paper(office: Office, facts: Sequence[Mapping[str, Any]], words: Sequence[str]) -> bytes:
    from app.slips.table import Column, table_slip

    rows = []
    for one in facts:
        begin = [one["label"], one["number"] or one["title"]]
        lines = list(one["fields"].items())
        lines += [(_("{label}（以前）", label=name), listed(values)) for name, values in one["before"].items()]
        for at, (label, value) in enumerate(lines):
            rows.append([*(begin if at == 0 else ("", "")), label, value])
    columns = (Column(_("记录"), 26), Column(_("编号或名称"), 44), Column(_("项目"), 34), Column(_("内容"), 66))
    foot = _("应本人申请，依照《中华人民共和国个人信息保护法》第四十五条提供；只列与本人有关的内容。")
    context = slips.slip_context(office, allow_missing=True)
    return table_slip(
        _("个人信息清单"), columns, rows, context, note=_("查找：{words}", words=listed(words)), foot=foot
    )


def keys(given: Sequence[str]) -> list[Key]:
    """``KIND:ID`` of the command line; raises :class:`Refusal` for what is not of that form."""
    found = []
    for text in given:
        kind, sign, record_id = text.partition(":")
        if not sign or not record_id:
            raise Refusal.of("record", _("“{text}”看不懂", text=text), _("请写成 种类:标识，例如 booking:…"))
        found.append((kind_of(kind).name, record_id))
    return found
