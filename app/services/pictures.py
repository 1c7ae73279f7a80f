"""The three pictures of how rooms are used, as charts: rows and columns of marks, each with its number and its bookings.

A chart is the same on the screen and on paper; its title is one sentence that says what was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from app.models.venues import CLIENT_KINDS
from app.services import statistics
from app.services.board_rows import rooms_of
from app.services.office import Office
from app.services.rights import PRINT
from app.services.statistics import Cell, Heat, Shows
from app.services.times import WEEKDAYS, minutes_between
from app.text import _

HEAT, KINDS, NO_SHOWS = "heat", "kinds", "no_shows"
CODES: Final = (HEAT, KINDS, NO_SHOWS)
EARLIEST, LATEST = 8, 21
"""Hours that are always shown."""
MOST_MONTHS = 12
LEVELS: Final = (0.0, 0.1, 0.25, 0.5, 0.75)
"""Above each of these a shade is one tone darker: six tones."""
FEW = 5
"""Of fewer bookings no rate is worth a sentence."""


@dataclass(frozen=True)
class Mark:
    """One cell. ``share``: how dark or how high it is drawn, 0..1; None: words only. ``about``: whose bookings they are."""

    text: str
    share: float | None
    ids: tuple[str, ...] = ()
    more: str = ""
    about: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture. ``style``: shade (the darker the more) or bar (the higher the more). ``blank``: what a cell without a
    mark means."""

    code: str
    name: str
    style: Literal["shade", "bar"]
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Mark | None, ...]], ...]
    blank: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not any(mark and mark.ids for _label, marks in self.rows for mark in marks)


def level(share: float) -> int:
    """Which of the six tones a share has, 0 the lightest."""
    return sum(share > bound for bound in LEVELS)


@dataclass(frozen=True)
class Span:
    """The dates looked at, both included. At most :data:`MOST_MONTHS` months."""

    first: str
    last: str

    @property
    def months(self) -> list[str]:
        """``2026-11``, in order."""
        found, at = [], date.fromisoformat(self.first).replace(day=1)
        while at.isoformat() <= self.last:
            found.append(at.isoformat()[:7])
            at = (at + timedelta(days=31)).replace(day=1)
        return found

    def say(self) -> str:
        """``2026年1月1日 至 2026年12月31日``."""
        first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        return _("{first} 至 {last}", first=_say_date(first), last=_say_date(last))


