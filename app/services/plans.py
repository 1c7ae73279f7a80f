"""A year's plan of days off and adjusted workdays from a file (rules.md 4, domain.md B13)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.errors import Fault, Refusal
from app.models.calendar import IN_EVERY_PLAN
from app.models.fields import Misfit
from app.models.registry import KINDS
from app.models.venues import CalendarDay
from app.services.office import Unit
from app.services.workdays import day_id
from app.services.writing import delete_in, put
from app.text import _, listed, reason

COLUMNS = ("date", "kind", "name")
MOST = 1000
"""Lines of a plan; a year has about forty."""


@dataclass(frozen=True)
class Imported:
    """What an import did with one day: ``new``, ``changed``, ``restored`` from the bin, or ``unchanged``."""

    id: str
    date: str
    did: str


def read_plan(path: Path) -> list[dict[str, str]]:
    """The days of a CSV with the columns date, kind (holiday or workday) and name, as ``resources/codes`` has them; UTF-8,
    or GB 18030 as Chinese Windows writes it. Raises :class:`Refusal` naming each line at fault."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refusal.of(
            "file", _("读不了 {file}：{why}", file=path, why=reason(error)), _("请核对文件的位置")
        ) from None
    rows = list(_rows(raw))
    faults = [*_faults(rows)]
    if faults:
        raise Refusal(*faults)
    return [dict(row) for _line, row in rows]


def _rows(raw: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    try:
        reader = csv.reader(io.StringIO(text), strict=True)
        head = [cell.strip().casefold() for cell in next(reader, [])]
        if sorted(head) != sorted(COLUMNS):
            raise Refusal.of("file", _("第一行应是 {columns}", columns=",".join(COLUMNS)), _("请另存为有这三列的 CSV"))
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if reader.line_num > MOST:
                raise Refusal.of("file", _("超过 {n} 行", n=MOST), _("一年的安排约四十行，请核对文件"))
            cells = [cell.strip() for cell in row] + [""] * len(head)
            yield reader.line_num, dict(zip(head, cells, strict=False))
    except csv.Error as error:
        raise Refusal.of("file", _("不是 CSV：{why}", why=error), _("请另存为 CSV")) from None


def _faults(rows: list[tuple[int, dict[str, str]]]) -> Iterator[Fault]:
    fields = KINDS["calendar_day"].fields
    seen: dict[str, int] = {}
    for line, row in rows:
        for column, name in (("date", "date"), ("kind", "sort"), ("name", "name")):
            try:
                row[column] = fields[name].check(row[column])
            except Misfit as misfit:
                yield Fault(column, _("第{n}行：{error}", n=line, error=misfit.error), misfit.mend)
        if row["date"] in seen:
            yield Fault("date", _("第{n}行与第{m}行是同一天", n=line, m=seen[row["date"]]), _("请只留一行"))
        seen.setdefault(row["date"], line)
    if not rows:
        yield Fault("file", _("文件里没有一天"), _("请每行写一天：日期、holiday 或 workday、节日名称"))


def import_plan(unit: Unit, rows: list[dict[str, str]]) -> list[Imported]:
    """Record every day of :func:`read_plan`; a day that is there already is changed. Days of the same years that are not
    in the file stay, and are told."""
    done = [_record(unit, row) for row in rows]
    years = sorted({int(row["date"][:4]) for row in rows})
    for year in years:
        lacking = [f"{year}-{month:02d}-{day:02d}" for month, day in IN_EVERY_PLAN]
        lacking = [day for day in lacking if day not in {row["date"] for row in rows}]
        if lacking:
            said = _("{year} 年的安排不全，缺 {days}。", year=year, days=listed(lacking))
            unit.notices.append(said)
    t = CalendarDay.__table__.c
    query = select(t.date).where(
        t.owner == unit.office.scope, t.deleted.is_(False), t.id.not_in([one.id for one in done])
    )
    others = [day for day in unit.session.scalars(query.order_by(t.date)) if day and int(day[:4]) in years]
    if others:
        unit.notices.append(_("这些天早先登记过，文件里没有，不要的请删除：{days}", days=listed(others)))
    return done


def _record(unit: Unit, row: dict[str, str]) -> Imported:
    kind = KINDS["calendar_day"]
    record_id, values = day_id(row["date"]), {"date": row["date"], "sort": row["kind"], "name": row["name"]}
    held = unit.session.get(CalendarDay, (unit.office.scope, record_id))
    if held is None:
        put(unit, kind, values)
        return Imported(record_id, row["date"], "new")
    back = bool(held.deleted)
    if back:
        delete_in(unit, kind.name, record_id, False)
    changed = any(getattr(held, name) != value for name, value in values.items())
    if changed:
        put(unit, kind, values, record_id)
    return Imported(record_id, row["date"], "restored" if back else "changed" if changed else "unchanged")
