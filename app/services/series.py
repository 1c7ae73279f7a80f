"""Series of bookings: preview, making, the three scopes of an edit, cancelling, skipped dates, renewal (rules.md 10-19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.errors import Fault, Refusal
from app.models.bookings import BLOCKING, Booking, BookingSeries
from app.models.fields import Misfit, fault_of
from app.services import recurrence, series_keeping
from app.services.office import Office, Unit
from app.services.series_keeping import PATTERN, Done
from app.services.series_plan import (
    Asked,
    Planned,
    child_id,
    deviates,
    occurrences_of,
    plan,
    refused,
    say_date,
    span_on,
)  # fmt: skip
from app.services.times import minutes_between, shift
from app.services.writing import Saved, put
from app.text import _

SCOPES = ("this", "later", "all")
COPIED = tuple(
    field.name for field in BookingSeries.kind.typed if field.name not in ("status", "cancel_reason", "follows")
)
"""What a later part, or a renewal, takes from its series."""


@dataclass(frozen=True)
class Outcome(Saved):
    """What an operation on a series did (of a split its later part), and what came of its occurrences as the command
    line says it."""

    done: Mapping[str, Any] = field(default_factory=dict)


def preview(office: Office, values: Mapping[str, Any], asked: Asked | None = None) -> list[Planned]:
    """Every date of a new series with what stands against it; nothing is written (rules.md 17).

    Raises :class:`Refusal` where the series itself is at fault.
    """
    with office.trial() as unit:
        record = put(unit, BookingSeries.kind, values, asked=replace(asked or Asked(), trial=True))
        return unit.beside[record.id]["dates"]


def make(office: Office, values: Mapping[str, Any], asked: Asked | None = None, *, reason: str = "") -> Outcome:
    """Make a series with its occurrences, as ``put booking_series`` does."""
    with office.unit() as unit:
        return told(unit, put(unit, BookingSeries.kind, values, asked=asked, reason=reason))


def edit(
    office: Office, series_id: str, scope: str, date: str, values: Mapping[str, Any], *, overwrite: bool = False,
    on_taken: str = "refuse", reason: str = "",
) -> Outcome:  # fmt: skip
    """Change one date, it and the later ones, or all of a series (rules.md 18); what has begun never changes.

    ``values`` are fields of a booking (``this``) or of a series. ``start`` and ``end`` say the new time on ``date``; to
    other days the dates move by a new ``rule``. A later part becomes a series of its own that ``follows`` the first.
    """
    _scope(scope)
    with office.unit() as unit:
        series = load_series(unit, series_id)
        if scope == "this":
            one = _ahead(unit, series, date)
            put(unit, Booking.kind, values, one.id, reason=reason)
            return told(unit, series, Done(changed=[one]))
        wanted, cut = dict(values), _cut(unit, series, scope, date, values)
        moments = _moments(series, date or series.start[:10], wanted)
        if cut:
            series = _split(unit, series, cut)
        if moments and "rule" not in wanted:  # the new time, on the first date of what is edited
            start = f"{series.start[:10]}T{moments[0][11:16]}"
            moments = start, shift(start, minutes_between(*moments))
        wanted |= dict(zip(("start", "end"), moments, strict=False))
        asked = Asked(on_taken=on_taken, overwrite=overwrite)
        return told(unit, put(unit, BookingSeries.kind, wanted, series.id, reason=reason, asked=asked))


def _cut(unit: Unit, series: BookingSeries, scope: str, date: str, values: Mapping[str, Any]) -> str:
    """The date from which on a series becomes one of its own; empty where all of it is edited in place."""
    dates = recurrence.dates(series.rule, series.start)
    begun = [one for one in dates if span_on(series, one)[0] <= unit.office.now]
    if scope == "all":
        moves = any(name in values and values[name] != getattr(series, name) for name in PATTERN)
        coming = dates[len(begun) :]
        if moves and not coming:
            raise Refusal.of("date", _("这个系列的日期都已过去"), _("请另建一个系列"))
        return coming[0] if moves and begun else ""
    _of_the_series(date, dates)
    if date in begun:
        raise Refusal.of("date", _("{date} 已经过去，不能再改", date=say_date(date)), _("请选以后的日期"))
    return date if date != dates[0] else ""


def _of_the_series(date: str, dates: Sequence[str]) -> None:
    if date not in dates:
        raise Refusal.of(
            "date", _("{date} 不是这个系列的日期", date=date[:20]), _("请用 series skipped 或预约里的原定日期")
        )


def _moments(series: BookingSeries, date: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The start and end that ``values`` give the occurrence on ``date``; empty where they give none."""
    if not values.keys() & {"start", "end"}:
        return ()
    known, faults = dict(zip(("start", "end"), span_on(series, date), strict=True)), []
    for name in ("start", "end"):
        if values.get(name) is not None:
            declared = BookingSeries.kind.fields[name]
            try:
                known[name] = declared.check(values[name])
            except Misfit as misfit:
                raise Refusal(fault_of(declared, misfit)) from None
    if known["end"] <= known["start"]:
        faults.append(Fault("end", _("结束不晚于开始"), _("请同时给出开始和结束时间")))
    if "rule" not in values and known["start"][:10] != date:
        faults.append(Fault("start", _("改到别的日子，要同时给出新的重复规则"), _("只改一次请用“仅这一次”")))
    if faults:
        raise Refusal(*faults)
    return known["start"], known["end"]


