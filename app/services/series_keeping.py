"""What follows when a series is written: its occurrences are made, changed or cancelled with it (rules.md 10, 16-19)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select

from app.errors import Fault, Refusal
from app.models.bookings import BLOCKING, Booking, BookingSeries
from app.models.record import Record
from app.services import recurrence
from app.services.lookups import lookups
from app.services.office import Unit
from app.services.series_plan import (
    DETAILS,
    Asked,
    AsValues,
    Planned,
    as_written,
    child_id,
    details,
    deviates,
    occurrences_of,
    plan,
    refuse_overlap,
    refused,
    say_date,
    span_on,
)  # fmt: skip
from app.services.times import ends_after_start
from app.text import _

PATTERN = ("venue", "start", "end", "rule")
CALLED_OFF = frozenset({"cancelled", "rejected", "expired"})
Put = Callable[..., Any]
"""``writing.put``, which calls these and is called by them."""
ANEW = {"status": "confirmed"}
"""What a cancelled occurrence is given when its date is booked after all."""


@dataclass
class Done:
    """What was done to the occurrences of a series."""

    made: list[Booking] = field(default_factory=list)
    changed: list[Booking] = field(default_factory=list)
    cancelled: list[Booking] = field(default_factory=list)
    kept: list[Booking] = field(default_factory=list)
    """Changed or cancelled one by one before, and left as they are (rules.md 18)."""
    skipped: list[Planned] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        """As the command line says it; what nothing was done to is left out, but for what was made and skipped."""
        lines = {
            name: [{"date": one.original_date, "id": one.id, "number": one.number} for one in getattr(self, name)]
            for name in ("made", "changed", "cancelled", "kept")
        }
        said = {name: found for name, found in lines.items() if found or name == "made"}
        return said | {"skipped": [row.line("date", "state", "by") for row in self.skipped]}


def check(unit: Unit, record: BookingSeries, before: Mapping[str, Any] | None) -> Iterator[Fault]:
    """Faults of a series about to be written."""
    yield from ends_after_start(record.start, record.end, "end")
    if before is None or any(before[name] != getattr(record, name) for name in ("start", "rule")):
        try:
            recurrence.dates(record.rule, record.start)
        except Refusal as refusal:
            yield from refusal.faults


def keep(unit: Unit, record: Record, before: Mapping[str, Any] | None, put: Put, asked: Asked, reason: str) -> None:
    """Called by ``put`` with a record that was just written: the occurrences follow their series, and the status of a
    series its occurrences."""
    if isinstance(record, BookingSeries) and not asked.adopting:
        if before is None and record.status == "cancelled":
            raise Refusal.of("status", _("新系列不能是已取消的"), _("请去掉状态"))
        if before is not None and before["status"] != record.status:
            raise Refusal.of("status", _("系列的状态不能直接修改"), _("请用“取消系列”，或重新预约其中的日期"))
        told = len(unit.notices)
        if before is None:
            done = _make(unit, record, put, asked, reason)
        else:
            done = _carry(unit, record, before, put, asked, reason)
        unit.notices[told:] = list(dict.fromkeys(unit.notices[told:]))
        if done is not None:
            unit.beside[record.id] = done.answer()
    elif isinstance(record, Booking) and record.series and record.end > unit.office.now:
        stood = before is not None and before["status"] in BLOCKING
        if record.status in (CALLED_OFF if stood else BLOCKING):
            settle = partial(_settle_status, unit, record.owner, record.series, record.cancel_reason)
            unit.last[f"series {record.series}"] = settle


def _settle_status(unit: Unit, owner: str, series: str, reason: str | None) -> None:
    """rules.md 19: a series whose last occurrence is cancelled is cancelled; one of which a date is booked is not."""
    record = unit.session.get(BookingSeries, (owner, series))
    if record is None or record.deleted:
        return
    coming = unit.session.scalar(
        select(Booking.id)
        .where(Booking.series == series, Booking.deleted.is_(False), Booking.status.in_(BLOCKING),
               Booking.end > unit.office.now)
        .limit(1)
    )  # fmt: skip
    status = "active" if coming else "cancelled"
    if record.status != status:
        record.status, record.cancel_reason = status, None if coming else reason


def _make(unit: Unit, series: BookingSeries, put: Put, asked: Asked, reason: str) -> Done | None:
    """Make the occurrences of a new series; all or nothing, unless it skips what cannot be had."""
    dates = recurrence.dates(series.rule, series.start)
    _known(asked, dates)
    wanted = [date for date in dates if date not in asked.omit]
    rows = plan(unit, series, wanted, moved=asked.moved)
    refuse_overlap(unit.session, series, rows)
    if asked.trial:
        unit.beside[series.id] = {"dates": rows}
        return None
    done = Done(skipped=[_omitted(series, date) for date in dates if date in asked.omit])
    _book(unit, series, rows, put, asked, reason, done)
    if not done.made:
        raise refused(done.skipped) if done.skipped else _no_date()
    return done


def _known(asked: Asked, dates: Sequence[str]) -> None:
    for name, given in (("omit", asked.omit), ("moved", asked.moved)):
        for date in sorted(set(given) - set(dates)):
            raise Refusal.of(name, _("{date} 不是这个系列的日期", date=date[:20]), _("请用预览给出的日期"))


def _omitted(series: BookingSeries, date: str) -> Planned:
    return Planned(date, *span_on(series, date), str(series.venue), "free", _("没有选这一天"))


def _no_date() -> Refusal:
    return Refusal.of("rule", _("系列没有一个可约的日期"), _("请改时间、场地或重复规则"))


def _book(
    unit: Unit, series: BookingSeries, rows: Sequence[Planned], put: Put, asked: Asked, reason: str, done: Done
) -> None:
    """Book ``rows``, as new bookings or, where the date was booked before, as those; ``done`` says what came of it."""
    failed = [row for row in rows if row.end <= unit.office.now or (row.state != "free" and not reason)]
    if failed and _refuses(series, asked):
        raise refused(failed)
    held = occurrences_of(unit.session, series.id)
    lookups(unit).look_ahead({"start": row.start, "end": row.end} for row in rows)
    for row in rows:
        if row in failed:
            continue
        try:
            done.made.append(book(unit, series, row, held.get(row.date), put, reason))
        except Refusal as refusal:
            failed.append(_against(row, refusal))
    if failed and _refuses(series, asked):
        raise refused(failed)
    done.skipped = sorted([*done.skipped, *failed], key=lambda row: row.date)


def book(unit: Unit, series: BookingSeries, row: Planned, held: Booking | None, put: Put, reason: str = "") -> Booking:
    """Book one date by the rules; ``held`` is its booking of before, which was cancelled."""
    values = {**details(series), "venue": row.venue, "start": row.start, "end": row.end}
    if held is not None:
        return put(unit, Booking.kind, values | ANEW, held.id, reason=reason)
    values |= {"series": series.id, "original_date": row.date}
    fixed = child_id(series.id, row.date)
    if unit.session.get(Booking, (series.owner, fixed)) is not None:  # it lies in the bin, or went to another series
        fixed = None
    return put(unit, Booking.kind, values, reason=reason, fixed_id=fixed)


def _refuses(series: BookingSeries, asked: Asked) -> bool:
    return (asked.on_taken or series.on_taken) != "skip"


def _against(row: Planned, refusal: Refusal) -> Planned:
    """The row as the rules of a booking found it."""
    state = "quota" if refusal.policy else "taken"
    by = refusal.faults[0].error if refusal.faults else refusal.message
    return Planned(row.date, row.start, row.end, row.venue, state if row.state == "free" else row.state, by)


def upcoming(unit: Unit, series: str, from_: str = "") -> list[Booking]:
    """The occurrences that have not begun, of original dates from ``from_`` on."""
    held = occurrences_of(unit.session, series)
    return [one for date, one in held.items() if one.start > unit.office.now and date >= from_]


def _carry(
    unit: Unit, series: BookingSeries, before: Mapping[str, Any], put: Put, asked: Asked, reason: str
) -> Done | None:
    """Let the occurrences that have not begun follow a change of their series."""
    names = [name for name in DETAILS if before[name] != getattr(series, name)]
    moves = any(before[name] != getattr(series, name) for name in PATTERN)
    if not names and not moves:
        return None
    old = AsValues(before)
    held = occurrences_of(unit.session, series.id)
    begun = [one for one in held.values() if one.start <= unit.office.now]
    if moves and begun:
        raise Refusal.of(
            "rule", _("这个系列从 {date} 起已有用过的日期，过去的不能改", date=say_date(begun[0].original_date)),
            _("请从某一天起修改（series edit --scope later）"),
        )  # fmt: skip
    dates, was = recurrence.dates(series.rule, series.start), _dates_or_none(old)
    added = {date for date in dates if date not in was and not _stands(held.get(date))}
    ahead = {date: one for date, one in held.items() if one.start > unit.office.now and date not in added}
    done = Done(kept=[one for one in ahead.values() if deviates(one, old) and not asked.overwrite])
    free = {date: one for date, one in ahead.items() if one not in done.kept}
    if not moves:
        for one in free.values():
            if one.status in BLOCKING:
                values = {name: getattr(series, name) for name in (DETAILS if asked.overwrite else names)}
                done.changed.append(put(unit, Booking.kind, values, one.id, reason=reason))
        return done
    gone = [one for date, one in free.items() if date not in dates and one.status in BLOCKING]
    done.cancelled = [cancel(unit, one, put, _("系列改期")) for one in gone]
    unit.session.flush()
    refuse_overlap(unit.session, series, [Planned(d, *span_on(series, d), str(series.venue)) for d in dates])
    stay = {date: one for date, one in free.items() if date in dates}
    _move(unit, series, stay, put, asked, reason, done)
    _book(unit, series, plan(unit, series, sorted(added)), put, asked, reason, done)
    if not (done.made or stay or done.kept):
        raise refused(done.skipped) if done.skipped else _no_date()
    return done


def _stands(booking: Booking | None) -> bool:
    return booking is not None and booking.status in BLOCKING


def _move(
    unit: Unit, series: BookingSeries, stay: Mapping[str, Booking], put: Put, asked: Asked, reason: str, done: Done
) -> None:
    """Give the occurrences ``stay`` the room and time of their series; where that cannot be had they stay as they are."""
    rows = plan(unit, series, stay, ids={date: one.id for date, one in stay.items()})
    later = any(row.start > stay[row.date].start for row in rows)
    failed = []
    for row in sorted(rows, key=lambda row: row.start, reverse=later):  # nobody moves onto one that moves next
        one = stay[row.date]
        values = as_written(series, row.date) | ({} if one.status in BLOCKING else ANEW)
        if all(getattr(one, name) == value for name, value in values.items()):
            continue
        try:
            if row.state == "invalid":
                raise Refusal.of("start", row.by)
            done.changed.append(put(unit, Booking.kind, values, one.id, reason=reason))
        except Refusal as refusal:
            failed.append(_against(row, refusal))
    if failed and _refuses(series, asked):
        raise refused(sorted(failed, key=lambda row: row.date))
    done.changed.sort(key=lambda one: one.original_date)
    done.skipped += failed


def cancel(unit: Unit, booking: Booking, put: Put, reason: str) -> Booking:
    """Cancel an occurrence: the row stays, with reason, person and time (rules.md 19)."""
    return put(unit, Booking.kind, {"status": "cancelled", "cancel_reason": reason}, booking.id)


def _dates_or_none(series: AsValues) -> list[str]:
    """The dates of a series; none where its rule, as a merge may bring it, cannot be read."""
    try:
        return recurrence.dates(series.rule, series.start)
    except Refusal:
        return []
