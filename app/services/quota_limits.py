"""What a quota says: its measure, band, period and venues (rules.md 21)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Fault
from app.models.venues import CLIENT_TARGETS, Quota, QuotaVenue
from app.services.booking import parents
from app.services.office import Unit
from app.services.survivors import Merged
from app.services.times import say_day
from app.text import _

DAYS = "一二三四五六日"
_BREAKS = re.compile(r"[\s,，、;；]+|周|星期|礼拜")
_RANGE = re.compile(rf"([{DAYS}])[-–—~～至到]([{DAYS}])")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True)
class Limit:
    """A quota as it is counted: ``most`` in bookings or minutes, ``weekdays`` 0-6 from Monday, the band in minutes
    from midnight, ``venues`` with their parts or None for all."""

    name: str
    measure: str
    most: int
    period: str
    weekdays: frozenset[int]
    from_minute: int
    to_minute: int
    client_kind: str | None
    client: str | None
    venues: frozenset[str] | None

    def parts(self, start: str, end: str) -> dict[date, int]:
        """[start, end) split at the edges of the band and of the periods: minutes by the first day of each period."""
        found: dict[date, int] = defaultdict(int)
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        midnight = first.replace(hour=0, minute=0)
        while midnight < last:
            if midnight.weekday() in self.weekdays:
                opens = max(first, midnight + timedelta(minutes=self.from_minute))
                closes = min(last, midnight + timedelta(minutes=self.to_minute))
                if opens < closes:
                    found[period(self.period, midnight.date())[0]] += int((closes - opens).total_seconds() // 60)
            midnight += timedelta(days=1)
        return found

    def used(self, minutes: int) -> int:
        """What so many minutes of one booking in one period count."""
        return 1 if self.measure == "count" else minutes


def period(name: str, day: date) -> tuple[date, date]:
    """The day, week (from Monday), month or year that ``day`` lies in: its first day, and the day after its last."""
    if name == "day":
        return day, day + timedelta(days=1)
    if name == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    if name == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)


def weekdays(text: str | None) -> frozenset[int]:
    """``一二三``, ``周一至周五``, ``周六、周日`` as days from 0, Monday; an empty text is every day.

    Raises :class:`ValueError` where it says anything else.
    """
    said = _BREAKS.sub("", (text or "").replace("天", "日").translate(str.maketrans("1234567", DAYS)))
    if not said:
        return frozenset(range(7))
    found: set[int] = set()
    for first, last in _RANGE.findall(said):
        low, high = DAYS.index(first), DAYS.index(last)
        found |= {day % 7 for day in range(low, high + 1 if low <= high else high + 8)}
    rest = _RANGE.sub("", said)
    if set(rest) - set(DAYS):
        raise ValueError(text)
    return frozenset(found | {DAYS.index(day) for day in rest})


def clock(text: str | None, otherwise: int) -> int:
    """``18:00`` as minutes from midnight, up to 24:00; ``otherwise`` where nothing is said. Raises
    :class:`ValueError`."""
    if not text:
        return otherwise
    match = _CLOCK.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or minutes > 1440:
        raise ValueError(text)
    return minutes


def check(unit: Unit, record: Quota, _before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Faults of a quota; its band is stored as ``一二三四五``, ``18:00``."""
    try:
        days = weekdays(record.weekdays)
        record.weekdays = "".join(DAYS[day] for day in sorted(days)) if record.weekdays else None
    except ValueError:
        yield Fault("weekdays", _("看不懂的星期“{text}”", text=record.weekdays), _("请按“一二三四五”的样子填写"))
    edges = {}
    for name, otherwise in (("from_time", 0), ("to_time", 1440)):
        try:
            edges[name] = clock(getattr(record, name), otherwise)
            if getattr(record, name):
                setattr(record, name, f"{edges[name] // 60:02}:{edges[name] % 60:02}")
        except ValueError:
            yield Fault(name, _("不是时间"), _("请按 18:00 的样子填写"))
    if len(edges) == 2 and edges["to_time"] <= edges["from_time"]:
        yield Fault("to_time", _("时段止不晚于时段起"), _("跨过午夜的时段请分成两条额度"))
    if record.client:
        kind = unit.linked(("organization", "team"), record.client)
        said = {target: code for code, target in CLIENT_TARGETS.items()}.get(kind or "")
        if said and record.client_kind is None:
            record.client_kind = said
        elif said and record.client_kind != said:
            yield Fault("client_kind", _("申请方类型与所选的记录不一致"), _("请重新选择申请方或类型"))


def check_venue(unit: Unit, record: QuotaVenue, _before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """A venue is named once per quota."""
    q = QuotaVenue.__table__.c
    query = select(q.id).where(
        q.quota == record.quota, q.venue == record.venue, q.id != record.id, q.deleted.is_(False)
    )
    if unit.session.scalar(query.limit(1)) is not None:
        yield Fault("venue", _("这个额度已经包括这个场地"), _("不必重复添加"))


def limits(session: Session, merged: Merged) -> list[Limit]:
    """The quotas that are active, in the order of their names; one whose band cannot be read holds all day."""
    q, v = Quota.__table__.c, QuotaVenue.__table__.c
    query = select(Quota.__table__).where(q.active.is_(True), q.deleted.is_(False), q.limit.is_not(None))
    rows = list(session.execute(query.where(merged.standing(Quota.kind)).order_by(q.name, q.id)))
    if not rows:
        return []
    named: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(select(v.quota, v.venue).where(v.deleted.is_(False))):
        named[merged.of("quota", row.quota) or ""].add(merged["venue"].of(row.venue))
    above = parents(session) if named else {}
    return [
        Limit(
            row.name or "", measure := row.measure or "count",
            int(Decimal(row.limit) * (60 if measure == "hours" else 1)), row.period or "week", *_band(row),
            row.client_kind, row.client, _with_parts(above, named[row.id]) if row.id in named else None,
        )
        for row in rows
    ]  # fmt: skip


def _band(row: Any) -> tuple[frozenset[int], int, int]:
    try:
        days, low, high = weekdays(row.weekdays), clock(row.from_time, 0), clock(row.to_time, 1440)
    except ValueError:  # what a merge brought
        return frozenset(range(7)), 0, 1440
    return (days, low, high) if low < high else (days, 0, 1440)


def _with_parts(above: Mapping[str, str | None], venues: set[str]) -> frozenset[str]:
    found = set(venues)
    for venue in above:
        path, at = {venue}, above.get(venue)
        while at and at not in path:
            path.add(at)
            at = above.get(at)
        if path & venues or at in venues:
            found.add(venue)
    return frozenset(found)


def exceeded(limit: Limit, first: date, used: int, wanted: int) -> str:
    """``limit`` is exceeded in the period that begins on ``first``, in a plain sentence."""
    day = f"{first}T00:00"
    when = {
        "day": lambda: say_day(day),
        "week": lambda: _("{day}起的一周", day=say_day(day)),
        "month": lambda: _("{year}年{month}月", year=first.year, month=first.month),
        "year": lambda: _("{year}年", year=first.year),
    }[limit.period]()
    most, had, all_ = (_amount(limit, n) for n in (limit.most, used, wanted))
    return _(
        "超出额度“{quota}”：{when}最多 {most}，已有 {used}，加上这次共 {wanted}",
        quota=limit.name, when=when, most=most, used=had, wanted=all_,
    )  # fmt: skip


def _amount(limit: Limit, used: int) -> str:
    if limit.measure == "count":
        return _("{n} 次", n=used)
    return _("{n} 小时", n=format(round(Decimal(used) / 60, 2).normalize(), "f"))
