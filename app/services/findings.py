"""Findings: what is wrong or doubtful, derived the same way on every PC, never synced (design.md §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import formats
from app.models.fields import Misfit
from app.models.record import Kind
from app.models.registry import KINDS
from app.models.venues import BLOCKING, Booking
from app.services import booking
from app.services.office import Office
from app.services.times import say_span
from app.sync.heads import Heads
from app.text import _, listed


@dataclass(frozen=True)
class Finding:
    """Work to do: ``code`` is stable (clash, duplicate, dangling, broken, misfit, oversubscribed, yields, conflict)."""

    code: str
    kind: str
    ids: tuple[str, ...]
    text: str
    field: str = ""


def findings(office: Office) -> list[Finding]:
    """Every finding, clashes first."""
    with office.reading() as session:
        return [
            *_clashes(session),
            *_oversubscribed(session),
            *_conflicts(session),
            *_broken(session),
            *_duplicates(session),
        ]


def _live(kind: Kind, *names: str) -> Any:
    table = kind.model.__table__
    columns = [table.c.id, *(table.c[name] for name in names)]
    return select(*columns).where(table.c.deleted.is_(False), table.c.merged_into.is_(None))


def _clashes(session: Session) -> Iterator[Finding]:
    """Two good bookings of one room at one time (rules.md 9), and yields that lead nowhere."""
    query = _live(
        KINDS["booking"], "venue", "start", "end", "before", "after", "status", "yields_to", "client_name", "purpose"
    )
    held, yielding = [], []
    everything = {row.id: row for row in session.execute(query.order_by(Booking.start, Booking.id))}
    for row in everything.values():
        if row.status in BLOCKING and row.venue and row.start and row.end and row.end > row.start:
            (yielding if row.yields_to else held).append(row)
    yield from _overlaps(session, held)
    for row in yielding:
        other = everything.get(row.yields_to)
        if other is None or other.status not in BLOCKING or other.yields_to == row.id:
            text = _("预约 {span} 让位于一个已取消或互相让位的预约", span=say_span(row.start, row.end))
            yield Finding("yields", "booking", tuple(sorted({row.id, row.yields_to})), text, "yields_to")


def _overlaps(session: Session, held: list[Any]) -> Iterator[Finding]:
    parents = booking.parents(session)
    names = {row.id: row.name for row in session.execute(_live(KINDS["venue"], "name"))}
    kin: dict[str, set[str]] = {}
    active: list[tuple[booking.Slot, str]] = []
    for row in held:
        slot = booking.Slot(row.id, row.venue, row.start, row.end, row.before or 0, row.after or 0)
        reach = booking.shift(row.start, -booking.MAX_BUFFER)
        active = [one for one in active if one[0].end > reach]
        if row.venue not in kin:
            kin[row.venue] = booking.family(parents, row.venue)
        who = row.client_name or row.purpose or ""
        for other, other_who in active:
            if other.venue in kin[row.venue] and booking.conflict(slot, other):
                text = _(
                    "{venue} {span} 有两个预约：{one}、{two}", venue=names.get(slot.venue, ""),
                    span=say_span(slot.start, slot.end), one=other_who or _("未写明"), two=who or _("未写明"),
                )  # fmt: skip
                yield Finding("clash", "booking", tuple(sorted((other.id, slot.id))), text, "slot")
        active.append((slot, who))


def _oversubscribed(session: Session) -> Iterator[Finding]:
    from app.models.training import HOLDS_PLACE

    taken: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(_live(KINDS["enrolment"], "training", "status")):
        if row.status in HOLDS_PLACE:
            taken[row.training].append(row.id)
    yield from _twice(session)
    for row in session.execute(_live(KINDS["training"], "title", "capacity")):
        if row.capacity and len(taken[row.id]) > row.capacity:
            text = _("培训“{title}”名额 {n}，已报 {m}", title=row.title, n=row.capacity, m=len(taken[row.id]))
            yield Finding("oversubscribed", "training", (row.id,), text, "capacity")


def _twice(session: Session) -> Iterator[Finding]:
    """One person enrolled twice, from two PCs; a hall that is part of itself."""
    seen: dict[tuple[str, ...], str] = {}
    for row in session.execute(_live(KINDS["enrolment"], "training", "name", "phone", "status")):
        key = (row.training or "", row.name or "", row.phone or "")
        if row.status == "cancelled" or not row.name:
            continue
        if key in seen:
            text = _("同一个人在一个培训里报了两次：{name}", name=formats.mask_name(row.name))
            yield Finding("duplicate", "enrolment", tuple(sorted((seen[key], row.id))), text, "name")
        seen.setdefault(key, row.id)
    parents = booking.parents(session)
    for venue in sorted(parents):
        above, path = parents[venue], {venue}
        while above and above not in path:
            path.add(above)
            above = parents.get(above)
        if above == venue:
            yield _finding("broken", KINDS["venue"], venue, "parent", _("场地从属于自己"))


def _conflicts(session: Session) -> Iterator[Finding]:
    for kind in KINDS.values():
        table = kind.model.__table__
        titles = [table.c[name] for name in kind.title]
        for record_id, *parts in session.execute(select(table.c.id, *titles).where(table.c.conflicts > 0)):
            named = zip(kind.title, parts, strict=True)
            title = " ".join(str(kind.fields[name].mask(part)) for name, part in named if part)
            text = _("{kind}“{title}”有两处不同的修改", kind=_(kind.label), title=title)
            yield Finding("conflict", kind.name, (record_id,), text)


def _broken(session: Session) -> Iterator[Finding]:
    """Broken rules, values that do not fit, links that dangle: after a merge, anything may be."""
    known = {kind.name: set(session.scalars(select(kind.model.id))) for kind in KINDS.values()}
    for kind in KINDS.values():
        names = [field.name for field in kind.typed]
        checked: dict[tuple[str, Any], str | None] = {}
        for row in session.execute(_live(kind, "heads", *names)):
            heads = Heads.decode(row.heads)
            for name in heads.misfits:
                yield _finding("misfit", kind, row.id, name, _("收到的值放不下"))
            for field in kind.typed:
                value = getattr(row, field.name)
                if kind.log_field(field.name) in heads.erased or field.name in heads.misfits:
                    continue
                if field.type == "link":
                    if value and not any(value in known[target] for target in field.targets):
                        yield _finding("dangling", kind, row.id, field.name, _("指向一条不存在的记录"))
                    if value or not field.required:
                        continue
                key = (field.name, value)
                if key not in checked:
                    checked[key] = _misfit(field, value)
                if checked[key]:
                    yield _finding("broken", kind, row.id, field.name, checked[key] or "")
            yield from _ends_before_start(kind, row)


def _misfit(field: Any, value: Any) -> str | None:
    try:
        field.check(value)
    except Misfit as misfit:
        return misfit.error
    return None


SPANS = (("cert_from", "cert_to"), ("term_from", "term_to"), ("started_at", "ended_at"))
"""Dates that a merge may cross; each was right where it was typed."""


def _ends_before_start(kind: Kind, row: Any) -> Iterator[Finding]:
    if "start" in kind.fields and row.start and row.end and row.end <= row.start:
        yield _finding("broken", kind, row.id, "end", _("结束不晚于开始"))
    for start, end in SPANS:
        if end in kind.fields and getattr(row, start) and getattr(row, end) and getattr(row, end) < getattr(row, start):
            yield _finding("broken", kind, row.id, end, _("止期早于起期"))


def _finding(code: str, kind: Kind, record_id: str, name: str, words: str) -> Finding:
    members = kind.groups.get(name, (name,))
    label = listed(_(kind.fields[m].label) for m in members if m in kind.fields) or name
    return Finding(code, kind.name, (record_id,), f"{_(kind.label)} {label}：{words}", name)


def _duplicates(session: Session) -> Iterator[Finding]:
    """The same credit code or the same name twice."""
    for kind, name in (("organization", "uscc"), ("organization", "name"), ("team", "name"), ("venue", "name")):
        same: dict[str, list[str]] = defaultdict(list)
        for row in session.execute(_live(KINDS[kind], name)):
            if value := getattr(row, name):
                same[_plain(value)].append(row.id)
        for value, ids in same.items():
            if len(ids) > 1:
                label = _(KINDS[kind].fields[name].label)
                text = _(
                    "{n} 条{kind}的{field}相同：{value}",
                    n=len(ids),
                    kind=_(KINDS[kind].label),
                    field=label,
                    value=value,
                )
                yield Finding("duplicate", kind, tuple(sorted(ids)), text, name)


def _plain(value: str) -> str:
    return "".join(value.split()).casefold()


def of_record(found: Iterable[Finding], record_id: str) -> list[Finding]:
    """The findings that name a record."""
    return [finding for finding in found if record_id in finding.ids]