def _say_date(day: date) -> str:
    return _("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)


@dataclass(frozen=True)
class RoomUse:
    """A room that can be looked at, the most used first."""

    id: str
    name: str


def rooms(office: Office, span: Span) -> list[RoomUse]:
    """The rooms that were used, by their minutes."""
    minutes: Counter[str] = Counter()
    with office.reading() as session:
        known = rooms_of(session)
        for use in statistics.uses(session, office.now, span.first, span.last):
            if use.status in statistics.USED:
                minutes[use.venue] += minutes_between(use.start, use.end)
    return [RoomUse(room, known[room].name) for room, _n in minutes.most_common() if room in known]


def chart(office: Office, code: str, span: Span, venue: str | None = None) -> Chart:
    """One of :data:`CODES`; ``venue``: of one room, else of all."""
    with office.reading() as session:
        found = statistics.uses(session, office.now, span.first, span.last, venue)
        known = rooms_of(session)
    name = known[venue].name if venue in known else _("所有场地")
    if code == HEAT:
        since = min((use.start[:10] for use in found), default=span.first)
        span = Span(max(span.first, since), span.last)  # before the first booking nothing was used or unused
        return _heat(statistics.heat(found, span.first, span.last), span, name, single=venue is not None)
    if code == KINDS:
        return _kinds(statistics.hours_by_kind(found, span.first, span.last), span, name)
    return _no_shows(statistics.no_shows(found, office.now, span.first), span, name)


def pdf(office: Office, chart: Chart) -> bytes:
    """The chart on paper, with the same numbers. Raises :class:`Refusal` for somebody who may not print."""
    office.duty.need(PRINT)
    from app.services.slips import slip_context
    from app.slips.picture import Mark as Printed
    from app.slips.picture import Picture, picture_slip

    def printed(mark: Mark | None) -> Printed | None:
        if mark is None or not mark.ids:
            return None if mark is None else Printed("–")
        if mark.share is None:
            return Printed(mark.text, more=mark.more)
        if chart.style == "bar":
            return Printed(mark.text, height=mark.share, more=mark.more)
        return Printed(mark.text, tone=level(mark.share), more=mark.more)

    rows = tuple((label, tuple(map(printed, marks))) for label, marks in chart.rows)
    return picture_slip(Picture(chart.name, chart.title, chart.note, chart.columns, rows), slip_context(office))


# Use by weekday and hour


def _heat(heat: Heat, span: Span, room: str, *, single: bool) -> Chart:
    used = [hour for (_day, hour), cell in heat.cells.items() if cell.ids]
    hours = range(min([EARLIEST, *used]), max([LATEST - 1, *used]) + 1)
    rows = []
    for weekday, word in enumerate(WEEKDAYS):
        marks: list[Mark | None] = []
        for hour in hours if heat.dates[weekday] else ():
            share, cell = heat.share(weekday, hour), heat.cells.get((weekday, hour), Cell())
            about = _("{room} {weekday} {span}", room=room, weekday=_(word), span=_hour(hour))
            marks.append(Mark(_percent(share), share, tuple(cell.ids), about=about))
        rows.append((_(word), tuple(marks) or (None,) * len(hours)))
    note = _(
        "{span}，{room}。占用率是这个时段被预约占用的时间，占这些日子里这个时段全部时间的比例。",
        span=span.say(),
        room=room,
    )
    if not single:
        note += _("所有场地按有预约的 {n} 个场地平均。", n=heat.rooms)
    columns = tuple(f"{hour}:00" for hour in hours)
    return Chart(
        HEAT, _("场地占用"), "shade", _heat_title(heat, room), note, columns, tuple(rows), _("这段时间里没有这一天")
    )  # fmt: skip


def _heat_title(heat: Heat, room: str) -> str:
    if not heat.rooms:
        return _nothing(room)
    weekday, hour = max(heat.cells, key=lambda at: (heat.share(*at), -at[0], -at[1]))
    said = _("{room}{weekday} {span} 最忙，占用 {share}", room=room, weekday=_(WEEKDAYS[weekday]), span=_hour(hour),
             share=_percent(heat.share(weekday, hour)))  # fmt: skip
    halves = {
        (day, half): _mean(heat, day, low, high)
        for day in range(5)
        if heat.dates[day]
        for half, (_w, low, high) in enumerate(_HALVES)
    }
    if not halves:
        return _("{said}。", said=said)
    day, half = min(halves, key=lambda at: (halves[at], at))
    return _("{said}；工作日里{weekday}{half}最空，占用 {share}。", said=said, weekday=_(WEEKDAYS[day]),
             half=_(_HALVES[half][0]), share=_percent(halves[day, half]))  # fmt: skip


_HALVES: Final = (("上午", 9, 12), ("下午", 13, 17))


def _mean(heat: Heat, weekday: int, low: int, high: int) -> float:
    return sum(heat.share(weekday, hour) for hour in range(low, high)) / (high - low)


def _hour(hour: int) -> str:
    return f"{hour}:00-{hour + 1}:00"


def _percent(share: float) -> str:
    """Whole percent; what is there but rounds to nothing is below one."""
    if 0 < share < 0.005:
        return "<1%"
    return f"{share * 100:.0f}%"


def _nothing(room: str) -> str:
    return _("{room}在这段时间没有预约。", room=room)


# Hours by client kind and month


def _kinds(cells: Mapping[tuple[str, str], Cell], span: Span, room: str) -> Chart:
    months = span.months
    most = max((cell.minutes for cell in cells.values()), default=0) or 1
    by_kind = {kind: _sum(cells[at] for at in cells if at[0] == kind) for kind in _kinds_in(cells)}
    rows = []
    for kind in sorted(by_kind, key=lambda kind: -by_kind[kind].minutes):
        marks = [_hours_mark(cells.get((kind, month)), most, kind, month) for month in months]
        rows.append((_kind(kind), (*marks, _hours_mark(by_kind[kind], None, kind, ""))))
    sums = [_sum(cells[at] for at in cells if at[1] == month) for month in months]
    whole = _sum(cells.values())
    total = (*(_hours_mark(one, None, None, m) for one, m in zip(sums, months, strict=True)),
             _hours_mark(whole, None, None, ""))  # fmt: skip
    rows.append((_("合计"), total))
    note = _("{span}，{room}，单位：小时。每格的高低按同一尺度，跨月的预约按月分开计。", span=span.say(), room=room)
    title = _kinds_title(by_kind, dict(zip(months, sums, strict=True)), whole.minutes, room)
    return Chart(KINDS, _("各类申请方用时"), "bar", title, note, (*map(_month, months), _("合计")), tuple(rows))


def _kinds_in(cells: Iterable[tuple[str, str]]) -> list[str]:
    there = {kind for kind, _month_ in cells}
    return [code for code, _label in CLIENT_KINDS if code in there] + sorted(there - dict(CLIENT_KINDS).keys())


def _kinds_title(by_kind: Mapping[str, Cell], by_month: Mapping[str, Cell], whole: int, room: str) -> str:
    if not whole:
        return _nothing(room)
    kind = max(by_kind, key=lambda one: by_kind[one].minutes)
    month = max(by_month, key=lambda one: by_month[one].minutes)
    return _(
        "{kind}用得最多，{hours} 小时，占全部的 {share}；{month}最忙，共 {n} 小时。", kind=_kind(kind),
        hours=_hours_text(by_kind[kind].minutes), share=_percent(by_kind[kind].minutes / whole),
        month=_month(month), n=_hours_text(by_month[month].minutes),
    )  # fmt: skip


def _sum(cells: Iterable[Cell]) -> Cell:
    minutes, ids = 0, []
    for cell in cells:
        minutes += cell.minutes
        ids += cell.ids
    return Cell(minutes, list(dict.fromkeys(ids)))


def _hours_mark(cell: Cell | None, most: int | None, kind: str | None, month: str) -> Mark | None:
    if cell is None or not cell.ids:
        return None
    share = None if most is None else cell.minutes / most
    return Mark(_hours_text(cell.minutes), share, tuple(cell.ids), about=_about(kind, month))


def _hours_text(minutes: int) -> str:
    """Hours to a tenth, whole ones without it."""
    return f"{minutes / 60:,.1f}".removesuffix(".0")


def _about(kind: str | None, month: str) -> str:
    said = (_month_of_year(month) if month else "", _kind(kind) if kind is not None else "")
    return " ".join(part for part in said if part) or _("全部")


def _kind(code: str) -> str:
    return _(dict(CLIENT_KINDS).get(code, code)) if code else _("未填类型")


def _month(month: str) -> str:
    return _("{n}月", n=int(month[5:]))


def _month_of_year(month: str) -> str:
    return _("{year}年{month}月", year=month[:4], month=int(month[5:]))


# No-shows


def _no_shows(cells: Mapping[tuple[str, str], Shows], span: Span, room: str) -> Chart:
    months = span.months
    by_kind = {kind: _shows(cells[at] for at in cells if at[0] == kind) for kind in _kinds_in(cells)}
    most = max((cell.rate for cell in cells.values()), default=0.0) or 1.0
    rows = []
    for kind in sorted(by_kind, key=lambda kind: (-by_kind[kind].rate, -len(by_kind[kind].due))):
        marks = [_shows_mark(cells.get((kind, month)), most, kind, month) for month in months]
        rows.append((_kind(kind), (*marks, _shows_mark(by_kind[kind], None, kind, ""))))
    sums = [_shows(cells[at] for at in cells if at[1] == month) for month in months]
    whole = _shows(cells.values())
    total = (*(_shows_mark(one, None, None, m) for one, m in zip(sums, months, strict=True)),
             _shows_mark(whole, None, None, ""))  # fmt: skip
    rows.append((_("合计"), total))
    note = _(
        "{span}，{room}。爽约率是没有人到场的场数，占已经到时间的场数的比例；每格下面是爽约和到时间的场数。",
        span=span.say(),
        room=room,
    )
    return Chart(
        NO_SHOWS, _("爽约率"), "shade", _no_shows_title(by_kind, whole, room), note,
        (*map(_month, months), _("合计")), tuple(rows),
    )  # fmt: skip


def _no_shows_title(by_kind: Mapping[str, Shows], whole: Shows, room: str) -> str:
    if not whole.due:
        return _nothing(room)
    if not whole.missed:
        return _("{n} 场到时间的预约没有一场爽约。", n=len(whole.due))
    said = _(
        "{n} 场到时间的预约里有 {m} 场爽约，占 {share}",
        n=len(whole.due),
        m=len(whole.missed),
        share=_percent(whole.rate),
    )
    rated = [kind for kind, shows in by_kind.items() if len(shows.due) >= FEW and shows.missed]
    if len(by_kind) < 2 or not rated:
        return _("{said}。", said=said)
    worst = max(rated, key=lambda kind: by_kind[kind].rate)
    return _("{said}；{kind}最高，{share}。", said=said, kind=_kind(worst), share=_percent(by_kind[worst].rate))


def _shows(cells: Iterable[Shows]) -> Shows:
    found = Shows()
    for cell in cells:
        found.due += cell.due
        found.missed += cell.missed
    return found


def _shows_mark(cell: Shows | None, most: float | None, kind: str | None, month: str) -> Mark | None:
    """The rate; its list is of the no-shows, or of all where there were none."""
    if cell is None or not cell.due:
        return None
    share = None if most is None else cell.rate / most
    about = _about(kind, month)
    if cell.missed:
        about = _("{about} 爽约", about=about)
    return Mark(
        _percent(cell.rate), share, tuple(cell.missed or cell.due), f"{len(cell.missed)}/{len(cell.due)}", about
    )