def _split(unit: Unit, series: BookingSeries, cut: str) -> BookingSeries:
    """Make the part of a series from ``cut`` on a series of its own, with its occurrences."""
    rule = recurrence.parse(series.rule)
    start, end = span_on(series, cut)
    later = [one for date, one in occurrences_of(unit.session, series.id).items() if date >= cut]
    values = {name: getattr(series, name) for name in COPIED}
    values |= {"start": start, "end": end, "rule": recurrence.rest(rule, series.start, cut).text, "follows": series.id}
    series.rule = recurrence.ended(rule, cut).text
    unit.session.flush()
    part = put_child(unit, series, cut, values, Asked(adopting=True))
    for one in later:
        one.series = part.id
    unit.session.flush()
    return part


def put_child(unit: Unit, series: BookingSeries, date: str, values: Mapping[str, Any], asked: Asked) -> Any:
    """A series that follows another from ``date`` on: the same record on every PC, unless that one lies in the bin."""
    fixed: str | None = child_id(series.id, date)
    if unit.session.get(BookingSeries, (series.owner, fixed)) is not None:
        fixed = None
    return put(unit, BookingSeries.kind, values, fixed_id=fixed, asked=asked)


def cancel(office: Office, series_id: str, scope: str, date: str, reason: str, *, overwrite: bool = False) -> Outcome:
    """Cancel one date, it and the later ones, or all that have not begun; with the last one the series (rules.md 19)."""
    _scope(scope)
    if not reason.strip():
        raise Refusal.of("cancel_reason", _("请写明取消的理由"), _("例如 团队解散、场地维修"))
    with office.unit() as unit:
        series, done = load_series(unit, series_id), Done()
        if scope == "this":
            ahead = [_ahead(unit, series, date)]
        else:
            if scope == "later":
                dates = recurrence.dates(series.rule, series.start)
                _of_the_series(date, dates)
                if date > dates[0]:
                    series.rule = recurrence.ended(recurrence.parse(series.rule), date).text
            held = occurrences_of(unit.session, series.id)
            ahead = [
                one for day, one in held.items()
                if one.start > unit.office.now and one.status in BLOCKING and (scope == "all" or day >= date)
            ]  # fmt: skip
            if not overwrite:
                done.kept = [one for one in ahead if deviates(one, series)]
        if not ahead:
            raise Refusal.of("date", _("没有可以取消的日期"), _("已经开始或已取消的不再改动"))
        done.cancelled = [
            series_keeping.cancel(unit, one, put, reason.strip()) for one in ahead if one not in done.kept
        ]
        return told(unit, series, done)


def skipped(office: Office, series_id: str) -> list[Planned]:
    """The dates of a series without an occurrence, each with what stands against it now (rules.md 17)."""
    with office.trial() as unit:
        series = load_series(unit, series_id)
        held = occurrences_of(unit.session, series.id)
        dates = [date for date in recurrence.dates(series.rule, series.start) if date not in held]
        return plan(unit, series, dates)


def book(office: Office, series_id: str, date: str, *, venue: str | None = None, reason: str = "") -> Outcome:
    """Book a date of a series that was skipped or cancelled, in its own room or in ``venue``."""
    with office.unit() as unit:
        series = load_series(unit, series_id)
        _of_the_series(date, recurrence.dates(series.rule, series.start))
        held = occurrences_of(unit.session, series.id).get(date)
        if held is not None and held.status in BLOCKING:
            raise Refusal.of(
                "date", _("{date} 已经约了（{number}）", date=say_date(date), number=held.number or held.id)
            )
        (row,) = plan(unit, series, [date], moved={date: venue} if venue else None)
        if row.state == "invalid":
            raise refused([row])
        made = series_keeping.book(unit, series, row, held, put, reason)
        return told(unit, series, Done(made=[made]))


def _scope(scope: str) -> None:
    if scope not in SCOPES:
        raise Refusal.of("scope", _("没有“{scope}”这个范围", scope=scope[:20]), _("可用：this、later、all"))


def load_series(unit: Unit, series_id: str) -> BookingSeries:
    """The series to change; raises :class:`Refusal` where there is none, or it lies in the bin."""
    series = unit.load(BookingSeries.kind.name, series_id)
    assert isinstance(series, BookingSeries)
    if series.deleted:
        raise Refusal.of("id", _("这条记录在回收站里"), _("请先从回收站取回，再修改"))
    return series


def _ahead(unit: Unit, series: BookingSeries, date: str) -> Booking:
    """The occurrence on ``date``, which has not begun and holds its room."""
    one = occurrences_of(unit.session, series.id).get(date)
    if one is None or one.status not in BLOCKING:
        raise Refusal.of("date", _("{date} 没有这个系列的预约", date=date[:20]), _("跳过或取消的日期请用“再约”"))
    if one.start <= unit.office.now:
        raise Refusal.of("date", _("{date} 已经过去，不能再改", date=say_date(date)), _("请直接修改那一次预约"))
    return one


def told(unit: Unit, series: Any, done: Done | None = None) -> Outcome:
    """What was done in a unit, in the words of its answer."""
    unit.finish()
    answer = done.answer() if done is not None else unit.beside.get(series.id, {})
    op = unit.recorder.ops.get(series.owner)
    return Outcome(series.id, series.number, op, tuple(unit.notices), answer)
