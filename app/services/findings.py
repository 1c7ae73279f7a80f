"""Findings: what is wrong or doubtful, derived the same way on every PC, never synced (design.md §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import formats
from app.models.bookings import BLOCKING, Booking
from app.models.fields import Misfit
from app.models.record import Kind
from app.models.registry import KINDS
from app.services import booking, desk_findings, states
from app.services.equipment import Uses, peak
from app.services.office import Office
from app.services.premises import Premises
from app.services.publications import differing, district_devices, is_published
from app.services.survivors import Merged
from app.services.times import say_day, say_span, say_time, shift
from app.sync.heads import Heads
from app.text import _, listed

FAR = "9999-12-31T00:00"
"""Later than every booking."""


@dataclass(frozen=True)
class Finding:
    """Work to do: ``code`` is stable (clash, duplicate, merged, dangling, broken, misfit,
    oversubscribed, equipment, closed, yields, offer, key, deposit, conflict, differs)."""

    code: str
    kind: str
    ids: tuple[str, ...]
    text: str
    field: str = ""


def findings(office: Office) -> list[Finding]:
    """Every finding, clashes first."""
    with office.reading() as session:
        merged = Merged(session)
        return [
            *_clashes(session, merged, office.now),
            *_oversubscribed(session, merged),
            *_equipment(session, office.now),
            *_in_closed_time(session, merged, office.now),
            *_at_the_desk(session, merged, office.now),
            *_conflicts(session),
            *_broken(session, merged),
            *_rings(session, merged),
            *_duplicates(session, merged),
            *_differing(session, office.scope),
        ]


def _live(merged: Merged, kind: Kind, *names: str) -> Any:
    table = kind.model.__table__
    columns = [table.c.id, *(table.c[name] for name in names)]
    return select(*columns).where(table.c.deleted.is_(False), merged.standing(kind))


def _clashes(session: Session, merged: Merged, now: str) -> Iterator[Finding]:
    """Two good bookings of one room at one time (rules.md 9), and yields that lead nowhere."""
    query = _live(merged, KINDS["booking"], "venue", "start", "end", "before", "after", "status", "checked_in_at",
                  "yields_to", "client_kind", "client_name", "purpose")  # fmt: skip
    held, yielding = [], []
    everything = {row.id: row for row in session.execute(query.order_by(Booking.start, Booking.id))}
    minutes = states.release_minutes(session)
    for row in everything.values():
        if not (row.venue and row.start and row.end and row.end > row.start):
            continue
        if states.holds(row.status, row.start, row.checked_in_at, minutes.get(row.venue), now):
            (yielding if row.yields_to else held).append(row)
    parents, competing = booking.parents(session), booking.competing_venues(session)
    yield from _overlaps(session, merged, parents, competing, held)
    yield from _yields(merged, parents, competing, everything, yielding)


def _slot(merged: Merged, competing: Collection[str], row: Any) -> booking.Slot:
    venue = merged["venue"].of(row.venue)
    competes = row.status == "requested" and venue in competing
    return booking.Slot(row.id, venue, row.start, row.end, row.before or 0, row.after or 0, competes=competes)


def _yields(
    merged: Merged, parents: Mapping[str, str | None], competing: Collection[str], everything: Mapping[str, Any],
    yielding: list[Any],
) -> Iterator[Finding]:  # fmt: skip
    """Bookings that yield to one that does not hold the room, or no more at that time, or round in a circle: nobody holds
    it (design.md §5)."""
    told: set[tuple[str, ...]] = set()
    for row in yielding:
        path = [row.id]
        while path[-1] in everything and (after := merged.of("booking", everything[path[-1]].yields_to)):
            path.append(after)
            if after in path[:-1]:
                break
        last = everything.get(path[-1])
        round_ = path[-1] in path[:-1]
        holds = not round_ and last is not None and last.status in BLOCKING
        if holds and last is not None and last.venue and last.start and last.end:
            slot, other = _slot(merged, competing, row), _slot(merged, competing, last)
            if other.venue in booking.family(parents, slot.venue) and booking.conflict(slot, other):
                continue
        ids = tuple(sorted(set(path)))
        if ids in told:
            continue
        told.add(ids)
        span = say_span(row.start, row.end)
        if round_:
            text = _("{span} 的预约互相让位，场地没有人用", span=span)
        elif holds and len(path) > 2:
            text = _("预约 {span} 让位于一个后来也让了位的预约", span=span)
        elif holds:
            text = _("预约 {span} 与它让位的预约已不在同一场地、同一时段，场地没有人用", span=span)
        else:
            text = _("预约 {span} 让位于一个已取消的预约", span=span)
        yield Finding("yields", "booking", ids, text, "yields_to")


def _overlaps(
    session: Session, merged: Merged, parents: Mapping[str, str | None], competing: Collection[str], held: list[Any]
) -> Iterator[Finding]:
    names = {row.id: row.name for row in session.execute(_live(merged, KINDS["venue"], "name"))}
    kin: dict[str, set[str]] = {}
    active: list[tuple[booking.Slot, str]] = []
    for row in held:
        slot = _slot(merged, competing, row)
        venue = slot.venue
        reach = shift(row.start, -booking.MAX_BUFFER)
        active = [one for one in active if one[0].end > reach]
        if venue not in kin:
            kin[venue] = booking.family(parents, venue)
        who = booking.client(row) or row.purpose or ""
        for other, other_who in active:
            if other.venue in kin[venue] and booking.conflict(slot, other):
                text = _(
                    "{venue} {span} 有两个预约：{one}、{two}", venue=names.get(slot.venue, ""),
                    span=say_span(slot.start, slot.end), one=other_who or _("未写明"), two=who or _("未写明"),
                )  # fmt: skip
                yield Finding("clash", "booking", tuple(sorted((other.id, slot.id))), text, "slot")
        active.append((slot, who))


def _oversubscribed(session: Session, merged: Merged) -> Iterator[Finding]:
    from app.models.training import HOLDS_PLACE

    taken: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(_live(merged, KINDS["enrolment"], "training", "status")):
        if row.status in HOLDS_PLACE:
            taken[merged.of("training", row.training) or ""].append(row.id)
    yield from _twice(session, merged)
    for row in session.execute(_live(merged, KINDS["training"], "title", "capacity")):
        if row.capacity and len(taken[row.id]) > row.capacity:
            text = _("培训“{title}”名额 {n}，已报 {m}", title=row.title, n=row.capacity, m=len(taken[row.id]))
            yield Finding("oversubscribed", "training", (row.id,), text, "capacity")


def _equipment(session: Session, now: str) -> Iterator[Finding]:
    """Equipment of which more is booked at one moment to come than there is (rules.md 8)."""
    uses = Uses(session, now, None, now, FAR)
    for item in uses.items.values():
        if not (used := uses.of(item.id)):
            continue
        most, at = peak(used, now, FAR)
        if most > item.stock:
            ids = sorted({use.booking for use in used if use.start <= at < use.end})
            text = _("“{item}” {when} 预约了 {n}{unit}，只有 {stock}{unit}", item=item.name,
                     when=f"{say_day(at)} {say_time(at)}", n=most, unit=item.unit, stock=item.stock)  # fmt: skip
            yield Finding("equipment", "booking", tuple(ids), text, "equipment")


def _in_closed_time(session: Session, merged: Merged, now: str) -> Iterator[Finding]:
    """Bookings that are not over and lie in time that was closed since, here or on another PC (rules.md 4)."""
    premises = Premises(session)
    closed = [one for held in premises.closures.values() for one in held if not one.opens and one.end > now]
    if not closed:
        return
    table = KINDS["booking"].model.__table__
    start, end = min(one.start for one in closed), max(one.end for one in closed)
    query = _live(merged, KINDS["booking"], "venue", "start", "end", "client_kind", "client_name", "purpose").where(
        states.blocking(states.release_minutes(session), now), table.c.end > max(now, start), table.c.start < end
    )
    premises.read()
    for row in session.execute(query.order_by(table.c.start, table.c.id)):
        place = premises.place(row.venue) if row.venue else None
        piece = premises.shut(place, row.start, row.end) if place and row.end > row.start else None
        if place and piece and piece.closed:
            who = booking.client(row) or row.purpose or _("未写明")
            text = _("{venue} {span} {who} 的预约在停用时间里：{reason}", venue=place.name,
                     span=say_span(row.start, row.end), who=who, reason=piece.closed.reason)  # fmt: skip
            yield Finding("closed", "booking", (row.id,), text, "slot")


def _twice(session: Session, merged: Merged) -> Iterator[Finding]:
    """One person enrolled twice, from two PCs; a hall that is part of itself."""
    seen: dict[tuple[str, ...], str] = {}
    for row in session.execute(_live(merged, KINDS["enrolment"], "training", "name", "phone", "status")):
        key = (merged.of("training", row.training) or "", row.name or "", row.phone or "")
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


def _at_the_desk(session: Session, merged: Merged, now: str) -> Iterator[Finding]:
    for found in (desk_findings.offers, desk_findings.keys_out, desk_findings.deposits_held):
        yield from (Finding(*one) for one in found(session, merged, now))


def _conflicts(session: Session) -> Iterator[Finding]:
    for kind in KINDS.values():
        table = kind.model.__table__
        columns = [table.c.id, *(table.c[name] for name in kind.named_by)]
        for row in session.execute(select(*columns).where(table.c.conflicts > 0)):
            title = kind.called(dict(row._mapping)) or _("未命名")
            text = _("{kind}“{title}”有两处不同的修改", kind=_(kind.label), title=title)
            yield Finding("conflict", kind.name, (row.id,), text)


def _rings(session: Session, merged: Merged) -> Iterator[Finding]:
    """Records merged into each other on two PCs; until a person says which one stays, the smallest id stands."""
    for kind in KINDS.values():
        table, known = kind.model.__table__, merged[kind.name]
        for ring in known.rings:
            columns = [table.c.id, *(table.c[name] for name in kind.named_by)]
            rows = session.execute(select(*columns).where(table.c.id.in_(ring)))
            titles = {row.id: kind.called(dict(row._mapping)) or _("未命名") for row in rows}
            named = listed(f"“{titles[one]}”" for one in ring)
            text = _("{kind}{named}互相并入了，现在以第一条为准", kind=_(kind.label), named=named)
            yield Finding("merged", kind.name, ring, text, "merged_into")
        for record_id in known.lost:
            yield _finding("dangling", kind, record_id, "merged_into", _("指向一条不存在的记录"))


def _broken(session: Session, merged: Merged) -> Iterator[Finding]:
    """Broken rules, values that do not fit, links that dangle: after a merge, anything may be."""
    known = {kind.name: set(session.scalars(select(kind.model.id))) for kind in KINDS.values()}
    for kind in KINDS.values():
        names = [field.name for field in kind.typed]
        misfit = lru_cache(maxsize=1000)(partial(_misfit, kind))
        for row in session.execute(_live(merged, kind, "heads", *names)):
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
                if error := misfit(field.name, value):
                    yield _finding("broken", kind, row.id, field.name, error)
            yield from _ends_before_start(kind, row)


def _misfit(kind: Kind, name: str, value: Any) -> str | None:
    try:
        kind.fields[name].check(value)
    except Misfit as misfit:
        return misfit.error
    return None


SPANS = (
    ("cert_from", "cert_to"), ("term_from", "term_to"), ("started_at", "ended_at"), ("effective_from", "effective_to"),
)  # fmt: skip
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


def _duplicates(session: Session, merged: Merged) -> Iterator[Finding]:
    """The same credit code or the same name twice."""
    districts = district_devices(session.connection())
    whose = ("owner", "heads") if districts else ()
    for kind, name in (("organization", "uscc"), ("organization", "name"), ("team", "name"), ("venue", "name")):
        same: dict[str, list[str]] = defaultdict(list)
        for row in session.execute(_live(merged, KINDS[kind], name, *whose)):
            if districts and is_published(row.owner, kind, Heads.decode(row.heads), districts):
                continue  # the district's entry stands beside the center's own record
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


def _differing(session: Session, scope: str) -> Iterator[Finding]:
    """Organizations of which the district's directory says something else."""
    fields = KINDS["organization"].fields
    for record, names in differing(session, scope):
        text = _("“{name}”与区名录不同：{fields}", name=record.name or _("未命名"),
                 fields=listed(_(fields[name].label) for name in names))  # fmt: skip
        yield Finding("differs", "organization", (record.id,), text, names[0])


def _plain(value: str) -> str:
    return "".join(value.split()).casefold()


def of_record(found: Iterable[Finding], record_id: str) -> list[Finding]:
    """The findings that name a record."""
    return [finding for finding in found if record_id in finding.ids]
